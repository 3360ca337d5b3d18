#include "worker/compile/cdiag.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MESSAGE_MAX	1000
#define FILE_NAME_MAX	200

struct	cdiag {
	const char	*file, *msg;
	size_t		 file_len, msg_len;
	int64_t		 line, column;	/* 0: none */
	const char	*severity;
};

/* Reads digits and a colon backwards from *end; -1 when they are not there. */
static int64_t
number_before(const char *s, size_t *end)
{
	size_t	 i = *end, first;
	int64_t	 n = 0;

	first = i;
	while (first > 0 && s[first - 1] >= '0' && s[first - 1] <= '9')
		first--;
	if (first == i || i - first > 9 || first == 0 || s[first - 1] != ':')
		return -1;
	for (size_t k = first; k < i; k++)
		n = n * 10 + (s[k] - '0');
	*end = first - 1;
	return n;
}

/* One line; false when it is context (an excerpt, a chain of includes). */
static bool
parse(const char *s, size_t len, struct cdiag *d)
{
	static const struct { const char *mark, *severity; } marks[] = {
		{ ": fatal error: ", "error" }, { ": error: ", "error" },
		{ ": warning: ", "warning" }, { ": note: ", "note" },
	};
	const char	*at = NULL;
	size_t		 end = 0, n = 0;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const char	*p;

		n = strlen(marks[i].mark);
		p = memmem(s, len, marks[i].mark, n);
		/* About no file: "error: ..." from the start. */
		if (len >= n - 2 && memcmp(s, marks[i].mark + 2, n - 2) == 0) {
			d->severity = marks[i].severity;
			d->msg = s + n - 2;
			d->msg_len = len - (n - 2);
			d->file = s;
			d->file_len = 0;
			d->line = d->column = 0;
			return true;
		}
		/* The first mark of the line: the rest is text. */
		if (p != NULL && (at == NULL || p < at)) {
			at = p;
			d->severity = marks[i].severity;
			d->msg = p + n;
		}
	}
	if (at == NULL)
		return false;
	d->msg_len = len - (size_t)(d->msg - s);
	end = (size_t)(at - s);
	d->column = number_before(s, &end);
	d->line = d->column < 0 ? -1 : number_before(s, &end);
	if (d->line < 0) {
		d->line = d->column < 0 ? 0 : d->column;
		d->column = 0;
	}
	d->file = s;
	d->file_len = end;
	return true;
}

/* "/src/x.bpf.c" is x.bpf.c to whoever wrote it. */
static void
shorten(struct cdiag *d)
{
	static const char *const dirs[] = { CDIAG_SRC_DIR,
		CDIAG_INC_DIR "include/", CDIAG_INC_DIR "arch/" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		size_t	 n = strlen(dirs[i]);

		if (d->file_len > n && memcmp(d->file, dirs[i], n) == 0) {
			d->file += n;
			d->file_len -= n;
		}
	}
	if (d->file_len > FILE_NAME_MAX)
		d->file_len = FILE_NAME_MAX;
	if (d->msg_len > MESSAGE_MAX)
		d->msg_len = MESSAGE_MAX;
}

size_t
cdiag_write(const char *text, size_t len, struct jsonw *w)
{
	size_t		 errors = 0, kept = 0;
	struct cdiag	 d;

	while (len > 0) {
		const char	*nl = memchr(text, '\n', len);
		size_t		 n = nl == NULL ? len : (size_t)(nl - text);

		if (parse(text, n, &d)) {
			errors += strcmp(d.severity, "error") == 0;
			shorten(&d);
			if (kept++ < CDIAG_MAX) {
				jsonw_obj(w, NULL);
				if (d.file_len > 0)
					jsonw_strn(w, "file", d.file,
					    d.file_len);
				jsonw_int_opt(w, "line", d.line);
				jsonw_int_opt(w, "column", d.column);
				jsonw_str(w, "severity", d.severity);
				jsonw_strn(w, "message", d.msg, d.msg_len);
				jsonw_end(w);
			}
		}
		n += nl != NULL;
		text += n;
		len -= n;
	}
	return errors;
}
