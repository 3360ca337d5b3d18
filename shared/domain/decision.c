#include "domain/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_in.h"
#include "domain/registry.h"
#include "store/audit_line.h"

#define EVENT_MAX	((size_t)16 * 1024)

/* Words of the row, the event, and the audit. */
static const struct {
	const char	*operation, *action;
} kinds[] = {
	[DECISION_SELECT] = { "select", "runtime_select" },
	[DECISION_FETCH] = { "fetch", "runtime_fetch" },
	[DECISION_EXECUTE] = { "execute", "runtime_execute" },
	/* Clients know it as a select that an agent asked for. */
	[DECISION_AGENT] = { "select", "agent_decision" },
};

static const char *const sources[] = {
	[DECISION_API] = "api",
	[DECISION_CLI] = "cli",
	[DECISION_BY_AGENT] = "agent",
};

static const struct {
	const char	*status, *suffix;
} outcomes[] = {
	[DECISION_ALLOW] = { "success", "" },
	[DECISION_DENY] = { "denied", "_denied" },
	[DECISION_ERROR] = { "error", "_error" },
};

/* What is made once and goes into row, event and trace. */
struct	draft {
	const struct decision	*d;
	char			 id[DECISION_ID_SIZE];
	char			 created[TIME_RFC3339_SIZE];
	char			 expires[TIME_RFC3339_SIZE];
	char			 root[DECISION_ROOT_SIZE];
	char			 trace_sha256[SHA256_HEX_SIZE];
	char			 event_sha256[SHA256_HEX_SIZE];
	struct buf		 trace, event, metadata;
};

static const char *
text(const char *s)
{
	return s == NULL ? "" : s;
}

void
decision_correlation(char out[static DECISION_CORRELATION_SIZE])
{
	rnd_hex(16, out);
}

static bool
correlation_ok(const char *s)
{
	return s != NULL && strlen(s) == DECISION_CORRELATION_SIZE - 1 &&
	    strspn(s, "0123456789abcdef") == DECISION_CORRELATION_SIZE - 1;
}

bool
decision_id_ok(const char *s)
{
	size_t	 n = strlen(s);

	return n > 0 && n <= DECISION_ID_MAX && s[0] != '-' &&
	    strspn(s, "0123456789abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == n;
}

/* 20260527T121500Z- and 12 hex digits. */
static void
make_id(const char *created, char out[static DECISION_ID_SIZE])
{
	char	 rnd[13];
	size_t	 n = 0;

	for (const char *p = created; *p != '\0'; p++)
		if (*p != '-' && *p != ':')
			out[n++] = *p;
	rnd_hex(6, rnd);
	snprintf(out + n, DECISION_ID_SIZE - n, "-%s", rnd);
}

/*
 * A decision about a project is published with the project, if there is one:
 * what a refused request names is only a text.
 */
static enum err
find_root(struct db *db, struct draft *x)
{
	const struct decision	*d = x->d;
	enum err		 e;

	if (!registry_id_ok(text(d->tenant)) ||
	    !registry_id_ok(text(d->project)))
		return ERR_OK;
	e = store_project_get(db, d->tenant, d->project, NULL);
	if (e == ERR_OK)
		snprintf(x->root, sizeof(x->root), "%s/%s", d->tenant,
		    d->project);
	return e == ERR_NOTFOUND ? ERR_OK : e;
}

/* --- what is written down ---------------------------------------------------*/

/* A text that is one JSON value, as such. */
static enum err
put_json(struct jsonw *w, const char *key, const char *json, struct diag *d)
{
	struct jval	*doc = NULL;

	if (json == NULL || json[0] == '\0')
		return ERR_OK;
	if (jval_parse(json, strlen(json), &doc, NULL) != ERR_OK)
		return diag_set(d, ERR_INVAL, key, "%s of a decision is no "
		    "JSON", key);
	jval_write(doc, w, key, DECISION_TRACE_MAX);
	jval_free(doc);
	return ERR_OK;
}

static void
put_record(struct jsonw *w, const struct decision *d)
{
	if (text(d->record_sha256)[0] == '\0')
		return;
	jsonw_str(w, "chain", text(d->chain));
	jsonw_int(w, "record_seq", d->record_seq);
	jsonw_str(w, "record_sha256", d->record_sha256);
	jsonw_str(w, "run_id", text(d->run_id));
	jsonw_str(w, "artifact_sha256", text(d->sha256));
}

static void
put_who(struct jsonw *w, const struct decision *d)
{
	jsonw_str_opt(w, "actor", d->actor);
	jsonw_str_opt(w, "identity_type", d->identity_type);
	jsonw_str_opt(w, "address", d->address);
	jsonw_str_opt(w, "request_id", d->request_id);
	jsonw_str_opt(w, "tenant", d->tenant);
	jsonw_str_opt(w, "project", d->project);
	jsonw_str_opt(w, "agent_id", d->agent_id);
}

static enum err
put_parts(struct jsonw *w, const struct decision *d, struct diag *dg)
{
	const struct { const char *key, *json; } parts[] = {
		{ "policy", d->policy }, { "probe", d->probe },
		{ "host_probe", d->host_probe },
		{ "selection", d->selection },
		{ "history_verification", d->history_verification },
		{ "fetch", d->fetch }, { "execution", d->execution },
	};
	enum err	 e = ERR_OK;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) &&
	    e == ERR_OK; i++)
		e = put_json(w, parts[i].key, parts[i].json, dg);
	return e;
}

static enum err
write_trace(struct draft *x, struct diag *dg)
{
	const struct decision	*d = x->d;
	struct jsonw		 w;
	enum err		 e;

	jsonw_init(&w, &x->trace, JSONW_INDENT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", DECISION_TRACE_SCHEMA);
	jsonw_str(&w, "decision_id", x->id);
	jsonw_str(&w, "created_at", x->created);
	jsonw_str(&w, "source", sources[d->source]);
	jsonw_str(&w, "operation", kinds[d->kind].operation);
	/* Paths in a trace are relative to the work folder. */
	jsonw_str(&w, "workdir", ".");
	jsonw_str_opt(&w, "artifact_name", d->artifact_name);
	jsonw_str_opt(&w, "requested_version", d->requested_version);
	jsonw_str_opt(&w, "target_profile_id", d->target_profile);
	if ((e = put_parts(&w, d, dg)) != ERR_OK)
		return e;
	jsonw_str(&w, "status", outcomes[d->outcome].status);
	jsonw_str_opt(&w, "error", d->reason);
	if (d->nnotes > 0) {
		jsonw_arr(&w, "notes");
		for (size_t i = 0; i < d->nnotes; i++)
			jsonw_str(&w, NULL, d->notes[i]);
		jsonw_end(&w);
	}
	jsonw_str(&w, "correlation_id", d->correlation_id);
	jsonw_str_opt(&w, "code", d->code);
	jsonw_str_opt(&w, "expires_at", x->expires);
	put_who(&w, d);
	if (text(d->record_sha256)[0] != '\0') {
		jsonw_obj(&w, "selected_record");
		jsonw_str(&w, "artifact_version", text(d->version));
		jsonw_str_opt(&w, "artifact_variant", d->variant);
		put_record(&w, d);
		jsonw_end(&w);
	}
	jsonw_end(&w);
	buf_addc(&x->trace, '\n');
	if ((e = buf_err(&x->trace)) != ERR_OK)
		return diag_set(dg, e, NULL, "the decision's trace is larger "
		    "than %zu bytes", x->trace.max);
	return sha256_mem(x->trace.data, x->trace.len, x->trace_sha256);
}

static void
trace_path(const char *root, const char *id, char *out, size_t size)
{
	const char	*slash = strchr(root, '/');

	if (slash == NULL)
		snprintf(out, size, DECISION_TRACES "/%s.json", id);
	else
		snprintf(out, size, "cloud-registry/tenants/%.*s/projects/%s/"
		    DECISION_TRACES "/%s.json", (int)(slash - root), root,
		    slash + 1, id);
}

static enum err
write_event(struct draft *x)
{
	const struct decision	*d = x->d;
	char			 path[256];
	struct jsonw		 w;
	enum err		 e;

	trace_path(x->root, x->id, path, sizeof(path));
	jsonw_init(&w, &x->event, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", DECISION_EVENT_SCHEMA);
	jsonw_str(&w, "decision_id", x->id);
	jsonw_str(&w, "created_at", x->created);
	jsonw_str(&w, "source", sources[d->source]);
	jsonw_str(&w, "operation", kinds[d->kind].operation);
	jsonw_str(&w, "status", outcomes[d->outcome].status);
	jsonw_str_opt(&w, "artifact_name", d->artifact_name);
	jsonw_str_opt(&w, "requested_version", d->requested_version);
	jsonw_str_opt(&w, "selected_version", d->version);
	jsonw_str_opt(&w, "execution_status", d->execution_status);
	jsonw_str(&w, "trace_path", path);
	jsonw_str(&w, "correlation_id", d->correlation_id);
	jsonw_str_opt(&w, "code", d->code);
	jsonw_str_opt(&w, "expires_at", x->expires);
	put_who(&w, d);
	put_record(&w, d);
	jsonw_str(&w, "trace_sha256", x->trace_sha256);
	jsonw_end(&w);
	if ((e = buf_err(&x->event)) != ERR_OK)
		return e;
	return sha256_mem(x->event.data, x->event.len, x->event_sha256);
}

struct	member {
	const char	*key, *val;
};

#define MEMBERS	13

struct	joining {
	struct jsonw		*w;
	const struct member	*ours;	/* win over the caller's */
};

static enum err
put_member(const char *key, const struct jval *v, void *arg)
{
	const struct joining	*j = arg;

	for (size_t i = 0; i < MEMBERS; i++)
		if (strcmp(j->ours[i].key, key) == 0)
			return ERR_OK;
	jval_write(v, j->w, key, AUDIT_METADATA_MAX);
	return ERR_OK;
}

/* What joins reply, trace and audit, and the caller's own. */
static enum err
write_metadata(struct draft *x, struct diag *dg)
{
	const struct decision	*d = x->d;
	const struct member	 ours[MEMBERS] = {
		{ "correlation_id", d->correlation_id },
		{ "decision_id", x->id },
		{ "decision_sha256", x->event_sha256 },
		{ "code", d->code },
		{ "requested_version", d->requested_version },
		{ "target_profile", d->target_profile },
		{ "selected_version", d->version },
		{ "run_id", d->run_id }, { "artifact_sha256", d->sha256 },
		{ "record_sha256", d->record_sha256 },
		{ "execution_status", d->execution_status },
		{ "agent_id", d->agent_id }, { "expires_at", x->expires },
	};
	struct jval		*doc = NULL;
	struct jsonw		 w;
	struct joining		 j = { &w, ours };
	enum err		 e = ERR_OK;

	jsonw_init(&w, &x->metadata, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	for (size_t i = 0; i < MEMBERS; i++)
		jsonw_str_opt(&w, ours[i].key, ours[i].val);
	if (text(d->metadata)[0] != '\0') {
		if (jval_parse(d->metadata, strlen(d->metadata), &doc, NULL) !=
		    ERR_OK || jval_type(doc) != JVAL_OBJ)
			e = diag_set(dg, ERR_INVAL, "metadata", "metadata of "
			    "a decision is no JSON object");
		else
			e = jval_each(doc, put_member, &j);
		jval_free(doc);
	}
	jsonw_end(&w);
	return e == ERR_OK ? buf_err(&x->metadata) : e;
}

/* --- appending --------------------------------------------------------------*/

static enum err
append(struct db *db, const struct draft *x)
{
	const struct decision	*d = x->d;
	char			 action[64];
	struct audit_event	 ev = { .action = action,
		.status = outcomes[d->outcome].status, .actor = d->actor,
		.tenant = d->tenant, .project = d->project,
		.artifact_name = d->artifact_name,
		.artifact_version = text(d->version)[0] != '\0' ?
		    d->version : d->requested_version,
		.message = d->reason, .metadata = buf_str(&x->metadata),
		.request_id = d->request_id, .address = d->address,
		.user_agent = d->user_agent,
		.identity_type = d->identity_type, .known = d->known };
	struct decision_new	 row = { .id = x->id,
		.correlation_id = d->correlation_id,
		.created_at = x->created, .expires_at = x->expires,
		.source = sources[d->source],
		.operation = kinds[d->kind].operation,
		.status = outcomes[d->outcome].status,
		.code = text(d->code), .reason = text(d->reason),
		.actor = text(d->actor), .tenant = text(d->tenant),
		.project = text(d->project), .root = x->root,
		.name = text(d->artifact_name),
		.requested_version = text(d->requested_version),
		.version = text(d->version), .sha256 = text(d->sha256),
		.chain = text(d->chain), .record_seq = d->record_seq,
		.record_sha256 = text(d->record_sha256),
		.run_id = text(d->run_id), .event = buf_str(&x->event),
		.event_sha256 = x->event_sha256,
		.trace = buf_str(&x->trace) };

	snprintf(action, sizeof(action), "%s%s", kinds[d->kind].action,
	    outcomes[d->outcome].suffix);
	return store_decision_add(db, &row, &ev);
}

static enum err
draft_id(struct draft *x, struct diag *dg)
{
	const struct decision	*d = x->d;
	int64_t			 now = time_now_ms();

	if (!correlation_ok(d->correlation_id))
		return diag_set(dg, ERR_INVAL, "correlation_id", "a decision "
		    "has a correlation id of 32 hex digits");
	time_rfc3339(now, x->created);
	if (d->expires_at > 0)
		time_rfc3339(d->expires_at, x->expires);
	if (d->id != NULL && !decision_id_ok(d->id))
		return diag_set(dg, ERR_INVAL, "decision_id", "a decision's "
		    "id has 1 to %d letters, digits and hyphens",
		    DECISION_ID_MAX);
	if (d->id != NULL)
		snprintf(x->id, sizeof(x->id), "%s", d->id);
	else if (d->kind == DECISION_EXECUTE)
		snprintf(x->id, sizeof(x->id), "%s", d->correlation_id);
	else
		make_id(x->created, x->id);
	return ERR_OK;
}

enum err
decision_record(struct db *db, const struct decision *d,
    struct decision_done *done, struct diag *dg)
{
	struct draft	 x = { .d = d, .trace = BUF_INIT(DECISION_TRACE_MAX),
			    .event = BUF_INIT(EVENT_MAX),
			    .metadata = BUF_INIT(AUDIT_METADATA_MAX) };
	enum err	 e;

	if ((e = draft_id(&x, dg)) != ERR_OK ||
	    (e = find_root(db, &x)) != ERR_OK ||
	    (e = write_trace(&x, dg)) != ERR_OK ||
	    (e = write_event(&x)) != ERR_OK ||
	    (e = write_metadata(&x, dg)) != ERR_OK)
		goto out;
	if ((e = db_begin(db)) == ERR_OK)
		e = db_end(db, append(db, &x));
	if (e == ERR_EXISTS)
		diag_set(dg, e, "decision_id", "there is a decision with this "
		    "id, and it stays as it is");
	if (e != ERR_OK)
		goto out;
	memset(done, 0, sizeof(*done));
	snprintf(done->id, sizeof(done->id), "%s", x.id);
	snprintf(done->root, sizeof(done->root), "%s", x.root);
	done->event = x.event;
	buf_init(&x.event, EVENT_MAX);
out:
	buf_clear(&x.trace);
	buf_clear(&x.event);
	buf_clear(&x.metadata);
	return e;
}

void
decision_done_clear(struct decision_done *done)
{
	buf_clear(&done->event);
}

/* --- in replies ---------------------------------------------------------------*/

void
decision_audit_json(struct jsonw *w, const struct decision_done *done)
{
	struct jval	*doc = NULL;
	char		 path[256];
	size_t		 n;

	trace_path(done->root, done->id, path, sizeof(path));
	jsonw_obj(w, "audit");
	jsonw_str(w, "decision_id", done->id);
	jsonw_str(w, "trace_path", path);
	n = strlen(path) - strlen(DECISION_TRACES "/.json") -
	    strlen(done->id);
	snprintf(path + n, sizeof(path) - n, DECISION_STREAM);
	jsonw_str(w, "event_stream_path", path);
	if (jval_parse(buf_str(&done->event), done->event.len, &doc, NULL) ==
	    ERR_OK)
		jval_write(doc, w, "event", EVENT_MAX);
	jval_free(doc);
	jsonw_end(w);
}

void
decision_audit_failed_json(struct jsonw *w, enum err e, const struct diag *d)
{
	char	 out[256];

	/* What the database said is for the log. */
	snprintf(out, sizeof(out), "the decision is not on record: %s",
	    e == ERR_INVAL || e == ERR_EXISTS ? diag_text(d) : err_text(e));
	jsonw_str(w, "audit_error", out);
}

/* --- reading ------------------------------------------------------------------*/

enum err
decision_find(struct db *db, const char *id, struct decision_row *r)
{
	return decision_id_ok(id) ? store_decision_get(db, id, r) :
	    ERR_NOTFOUND;
}

bool
decision_expired(const struct decision_row *r, int64_t now)
{
	int64_t	 at;

	if (r->expires_at[0] == '\0')
		return false;
	return time_parse_rfc3339(r->expires_at, &at) != ERR_OK || at <= now;
}

/* The columns that decide something are those of the event. */
static bool
columns_agree(const struct decision_row *r, const struct jval *ev)
{
	const struct { const char *key, *column; } v[] = {
		{ "decision_id", r->id }, { "status", r->status },
		{ "correlation_id", r->correlation_id },
		{ "operation", r->operation }, { "tenant", r->tenant },
		{ "project", r->project }, { "artifact_name", r->name },
		{ "selected_version", r->version },
		{ "artifact_sha256", r->sha256 }, { "chain", r->chain },
		{ "record_sha256", r->record_sha256 },
		{ "run_id", r->run_id }, { "expires_at", r->expires_at },
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		if (strcmp(jval_get_str(ev, v[i].key, ""), v[i].column) != 0)
			return false;
	return jval_get_int(ev, "record_seq", 0) == r->record_seq;
}

static enum err
check_event(const struct decision_row *r, struct diag *d)
{
	char		 sum[SHA256_HEX_SIZE];
	struct jval	*doc = NULL;
	enum err	 e;

	if ((e = sha256_mem(r->event, strlen(r->event), sum)) != ERR_OK)
		return e;
	if (strcmp(sum, r->event_sha256) != 0 || jval_parse(r->event,
	    strlen(r->event), &doc, NULL) != ERR_OK)
		return diag_set(d, ERR_CORRUPT, NULL, "the decision was "
		    "changed: its digest is another");
	if (!columns_agree(r, doc))
		e = diag_set(d, ERR_CORRUPT, NULL, "the columns do not say "
		    "what the decision says");
	else if ((e = sha256_mem(r->trace, strlen(r->trace), sum)) ==
	    ERR_OK && strcmp(sum, jval_get_str(doc, "trace_sha256", "")) != 0)
		e = diag_set(d, ERR_CORRUPT, NULL, "the trace was changed: "
		    "its digest is another");
	jval_free(doc);
	return e;
}

enum err
decision_check(struct db *db, const struct decision_row *r, struct diag *d)
{
	char		 computed[SHA256_HEX_SIZE], claimed[SHA256_HEX_SIZE];
	const struct jval *meta;
	struct jval	*doc = NULL;
	char		*line = NULL;
	enum err	 e;

	if ((e = check_event(r, d)) != ERR_OK)
		return e;
	e = store_decision_audit_line(db, r->audit_seq, &line);
	if (e == ERR_NOTFOUND)
		return diag_set(d, ERR_CORRUPT, NULL, "the event of the audit "
		    "is missing");
	if (e == ERR_OK && (audit_line_digest(line, strlen(line), computed,
	    claimed) != ERR_OK || strcmp(computed, claimed) != 0 ||
	    jval_parse(line, strlen(line), &doc, NULL) != ERR_OK))
		e = diag_set(d, ERR_CORRUPT, NULL, "the event of the audit "
		    "was changed");
	if (e == ERR_OK) {
		meta = jval_get(doc, "metadata");
		if (strcmp(jval_get_str(meta, "decision_sha256", ""),
		    r->event_sha256) != 0)
			e = diag_set(d, ERR_CORRUPT, NULL, "the event of the "
			    "audit is about another decision");
	}
	jval_free(doc);
	free(line);
	return e;
}
