#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/matrix.h"
#include "domain/profile.h"

#define HEAD	"id: p1\ndistro: debian\nkernel_family: \"6.1\"\n"	\
		"arch: x86_64\n"
#define PKG	"package:\n  suites: [bookworm]\n  line: \"6.1\"\n"
#define BOOT	"boot: { memory_mb: 512, cpus: 1 }\n"

/* The message of a profile that must be refused. */
static void
refused(const char *text, const char *want)
{
	struct profile	*p = NULL;
	struct diag	 d = DIAG_INIT;

	cr_assert_neq(profile_parse("p1.yaml", text, strlen(text), "p1", &p,
	    &d), ERR_OK);
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

static void
matrix_refused(const char *text, const char *want)
{
	struct matrix	 m;
	struct diag	 d = DIAG_INIT;

	cr_assert_neq(matrix_parse("m.yaml", text, strlen(text), NULL, &m,
	    &d), ERR_OK);
	cr_assert_str_eq(diag_text(&d), want);
}

Test(profile, reads_a_package_source)
{
	struct profile	*p = accepted(HEAD PKG "  flavour: rt\n" BOOT
	    "capabilities: { expected_btf: true }\n");

	cr_assert_eq(p->source, PROFILE_PACKAGE);
	cr_assert_eq(p->nsuites, 1);
	cr_assert_str_eq(p->suite[0], "bookworm");
	cr_assert_str_eq(p->line, "6.1");
	cr_assert_str_eq(p->flavour, "rt");
	cr_assert_eq(p->memory_mb, 512);
	cr_assert(p->says_btf && p->expected_btf);
	cr_assert_str_eq(profile_source_mode(p), "url");
	cr_assert_str_eq(profile_transport(p), "ssh");
	profile_free(p);
	TEST_END();
}

Test(profile, an_image_url_is_known_but_cannot_run)
{
	struct profile	*p = accepted(HEAD "image:\n"
	    "  source_url: https://example.org/a.qcow2\n" BOOT);

	cr_assert_eq(p->source, PROFILE_URL);
	cr_assert_str_eq(profile_source_mode(p), "url");
	cr_assert_not(profile_transport_supported(p));
	profile_free(p);
	TEST_END();
}

Test(profile, a_supplied_file_is_manual_local)
{
	struct profile	*p = accepted(HEAD "image: { local_path: a.img }\n"
	    BOOT);

	cr_assert_str_eq(profile_source_mode(p), "manual-local");
	cr_assert_str_eq(profile_transport(p), "unsupported");
	profile_free(p);
	TEST_END();
}

Test(profile, files_of_the_peer_parse)
{
	struct profile	*p = accepted(HEAD "runner: vm\n"
	    "image: { source_url: \"https://example.org/a\", local_path: x }\n"
	    "validator: { path: /usr/local/bin/validator }\n" BOOT);

	profile_free(p);
	TEST_END();
}

Test(profile, an_unknown_key_names_line_and_key)
{
	refused(HEAD PKG "  lnie: x\n" BOOT, "p1.yaml:8: package.lnie: "
	    "unknown key; known here: suites, line, flavour");
	TEST_END();
}

Test(profile, a_missing_key_is_named)
{
	refused(HEAD PKG, "p1.yaml:1: boot: is missing");
	refused(HEAD PKG "boot: { cpus: 1 }\n",
	    "p1.yaml:8: boot.memory_mb: is missing");
	TEST_END();
}

Test(profile, the_id_must_be_the_file_name)
{
	refused("id: other\ndistro: d\nkernel_family: x\narch: amd64\n"
	    PKG BOOT,
	    "p1.yaml:1: id: is \"other\" but the file is called p1.yaml");
	TEST_END();
}

Test(profile, a_bad_id_is_refused)
{
	refused("id: ../p1\ndistro: d\nkernel_family: x\narch: amd64\n"
	    PKG BOOT, "p1.yaml:1: id: must be letters, digits, \".\", "
	    "\"_\" and \"-\", beginning with a letter or digit");
	TEST_END();
}

Test(profile, exactly_one_source)
{
	refused(HEAD BOOT, "p1.yaml:1: package: is missing: a profile needs "
	    "package or image as its kernel's source");
	refused(HEAD PKG "image: { local_path: x }\n" BOOT,
	    "p1.yaml:8: image: excludes package: a kernel has one source");
	TEST_END();
}

Test(profile, an_image_needs_an_origin)
{
	refused(HEAD "image: { sha256: \"0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef\" }\n" BOOT,
	    "p1.yaml:5: image: needs source_url or local_path");
	refused(HEAD "image: { source_url: \"ftp://x\" }\n" BOOT,
	    "p1.yaml:5: image.source_url: must begin with https:// or "
	    "http://");
	TEST_END();
}

Test(profile, numbers_have_limits)
{
	refused(HEAD PKG "boot: { memory_mb: 16, cpus: 1 }\n",
	    "p1.yaml:8: boot.memory_mb: must be from 64 to 65536, not 16");
	refused(HEAD PKG "boot: { memory_mb: lots, cpus: 1 }\n",
	    "p1.yaml:8: boot.memory_mb: must be a whole number");
	refused(HEAD PKG "boot: { memory_mb: 512, cpus: \"1\" }\n",
	    "p1.yaml:8: boot.cpus: must be a whole number");
	TEST_END();
}

Test(profile, booleans_are_true_or_false)
{
	refused(HEAD PKG BOOT "capabilities: { expected_btf: yes }\n",
	    "p1.yaml:9: capabilities.expected_btf: must be true or false");
	TEST_END();
}

Test(profile, lists_and_maps_are_not_mixed_up)
{
	refused(HEAD "package: bookworm\n" BOOT,
	    "p1.yaml:5: package: must be a map of keys and values");
	refused(HEAD "package: { suites: bookworm }\n" BOOT,
	    "p1.yaml:5: package.suites: must be a list");
	refused(HEAD "package: { suites: [] }\n" BOOT,
	    "p1.yaml:5: package.suites: must not be empty");
	refused("- a\n", "p1.yaml:1: file: must be a map of keys and values");
	TEST_END();
}

Test(profile, suite_line_flavour_and_arch_are_checked)
{
	refused(HEAD "package: { suites: [\"a b\"] }\n" BOOT,
	    "p1.yaml:5: package.suites[0]: must be a suite name: lower-case "
	    "letters, digits, hyphens");
	refused(HEAD "package: { suites: [sid], line: \"6\" }\n" BOOT,
	    "p1.yaml:5: package.line: must be a kernel line such as "
	    "\"6.12\", in quotes");
	refused(HEAD "package: { suites: [sid], flavour: big }\n" BOOT,
	    "p1.yaml:5: package.flavour: must be cloud, generic or rt");
	refused("id: p1\ndistro: d\nkernel_family: x\narch: mips\n" PKG
	    BOOT, "p1.yaml:4: arch: must be x86_64 or arm64, not \"mips\"");
	TEST_END();
}

Test(profile, kernel_parameters_cannot_break_out)
{
	refused(HEAD PKG "boot: { memory_mb: 64, cpus: 1, cmdline: "
	    "'a \"b' }\n", "p1.yaml:8: boot.cmdline: must be printable "
	    "ASCII without quotes or backslashes");
	TEST_END();
}

Test(profile, yaml_tricks_are_refused)
{
	refused("id: &a p1\n",
	    "p1.yaml:1: anchors and tags are not allowed here");
	refused("id: !!str p1\n",
	    "p1.yaml:1: anchors and tags are not allowed here");
	refused("id: *a\n", "p1.yaml:1: aliases are not allowed here");
	refused("id: p1\nid: p1\n",
	    "p1.yaml:2: id: this key is there twice");
	refused("id: p1\n---\nid: p1\n", "p1.yaml:2: a second document");
	refused("", "p1.yaml:1: the file is empty");
	refused("? [a]\n: b\n", "p1.yaml:1: a key must be a word");
	refused("a: [[[[[[[[[x]]]]]]]]]\n", "p1.yaml:1: nested too deep");
	refused("id: \"a\\0b\"\n", "p1.yaml:1: a zero byte in a text");
	refused("id: \xff\n", "p1.yaml:1: the file is not UTF-8 text");
	TEST_END();
}

Test(profile, broken_yaml_names_the_line)
{
	refused("id: p1\nboot: {\n", "p1.yaml:3: while parsing a flow node: "
	    "did not find expected node content");
	TEST_END();
}

Test(profile, the_catalogue_of_this_tree_loads)
{
	struct profile_set	 set;
	struct diag		 d = DIAG_INIT;
	struct matrix		 m;
	char			 path[4096];
	const char		*top = getenv("top_srcdir");
	static const char *const names[] = { "mvp", "debian-all", "quick" };

	if (top == NULL)
		top = ".";
	snprintf(path, sizeof(path), "%s/matrices/profiles", top);
	cr_assert_eq(profile_set_load(path, &set, &d), ERR_OK, "%s",
	    diag_text(&d));
	cr_assert_geq(set.n, 12);
	cr_assert_not_null(profile_set_find(&set, "debian-12-6.1"));
	cr_assert_null(profile_set_find(&set, "debian-12-6.2"));
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/matrices/%s.yaml", top,
		    names[i]);
		cr_assert_eq(matrix_load(path, names[i], &set, &m, &d),
		    ERR_OK, "%s", diag_text(&d));
		matrix_clear(&m);
	}
	profile_set_clear(&set);
	TEST_END();
}

Test(profile, one_bad_file_fails_the_catalogue)
{
	char			 dir[] = "/tmp/bpfc-profiles-XXXXXX";
	char			 path[128];
	struct profile_set	 set;
	struct diag		 d = DIAG_INIT;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/bad.yaml", dir);
	cr_assert_eq(fsio_write_atomic(path, "id: bad\n", 8, 0600, &d),
	    ERR_OK);
	cr_assert_eq(profile_set_load(dir, &set, &d), ERR_INVAL);
	cr_assert_str_eq(diag_text(&d),
	    "profiles/bad.yaml:1: distro: is missing");
	fsio_rmtree(dir, NULL);
	TEST_END();
}

Test(matrix, keeps_order_and_defaults_to_required)
{
	static const char	 text[] = "name: m\nprofiles:\n  - id: b\n"
	    "  - id: a\n    required: false\n    timeout: 90s\n";
	struct matrix		 m;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(matrix_parse("m.yaml", text, strlen(text), NULL, &m,
	    &d), ERR_OK, "%s", diag_text(&d));
	cr_assert_eq(m.n, 2);
	cr_assert_str_eq(m.target[0].profile_id, "b");
	cr_assert(m.target[0].required);
	cr_assert_eq(m.target[0].timeout_ms, 0);
	cr_assert_not(m.target[1].required);
	cr_assert_eq(m.target[1].timeout_ms, 90000);
	cr_assert_eq(matrix_find(&m, "a"), &m.target[1]);
	matrix_clear(&m);
	TEST_END();
}

Test(matrix, every_mistake_names_line_and_key)
{
	matrix_refused("name: m\n", "m.yaml:1: profiles: is missing");
	matrix_refused("profiles: []\n",
	    "m.yaml:1: profiles: must not be empty");
	matrix_refused("profiles:\n  - id: a\n    requierd: true\n",
	    "m.yaml:3: profiles[0].requierd: unknown key; known here: id, "
	    "required, timeout");
	matrix_refused("profiles:\n  - id: a\n  - id: a\n",
	    "m.yaml:3: profiles[1].id: \"a\" is listed twice");
	matrix_refused("profiles:\n  - id: \"-a\"\n",
	    "m.yaml:2: profiles[0].id: must be letters, digits, \".\", \"_\" "
	    "and \"-\", beginning with a letter or digit");
	matrix_refused("profiles:\n  - id: a\n    timeout: soon\n",
	    "m.yaml:3: profiles[0].timeout: must be a duration such as 90s "
	    "or 8m, over zero and at most 24h");
	matrix_refused("profiles:\n  - id: a\n    timeout: 0s\n",
	    "m.yaml:3: profiles[0].timeout: must be a duration such as 90s "
	    "or 8m, over zero and at most 24h");
	matrix_refused("profiles:\n  - id: a\n    required: 1\n",
	    "m.yaml:3: profiles[0].required: must be true or false");
	matrix_refused("profiles:\n  - required: true\n",
	    "m.yaml:2: profiles[0].id: is missing");
	matrix_refused("", "m.yaml:1: the file is empty");
	TEST_END();
}

Test(matrix, a_profile_outside_the_catalogue_is_refused)
{
	static const char	 text[] = "profiles:\n  - id: nope\n";
	struct profile_set	 none = { NULL, 0 };
	struct matrix		 m;
	struct diag		 d = DIAG_INIT;

	cr_assert_eq(matrix_parse("m.yaml", text, strlen(text), &none, &m,
	    &d), ERR_INVAL);
	cr_assert_str_eq(diag_text(&d), "m.yaml:2: profiles[0].id: unknown "
	    "profile \"nope\"; \"bpfcompat kernels list\" shows the known "
	    "ones");
	TEST_END();
}

Test(matrix, a_file_that_is_not_there_says_where_it_looked)
{
	struct conf	 c;
	struct matrix	 m;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(conf_load(&c, &d), ERR_OK);
	cr_assert_eq(matrix_open(&c, "no-such", NULL, &m, &d), ERR_NOTFOUND);
	cr_assert_str_eq(diag_text(&d), "there is no matrix \"no-such\": "
	    "neither a file nor one of the data folder's matrices/");
	TEST_END();
}
