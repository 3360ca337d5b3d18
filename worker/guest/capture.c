#include "capture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#define EXTERNS_MAX	(1024 * 1024)

static struct capture	*current;

static void	 add(struct buf *, const char *, va_list, uint64_t *)
		    __attribute__((format(printf, 2, 0)));
static int	 print(enum libbpf_print_level, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

static void
add(struct buf *b, const char *fmt, va_list ap, uint64_t *dropped)
{
	size_t	 before = b->len;

	if (buf_addv(b, fmt, ap) == ERR_OK)
		return;
	/* Over the limit: this message is lost, later short ones are not. */
	(*dropped)++;
	b->err = ERR_OK;
	b->len = before;
}

static int
print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	static const char	 ext[] = "libbpf: extern (";
	static const char	 weak[] = "libbpf: extern '";
	struct capture		*c = current;
	bool			 is_ext;
	va_list			 copy;

	if (c == NULL)
		return 0;
	is_ext = strncmp(fmt, ext, sizeof(ext) - 1) == 0 ||
	    strncmp(fmt, weak, sizeof(weak) - 1) == 0;
	if (is_ext) {
		va_copy(copy, ap);
		add(&c->externs, fmt, copy, &c->dropped);
		va_end(copy);
	}
	if (level != LIBBPF_DEBUG)
		add(&c->text, fmt, ap, &c->dropped);
	return 0;
}

void
capture_init(struct capture *c)
{
	buf_init(&c->text, CAPTURE_MAX);
	buf_init(&c->externs, EXTERNS_MAX);
	c->dropped = 0;
}

void
capture_free(struct capture *c)
{
	buf_clear(&c->text);
	buf_clear(&c->externs);
}

struct capture *
capture_use(struct capture *c)
{
	struct capture	*old = current;

	current = c;
	libbpf_set_print(print);
	return old;
}
