#include "store/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/timefmt.h"

/* Above and below every text that a time or a run id can be. */
#define TEXT_TOP	"~"
#define TEXT_BOTTOM	""
#define CURSOR_FORM	"1"	/* of what is in a cursor */
#define FILTER_HEX	16	/* digits of the filter's digest */

enum err
page_time(const char *s, char out[static PAGE_TIME_SIZE])
{
	char	 whole[TIME_RFC3339_SIZE];
	int64_t	 ms;

	if (strlen(s) == 10)
		snprintf(whole, sizeof(whole), "%sT00:00:00Z", s);
	else if (strlen(s) == sizeof(whole) - 1)
		memcpy(whole, s, sizeof(whole));
	else
		return ERR_INVAL;
	if (time_parse_rfc3339(whole, &ms) != ERR_OK)
		return ERR_INVAL;
	memcpy(out, whole, PAGE_TIME_SIZE - 1);
	out[PAGE_TIME_SIZE - 1] = '\0';
	return ERR_OK;
}

/* --- cursors -------------------------------------------------------------- */

static enum err
filter_digest(const struct page *p, const char *list,
    char hex[static SHA256_HEX_SIZE])
{
	const char	*const part[] = { list, p->name, p->version,
			    p->status, p->profile, p->from, p->to };
	struct sha256	*sum = NULL;
	enum err	 e;

	if ((e = sha256_new(&sum)) != ERR_OK)
		return e;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		/* With its NUL, so that two parts are not one. */
		sha256_add(sum, part[i] == NULL ? "-" : "+", 1);
		if (part[i] != NULL)
			sha256_add(sum, part[i], strlen(part[i]) + 1);
	}
	sha256_hex(sum, hex);
	sha256_free(sum);
	return ERR_OK;
}

enum err
page_cursor(const struct page *p, const char *list,
    const struct page_place *at, char *out)
{
	char		 hex[SHA256_HEX_SIZE], plain[PAGE_CURSOR_MAX];
	struct buf	 b = BUF_INIT(PAGE_CURSOR_MAX - 1);
	int		 len;
	enum err	 e;

	if ((e = filter_digest(p, list, hex)) != ERR_OK)
		return e;
	len = snprintf(plain, sizeof(plain), CURSOR_FORM "\n%.*s\n%s\n%s\n%"
	    PRId64, FILTER_HEX, hex, at->at, at->id, at->seq);
	if (len < 0 || (size_t)len >= sizeof(plain))
		return ERR_TOOBIG;
	/* Needs no quoting in a URL. */
	if ((e = b64url_encode(plain, (size_t)len, &b)) == ERR_OK)
		memcpy(out, buf_str(&b), b.len + 1);
	buf_clear(&b);
	return e;
}

/* The next line of *s; false when there is none or it does not fit. */
static bool
line(char **s, char *out, size_t size)
{
	size_t	 n = strcspn(*s, "\n");

	if (n >= size || (*s)[n] == '\0')
		return false;
	memcpy(out, *s, n);
	out[n] = '\0';
	*s += n + 1;
	return true;
}

static bool
take_apart(char *s, struct page_place *at)
{
	char	 form[4], filter[FILTER_HEX + 1], *end;

	if (!line(&s, form, sizeof(form)) ||
	    !line(&s, filter, sizeof(filter)) ||
	    !line(&s, at->at, sizeof(at->at)) ||
	    !line(&s, at->id, sizeof(at->id)))
		return false;
	at->seq = strtoll(s, &end, 10);
	return end != s && *end == '\0' && at->at[0] != '\0';
}

enum err
page_cursor_parse(struct page *p, const char *list, const char *cursor)
{
	char			 plain[PAGE_CURSOR_MAX], again[PAGE_CURSOR_MAX];
	struct buf		 b = BUF_INIT(PAGE_CURSOR_MAX - 1);
	struct page_place	 at = { "", "", 0 };
	size_t			 n = strlen(cursor);
	enum err		 e = ERR_INVAL;

	if (n == 0 || n >= PAGE_CURSOR_MAX - 4 || strspn(cursor,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-_") != n)
		return ERR_INVAL;
	for (size_t i = 0; i < n; i++)
		plain[i] = cursor[i] == '-' ? '+' : cursor[i] == '_' ? '/' :
		    cursor[i];
	while (n % 4 != 0)
		plain[n++] = '=';
	if (b64_decode(plain, n, &b) == ERR_OK && b.len > 0 &&
	    memchr(b.data, '\0', b.len) == NULL && take_apart(b.data, &at) &&
	    page_cursor(p, list, &at, again) == ERR_OK &&
	    strcmp(again, cursor) == 0) {
		p->after = at;
		e = ERR_OK;
	}
	buf_clear(&b);
	return e;
}

/* --- statements ----------------------------------------------------------- */

static enum stmt_id
choose(const struct page *p, const struct page_stmts *ids)
{
	if (p->name != NULL)
		return p->version != NULL ? ids->version : ids->name;
	return p->profile != NULL ? ids->profile :
	    p->status != NULL ? ids->status : ids->all;
}

struct stmt *
page_stmt(struct db *db, const struct page *p, const struct page_stmts *ids)
{
	enum stmt_id	 id = choose(p, ids);
	struct stmt	*s = db_stmt(db, id);
	bool		 first = p->after.at[0] == '\0';

	/* One upper bound, not two: an index can use only one. */
	stmt_text(s, ":at", !first ? p->after.at : p->to != NULL ? p->to :
	    TEXT_TOP);
	stmt_text(s, ":id", first ? TEXT_BOTTOM : p->after.id);
	stmt_text(s, ":from", p->from == NULL ? TEXT_BOTTOM : p->from);
	stmt_int(s, ":limit", p->limit);
	if (id == ids->name || id == ids->version)
		stmt_text(s, ":name", p->name);
	if (id == ids->version)
		stmt_text(s, ":version", p->version);
	if (id == ids->name || id == ids->version || id == ids->profile)
		stmt_text(s, ":profile", p->profile);
	if (id != ids->all)
		stmt_text(s, ":status", p->status);
	return s;
}
