/*
 * The HTTP client against a server of its own, and which addresses are
 * public.  Names are looked up by a function of this test, which is given to
 * the guard in code: no setting can do that.
 */
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/http.h"
#include "base/net.h"
#include "base/timefmt.h"

/* --- which addresses are public ----------------------------------------------*/

static const char *
word(const char *text)
{
	struct net_addr	 a;

	cr_assert(net_addr_read(text, &a), "%s is no address", text);
	return net_not_public(&a) == NULL ? "public" : net_not_public(&a);
}

/* The first and last address of each range, and their neighbours. */
Test(net, names_every_special_range_of_ipv4)
{
	static const char *const	 v[][2] = {
		{ "0.0.0.0", "unspecified" }, { "0.0.0.1", "reserved" },
		{ "0.255.255.255", "reserved" }, { "1.0.0.0", "public" },
		{ "9.255.255.255", "public" }, { "10.0.0.0", "private" },
		{ "10.255.255.255", "private" }, { "11.0.0.0", "public" },
		{ "100.63.255.255", "public" }, { "100.64.0.0", "cgnat" },
		{ "100.127.255.255", "cgnat" }, { "100.128.0.0", "public" },
		{ "126.255.255.255", "public" }, { "127.0.0.0", "loopback" },
		{ "127.0.0.1", "loopback" },
		{ "127.255.255.255", "loopback" }, { "128.0.0.0", "public" },
		{ "169.253.255.255", "public" },
		{ "169.254.0.0", "link_local" },
		{ "169.254.169.254", "link_local" },
		{ "169.254.255.255", "link_local" },
		{ "169.255.0.0", "public" }, { "172.15.255.255", "public" },
		{ "172.16.0.0", "private" }, { "172.31.255.255", "private" },
		{ "172.32.0.0", "public" }, { "191.255.255.255", "public" },
		{ "192.0.0.0", "reserved" }, { "192.0.0.255", "reserved" },
		{ "192.0.1.0", "public" }, { "192.0.2.0", "documentation" },
		{ "192.0.2.255", "documentation" }, { "192.0.3.0", "public" },
		{ "192.52.192.255", "public" }, { "192.52.193.0", "reserved" },
		{ "192.52.193.255", "reserved" }, { "192.52.194.0", "public" },
		{ "192.88.98.255", "public" }, { "192.88.99.0", "6to4" },
		{ "192.88.99.255", "6to4" }, { "192.88.100.0", "public" },
		{ "192.167.255.255", "public" }, { "192.168.0.0", "private" },
		{ "192.168.255.255", "private" }, { "192.169.0.0", "public" },
		{ "198.17.255.255", "public" }, { "198.18.0.0", "benchmark" },
		{ "198.19.255.255", "benchmark" }, { "198.20.0.0", "public" },
		{ "198.51.99.255", "public" },
		{ "198.51.100.0", "documentation" },
		{ "198.51.100.255", "documentation" },
		{ "198.51.101.0", "public" }, { "203.0.112.255", "public" },
		{ "203.0.113.0", "documentation" },
		{ "203.0.113.255", "documentation" },
		{ "203.0.114.0", "public" }, { "223.255.255.255", "public" },
		{ "224.0.0.0", "multicast" },
		{ "239.255.255.255", "multicast" }, { "240.0.0.0", "reserved" },
		{ "255.255.255.254", "reserved" },
		{ "255.255.255.255", "broadcast" }
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		cr_expect_str_eq(word(v[i][0]), v[i][1], "%s: %s", v[i][0],
		    word(v[i][0]));
	TEST_END();
}

Test(net, names_every_special_range_of_ipv6)
{
	static const char *const	 v[][2] = {
		{ "::", "unspecified" }, { "::1", "loopback" },
		{ "::2", "ipv4_compatible" },
		{ "::ffff:ffff", "ipv4_compatible" },
		{ "::1:0:0", "reserved" }, { "100::1", "reserved" },
		{ "64:ff9a:ffff::", "reserved" },
		{ "64:ff9b::", "nat64" }, { "64:ff9b::ffff:ffff", "nat64" },
		{ "64:ff9b:1::", "nat64" },
		{ "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "nat64" },
		{ "64:ff9b:2::", "reserved" }, { "1fff:ffff::", "reserved" },
		{ "2000::", "public" }, { "2000:ffff::", "public" },
		{ "2001::", "teredo" }, { "2001:0:ffff::", "teredo" },
		{ "2001:2::1", "reserved" }, { "2001:10::1", "reserved" },
		{ "2001:20::1", "reserved" },
		{ "2001:1ff:ffff::", "reserved" }, { "2001:200::", "public" },
		{ "2001:db7:ffff::", "public" },
		{ "2001:db8::", "documentation" },
		{ "2001:db8:ffff::1", "documentation" },
		{ "2001:db9::", "public" }, { "2001:4860:4860::8888", "public" },
		{ "2001:ffff::", "public" }, { "2002::", "6to4" },
		{ "2002:ffff:ffff::", "6to4" }, { "2003::", "public" },
		{ "3ffe:ffff::", "public" }, { "3fff::", "documentation" },
		{ "3fff:fff:ffff::", "documentation" },
		{ "3fff:1000::", "public" }, { "4000::", "reserved" },
		{ "fbff:ffff::", "reserved" }, { "fc00::", "private" },
		{ "fdff:ffff::1", "private" }, { "fe00::", "reserved" },
		{ "fe7f:ffff::", "reserved" }, { "fe80::1", "link_local" },
		{ "febf:ffff::", "link_local" }, { "fec0::", "site_local" },
		{ "feff:ffff::", "site_local" }, { "ff00::", "multicast" },
		{ "ff02::1", "multicast" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast" }
	};

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++)
		cr_expect_str_eq(word(v[i][0]), v[i][1], "%s: %s", v[i][0],
		    word(v[i][0]));
	TEST_END();
}

/* Every way to write an internal IPv4 address inside an IPv6 one. */
Test(net, sees_the_ipv4_address_inside_an_ipv6_address)
{
	static const char *const	 forms[] = { "::ffff:%s", "::%s",
		"64:ff9b::%s", "64:ff9b:1::%s" };
	static const char *const	 v[] = { "127.0.0.1", "10.1.2.3",
		"169.254.169.254", "100.64.0.1", "192.168.0.1", "0.0.0.0",
		"255.255.255.255", "224.0.0.1" };
	char				 text[64];

	for (size_t f = 0; f < sizeof(forms) / sizeof(forms[0]); f++)
		for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			snprintf(text, sizeof(text), forms[f], v[i]);
#pragma GCC diagnostic pop
			cr_expect_str_neq(word(text), "public", "%s", text);
		}
	cr_expect_str_eq(word("2002:7f00:1::"), "6to4");
	cr_expect_str_eq(word("2002:a9fe:a9fe::"), "6to4");
	cr_expect_str_eq(word("::ffff:127.0.0.1"), "loopback");
	cr_expect_str_eq(word("::ffff:8.8.8.8"), "public");
	TEST_END();
}

Test(net, reads_a_list_of_networks)
{
	struct net_list	 l;
	struct net_addr	 a;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(net_list_read("", "V", &l, &d), ERR_OK);
	cr_assert_eq(l.n, 0);
	cr_assert_eq(net_list_read("10.1.0.0/16, fd00::/8,192.0.2.7", "V", &l,
	    &d), ERR_OK);
	cr_assert_eq(l.n, 3);
	net_addr_read("10.1.255.255", &a);
	cr_expect(net_list_has(&l, &a));
	net_addr_read("10.2.0.0", &a);
	cr_expect_not(net_list_has(&l, &a));
	net_addr_read("fd12::1", &a);
	cr_expect(net_list_has(&l, &a));
	net_addr_read("192.0.2.8", &a);
	cr_expect_not(net_list_has(&l, &a));
	cr_expect_eq(net_list_read("10.0.0.0/33", "V", &l, &d), ERR_INVAL);
	cr_expect_eq(net_list_read("10.0.0.0/", "V", &l, &d), ERR_INVAL);
	cr_expect_eq(net_list_read("localhost", "V", &l, &d), ERR_INVAL);
	cr_expect_str_eq(d.field, "V");
	TEST_END();
}

/* --- a server -------------------------------------------------------------------*/

#define CONTENT	"0123456789abcdefghij"

struct	server {
	pid_t	 pid;
	int	 port;
	int	*asked;	/* shared: how many requests it had */
};

static void
say(int fd, const char *text)
{
	if (fsio_write_all(fd, text, strlen(text)) != ERR_OK)
		_exit(1);
}

static void
redirect(int fd, const char *to)
{
	char	 text[512];

	snprintf(text, sizeof(text), "HTTP/1.1 302 Found\r\nLocation: %s\r\n"
	    "Content-Length: 4\r\nConnection: close\r\n\r\nbody", to);
	say(fd, text);
}

static void
answer(int fd, const char *rq, int port, int asked)
{
	char	 text[256];

	if (strncmp(rq, "GET /ok ", 8) == 0 ||
	    strncmp(rq, "POST /ok ", 9) == 0)
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n"
		    "Connection: close\r\n\r\n" CONTENT);
	else if (strncmp(rq, "GET /echo ", 10) == 0) {
		snprintf(text, sizeof(text), "HTTP/1.1 200 OK\r\n"
		    "Connection: close\r\n\r\n%s", strstr(rq, "X-Secret") !=
		    NULL ? "secret" : "none");
		say(fd, text);
	} else if (strncmp(rq, "GET /to?", 8) == 0) {
		snprintf(text, sizeof(text), "%.*s",
		    (int)strcspn(rq + 8, " "), rq + 8);
		redirect(fd, text);
	} else if (strncmp(rq, "GET /around ", 12) == 0) {
		snprintf(text, sizeof(text), "http://good.test:%d/around",
		    port);
		redirect(fd, text);
	} else if (strncmp(rq, "GET /half ", 10) == 0) {
		if (strstr(rq, "Range: bytes=10-") != NULL &&
		    strstr(rq, "If-Range: \"v1\"") != NULL)
			say(fd, "HTTP/1.1 206 Partial\r\nETag: \"v1\"\r\n"
			    "Content-Range: bytes 10-19/20\r\n"
			    "Content-Length: 10\r\nConnection: close\r\n\r\n"
			    "abcdefghij");
		else
			say(fd, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n"
			    "Content-Length: 20\r\nConnection: close\r\n\r\n"
			    "0123456789");
	} else if (strncmp(rq, "GET /changed ", 13) == 0) {
		if (strstr(rq, "Range: ") != NULL)
			say(fd, "HTTP/1.1 200 OK\r\nETag: \"v2\"\r\n"
			    "Content-Length: 20\r\nConnection: close\r\n\r\n"
			    CONTENT);
		else
			say(fd, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n"
			    "Content-Length: 20\r\nConnection: close\r\n\r\n"
			    "old old ol");
	} else if (strncmp(rq, "GET /other-part ", 16) == 0) {
		if (strstr(rq, "Range: ") != NULL)
			say(fd, "HTTP/1.1 206 Partial\r\nETag: \"v1\"\r\n"
			    "Content-Range: bytes 3-12/20\r\n"
			    "Content-Length: 10\r\nConnection: close\r\n\r\n"
			    "3456789abc");
		else
			say(fd, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n"
			    "Content-Length: 20\r\nConnection: close\r\n\r\n"
			    "0123456789");
	} else if (strncmp(rq, "GET /busy ", 10) == 0 && asked < 3)
		say(fd, "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n"
		    "Connection: close\r\n\r\nbusy");
	else if (strncmp(rq, "GET /busy ", 10) == 0)
		say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n"
		    "Connection: close\r\n\r\n" CONTENT);
	else if (strncmp(rq, "GET /endless ", 13) == 0) {
		say(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
		for (int i = 0; i < 1000; i++)
			if (fsio_write_all(fd, CONTENT, 20) != ERR_OK)
				break;
	} else if (strncmp(rq, "GET /silent ", 12) == 0)
		poll(NULL, 0, 5000);
	else
		say(fd, "HTTP/1.1 404 No\r\nContent-Length: 2\r\n"
		    "Connection: close\r\n\r\nno");
}

static void
serve(int fd, int port, int *asked)
{
	char	 rq[4096];
	size_t	 len;
	ssize_t	 n;
	int	 c;

	signal(SIGPIPE, SIG_IGN);
	while ((c = accept(fd, NULL, NULL)) != -1) {
		for (len = 0; len < sizeof(rq) - 1; len += (size_t)n) {
			n = read(c, rq + len, sizeof(rq) - 1 - len);
			if (n <= 0)
				break;
			rq[len + (size_t)n] = '\0';
			if (strstr(rq, "\r\n\r\n") != NULL)
				break;
		}
		rq[len < sizeof(rq) ? sizeof(rq) - 1 : 0] = '\0';
		++*asked;
		answer(c, rq, port, *asked);
		shutdown(c, SHUT_WR);
		while (read(c, rq, sizeof(rq)) > 0)
			;
		close(c);
	}
	_exit(0);
}

static void
server_start(struct server *s)
{
	struct sockaddr_in	 in = { .sin_family = AF_INET };
	socklen_t		 len = sizeof(in);
	int			 fd = socket(AF_INET, SOCK_STREAM, 0);

	/* Every address of 127/8 leads here. */
	in.sin_addr.s_addr = htonl(INADDR_ANY);
	cr_assert_eq(bind(fd, (void *)&in, sizeof(in)), 0);
	cr_assert_eq(listen(fd, 16), 0);
	cr_assert_eq(getsockname(fd, (void *)&in, &len), 0);
	s->port = ntohs(in.sin_port);
	s->asked = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(s->asked, MAP_FAILED);
	if ((s->pid = fork()) == 0)
		serve(fd, s->port, s->asked);
	close(fd);
}

static void
server_stop(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	munmap(s->asked, sizeof(int));
}

/* --- names ------------------------------------------------------------------------*/

static int	 lookups;

static void
put(struct addrinfo **list, const char *text, const char *port)
{
	struct addrinfo	 hints = { .ai_flags = AI_NUMERICHOST,
			    .ai_socktype = SOCK_STREAM }, *ai;

	cr_assert_eq(getaddrinfo(text, port, &hints, &ai), 0);
	while (*list != NULL)
		list = &(*list)->ai_next;
	*list = ai;
}

/* good.test is this server; the second answer for rebind.test differs. */
static int
lookup(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **res)
{
	(void)hints;
	lookups++;
	*res = NULL;
	if (strcmp(host, "good.test") == 0)
		put(res, "127.0.0.1", port);
	else if (strcmp(host, "rebind.test") == 0)
		put(res, lookups == 1 ? "127.0.0.1" : "127.0.0.2", port);
	else if (strcmp(host, "metadata.test") == 0)
		put(res, "169.254.169.254", port);
	else if (strcmp(host, "nat64.test") == 0)
		put(res, "64:ff9b::a9fe:a9fe", port);
	else if (strcmp(host, "mixed.test") == 0) {
		put(res, "127.0.0.1", port);
		put(res, "127.0.0.2", port);
	} else if (strcmp(host, "many.test") == 0) {
		for (int i = 0; i <= HTTP_ADDRESSES_MAX; i++)
			put(res, "127.0.0.1", port);
	} else if (strspn(host, "0123456789.:abcdef") == strlen(host))
		put(res, host, port);
	else
		return EAI_NONAME;
	return 0;
}

static void
guard_init(struct http_guard *g)
{
	struct diag	 d = DIAG_INIT;

	memset(g, 0, sizeof(*g));
	g->resolve = lookup;
	cr_assert_eq(net_list_read("127.0.0.1", "V", &g->allow, &d), ERR_OK);
	lookups = 0;
}

struct	got {
	struct buf	 body;
	struct diag	 d;
	int		 status;
	enum err	 e;
};

/* "%d" in "url" is the server's port. */
static void
get(const struct server *s, const struct http_guard *g, const char *url,
    struct got *got)
{
	char			 full[512];
	const struct http_want	 w = { .url = full, .timeout_ms = 5000,
				    .plain = true, .guard = g };
	const char		*port = strstr(url, "PORT");

	if (port != NULL)
		snprintf(full, sizeof(full), "%.*s%d%s", (int)(port - url),
		    url, s->port, port + 4);
	else
		snprintf(full, sizeof(full), "%s", url);
	*got = (struct got){ .body = BUF_INIT(4096), .d = DIAG_INIT };
	got->e = http_get(&w, &got->body, &got->status, &got->d);
}

static void
refused(const struct server *s, const struct http_guard *g, const char *url,
    enum err want)
{
	struct got	 got;
	int		 before = *s->asked;

	get(s, g, url, &got);
	cr_expect_eq(got.e, want, "%s: %s", url, diag_text(&got.d));
	cr_expect_eq(*s->asked, before + (strstr(url, "/to?") != NULL),
	    "%s was asked for", url);
	cr_expect_null(strstr(got.d.msg, "169.254"), "%s", got.d.msg);
	cr_expect_null(strstr(got.d.msg, "127.0"), "%s", got.d.msg);
	buf_clear(&got.body);
}

Test(http, gets_what_the_guard_lets_through)
{
	struct server	 s;
	struct http_guard g;
	struct got	 got;

	server_start(&s);
	guard_init(&g);
	get(&s, &g, "http://good.test:PORT/ok", &got);
	cr_expect_eq(got.e, ERR_OK, "%s", diag_text(&got.d));
	cr_expect_str_eq(buf_str(&got.body), CONTENT);
	buf_clear(&got.body);
	get(&s, &g, "http://good.test:PORT/to?/ok", &got);
	cr_expect_eq(got.e, ERR_OK, "%s", diag_text(&got.d));
	cr_expect_str_eq(buf_str(&got.body), CONTENT);
	buf_clear(&got.body);
	server_stop(&s);
	TEST_END();
}

Test(http, refuses_internal_addresses_before_it_connects)
{
	struct server	 s;
	struct http_guard g;

	server_start(&s);
	guard_init(&g);
	refused(&s, &g, "http://127.0.0.2:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://metadata.test/latest", ERR_DENIED);
	refused(&s, &g, "http://nat64.test/latest", ERR_DENIED);
	refused(&s, &g, "http://169.254.169.254/latest", ERR_DENIED);
	refused(&s, &g, "http://[::1]:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://[::ffff:127.0.0.2]:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://[64:ff9b::7f00:1]:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://[2002:7f00:1::]:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://0x7f.2:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://2130706434:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://0:PORT/ok", ERR_DENIED);
	server_stop(&s);
	TEST_END();
}

Test(http, refuses_internal_addresses_on_every_hop)
{
	struct server	 s;
	struct http_guard g;

	server_start(&s);
	guard_init(&g);
	refused(&s, &g, "http://good.test:PORT/to?http://metadata.test/",
	    ERR_DENIED);
	refused(&s, &g, "http://good.test:PORT/to?http://127.0.0.2:1234/",
	    ERR_DENIED);
	refused(&s, &g, "http://good.test:PORT/to?http://[::1]:1234/",
	    ERR_DENIED);
	refused(&s, &g, "http://good.test:PORT/to?http://nat64.test/",
	    ERR_DENIED);
	refused(&s, &g, "http://good.test:PORT/to?file:///etc/passwd",
	    ERR_PROTO);
	refused(&s, &g, "http://good.test:PORT/to?gopher://good.test/",
	    ERR_PROTO);
	server_stop(&s);
	TEST_END();
}

Test(http, refuses_a_name_of_which_one_address_is_internal)
{
	struct server	 s;
	struct http_guard g;

	server_start(&s);
	guard_init(&g);
	refused(&s, &g, "http://mixed.test:PORT/ok", ERR_DENIED);
	refused(&s, &g, "http://many.test:PORT/ok", ERR_DENIED);
	server_stop(&s);
	TEST_END();
}

Test(http, asks_for_a_name_once_and_connects_to_what_it_checked)
{
	struct server	 s;
	struct http_guard g;
	struct got	 got;

	server_start(&s);
	guard_init(&g);
	get(&s, &g, "http://rebind.test:PORT/ok", &got);
	cr_expect_eq(got.e, ERR_OK, "%s", diag_text(&got.d));
	cr_expect_eq(lookups, 1);
	buf_clear(&got.body);
	/* A hop later the name leads elsewhere, and is checked again. */
	lookups = 0;
	get(&s, &g, "http://rebind.test:PORT/to?/ok", &got);
	cr_expect_eq(got.e, ERR_DENIED);
	cr_expect_eq(lookups, 2);
	buf_clear(&got.body);
	server_stop(&s);
	TEST_END();
}

Test(http, refuses_ports_of_other_services_and_odd_addresses)
{
	struct server	 s;
	struct http_guard g;

	server_start(&s);
	guard_init(&g);
	refused(&s, &g, "http://good.test:25/", ERR_DENIED);
	refused(&s, &g, "http://good.test:22/", ERR_DENIED);
	refused(&s, &g, "http://me:pw@good.test:PORT/ok", ERR_PROTO);
	refused(&s, &g, "file:///etc/passwd", ERR_PROTO);
	refused(&s, &g, "ftp://good.test/ok", ERR_PROTO);
	refused(&s, &g, "/etc/passwd", ERR_PROTO);
	refused(&s, &g, "", ERR_PROTO);
	server_stop(&s);
	TEST_END();
}

Test(http, an_operator_may_open_internal_networks)
{
	struct server	 s;
	struct http_guard g;
	struct got	 got;

	server_start(&s);
	guard_init(&g);
	g.allow.n = 0;
	refused(&s, &g, "http://good.test:PORT/ok", ERR_DENIED);
	g.internal = true;
	get(&s, &g, "http://good.test:PORT/ok", &got);
	cr_expect_eq(got.e, ERR_OK, "%s", diag_text(&got.d));
	buf_clear(&got.body);
	server_stop(&s);
	TEST_END();
}

Test(http, http_is_only_taken_where_it_is_said)
{
	struct http_guard	 g;
	struct buf		 body = BUF_INIT(100);
	struct diag		 d = DIAG_INIT;
	const struct http_want	 w = { .url = "http://good.test:8080/ok",
				    .timeout_ms = 1000, .guard = &g };

	guard_init(&g);
	cr_expect_eq(http_get(&w, &body, NULL, &d), ERR_PROTO);
	buf_clear(&body);
	TEST_END();
}

Test(http, redirects_have_an_end)
{
	struct server	 s;
	struct http_guard g;
	struct got	 got;

	server_start(&s);
	guard_init(&g);
	get(&s, &g, "http://good.test:PORT/around", &got);
	cr_expect_eq(got.e, ERR_PROTO);
	cr_expect_eq(*s.asked, HTTP_REDIRECTS_MAX + 1);
	buf_clear(&got.body);
	server_stop(&s);
	TEST_END();
}

Test(http, a_secret_goes_to_the_first_address_only)
{
	static const char *const secret[] = { "X-Secret: 1", NULL };
	struct server		 s;
	struct http_guard	 g;
	struct buf		 b = BUF_INIT(100);
	struct diag		 d = DIAG_INIT;
	char			 url[128];
	const struct http_want	 w = { .url = url, .timeout_ms = 5000,
				    .plain = true, .guard = &g,
				    .headers = secret };

	server_start(&s);
	guard_init(&g);
	snprintf(url, sizeof(url), "http://good.test:%d/echo", s.port);
	cr_expect_eq(http_get(&w, &b, NULL, &d), ERR_OK);
	cr_expect_str_eq(buf_str(&b), "secret");
	buf_reset(&b);
	snprintf(url, sizeof(url), "http://good.test:%d/to?/echo", s.port);
	cr_expect_eq(http_get(&w, &b, NULL, &d), ERR_OK);
	cr_expect_str_eq(buf_str(&b), "none");
	buf_clear(&b);
	server_stop(&s);
	TEST_END();
}

/* --- files --------------------------------------------------------------------------*/

/* What is in the file afterwards, "" if it failed. */
static enum err
file(const struct server *s, const char *path, int64_t max, int64_t ms,
    char out[static 64])
{
	struct http_guard	 g;
	struct diag		 d = DIAG_INIT;
	char			 url[128];
	const struct http_want	 w = { .url = url, .timeout_ms = ms,
				    .plain = true, .guard = &g };
	int			 fd = memfd_create("file", MFD_CLOEXEC);
	ssize_t			 n;
	enum err		 e;

	guard_init(&g);
	snprintf(url, sizeof(url), "http://good.test:%d%s", s->port, path);
	e = http_file(&w, fd, max, &d);
	n = e == ERR_OK ? pread(fd, out, 63, 0) : 0;
	out[n > 0 ? n : 0] = '\0';
	close(fd);
	return e;
}

Test(http_file, takes_up_a_transfer_that_broke_off)
{
	struct server	 s;
	char		 text[64];

	server_start(&s);
	cr_expect_eq(file(&s, "/half", 100, 5000, text), ERR_OK);
	cr_expect_str_eq(text, CONTENT);
	cr_expect_eq(*s.asked, 2);
	server_stop(&s);
	TEST_END();
}

Test(http_file, begins_anew_when_the_content_has_changed)
{
	struct server	 s;
	char		 text[64];

	server_start(&s);
	cr_expect_eq(file(&s, "/changed", 100, 5000, text), ERR_OK);
	cr_expect_str_eq(text, CONTENT);
	server_stop(&s);
	TEST_END();
}

Test(http_file, refuses_another_part_than_it_asked_for)
{
	struct server	 s;
	char		 text[64];

	server_start(&s);
	cr_expect_eq(file(&s, "/other-part", 100, 5000, text), ERR_PROTO);
	server_stop(&s);
	TEST_END();
}

Test(http_file, tries_again_when_asked_for_patience)
{
	struct server	 s;
	char		 text[64];

	server_start(&s);
	cr_expect_eq(file(&s, "/busy", 100, 5000, text), ERR_OK);
	cr_expect_str_eq(text, CONTENT);
	cr_expect_eq(*s.asked, 3);
	server_stop(&s);
	TEST_END();
}

Test(http_file, ends_at_its_maximum_and_its_deadline)
{
	struct server	 s;
	char		 text[64];
	int64_t		 began;

	server_start(&s);
	cr_expect_eq(file(&s, "/ok", 19, 5000, text), ERR_TOOBIG);
	cr_expect_eq(file(&s, "/endless", 1000, 5000, text), ERR_TOOBIG);
	cr_expect_eq(file(&s, "/missing", 100, 5000, text), ERR_PROTO);
	began = time_mono_ms();
	cr_expect_eq(file(&s, "/silent", 100, 300, text), ERR_TIMEOUT);
	cr_expect_lt(time_mono_ms() - began, 4000);
	server_stop(&s);
	TEST_END();
}
