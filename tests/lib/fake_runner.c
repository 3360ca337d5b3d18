/*
 * A runner without a VM, for tests of everything above it: it speaks the
 * runner's contract (doc/architecture.md) and does what a plan says.
 *
 *   FAKE_RUNNER_PLAN  folder; the file named as the profile holds one action
 *                     per attempt, the last one repeats.  No file: pass.
 *   FAKE_RUNNER_LOG   file; each start appends
 *                     "<job> <profile> <attempt> <action> <pid>"
 *
 *   FAKE_RUNNER_CLONES  set: says that its guests start from templates
 *   FAKE_RUNNER_DIFFERS file; while it is there, a check finds a difference
 *
 * What is no verdict (warm, look, check) ends at once, without plan and log.
 *
 * Actions, some with ":<milliseconds>" of work before the end:
 *   pass fail infra no_space died hung   an end event of that kind
 *   early_death                         the guest dies before the object
 *   die          exits without an end
 *   hang         never ends and ignores SIGTERM
 *   garbage      a line that is no JSON
 *   longline     a line over the limit
 *   flood        more progress than anybody can mean
 *   nodoc        says done, leaves no document
 *   liar         a document of another kernel
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/json_in.h"
#include "base/json_out.h"
#include "base/timefmt.h"

#define RELEASE	"6.1.0-fake-amd64"

static struct jval	*spec;

static void
say(const char *line)
{
	fsio_write_all(STDOUT_FILENO, line, strlen(line));
}

/* The action of this attempt, without its time, and the time. */
static void
plan(char *action, size_t size, int *ms)
{
	struct buf	 b = BUF_INIT(4096);
	const char	*dir = getenv("FAKE_RUNNER_PLAN"), *p;
	int64_t		 attempt = jval_get_int(spec, "attempt", 1);
	char		 path[4096], *colon;

	snprintf(action, size, "pass");
	*ms = 0;
	if (dir == NULL || path_join(path, sizeof(path), dir,
	    jval_get_str(spec, "profile_id", "?"), NULL) != ERR_OK ||
	    fsio_read(path, &b, NULL) != ERR_OK)
		return;
	for (p = buf_str(&b); *p != '\0' && attempt > 0; attempt--) {
		snprintf(action, size, "%.*s", (int)strcspn(p, "\n"), p);
		p += strcspn(p, "\n");
		if (*p == '\n')
			p++;
	}
	buf_clear(&b);
	if ((colon = strchr(action, ':')) != NULL) {
		*ms = (int)strtol(colon + 1, NULL, 10);
		*colon = '\0';
	}
}

static void
log_start(const char *action)
{
	const char	*path = getenv("FAKE_RUNNER_LOG");
	char		 line[512];
	int		 fd;

	if (path == NULL ||
	    (fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600)) == -1)
		return;
	snprintf(line, sizeof(line), "%s %s %lld %s %ld\n",
	    jval_get_str(spec, "job_id", "?"),
	    jval_get_str(spec, "profile_id", "?"),
	    (long long)jval_get_int(spec, "attempt", 0), action,
	    (long)getpid());
	fsio_write_all(fd, line, strlen(line));
	close(fd);
}

static void
write_file(const char *name, const char *text)
{
	char	 path[4096];

	if (path_join(path, sizeof(path), jval_get_str(spec, "target_dir",
	    ""), name, NULL) != ERR_OK || fsio_write_atomic(path, text,
	    strlen(text), 0600, NULL) != ERR_OK)
		exit(3);
}

static void
program(struct jsonw *w, const char *name, bool fails, const char *mode)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "name", name);
	jsonw_str(w, "section", "tracepoint/syscalls/sys_enter_openat");
	jsonw_str(w, "type", "tracepoint");
	jsonw_str(w, "load_status", fails ? "fail" : "pass");
	jsonw_int(w, "load_errno", fails ? -EACCES : 0);
	jsonw_str(w, "load_log", !fails ? "" : "0: R1=ctx()\n"
	    "1: (79) r0 = *(u64 *)(r0 +0)\nR0 invalid mem access 'scalar'\n"
	    "processed 2 insns (limit 1000000) max_states_per_insn 0 "
	    "total_states 0 peak_states 0 mark_read 0\n");
	jsonw_str(w, "attach_status", fails || strcmp(mode, "disabled") == 0 ?
	    "skipped" : "pass");
	jsonw_str(w, "attach_error", "");
	jsonw_end(w);
}

static void
document(bool fails, const char *release)
{
	struct buf	 b = BUF_INIT(64 * 1024);
	struct jsonw	 w;
	const char	*mode = jval_get_str(spec, "attach_mode", "");
	bool		 attached = !fails && strcmp(mode, "disabled") != 0;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema_version", "validator.v0.4");
	jsonw_str(&w, "status", fails ? "fail" : "pass");
	jsonw_obj(&w, "host");
	jsonw_str(&w, "release", release);
	jsonw_end(&w);
	jsonw_obj(&w, "btf");
	jsonw_bool(&w, "kernel_btf_available", true);
	jsonw_bool(&w, "artifact_has_btf", true);
	jsonw_bool(&w, "artifact_has_btf_ext", true);
	jsonw_end(&w);
	jsonw_obj(&w, "discovery");
	jsonw_int(&w, "program_count", 2);
	jsonw_int(&w, "map_count", 0);
	jsonw_arr(&w, "programs");
	program(&w, "good", false, mode);
	program(&w, "suspect", fails, mode);
	jsonw_end(&w);
	jsonw_end(&w);
	jsonw_obj(&w, "load");
	jsonw_str(&w, "status", fails ? "fail" : "pass");
	jsonw_int(&w, "error_code", fails ? -EACCES : 0);
	jsonw_str(&w, "error", fails ? "Permission denied" : "");
	jsonw_end(&w);
	jsonw_obj(&w, "attach");
	jsonw_str(&w, "mode", mode);
	jsonw_str(&w, "status", attached ? "pass" : "skipped");
	jsonw_int(&w, "attempted", attached ? 2 : 0);
	jsonw_int(&w, "passed", attached ? 2 : 0);
	jsonw_int(&w, "failed", 0);
	jsonw_end(&w);
	jsonw_end(&w);
	write_file("validator-result.json", buf_str(&b));
	buf_clear(&b);
}

static void
end(const char *outcome, const char *code, const char *error,
    const char *phase)
{
	struct buf	 b = BUF_INIT(64 * 1024);
	struct jsonw	 w;

	jsonw_init(&w, &b, JSONW_COMPACT);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "event", "end");
	jsonw_str(&w, "outcome", outcome);
	jsonw_str_opt(&w, "error_code", code);
	jsonw_str_opt(&w, "error", error);
	if (phase != NULL) {
		jsonw_obj(&w, "last_step");
		jsonw_str(&w, "phase", phase);
		jsonw_str(&w, "program", "suspect");
		jsonw_end(&w);
		jsonw_str(&w, "splat", "Kernel panic - not syncing: test");
	}
	jsonw_str(&w, "uname_release", RELEASE);
	jsonw_str(&w, "uname_version", "#1 SMP fake");
	jsonw_str(&w, "machine", "x86_64");
	jsonw_str(&w, "accel", "tcg");
	if (getenv("FAKE_RUNNER_CLONES") != NULL)
		jsonw_bool(&w, "template", true);
	jsonw_str(&w, "qemu_command", "qemu-system-x86_64 -nodefaults");
	jsonw_obj(&w, "ms");
	jsonw_int(&w, "boot", 1);
	jsonw_int(&w, "total", 2);
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(&b, '\n');
	say(buf_str(&b));
	buf_clear(&b);
}

static int
odd_action(const char *a)
{
	static char	 big[1024 * 1024];
	struct sigaction ign = { .sa_handler = SIG_IGN };

	if (strcmp(a, "die") == 0) {
		fprintf(stderr, "dying as planned\n");
		return 7;
	}
	if (strcmp(a, "hang") == 0) {
		sigaction(SIGTERM, &ign, NULL);
		for (;;)
			poll(NULL, 0, -1);
	}
	if (strcmp(a, "garbage") == 0)
		say("{\"event\":\"progress\", no JSON at all\n");
	if (strcmp(a, "longline") == 0) {
		memset(big, 'x', sizeof(big) - 1);
		say(big);
	}
	if (strcmp(a, "flood") == 0)
		for (;;)
			say("{\"event\":\"progress\",\"phase\":\"load\"}\n");
	/* The parent ends us. */
	for (;;)
		poll(NULL, 0, -1);
}

static int
act(const char *a)
{
	if (strcmp(a, "pass") == 0 || strcmp(a, "fail") == 0) {
		document(strcmp(a, "fail") == 0, RELEASE);
		end("done", NULL, NULL, NULL);
	} else if (strcmp(a, "liar") == 0) {
		document(false, "6.6.6-other");
		end("done", NULL, NULL, NULL);
	} else if (strcmp(a, "nodoc") == 0) {
		end("done", NULL, NULL, NULL);
	} else if (strcmp(a, "infra") == 0) {
		end("infra_error", "boot_timeout", "the guest did not answer "
		    "in time; look at serial.log", NULL);
	} else if (strcmp(a, "no_space") == 0) {
		end("infra_error", "no_space", "the disk is full; free some "
		    "space below the workdir", NULL);
	} else if (strcmp(a, "died") == 0) {
		end("guest_died", "guest_died", "the guest panicked", "load");
	} else if (strcmp(a, "hung") == 0) {
		end("guest_hung", "guest_hung", "no progress", "attach");
	} else if (strcmp(a, "early_death") == 0) {
		end("guest_died", "guest_died", "the guest panicked",
		    "receive");
	} else
		return odd_action(a);
	return 0;
}

/* What is asked for besides verdicts. */
static int
other_task(const char *task)
{
	const char	*differs = getenv("FAKE_RUNNER_DIFFERS");

	if (strcmp(task, "check") != 0)
		say("{\"event\":\"end\",\"outcome\":\"done\","
		    "\"template_state\":{\"state\":\"ready\"}}\n");
	else if (differs != NULL && access(differs, F_OK) == 0)
		say("{\"event\":\"end\",\"outcome\":\"done\",\"check\":"
		    "{\"differences\":1,\"text\":\"good load_status: "
		    "pass, fail\"}}\n");
	else
		say("{\"event\":\"end\",\"outcome\":\"done\",\"check\":"
		    "{\"differences\":0,\"text\":\"\"}}\n");
	return 0;
}

int
main(void)
{
	struct buf	 in = BUF_INIT(64 * 1024);
	char		 action[64], chunk[4096];
	ssize_t		 n;
	int		 ms, code;

	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0)
		buf_add(&in, chunk, (size_t)n);
	code = jval_parse(buf_str(&in), in.len, &spec, NULL) == ERR_OK ? 0 : 2;
	buf_clear(&in);
	if (code != 0)
		return code;
	if (jval_get(spec, "task") != NULL)
		return other_task(jval_get_str(spec, "task", ""));
	plan(action, sizeof(action), &ms);
	log_start(action);
	say("{\"event\":\"stage\",\"stage\":\"boot\"}\n");
	write_file("serial.log", "booting a kernel that is not there\n");
	say("{\"event\":\"stage\",\"stage\":\"validate\"}\n"
	    "{\"event\":\"progress\",\"phase\":\"load\",\"program\":"
	    "\"suspect\",\"index\":1,\"total\":2}\n");
	if (ms > 0)
		poll(NULL, 0, ms);
	return act(action);
}
