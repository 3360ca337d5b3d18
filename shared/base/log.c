#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "base/timefmt.h"

static const char *const level_names[LOG__MAX] = {
	"debug", "info", "warn", "error"
};

/* Process-wide on purpose: a log has one destination and no request state. */
static const char	*log_program = "bpfcompat";
static enum log_level	 log_least = LOG_INFO;

void
log_open(const char *program, enum log_level least)
{
	log_program = program;
	log_least = least;
}

int
log_level_parse(const char *s)
{
	for (int i = 0; i < LOG__MAX; i++)
		if (strcmp(s, level_names[i]) == 0)
			return i;
	return -1;
}

void
log_write(enum log_level level, const char *event,
    const struct log_field *f)
{
	struct buf	 b = BUF_INIT(16 * 1024);
	struct jsonw	 w;
	char		 ts[TIME_RFC3339_MS_SIZE];
	int		 saved = errno;
	ssize_t		 n;

	if (level < log_least)
		return;
	time_rfc3339_ms(time_now_ms(), ts);
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "ts", ts);
	jsonw_str(&w, "level", level_names[level]);
	jsonw_str(&w, "program", log_program);
	jsonw_int(&w, "pid", getpid());
	jsonw_str(&w, "event", event);
	for (; f->type != LOG_T_END; f++) {
		if (f->type == LOG_T_INT)
			jsonw_int(&w, f->key, f->num);
		else if (f->str != NULL)
			jsonw_str(&w, f->key, f->str);
	}
	jsonw_end(&w);
	buf_addc(&b, '\n');
	/* One write, so that lines of several processes do not mix. */
	if (buf_err(&b) == ERR_OK)
		do {
			n = write(STDERR_FILENO, b.data, b.len);
		} while (n == -1 && errno == EINTR);
	buf_clear(&b);
	errno = saved;
}
