/*
 * What a guest leaves behind: first byte the runner's outcome, up to a record
 * separator its end event, then the validator's document.  Nothing of it is
 * a pass unless the document says so and adds up, and what is made of it is a
 * part of a report that can be read again.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fsio.h"
#include "worker/collect.h"

#define REPORT_TEXT_MAX	((size_t)64 * 1024 * 1024)

static char	 dir[] = "/tmp/bpfcompat-fuzz.XXXXXX", path[64];

static void
end(void)
{
	fsio_rmtree(dir, NULL);
}

static void
document(const uint8_t *p, size_t len)
{
	int	 fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	MUST(fd != -1);
	MUST(fsio_write_all(fd, p, len) == ERR_OK);
	close(fd);
}

static void
reported(const struct collected *c)
{
	const struct report_target	 t = {
		.profile_id = "debian-12-6.1",
		.status = c->status,
		.failed_stage = c->failed_stage,
		.result = c->result,
		.cls = c->cls,
		.prog_cls = c->prog_cls,
		.nprog_cls = c->nprogs,
		.infra_error = c->error,
		.infra_code = c->error_code,
	};
	struct buf			 b = BUF_INIT(REPORT_TEXT_MAX);
	struct jval			*doc = NULL;

	MUST(report_target_write(&b, &t) == ERR_OK);
	MUST(jval_parse(buf_str(&b), b.len, &doc, NULL) == ERR_OK);
	MUST(report_status_parse(jval_get_str(doc, "status", "")) ==
	    c->status);
	jval_free(doc);
	buf_clear(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct runner_end	 e = { RUNNER_DONE, "", "", NULL };
	const uint8_t		*cut;
	struct collected	 c;
	struct jval		*doc = NULL;

	if (path[0] == '\0') {
		MUST(mkdtemp(dir) != NULL);
		snprintf(path, sizeof(path), "%s/validator-result.json", dir);
		atexit(end);
	}
	if (len < 2 || (cut = memchr(p + 1, 0x1e, len - 1)) == NULL ||
	    jval_parse((const char *)p + 1, (size_t)(cut - p - 1), &doc,
	    NULL) != ERR_OK)
		return 0;
	document(cut + 1, len - (size_t)(cut - p) - 1);
	e.outcome = (enum runner_outcome)(p[0] % RUNNER__MAX);
	e.doc = doc;
	e.error_code = jval_get_str(doc, "error_code", "");
	e.error = jval_get_str(doc, "error", "");
	collect(dir, path, &e, &c);
	MUST(c.status < REPORT__MAX);
	MUST(c.status != REPORT_PASS || (e.outcome == RUNNER_DONE &&
	    c.result != NULL && strcmp(jval_get_str(c.result, "status", ""),
	    "pass") == 0));
	MUST(c.status != REPORT_INFRA || c.error_code[0] != '\0');
	reported(&c);
	collect_clear(&c);
	jval_free(doc);
	return 0;
}
