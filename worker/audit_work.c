#include "worker/audit_work.h"

#include "base/log.h"
#include "domain/audit_chain.h"

/* Until the next attempt when nobody can sign. */
#define PAUSE_MS	10000
#define SEAL_LINE_MAX	4096

/*
 * No transaction: what has been appended never changes, so it can be signed
 * while more is appended.
 */
static enum err
seal_end(struct engine *g, struct diag *d)
{
	struct audit_seal	 s = { 0 };
	struct buf		 line = BUF_INIT(SEAL_LINE_MAX);
	int64_t			 sealed;
	enum err		 e;

	if ((e = audit_end(g->db, &s.count, s.event_sha256)) != ERR_OK ||
	    (e = audit_sealed(g->db, &sealed)) != ERR_OK ||
	    s.count <= sealed)
		return e;
	if ((e = audit_seal_sign(&s, signer_sign, g->signer, &line, d)) ==
	    ERR_OK)
		e = audit_seal_add(g->db, s.count, buf_str(&line));
	buf_clear(&line);
	/* Another worker was as fast. */
	return e == ERR_EXISTS ? ERR_OK : e;
}

int64_t
audit_work(struct engine *g, int64_t now)
{
	struct diag	 d = DIAG_INIT;
	int64_t		 due = -1;
	enum err	 e;

	if ((e = audit_floods_close(g->db, &due)) == ERR_OK)
		e = seal_end(g, &d);
	if (e == ERR_OK)
		return due == -1 ? -1 : now + due;
	log_event(LOG_WARN, "audit.not_sealed", LOG_S("code", err_code(e)),
	    LOG_S("detail", d.msg[0] != '\0' ? d.msg : db_errmsg(g->db)));
	return now + PAUSE_MS;
}
