/* Variants of a profile, and whether a guest is what its profile names. */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fsio.h"
#include "domain/profile.h"
#include "worker/environment.h"

#define HEAD	"id: p1\nbase: p0\n"
#define BASE	"id: p0\ndistro: debian\nkernel_family: \"6.1\"\n"	\
		"arch: x86_64\npackage:\n  suites: [bookworm]\n"	\
		"boot: { memory_mb: 512, cpus: 1, cmdline: quiet }\n"	\
		"capabilities: { expected_btf: true }\n"

static void
refused(const char *text, const char *want)
{
	struct profile	*p = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(profile_parse("p1.yaml", text, strlen(text), "p1", &p,
	    &d), ERR_INVAL);
	cr_assert_null(p);
	cr_assert_str_eq(diag_text(&d), want);
}

static struct profile *
accepted(const char *text)
{
	struct profile	*p = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(profile_parse("p1.yaml", text, strlen(text), "p1", &p,
	    &d), ERR_OK, "%s", diag_text(&d));
	return p;
}

Test(variant, says_what_differs_word_by_word)
{
	static const char *const want[] = { "lockdown=integrity", "lsm=a,b",
	    "sysctl net.core.bpf_jit_enable=0", "memory lock limit 64 KiB",
	    "kernel BTF hidden" };
	struct profile	*p = accepted(HEAD "environment:\n"
	    "  cmdline: \" lockdown=integrity  lsm=a,b\"\n"
	    "  sysctls: [net.core.bpf_jit_enable=0]\n"
	    "  memlock_kb: 64\n  kernel_btf: hidden\n");
	char		 word[PROFILE_ENV_WORD_MAX];

	for (int i = 0; i < 5; i++)
		cr_assert_str_eq(profile_env_word(p, i, word), want[i]);
	cr_assert_null(profile_env_word(p, 5, word));
	profile_free(p);
	TEST_END();
}

Test(variant, has_nothing_but_its_environment)
{
	refused(HEAD "environment: { memlock_kb: 64 }\n"
	    "boot: { memory_mb: 512, cpus: 1 }\n", "p1.yaml:4: boot: is the "
	    "base's: a variant has id, base and environment only");
	refused(HEAD, "p1.yaml:1: environment: is missing: a variant says "
	    "what differs from its base");
	refused(HEAD "environment: {}\n", "p1.yaml:3: environment: names "
	    "nothing that differs from the base");
	refused("id: p1\nbase: ../x\nenvironment: { memlock_kb: 64 }\n",
	    "p1.yaml:2: base: must be the id of a profile");
	refused("id: p1\ndistro: d\nkernel_family: \"6\"\narch: x86_64\n"
	    "boot: { memory_mb: 512, cpus: 1 }\nenvironment: {}\n"
	    "package: { suites: [sid] }\n", "p1.yaml:6: environment: needs "
	    "base: it says what differs from another profile");
	TEST_END();
}

Test(variant, may_not_change_how_guests_are_run)
{
	refused(HEAD "environment:\n  cmdline: lockdown=integrity rdinit=/x\n",
	    "p1.yaml:4: environment.cmdline: \"rdinit=\" is how guests are "
	    "run and cannot be set here");
	refused(HEAD "environment:\n  cmdline: bpfcompat.btf=hidden\n",
	    "p1.yaml:4: environment.cmdline: \"bpfcompat.\" is how guests "
	    "are run and cannot be set here");
	refused(HEAD "environment:\n  cmdline: \"a'b\"\n",
	    "p1.yaml:4: environment.cmdline: must be printable ASCII without "
	    "quotes or backslashes");
	TEST_END();
}

Test(variant, sysctls_are_names_and_values)
{
	static const char *const bad[] = { "x=1", "kernel.x", "kernel.x=",
	    "kernel..x=1", ".kernel.x=1", "kernel/x.y=1", "kernel.x=1 2",
	    "kernel.x=$(y)" };
	char	 text[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), HEAD "environment:\n"
		    "  sysctls:\n    - \"%s\"\n", bad[i]);
		refused(text, "p1.yaml:5: environment.sysctls[0]: must be "
		    "NAME=VALUE with a name such as kernel.x and at most 120 "
		    "characters");
	}
	refused(HEAD "environment:\n  sysctls: [kernel.x=1, kernel.x=2]\n",
	    "p1.yaml:4: environment.sysctls[1]: \"kernel.x\" is set twice");
	refused(HEAD "environment: { memlock_kb: 1 }\n", "p1.yaml:3: "
	    "environment.memlock_kb: must be from 4 to 1048576, not 1");
	refused(HEAD "environment: { kernel_btf: none }\n", "p1.yaml:3: "
	    "environment.kernel_btf: must be hidden, or be left out");
	TEST_END();
}

/* --- in the catalogue ----------------------------------------------------- */

static char	dir[64];

static void
put(const char *name, const char *text)
{
	char	 path[128];

	if (dir[0] == '\0') {
		snprintf(dir, sizeof(dir), "/tmp/bpfc-variant-XXXXXX");
		cr_assert_not_null(mkdtemp(dir));
	}
	snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
	cr_assert_eq(fsio_write_atomic(path, text, strlen(text), 0600, NULL),
	    ERR_OK);
}

static void
remove_dir(void)
{
	if (dir[0] != '\0')
		fsio_rmtree(dir, NULL);
}

TestSuite(variant_set, .fini = remove_dir);

Test(variant_set, has_the_kernel_of_its_base)
{
	struct profile_set	 set;
	struct diag		 d = DIAG_INIT;
	const struct profile	*p;
	struct buf		 b = BUF_INIT(1024);

	put("p0", BASE);
	put("p1", HEAD "environment:\n  cmdline: lockdown=integrity\n"
	    "  sysctls: [net.core.bpf_jit_enable=0]\n  memlock_kb: 64\n"
	    "  kernel_btf: hidden\n");
	cr_assert_eq(profile_set_load(dir, &set, &d), ERR_OK, "%s",
	    diag_text(&d));
	p = profile_set_find(&set, "p1");
	cr_assert_str_eq(profile_kernel(p)->id, "p0");
	cr_assert_str_eq(p->kernel_family, "6.1");
	cr_assert_eq(p->memory_mb, 512);
	cr_assert(profile_transport_supported(p));
	cr_assert_not(p->expected_btf);
	cr_assert_eq(environment_cmdline(p, &b), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "quiet lockdown=integrity "
	    "bpfcompat.sysctl=net.core.bpf_jit_enable=0 "
	    "bpfcompat.memlock_kb=64 bpfcompat.btf=hidden");
	buf_reset(&b);
	p = profile_set_find(&set, "p0");
	cr_assert_eq(profile_kernel(p), p);
	cr_assert_eq(environment_cmdline(p, &b), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "quiet");
	buf_clear(&b);
	profile_set_clear(&set);
	TEST_END();
}

static void
set_refused(const char *want)
{
	struct profile_set	 set;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(profile_set_load(dir, &set, &d), ERR_INVAL);
	cr_assert_str_eq(diag_text(&d), want);
}

Test(variant_set, needs_a_base_that_is_there_and_no_variant)
{
	put("p1", HEAD "environment: { memlock_kb: 64 }\n");
	set_refused("profiles/p1.yaml: base: there is no profile p0");
	put("p0", BASE);
	put("p2", "id: p2\nbase: p1\nenvironment: { memlock_kb: 64 }\n");
	set_refused("profiles/p2.yaml: base: p1 is a variant itself; name "
	    "its base, p0");
	TEST_END();
}

/* --- what came about ------------------------------------------------------ */

/* Judges a passing document; NULL: the guest is as its profile says. */
static const char *
found(const char *environment, const char *document)
{
	static char		 why[1024];
	struct profile		 base = { .id = (char *)(uintptr_t)"p0" };
	struct collected	 c = { .status = REPORT_PASS };
	struct profile		*p;
	char			 text[512];

	snprintf(text, sizeof(text), HEAD "environment: { %s }\n",
	    environment);
	p = accepted(text);
	p->of = &base;
	cr_assert_eq(jval_parse(document, strlen(document), &c.result, NULL),
	    ERR_OK);
	environment_check(p, &c);
	profile_free(p);
	if (c.status == REPORT_PASS) {
		collect_clear(&c);
		return NULL;
	}
	cr_assert_eq(c.status, REPORT_INFRA);
	cr_assert_str_eq(c.error_code, "environment");
	cr_assert_not(c.retry);
	snprintf(why, sizeof(why), "%s", strstr(c.error, "...): ") + 6);
	collect_clear(&c);
	return why;
}

#define NOT	"; it was not judged"

Test(environment, lockdown_is_what_the_guest_says)
{
	cr_assert_null(found("cmdline: lockdown=integrity",
	    "{\"kernel\":{\"lockdown\":\"integrity\"}}"));
	cr_assert_str_eq(found("cmdline: lockdown=integrity",
	    "{\"kernel\":{\"lockdown\":\"none\"}}"),
	    "kernel lockdown is \"none\"" NOT);
	TEST_END();
}

Test(environment, security_modules_are_those_and_no_others)
{
	static const char	 env[] = "cmdline: \"lsm=lockdown,yama\"";

	cr_assert_null(found(env, "{\"kernel\":{\"lsm\":[\"capability\","
	    "\"lockdown\",\"yama\"]}}"));
	cr_assert_str_eq(found(env, "{\"kernel\":{\"lsm\":[\"lockdown\"]}}"),
	    "the security module yama is not active" NOT);
	cr_assert_str_eq(found(env, "{\"kernel\":{\"lsm\":[\"lockdown\","
	    "\"yama\",\"bpf\"]}}"), "the security module bpf is active" NOT);
	TEST_END();
}

Test(environment, sysctls_limits_and_btf_are_read_back)
{
	cr_assert_null(found("sysctls: [kernel.x=1]",
	    "{\"environment\":{\"sysctls\":{\"kernel.x\":\"1\"}}}"));
	cr_assert_str_eq(found("sysctls: [kernel.x=1]",
	    "{\"environment\":{\"sysctls\":{\"kernel.x\":\"2\"}}}"),
	    "kernel.x is \"2\"" NOT);
	cr_assert_str_eq(found("sysctls: [kernel.x=1]", "{\"environment\":"
	    "{\"failed\":[\"sysctl kernel.x=1: no\"]}}"),
	    "sysctl kernel.x=1: no" NOT);
	cr_assert_null(found("memlock_kb: 64",
	    "{\"environment\":{\"memlock_kb\":64}}"));
	cr_assert_str_eq(found("memlock_kb: 64", "{}"),
	    "the memory lock limit is not set" NOT);
	cr_assert_null(found("kernel_btf: hidden",
	    "{\"btf\":{\"kernel_btf_available\":false}}"));
	cr_assert_str_eq(found("kernel_btf: hidden",
	    "{\"btf\":{\"kernel_btf_available\":true}}"),
	    "the kernel's BTF can be seen" NOT);
	TEST_END();
}
