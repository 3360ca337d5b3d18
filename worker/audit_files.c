#include "worker/audit_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "base/json_in.h"
#include "domain/audit_chain.h"
#include "store/audit_line.h"
#include "worker/import_file.h"
#include "worker/publish_audit.h"

#define NAME_SIZE	128
#define SEAL_MAX	4096

struct	archived {
	long long	 first, last;
};

struct	check {
	int				 dir;
	const struct history_trust	*trust;
	audit_file_fn			 tell;
	void				*arg;
	struct audit_files_sum		*sum;
	const char			*file;	/* under way */
	int64_t				 seq;	/* of the last event */
	char				 prev[SHA256_HEX_SIZE];	/* its digest */
};

/* --- events ------------------------------------------------------------------ */

static const char *
place_problem(struct check *c, const char *line, size_t len)
{
	struct jval	*doc = NULL;
	const char	*problem = NULL, *prev;
	int64_t		 seq;

	if (jval_parse(line, len, &doc, NULL) != ERR_OK)
		return "the event is no JSON";
	seq = jval_get_int(doc, "seq", -1);
	prev = jval_get_str(doc, "prev_event_sha256", "");
	if (seq > c->seq + 1)
		problem = "events are missing before this one";
	else if (seq != c->seq + 1)
		problem = "the event has another place in the stream";
	else if (strcmp(prev, c->prev) != 0)
		problem = "the event before is not the one it names";
	c->seq = seq;
	jval_free(doc);
	return problem;
}

static enum err
one_event(const char *line, size_t len, int64_t no, void *arg)
{
	struct check	*c = arg;
	char		 computed[SHA256_HEX_SIZE] = "";
	char		 claimed[SHA256_HEX_SIZE] = "";
	const char	*problem;

	c->sum->events++;
	if (line == NULL) {
		problem = "the line is longer than any event";
		c->seq++;
	} else if ((problem = place_problem(c, line, len)) == NULL &&
	    (audit_line_digest(line, len, computed, claimed) != ERR_OK ||
	    strcmp(computed, claimed) != 0))
		problem = "the event was changed: its digest is another";
	/* What a spoilt line claims is what the next one has to name. */
	if (line != NULL && claimed[0] == '\0')
		(void)audit_line_digest(line, len, computed, claimed);
	memcpy(c->prev, claimed, sizeof(c->prev));
	if (problem != NULL) {
		c->sum->failed++;
		c->tell(c->file, no, problem, c->arg);
	}
	return ERR_OK;
}

/* --- files ------------------------------------------------------------------- */

static const char *
seal_problem(struct check *c, const struct archived *f, const char *rel,
    struct diag *d)
{
	struct buf		 b = BUF_INIT(SEAL_MAX);
	struct audit_seal	 s;
	const char		*problem = NULL;
	size_t			 len;

	if (import_read(c->dir, rel, &b) != ERR_OK)
		problem = "the seal is not there";
	else {
		len = b.len > 0 && b.data[b.len - 1] == '\n' ? b.len - 1 :
		    b.len;
		if (audit_seal_read(buf_str(&b), len, c->trust, &s, d) !=
		    ERR_OK)
			problem = diag_text(d);
		else if (s.count != f->last)
			problem = "the seal is about another length";
		else if (c->seq != f->last ||
		    strcmp(s.event_sha256, c->prev) != 0)
			problem = "the file does not end with the event that "
			    "was sealed";
	}
	buf_clear(&b);
	return problem;
}

static enum err
lines_of(struct check *c, const char *rel)
{
	enum err	 e;
	int		 fd;

	c->file = rel;
	if ((e = import_open(c->dir, rel, &fd)) != ERR_OK)
		return e;
	c->sum->files++;
	e = import_lines(fd, AUDIT_LINE_MAX, one_event, c);
	close(fd);
	return e;
}

static enum err
archived_file(struct check *c, const struct archived *f)
{
	struct diag	 d = DIAG_INIT;
	char		 rel[NAME_SIZE], seal[NAME_SIZE + 8];
	const char	*problem;
	enum err	 e;

	snprintf(rel, sizeof(rel), AUDIT_ARCHIVE "/" AUDIT_ARCHIVED,
	    f->first, f->last);
	snprintf(seal, sizeof(seal), "%s" AUDIT_SEAL_SUFFIX, rel);
	if (f->first != c->seq + 1) {
		c->sum->failed++;
		c->tell(rel, 0, "a file is missing before this one", c->arg);
		/* So that one missing file is one problem. */
		c->seq = f->first - 1;
		c->prev[0] = '\0';
	}
	if ((e = lines_of(c, rel)) != ERR_OK)
		return e;
	c->sum->seals++;
	if ((problem = seal_problem(c, f, seal, &d)) != NULL) {
		c->sum->failed_seals++;
		c->tell(seal, 0, problem, c->arg);
	}
	return ERR_OK;
}

static int
by_first(const void *a, const void *b)
{
	const struct archived	*x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

static enum err
list_archive(struct check *c, struct archived **out, size_t *n)
{
	int		 fd = openat(c->dir, AUDIT_ARCHIVE,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR		*dir = fd == -1 ? NULL : fdopendir(fd);
	char		 name[NAME_SIZE];
	struct archived	*f = NULL, one;
	struct dirent	*de;
	size_t		 have = 0, room = 0;
	enum err	 e = ERR_OK;

	*out = NULL;
	*n = 0;
	if (dir == NULL) {
		e = fd == -1 && errno == ENOENT ? ERR_OK :
		    err_from_errno(errno);
		if (fd != -1)
			close(fd);
		return e;
	}
	while (e == ERR_OK && (de = readdir(dir)) != NULL) {
		if (sscanf(de->d_name, "events-%12lld-%12lld", &one.first,
		    &one.last) != 2)
			continue;
		snprintf(name, sizeof(name), AUDIT_ARCHIVED, one.first,
		    one.last);
		if (strcmp(name, de->d_name) == 0 && (e = grow(&f, have,
		    &room, sizeof(*f))) == ERR_OK)
			f[have++] = one;
	}
	closedir(dir);
	if (have > 0)
		qsort(f, have, sizeof(*f), by_first);
	*out = f;
	*n = have;
	return e;
}

enum err
audit_files_check(const char *dir, const struct history_trust *trust,
    audit_file_fn tell, void *arg, struct audit_files_sum *sum,
    struct diag *d)
{
	struct check	 c = { .trust = trust, .tell = tell, .arg = arg,
			    .sum = sum };
	struct archived	*f = NULL;
	size_t		 n = 0;
	enum err	 e;

	memset(sum, 0, sizeof(*sum));
	c.dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (c.dir == -1) {
		diag_errno(d, "cannot open the folder %s", dir);
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	}
	e = list_archive(&c, &f, &n);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = archived_file(&c, &f[i]);
	if (e == ERR_OK && (e = lines_of(&c, AUDIT_FILE)) == ERR_NOTFOUND)
		e = ERR_OK;
	free(f);
	close(c.dir);
	return e == ERR_OK ? ERR_OK : diag_set(d, e, NULL, "%s of the audit "
	    "cannot be read: %s", c.file == NULL ? AUDIT_ARCHIVE : c.file,
	    err_text(e));
}
