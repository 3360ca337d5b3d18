/*
 * Asks this host's kernel what it has, by the bpf system call, and prints it
 * as one JSON object.  A process of its own, so that whoever wants to know
 * can set a deadline and a user; it loads only programs that return, attaches
 * nothing, and keeps nothing.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/utsname.h>

#include <bpf/libbpf.h>

#include "base/buf.h"
#include "base/json_out.h"
#include "facts.h"

#define OUT_MAX	((size_t)256 * 1024)

/* CapEff of /proc/self/status: which privileges the answers were got with. */
static void
capabilities(char *out, size_t size)
{
	FILE	*f = fopen("/proc/self/status", "re");
	char	 line[256];

	out[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "CapEff:", 7) == 0) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(out, size, "%s", line + 7 +
			    strspn(line + 7, "\t "));
		}
	if (f != NULL)
		fclose(f);
}

static int
silent(enum libbpf_print_level level, const char *format, va_list ap)
{
	(void)level;
	(void)format;
	(void)ap;
	return 0;
}

int
main(void)
{
	static struct facts	 f;
	struct buf		 b = BUF_INIT(OUT_MAX);
	struct utsname		 u;
	struct jsonw		 w;
	char			 caps[32];
	bool			 ok;

	libbpf_set_print(silent);
	if (uname(&u) == -1)
		return 1;
	facts_read(&f, u.release);
	probes_list_types(&f);
	probes_ask_types(&f);
	capabilities(caps, sizeof(caps));
	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_int(&w, "euid", (int64_t)geteuid());
	jsonw_str_opt(&w, "cap_effective", caps);
	jsonw_bool(&w, "kernel_btf", f.kernel_btf);
	jsonw_bool(&w, "tracefs_events", f.tracepoint_events);
	jsonw_bool(&w, "kprobe_events", f.kprobe_events);
	facts_write_kernel(&w, &f);
	probes_write_types(&w, &f);
	jsonw_end(&w);
	ok = buf_err(&b) == ERR_OK && fwrite(b.data, 1, b.len, stdout) ==
	    b.len && fflush(stdout) == 0;
	buf_clear(&b);
	facts_free(&f);
	return ok ? 0 : 1;
}
