#include "sink.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <sys/mman.h>

#include <zstd.h>

#include "base/json_out.h"
#include "base/timefmt.h"
#include "kmsg.h"
#include "wire.h"
#include "wire_io.h"

/* Speed counts more than size: the log leaves the guest at once. */
#define ZSTD_LEVEL	1
#define MESSAGE_MAX	4096
#define FLUSH_MS	50

struct	sink {
	int		 fd;	/* wire, or -1 */
	const char	*out;
	const char	*log_dir;
	ZSTD_CCtx	*zstd;
	void		*chunk;	/* WIRE_CHUNK_MAX bytes */
	struct crumbs	*crumbs; /* shared with children */
	enum err	 err;
};

static struct sink *
sink_new(int fd)
{
	struct sink	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->fd = fd;
	s->zstd = ZSTD_createCCtx();
	s->chunk = malloc(WIRE_CHUNK_MAX);
	s->crumbs = mmap(NULL, sizeof(*s->crumbs), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->crumbs == MAP_FAILED)
		s->crumbs = NULL;
	if (s->zstd == NULL || s->chunk == NULL || s->crumbs == NULL) {
		sink_free(s);
		return NULL;
	}
	ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
	return s;
}

struct sink *
sink_wire(int fd)
{
	return sink_new(fd);
}

struct sink *
sink_files(const char *out, const char *log_dir)
{
	struct sink	*s = sink_new(-1);

	if (s != NULL) {
		s->out = out;
		s->log_dir = log_dir;
	}
	return s;
}

void
sink_free(struct sink *s)
{
	if (s == NULL)
		return;
	ZSTD_freeCCtx(s->zstd);
	free(s->chunk);
	if (s->crumbs != NULL)
		munmap(s->crumbs, sizeof(*s->crumbs));
	free(s);
}

const struct crumbs *
sink_crumbs(const struct sink *s)
{
	return s->crumbs;
}

static void
send_bytes(struct sink *s, char type, const void *p, size_t len)
{
	if (s->err != ERR_OK)
		return;
	s->crumbs->writing = 1;
	s->err = wire_send(s->fd, type, p, len);
	s->crumbs->writing = 0;
}

static void
send_message(struct sink *s, char type, struct buf *b)
{
	if (buf_err(b) == ERR_OK)
		send_bytes(s, type, b->data, b->len);
	else if (s->err == ERR_OK)
		s->err = buf_err(b);
	buf_clear(b);
}

/*
 * Lets the SSH server take what was written before the next step is tried:
 * a step that kills the kernel at once must not take its own announcement
 * along.  Bounded, as the server may be slow and the step is what counts.
 */
static void
let_go(int fd)
{
	int64_t	 until = time_mono_ms() + FLUSH_MS;
	int	 left = 0;

	do {
		sched_yield();
	} while (ioctl(fd, FIONREAD, &left) == 0 && left > 0 &&
	    time_mono_ms() < until);
	/* Read is not sent: it runs once more. */
	sched_yield();
}

void
sink_progress(struct sink *s, const char *phase, const char *program,
    size_t index, size_t total)
{
	struct buf	 b = BUF_INIT(MESSAGE_MAX);
	struct jsonw	 w;

	snprintf(s->crumbs->phase, sizeof(s->crumbs->phase), "%s", phase);
	snprintf(s->crumbs->program, sizeof(s->crumbs->program), "%s",
	    program == NULL ? "" : program);
	if (s->fd == -1) {
		kmsg_step(phase, program, index, total);
		return;
	}
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "phase", phase);
	jsonw_str_opt(&w, "program", program);
	jsonw_int(&w, "index", (int64_t)index);
	jsonw_int(&w, "total", (int64_t)total);
	jsonw_end(&w);
	send_message(s, WIRE_PROGRESS, &b);
	/* Behind the announcement, so that the log is never older. */
	kmsg_step(phase, program, index, total);
	let_go(s->fd);
}

/* Compresses "text" and hands each piece to the wire or to "fd". */
static enum err
compress_to(struct sink *s, int fd, const char *text, size_t len)
{
	ZSTD_inBuffer	 in = { text, len, 0 };
	ZSTD_outBuffer	 out;
	size_t		 left;
	enum err	 e;

	ZSTD_CCtx_reset(s->zstd, ZSTD_reset_session_only);
	ZSTD_CCtx_setPledgedSrcSize(s->zstd, len);
	do {
		out.dst = s->chunk;
		out.size = WIRE_CHUNK_MAX;
		out.pos = 0;
		left = ZSTD_compressStream2(s->zstd, &out, &in, ZSTD_e_end);
		if (ZSTD_isError(left))
			return ERR_INTERNAL;
		if (s->fd != -1)
			e = wire_send(s->fd, WIRE_LOG_DATA, out.dst, out.pos);
		else
			e = write_all(fd, out.dst, out.pos);
		if (e != ERR_OK)
			return e;
	} while (left != 0);
	return ERR_OK;
}

static void
log_to_wire(struct sink *s, const char *id, const char *program,
    const char *kind, const char *text, size_t len)
{
	struct buf	 b = BUF_INIT(MESSAGE_MAX);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "id", id);
	jsonw_str_opt(&w, "program", program);
	jsonw_str(&w, "kind", kind);
	jsonw_str(&w, "encoding", "zstd");
	jsonw_end(&w);
	send_message(s, WIRE_LOG_BEGIN, &b);

	if (s->err == ERR_OK) {
		s->crumbs->writing = 1;
		s->err = compress_to(s, -1, text, len);
		s->crumbs->writing = 0;
	}

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_int(&w, "raw_bytes", (int64_t)len);
	jsonw_end(&w);
	send_message(s, WIRE_LOG_END, &b);
}

static enum err
write_file(const char *path, const void *p, size_t len, struct sink *zstd)
{
	enum err	 e;
	int		 fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		return ERR_IO;
	e = zstd != NULL ? compress_to(zstd, fd, p, len) :
	    write_all(fd, p, len);
	if (close(fd) == -1 && e == ERR_OK)
		e = ERR_IO;
	return e;
}

bool
sink_log(struct sink *s, const char *id, const char *program,
    const char *kind, const char *text, size_t len)
{
	char	 path[4096];
	bool	 plain = strcmp(kind, "libbpf") == 0;
	int	 n;

	if (s->fd != -1) {
		log_to_wire(s, id, program, kind, text, len);
		return s->err == ERR_OK;
	}
	if (s->log_dir == NULL)
		return false;
	/* Callers of old expect libbpf.log as plain text. */
	n = snprintf(path, sizeof(path), "%s/%s.log%s", s->log_dir, id,
	    plain ? "" : ".zst");
	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	return write_file(path, text, len, plain ? NULL : s) == ERR_OK;
}

enum err
sink_finish(struct sink *s, const struct buf *result, int exit_code)
{
	struct buf	 b = BUF_INIT(MESSAGE_MAX);
	struct jsonw	 w;

	if (s->fd == -1) {
		s->err = write_file(s->out, result->data, result->len, NULL);
		return s->err;
	}
	send_bytes(s, WIRE_RESULT, result->data, result->len);
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_int(&w, "exit", exit_code);
	jsonw_end(&w);
	send_message(s, WIRE_END, &b);
	return s->err;
}
