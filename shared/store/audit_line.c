#include "store/audit_line.h"

#include <string.h>

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/utf8.h"

/* What closes a line: ,"event_sha256":"<64 hex digits>"} */
#define TAIL_KEY	",\"event_sha256\":\""
#define TAIL_LEN	(sizeof(TAIL_KEY) - 1 + 64 + 2)

void
audit_text(const char *s, char out[static AUDIT_TEXT_SIZE])
{
	size_t		 left = s == NULL ? 0 : strlen(s), n, have = 0;
	uint32_t	 cp;

	for (; left > 0; s += n, left -= n) {
		n = utf8_decode(s, left, &cp);
		if (n == 0 || cp < 0x20 || cp == 0x7f) {
			n = 1;
			if (have + 1 >= AUDIT_TEXT_SIZE)
				break;
			out[have++] = '?';
			continue;
		}
		if (have + n >= AUDIT_TEXT_SIZE)
			break;
		memcpy(out + have, s, n);
		have += n;
	}
	out[have] = '\0';
}

static int
name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

void
audit_name(const char *s, char out[static AUDIT_TEXT_SIZE])
{
	audit_text(s, out);
	for (char *p = out; *p != '\0'; p++)
		if (!name_byte(*p))
			*p = '?';
}

static enum err
put_metadata(struct jsonw *w, const char *text)
{
	struct jval	*doc = NULL;
	enum err	 e = ERR_OK;

	if (text == NULL || text[0] == '\0')
		return ERR_OK;
	if (strlen(text) > AUDIT_METADATA_MAX)
		return ERR_TOOBIG;
	if (jval_parse(text, strlen(text), &doc, NULL) != ERR_OK)
		return ERR_INVAL;
	if (jval_type(doc) != JVAL_OBJ)
		e = ERR_INVAL;
	else
		jval_write(doc, w, "metadata", AUDIT_METADATA_MAX);
	jval_free(doc);
	return e;
}

static void
put_text(struct jsonw *w, const char *key, const char *val)
{
	char	 out[AUDIT_TEXT_SIZE];

	audit_text(val, out);
	jsonw_str_opt(w, key, out);
}

static void
put_name(struct jsonw *w, const char *key, const char *val)
{
	char	 out[AUDIT_TEXT_SIZE];

	audit_name(val, out);
	jsonw_str_opt(w, key, out);
}

static void
put_ours(struct jsonw *w, const struct audit_event *ev,
    const struct audit_place *at)
{
	put_text(w, "request_id", ev->request_id);
	put_text(w, "address", ev->address);
	put_text(w, "user_agent", ev->user_agent);
	put_text(w, "identity_type", ev->identity_type);
	jsonw_int_opt(w, "http_status", ev->http_status);
	if (at->count > 1 || at->first_at != NULL) {
		jsonw_int(w, "count", at->count);
		jsonw_str_opt(w, "first_at", at->first_at);
		jsonw_str_opt(w, "last_at", at->last_at);
	}
	jsonw_int(w, "seq", at->seq);
	jsonw_str_opt(w, "prev_event_sha256", at->prev);
}

enum err
audit_line(const struct audit_event *ev, const struct audit_place *at,
    struct buf *line, char sha256[static SHA256_HEX_SIZE])
{
	size_t		 start = line->len;
	struct jsonw	 w;
	enum err	 e;

	if (ev->action == NULL || ev->action[0] == '\0')
		return ERR_INVAL;
	jsonw_init(&w, line, JSONW_CANONICAL);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", AUDIT_SCHEMA);
	jsonw_str(&w, "event_id", at->event_id);
	jsonw_str(&w, "created_at", at->created_at);
	put_name(&w, "action", ev->action);
	put_text(&w, "actor", ev->actor);
	put_name(&w, "tenant", ev->tenant);
	put_name(&w, "project", ev->project);
	put_text(&w, "artifact_name", ev->artifact_name);
	put_text(&w, "artifact_version", ev->artifact_version);
	put_text(&w, "status", ev->status == NULL || ev->status[0] == '\0' ?
	    "success" : ev->status);
	put_text(&w, "message", ev->message);
	if ((e = put_metadata(&w, ev->metadata)) != ERR_OK)
		return e;
	put_ours(&w, ev, at);
	jsonw_end(&w);
	if ((e = buf_err(line)) != ERR_OK ||
	    (e = sha256_mem(line->data + start, line->len - start,
	    sha256)) != ERR_OK)
		return e;
	/* In place of the closing brace. */
	line->len--;
	buf_addf(line, TAIL_KEY "%s\"}", sha256);
	return buf_err(line);
}

enum err
audit_line_digest(const char *line, size_t len,
    char computed[static SHA256_HEX_SIZE],
    char claimed[static SHA256_HEX_SIZE])
{
	struct sha256	*sum;
	const char	*tail;
	enum err	 e;

	if (len <= TAIL_LEN)
		return ERR_CORRUPT;
	tail = line + len - TAIL_LEN;
	if (memcmp(tail, TAIL_KEY, sizeof(TAIL_KEY) - 1) != 0 ||
	    memcmp(line + len - 2, "\"}", 2) != 0)
		return ERR_CORRUPT;
	memcpy(claimed, tail + sizeof(TAIL_KEY) - 1, 64);
	claimed[64] = '\0';
	if (!hex_is_sha256(claimed))
		return ERR_CORRUPT;
	if ((e = sha256_new(&sum)) != ERR_OK)
		return e;
	sha256_add(sum, line, len - TAIL_LEN);
	sha256_add(sum, "}", 1);
	sha256_hex(sum, computed);
	sha256_free(sum);
	return ERR_OK;
}
