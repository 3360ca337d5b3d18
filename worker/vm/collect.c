#include "worker/vm/collect.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/json_in.h"
#include "worker/guest/wire.h"
#include "worker/vm/wire_in.h"
#include "worker/vm/zlog.h"

#define MESSAGE_MAX	4096	/* progress, log begin and end */
#define LIBBPF_KIND	"libbpf"

struct	collect {
	char			*dir;
	struct wire_in		 in;
	collect_progress_fn	 progress;
	void			*arg;
	struct buf		 result;
	struct buf		 errout;
	struct buf		 libbpf;	/* decompressed */
	char			 step[MESSAGE_MAX + 1];
	char			 problem[256];
	struct zlog		*zlog;
	size_t			 log_bytes;
	unsigned		 log_files;
	int			 log_fd;	/* open log, -1 */
	bool			 in_log;
	bool			 in_libbpf;
	bool			 cut;
	bool			 started;
};

static enum err	frame(void *, char, const void *, size_t);

enum err
collect_new(const char *dir, collect_progress_fn fn, void *arg,
    struct collect **out)
{
	struct collect	*c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->log_fd = -1;
	c->progress = fn;
	c->arg = arg;
	wire_in_init(&c->in, frame, c);
	buf_init(&c->result, COLLECT_RESULT_MAX);
	buf_init(&c->errout, COLLECT_STDERR_MAX);
	buf_init(&c->libbpf, COLLECT_LIBBPF_MAX);
	c->dir = strdup(dir);
	if (c->dir == NULL || zlog_new(&c->zlog) != ERR_OK) {
		collect_free(c);
		return ERR_NOMEM;
	}
	*out = c;
	return ERR_OK;
}

void
collect_free(struct collect *c)
{
	if (c == NULL)
		return;
	if (c->log_fd != -1)
		close(c->log_fd);
	wire_in_clear(&c->in);
	buf_clear(&c->result);
	buf_clear(&c->errout);
	buf_clear(&c->libbpf);
	zlog_free(c->zlog);
	free(c->dir);
	free(c);
}

static enum err
broken(struct collect *c, const char *what)
{
	snprintf(c->problem, sizeof(c->problem), "%s", what);
	return ERR_PROTO;
}

static enum err
parse(struct collect *c, const void *p, size_t len, struct jval **doc)
{
	if (len > MESSAGE_MAX)
		return broken(c, "a message is too long");
	if (jval_parse(p, len, doc, NULL) != ERR_OK)
		return broken(c, "a message is not JSON");
	if (jval_type(*doc) != JVAL_OBJ) {
		jval_free(*doc);
		*doc = NULL;
		return broken(c, "a message is not an object");
	}
	return ERR_OK;
}

static enum err
take_progress(struct collect *c, const void *p, size_t len)
{
	struct jval	*doc = NULL;
	const char	*text;
	enum err	 e = parse(c, p, len, &doc);

	if (e != ERR_OK)
		return e;
	text = jval_text(doc);
	if (strlen(text) < sizeof(c->step)) {
		snprintf(c->step, sizeof(c->step), "%s", text);
		c->progress(c->arg, c->step, strlen(c->step));
	}
	jval_free(doc);
	return ERR_OK;
}

static enum err
open_log(struct collect *c, const char *id)
{
	char	 path[PATH_MAX], name[160], dir[PATH_MAX];

	if (!path_name_ok(id))
		return broken(c, "a log has a bad name");
	if (c->log_files++ >= COLLECT_LOG_FILES_MAX) {
		c->cut = true;
		return ERR_OK;
	}
	snprintf(name, sizeof(name), "%s.log.zst", id);
	if (path_join(dir, sizeof(dir), c->dir, "logs", NULL) != ERR_OK ||
	    path_join(path, sizeof(path), dir, name, NULL) != ERR_OK)
		return ERR_TOOBIG;
	if (mkdir(dir, FSIO_DIR_MODE) == -1 && errno != EEXIST)
		return err_from_errno(errno);
	c->log_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, FSIO_FILE_MODE);
	if (c->log_fd == -1)
		return errno == EEXIST ? broken(c, "two logs have one name") :
		    err_from_errno(errno);
	return ERR_OK;
}

static enum err
log_begin(struct collect *c, const void *p, size_t len)
{
	struct jval	*doc = NULL;
	enum err	 e = parse(c, p, len, &doc);

	if (e != ERR_OK)
		return e;
	if (c->in_log)
		e = broken(c, "a log begins inside a log");
	else if (strcmp(jval_get_str(doc, "encoding", ""), "zstd") != 0)
		e = broken(c, "a log has an unknown encoding");
	else if (strcmp(jval_get_str(doc, "kind", ""), LIBBPF_KIND) == 0) {
		c->in_libbpf = true;
		zlog_begin(c->zlog);
	} else
		e = open_log(c, jval_get_str(doc, "id", ""));
	c->in_log = true;
	jval_free(doc);
	return e;
}

static enum err
log_data(struct collect *c, const void *p, size_t len)
{
	if (!c->in_log)
		return broken(c, "log data without a log");
	if (c->in_libbpf) {
		/* libbpf's messages are kept as text, as far as they fit. */
		if (!zlog_feed(c->zlog, p, len, &c->libbpf))
			c->cut = true;
		return ERR_OK;
	}
	if (len > COLLECT_LOGS_MAX - c->log_bytes) {
		c->cut = true;
		return ERR_OK;
	}
	c->log_bytes += len;
	return c->log_fd == -1 ? ERR_OK : fsio_write_all(c->log_fd, p, len);
}

static enum err
log_end(struct collect *c, const void *p, size_t len)
{
	struct jval	*doc = NULL;
	enum err	 e = parse(c, p, len, &doc);

	jval_free(doc);
	if (e != ERR_OK)
		return e;
	if (!c->in_log)
		return broken(c, "a log ends that never began");
	if (c->log_fd != -1)
		close(c->log_fd);
	c->log_fd = -1;
	c->in_log = c->in_libbpf = false;
	return ERR_OK;
}

static enum err
frame(void *arg, char type, const void *p, size_t len)
{
	struct collect	*c = arg;

	c->started = true;
	switch (type) {
	case WIRE_PROGRESS:
		return take_progress(c, p, len);
	case WIRE_LOG_BEGIN:
		return log_begin(c, p, len);
	case WIRE_LOG_DATA:
		return log_data(c, p, len);
	case WIRE_LOG_END:
		return log_end(c, p, len);
	case WIRE_RESULT:
		if (buf_add(&c->result, p, len) == ERR_TOOBIG)
			return broken(c, "the result is too long");
		return buf_err(&c->result);
	default:	/* WIRE_END; the reader knows no other */
		return ERR_OK;
	}
}

enum err
collect_out(void *arg, const void *p, size_t len)
{
	struct collect	*c = arg;
	enum err	 e = wire_in_feed(&c->in, p, len);

	if (e == ERR_PROTO && c->problem[0] == '\0')
		broken(c, "a frame has an unknown type or length");
	return e;
}

enum err
collect_err(void *arg, const void *p, size_t len)
{
	struct collect	*c = arg;
	size_t		 room = c->errout.max - c->errout.len;

	buf_add(&c->errout, p, len < room ? len : room);
	return ERR_OK;
}

bool
collect_ended(const struct collect *c)
{
	return c->in.ended;
}

bool
collect_started(const struct collect *c)
{
	return c->started;
}

const char *
collect_last_step(const struct collect *c)
{
	return c->step;
}

const char *
collect_problem(const struct collect *c)
{
	return c->problem;
}

bool
collect_logs_cut(const struct collect *c)
{
	return c->cut;
}

const char *
collect_stderr(const struct collect *c)
{
	return buf_str(&c->errout);
}

static enum err
save(struct collect *c, const char *name, const struct buf *b, struct diag *d)
{
	char	 path[PATH_MAX];

	if (path_join(path, sizeof(path), c->dir, name, NULL) != ERR_OK)
		return ERR_TOOBIG;
	return fsio_write_atomic(path, b->len > 0 ? b->data : "", b->len,
	    FSIO_FILE_MODE, d);
}

enum err
collect_finish(struct collect *c, struct diag *d)
{
	struct jval	*doc = NULL;
	enum err	 e;

	if (!c->in.ended || c->result.len == 0)
		return diag_set(d, ERR_PROTO, NULL,
		    "the validator ended without a result");
	if (jval_parse(c->result.data, c->result.len, &doc, d) != ERR_OK)
		return diag_set(d, ERR_PROTO, NULL,
		    "the validator's result is not JSON");
	if (jval_type(doc) != JVAL_OBJ)
		e = diag_set(d, ERR_PROTO, NULL,
		    "the validator's result is not an object");
	else if ((e = save(c, "validator-result.json", &c->result, d)) ==
	    ERR_OK && (e = save(c, "validator.stderr", &c->errout, d)) ==
	    ERR_OK)
		e = save(c, "libbpf.log", &c->libbpf, d);
	jval_free(doc);
	return e;
}

void
collect_salvage(struct collect *c)
{
	save(c, "validator.stderr", &c->errout, NULL);
	save(c, "libbpf.log", &c->libbpf, NULL);
}
