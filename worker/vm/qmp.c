#include "worker/vm/qmp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_in.h"

void
qmp_init(struct qmp *q)
{
	memset(q, 0, sizeof(*q));
	buf_init(&q->in, QMP_LINE_MAX);
	buf_init(&q->reply, QMP_LINE_MAX);
}

void
qmp_clear(struct qmp *q)
{
	buf_clear(&q->in);
	buf_clear(&q->reply);
}

static void
event(struct qmp *q, const char *name, const struct jval *data)
{
	if (strcmp(name, "SHUTDOWN") == 0) {
		q->shutdown = true;
		q->by_guest = jval_get_bool(data, "guest", false);
		snprintf(q->reason, sizeof(q->reason), "%s",
		    jval_get_str(data, "reason", ""));
	} else if (strcmp(name, "GUEST_PANICKED") == 0)
		q->panicked = true;
	else if (strcmp(name, "MIGRATION") == 0)
		snprintf(q->migration, sizeof(q->migration), "%s",
		    jval_get_str(data, "status", ""));
	else if (strcmp(name, "VSERPORT_CHANGE") == 0 &&
	    strcmp(jval_get_str(data, "id", ""), QMP_SSH_PORT) == 0)
		q->ssh_closed = !jval_get_bool(data, "open", true);
}

static void
message(struct qmp *q, const char *line, size_t len)
{
	struct jval		*doc = NULL;
	const struct jval	*v;

	if (jval_parse(line, len, &doc, NULL) != ERR_OK) {
		q->broken = true;
		return;
	}
	if (jval_get(doc, "QMP") != NULL)
		q->greeted = true;
	else if ((v = jval_get(doc, "event")) != NULL)
		event(q, jval_str(v, ""), jval_get(doc, "data"));
	else if ((v = jval_get(doc, "return")) != NULL) {
		buf_reset(&q->reply);
		buf_adds(&q->reply, jval_text(v));
		q->replied = true;
		q->failed = false;
	} else if ((v = jval_get(doc, "error")) != NULL) {
		buf_reset(&q->reply);
		buf_adds(&q->reply, jval_get_str(v, "desc", "unknown error"));
		q->replied = true;
		q->failed = true;
	}
	jval_free(doc);
}

void
qmp_feed(struct qmp *q, const void *p, size_t n)
{
	char	*end;
	size_t	 len;

	if (q->broken)
		return;
	if (buf_add(&q->in, p, n) != ERR_OK) {
		q->broken = true;
		return;
	}
	while (q->in.len > 0 &&
	    (end = memchr(q->in.data, '\n', q->in.len)) != NULL) {
		len = (size_t)(end - q->in.data);
		if (len > 0 && q->in.data[len - 1] == '\r')
			message(q, q->in.data, len - 1);
		else if (len > 0)
			message(q, q->in.data, len);
		buf_consume(&q->in, (size_t)(end - q->in.data) + 1);
	}
}

int
qmp_usernet_port(const char *text)
{
	/* "  TCP[HOST_FORWARD]  12       127.0.0.1 36837  10.0.2.15    22" */
	const char	*p = strstr(text, "TCP[HOST_FORWARD]");
	long		 port;
	char		*end;

	if (p == NULL || (p = strstr(p, "127.0.0.1")) == NULL)
		return 0;
	port = strtol(p + strlen("127.0.0.1"), &end, 10);
	return port > 0 && port < 65536 && *end == ' ' ? (int)port : 0;
}
