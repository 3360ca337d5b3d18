#include "worker/cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_out.h"
#include "base/timefmt.h"

/* Redraws, or JSON lines of one thing, at most so often. */
#define DRAW_EVERY_MS	100
#define TEXT_MAX	512
/* One drawing is a few KiB at most. */
#define OUT_MAX		(256 * 1024)

struct	item {
	char		*id;
	char		 stage[32];
	char		 text[TEXT_MAX];
	uint64_t	 done;
	uint64_t	 total;
	int64_t		 said_ms;
	bool		 bytes;
	bool		 active;
};

struct	progress {
	int			 fd;
	enum progress_mode	 mode;
	struct item		*item;
	int			 n;
	int			 drawn;	/* live lines on the screen now */
	int			 idw;	/* width of the longest id */
	bool			 plain;	/* NO_COLOR is set */
	int64_t			 drew_ms;
};

struct progress *
progress_new(int fd, enum progress_mode mode)
{
	struct progress	*p = calloc(1, sizeof(*p));
	const char	*term = getenv("TERM");

	if (p == NULL)
		return NULL;
	p->fd = fd;
	p->mode = mode;
	p->plain = getenv("NO_COLOR") != NULL;
	if (mode == PROGRESS_AUTO)
		p->mode = isatty(fd) && term != NULL &&
		    strcmp(term, "dumb") != 0 ? PROGRESS_TTY : PROGRESS_PLAIN;
	return p;
}

/* Control characters would let a package name or a mirror draw for us. */
static void
copy_text(char *out, size_t size, const char *text)
{
	size_t	 i;

	for (i = 0; text != NULL && text[i] != '\0' && i + 1 < size; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ?
		    ' ' : text[i];
	out[i] = '\0';
}

static void
size_text(uint64_t n, char *out, size_t size)
{
	if (n < 1000000)
		snprintf(out, size, "%llu kB", (unsigned long long)n / 1000);
	else
		snprintf(out, size, "%.1f MB", (double)n / 1e6);
}

/* "12.3 MB of 40.0 MB, 30 %", "3 of 7", or "". */
static void
amount_text(const struct item *it, char *out, size_t size)
{
	char	 done[32], total[32];

	out[0] = '\0';
	if (it->total == 0 && it->done == 0)
		return;
	if (!it->bytes && it->total > 0)
		snprintf(out, size, "%llu of %llu",
		    (unsigned long long)it->done,
		    (unsigned long long)it->total);
	if (!it->bytes)
		return;
	size_text(it->done, done, sizeof(done));
	size_text(it->total, total, sizeof(total));
	if (it->total == 0)
		snprintf(out, size, "%s", done);
	else
		snprintf(out, size, "%s of %s, %3.0f %%", done, total,
		    100.0 * (double)it->done / (double)it->total);
}

static void
flush(struct progress *p, struct buf *b)
{
	/* A screen that went away is no reason to stop working. */
	(void)fsio_write_all(p->fd, buf_str(b), b->len);
	buf_clear(b);
}

static void
clear_live(struct progress *p, struct buf *b)
{
	if (p->drawn > 0)
		buf_addf(b, "\033[%dA\r\033[J", p->drawn);
	p->drawn = 0;
}

static void
screen_size(const struct progress *p, int *cols, int *rows)
{
	struct winsize	 ws;

	*cols = 80;
	*rows = 24;
	if (ioctl(p->fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col >= 20 &&
	    ws.ws_row >= 4) {
		*cols = ws.ws_col;
		*rows = ws.ws_row;
	}
}

static void
draw_live(struct progress *p, struct buf *b)
{
	char	 line[TEXT_MAX + 256], amount[96];
	int	 cols, rows, left = 0;

	screen_size(p, &cols, &rows);
	for (int i = 0; i < p->n; i++) {
		const struct item	*it = &p->item[i];

		if (!it->active)
			continue;
		/* One row for the cursor, one for "and N more". */
		if (p->drawn >= rows - 2) {
			left++;
			continue;
		}
		amount_text(it, amount, sizeof(amount));
		snprintf(line, sizeof(line), "  %-*s  %-9s %s%s%s", p->idw,
		    it->id, it->stage, amount,
		    amount[0] != '\0' && it->text[0] != '\0' ? "  " : "",
		    it->text);
		/* A line that wraps would break counting them. */
		buf_addf(b, "%.*s\n", cols - 1, line);
		p->drawn++;
	}
	if (left > 0) {
		buf_addf(b, "  and %d more\n", left);
		p->drawn++;
	}
}

static void
draw(struct progress *p, bool now)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	int64_t		 t = time_mono_ms();

	if (!now && t - p->drew_ms < DRAW_EVERY_MS)
		return;
	p->drew_ms = t;
	clear_live(p, &b);
	draw_live(p, &b);
	flush(p, &b);
}

void
progress_free(struct progress *p)
{
	struct buf	 b = BUF_INIT(4096);

	if (p == NULL)
		return;
	if (p->mode == PROGRESS_TTY) {
		clear_live(p, &b);
		flush(p, &b);
	}
	for (int i = 0; i < p->n; i++)
		free(p->item[i].id);
	free(p->item);
	free(p);
}

int
progress_add(struct progress *p, const char *id)
{
	struct item	*more;

	if (p == NULL)
		return -1;
	more = realloc(p->item, (size_t)(p->n + 1) * sizeof(*more));
	if (more == NULL)
		return -1;
	p->item = more;
	memset(&more[p->n], 0, sizeof(*more));
	if ((more[p->n].id = strdup(id)) == NULL)
		return -1;
	if ((int)strlen(id) > p->idw)
		p->idw = (int)strlen(id);
	return p->n++;
}

static void
json_line(struct progress *p, const struct item *it)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "event", "progress");
	jsonw_str(&w, "id", it->id);
	jsonw_str(&w, "stage", it->stage);
	if (it->total != 0 || it->done != 0)
		jsonw_int(&w, "done", (int64_t)it->done);
	if (it->total != 0)
		jsonw_int(&w, "total", (int64_t)it->total);
	jsonw_str_opt(&w, "text", it->text);
	jsonw_end(&w);
	buf_addc(&b, '\n');
	flush(p, &b);
}

static void
plain_line(struct progress *p, const struct item *it)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	char		 amount[32] = "";

	if (it->bytes && it->total > 0)
		size_text(it->total, amount, sizeof(amount));
	buf_addf(&b, "%s: %s%s%s%s%s\n", it->id, it->stage,
	    amount[0] != '\0' ? " " : "", amount,
	    it->text[0] != '\0' ? " " : "", it->text);
	flush(p, &b);
}

void
progress_set(struct progress *p, int n, const char *stage, uint64_t done,
    uint64_t total, bool bytes, const char *text)
{
	struct item	*it;
	bool		 changed;
	int64_t		 now;

	if (p == NULL || n < 0 || n >= p->n)
		return;
	it = &p->item[n];
	changed = !it->active || strcmp(it->stage, stage) != 0;
	it->active = true;
	it->done = done;
	it->total = total;
	it->bytes = bytes;
	copy_text(it->stage, sizeof(it->stage), stage);
	copy_text(it->text, sizeof(it->text), text);
	switch (p->mode) {
	case PROGRESS_TTY:
		draw(p, changed);
		break;
	case PROGRESS_JSON:
		now = time_mono_ms();
		if (!changed && now - it->said_ms < DRAW_EVERY_MS)
			break;
		it->said_ms = now;
		json_line(p, it);
		break;
	case PROGRESS_PLAIN:
		if (changed)
			plain_line(p, it);
		break;
	default:
		break;
	}
}

void
progress_end(struct progress *p, int n, bool ok, const char *text)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	struct jsonw	 w;
	struct item	*it;

	if (p == NULL || n < 0 || n >= p->n)
		return;
	it = &p->item[n];
	it->active = false;
	copy_text(it->text, sizeof(it->text), text);
	switch (p->mode) {
	case PROGRESS_TTY:
		clear_live(p, &b);
		buf_addf(&b, "%s%s%s %-*s  %s\n", p->plain ? "" : ok ?
		    "\033[32m" : "\033[31m", ok ? "ok" : "--", p->plain ?
		    "" : "\033[0m", p->idw, it->id, it->text);
		draw_live(p, &b);
		break;
	case PROGRESS_JSON:
		jsonw_init(&w, &b, JSONW_COMPACT);
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "event", "end");
		jsonw_str(&w, "id", it->id);
		jsonw_bool(&w, "ok", ok);
		jsonw_str_opt(&w, "text", it->text);
		jsonw_end(&w);
		buf_addc(&b, '\n');
		break;
	case PROGRESS_PLAIN:
		buf_addf(&b, "%s: %s%s\n", it->id, ok ? "" : "failed: ",
		    it->text);
		break;
	default:
		break;
	}
	flush(p, &b);
}

void
progress_note(struct progress *p, const char *text)
{
	struct buf	 b = BUF_INIT(OUT_MAX);
	struct jsonw	 w;
	char		 line[TEXT_MAX];

	if (p == NULL || p->mode == PROGRESS_QUIET)
		return;
	copy_text(line, sizeof(line), text);
	if (p->mode == PROGRESS_JSON) {
		jsonw_init(&w, &b, JSONW_COMPACT);
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "event", "note");
		jsonw_str(&w, "text", line);
		jsonw_end(&w);
		buf_addc(&b, '\n');
	} else {
		if (p->mode == PROGRESS_TTY)
			clear_live(p, &b);
		buf_addf(&b, "%s\n", line);
		if (p->mode == PROGRESS_TTY)
			draw_live(p, &b);
	}
	flush(p, &b);
}
