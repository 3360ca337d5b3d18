#include "tests/unit/test.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "domain/kernel.h"
#include "worker/kernels/apt.h"
#include "worker/kernels/resolve.h"
#include "worker/kernels/unpack.h"
#include "worker/kernels/vmlinuz.h"

#define SHA	"0123456789abcdef0123456789abcdef"			\
		"0123456789abcdef0123456789abcdef"
#define PACKAGES "\"packages\":[{\"name\":\"linux-image-1\","		\
		"\"version\":\"1\",\"suite\":\"s\",\"sha256\":\"" SHA "\","\
		"\"size_bytes\":5,\"source_url\":\"file:/x\"}]"
#define REST	"\"version_string\":\"Linux version 6.1.0-1\","		\
		"\"uname_version\":\"#1\",\"arch\":\"x86_64\","		\
		"\"vmlinuz_sha256\":\"" SHA "\",\"files_sha256\":\"" SHA "\","\
		"\"fetched_at\":\"2026-01-01T00:00:00Z\","		\
		"\"suite_date\":\"2026-01-01T00:00:00Z\","		\
		"\"size_bytes\":7,\"has_modules\":true,\"notes\":[\"n\"]"
#define WHOLE	"{\"profile_id\":\"p\",\"release\":\"6.1.0-1\"," PACKAGES \
		"," REST "}"

static void
kernel_refused(const char *json, const char *want)
{
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(kernel_parse(json, strlen(json), &k, &d), ERR_CORRUPT);
	cr_assert_str_eq(diag_text(&d), want);
}

Test(kernel, what_is_written_is_read_back)
{
	struct kernel	 a, b;
	struct buf	 out = BUF_INIT(KERNEL_JSON_MAX);
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(kernel_parse(WHOLE, strlen(WHOLE), &a, &d), ERR_OK,
	    "%s", diag_text(&d));
	cr_assert_eq(kernel_write(&a, &out), ERR_OK);
	cr_assert_eq(kernel_parse(buf_str(&out), out.len, &b, &d), ERR_OK,
	    "%s", diag_text(&d));
	cr_assert_str_eq(b.release, "6.1.0-1");
	cr_assert_eq(b.npackages, 1);
	cr_assert_str_eq(b.package[0].source_url, "file:/x");
	cr_assert_eq(b.size_bytes, 7);
	cr_assert(b.has_modules);
	cr_assert_str_eq(b.note[0], "n");
	buf_clear(&out);
	kernel_clear(&a);
	kernel_clear(&b);
	TEST_END();
}

Test(kernel, a_broken_document_is_refused)
{
	kernel_refused("{", "kernel.json is no JSON document");
	kernel_refused("[]", "kernel.json: profile_id is missing");
	kernel_refused("{\"profile_id\":\"p\"}",
	    "kernel.json: release is missing");
	kernel_refused("{\"profile_id\":\"p\",\"release\":\"6.1\"," REST "}",
	    "kernel.json: packages must list 1 to 8 packages");
	TEST_END();
}

Test(kernel, a_release_cannot_leave_its_folder)
{
	kernel_refused("{\"profile_id\":\"p\",\"release\":\"../x\"," PACKAGES
	    "," REST "}", "kernel.json: release is no kernel release");
	TEST_END();
}

/* A kernel folder in a fresh KERNEL_DIR. */
static void
world(struct conf *c, char *dir)
{
	char		 path[512];
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(conf_load(c, &d), ERR_OK);
	cr_assert_not_null(mkdtemp(dir));
	c->kernel_dir = dir;
	snprintf(path, sizeof(path), "%s/p/k1", dir);
	cr_assert_eq(fsio_mkdirs(path, &d), ERR_OK);
	snprintf(path, sizeof(path), "%s/p/k1/kernel.json", dir);
	fsio_write_atomic(path, WHOLE, strlen(WHOLE), 0600, &d);
	snprintf(path, sizeof(path), "%s/p/k1/vmlinuz", dir);
	fsio_write_atomic(path, "x", 1, 0600, &d);
	snprintf(path, sizeof(path), "%s/p/current", dir);
	cr_assert_eq(symlink("k1", path), 0);
}

static void
found(const struct conf *c, enum err want, const char *text)
{
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(kernel_find(c, "p", &k, &d), want);
	if (want == ERR_OK)
		kernel_clear(&k);
	else
		cr_assert_str_eq(diag_text(&d), text);
}

Test(kernel, the_current_one_is_found_by_its_own_folder)
{
	char		 dir[] = "/tmp/bpfc-kernel-XXXXXX", want[64];
	struct conf	 c;
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;

	world(&c, dir);
	cr_assert_eq(kernel_find(&c, "p", &k, &d), ERR_OK);
	snprintf(want, sizeof(want), "%s/p/k1", dir);
	cr_assert_str_eq(k.dir, want);
	cr_assert_str_eq(k.key, "k1");
	kernel_clear(&k);
	fsio_rmtree(dir, NULL);
	TEST_END();
}

Test(kernel, what_is_wrong_comes_with_the_remedy)
{
	char		 dir[] = "/tmp/bpfc-kernel-XXXXXX", path[512];
	struct conf	 c;

	world(&c, dir);
	snprintf(path, sizeof(path), "%s/p/k1/damaged", dir);
	fsio_write_atomic(path, "x", 1, 0600, NULL);
	found(&c, ERR_CORRUPT, "the kernel of p is damaged (a check found it "
	    "changed); run \"bpfcompat kernels fetch p\"");
	unlink(path);
	snprintf(path, sizeof(path), "%s/p/k1/vmlinuz", dir);
	unlink(path);
	found(&c, ERR_CORRUPT, "the kernel of p is damaged (vmlinuz is "
	    "missing); run \"bpfcompat kernels fetch p\"");
	snprintf(path, sizeof(path), "%s/p/current", dir);
	unlink(path);
	cr_assert_eq(symlink("../../etc", path), 0);
	found(&c, ERR_CORRUPT, "the kernel of p points out of its folder");
	unlink(path);
	found(&c, ERR_NOTFOUND, "the kernel of p was never fetched; run "
	    "\"bpfcompat kernels fetch p\"");
	fsio_rmtree(dir, NULL);
	TEST_END();
}

/* A bzImage head with "text" at the offset its header names. */
static void
image(uint8_t *p, size_t len, const char *text)
{
	memset(p, 0, len);
	p[0x1f1] = 4;
	p[0x1fe] = 0x55;
	p[0x1ff] = 0xaa;
	memcpy(p + 0x202, "HdrS", 4);
	p[0x206] = 0x0f;
	p[0x207] = 0x02;
	p[0x20f] = 0x01;	/* 0x100 + 0x200 */
	memcpy(p + 0x300, text, strlen(text));
}

#define GOOD	"6.1.0-1-cloud-amd64 (a@b) #1 SMP Debian 6.1.2-3 (2026-01-01)"

static void
image_refused(const uint8_t *p, size_t len, const char *want)
{
	struct vmlinuz_info	 v = { "keep", "", "" };
	struct diag		 d = DIAG_INIT;

	cr_assert_neq(vmlinuz_parse(p, len, &v, &d), ERR_OK);
	cr_assert_str_eq(diag_text(&d), want);
	cr_assert_str_eq(v.release, "keep");
}

Test(vmlinuz, tells_release_builder_and_version)
{
	uint8_t			 p[4096];
	struct vmlinuz_info	 v;
	struct diag		 d = DIAG_INIT;

	image(p, sizeof(p), GOOD);
	cr_assert_eq(vmlinuz_parse(p, sizeof(p), &v, &d), ERR_OK);
	cr_assert_str_eq(v.release, "6.1.0-1-cloud-amd64");
	cr_assert_str_eq(v.builder, "a@b");
	cr_assert_str_eq(v.version, "#1 SMP Debian 6.1.2-3 (2026-01-01)");
	TEST_END();
}

Test(vmlinuz, refuses_what_is_no_kernel)
{
	uint8_t	 p[4096];

	image(p, sizeof(p), GOOD);
	p[0x1fe] = 0;
	image_refused(p, sizeof(p), "the kernel image is no Linux kernel "
	    "image");
	image_refused(p, 0, "the kernel image is no Linux kernel image");
	image(p, sizeof(p), GOOD);
	image_refused(p, 0x20f, "the kernel image is no Linux kernel image");
	TEST_END();
}

Test(vmlinuz, every_cut_is_refused)
{
	uint8_t			 p[4096];
	struct vmlinuz_info	 v;

	image(p, sizeof(p), GOOD);
	for (size_t n = 0; n <= 0x300 + strlen(GOOD); n++) {
		uint8_t	*cut = malloc(n == 0 ? 1 : n);

		/* A copy, so that the sanitizer sees a read past the end. */
		memcpy(cut, p, n);
		cr_assert_neq(vmlinuz_parse(cut, n, &v, NULL), ERR_OK);
		free(cut);
	}
	TEST_END();
}

Test(vmlinuz, refuses_hostile_offsets_and_texts)
{
	uint8_t	 p[4096];

	image(p, sizeof(p), GOOD);
	p[0x20e] = 0xff;
	p[0x20f] = 0xff;
	image_refused(p, sizeof(p), "the kernel image points to a version "
	    "outside its header");
	image(p, sizeof(p), GOOD);
	p[0x20f] = 0;
	image_refused(p, sizeof(p), "the kernel image is too old to tell its "
	    "version");
	image(p, sizeof(p), GOOD);
	memset(p + 0x300, 'a', sizeof(p) - 0x300);
	image_refused(p, sizeof(p), "the kernel image has a version without "
	    "an end");
	image(p, sizeof(p), "6.1\x1b[2J (a) #1");
	image_refused(p, sizeof(p), "the kernel image has a version that is "
	    "no text");
	image(p, sizeof(p), "nonsense");
	image_refused(p, sizeof(p), "the kernel image has no version of the "
	    "usual form");
	image(p, sizeof(p), "../../x (a@b) #1");
	image_refused(p, sizeof(p), "the kernel image has no usable release "
	    "in its version");
	TEST_END();
}

Test(vmlinuz, an_arm64_image_is_named_as_such)
{
	uint8_t	 p[4096];

	memset(p, 0, sizeof(p));
	memcpy(p + 0x38, "ARM\x64", 4);
	image_refused(p, sizeof(p), "an arm64 kernel image does not tell its "
	    "version");
	TEST_END();
}

/* "-" for a name that is no kernel of the line. */
static void
release_is(const char *name, const char *line, const char *flavour,
    const char *want)
{
	const char	*r = resolve_release(name, "linux-image-", line,
			    flavour, "amd64");

	cr_assert_str_eq(r == NULL ? "-" : r, want, "%s", name);
}

Test(resolve, a_package_name_tells_line_and_flavour)
{
	release_is("linux-image-6.1.0-56-cloud-amd64", "6.1", "cloud",
	    "6.1.0-56-cloud-amd64");
	release_is("linux-image-6.12.117+deb13-cloud-amd64", "6.12", "cloud",
	    "6.12.117+deb13-cloud-amd64");
	release_is("linux-image-6.12.117+deb13-cloud-amd64", "6.1", "cloud",
	    "-");
	release_is("linux-image-6.1.0-56-cloud-amd64", "", "cloud",
	    "6.1.0-56-cloud-amd64");
	release_is("linux-image-6.1.0-56-amd64", "6.1", "generic",
	    "6.1.0-56-amd64");
	release_is("linux-image-6.1.0-56-rt-amd64", "6.1", "rt",
	    "6.1.0-56-rt-amd64");
	TEST_END();
}

Test(resolve, meta_debug_unsigned_and_other_flavours_are_no_kernels)
{
	release_is("linux-image-cloud-amd64", "6.1", "cloud", "-");
	release_is("linux-image-6.1-cloud-amd64", "6.1", "cloud", "-");
	release_is("linux-image-6.1-cloud-amd64", "", "cloud", "-");
	release_is("linux-image-6.1.0-56-cloud-amd64-dbg", "6.1", "cloud",
	    "-");
	release_is("linux-image-6.1.0-56-cloud-amd64-unsigned", "6.1",
	    "cloud", "-");
	release_is("linux-image-6.1.0-56-cloud-amd64", "6.1", "generic",
	    "-");
	release_is("linux-image-6.1.0-56-rt-amd64", "6.1", "generic", "-");
	release_is("linux-headers-6.1.0-56-amd64", "6.1", "generic", "-");
	TEST_END();
}

Test(resolve, versions_are_ordered_by_dpkg)
{
	bool	 later;

	cr_assert_eq(resolve_later("6.1.10-1", "6.1.9-1", &later, NULL),
	    ERR_OK);
	cr_assert(later);
	cr_assert_eq(resolve_later("7.3.4-1~bpo13+1", "7.3.4-1", &later,
	    NULL), ERR_OK);
	cr_assert_not(later);
	cr_assert_eq(resolve_later("1", "1", &later, NULL), ERR_OK);
	cr_assert_not(later);
	TEST_END();
}

Test(apt, a_password_is_not_recorded)
{
	char	 out[128];

	apt_uri_public("http://user:pw@example.org/a@b", out, sizeof(out));
	cr_assert_str_eq(out, "http://example.org/a@b");
	apt_uri_public("http://example.org/a@b", out, sizeof(out));
	cr_assert_str_eq(out, "http://example.org/a@b");
	apt_uri_public("file:/a@b", out, sizeof(out));
	cr_assert_str_eq(out, "file:/a@b");
	TEST_END();
}

static enum err
said(const char *text, const char *want)
{
	struct diag	 d = DIAG_INIT;
	enum err	 e = apt_error("X", text, &d);

	cr_assert_str_eq(diag_text(&d), want);
	return e;
}

Test(apt, what_it_says_becomes_an_error_with_a_remedy)
{
	cr_assert_eq(said("W: a\nE: b: No space left on device\n",
	    "X: free some disk space (b: No space left on device)"),
	    ERR_NOSPACE);
	cr_assert_eq(said("E: The repository 'x' is not signed.\n", "X: the "
	    "archive's signature is missing; use another archive (The "
	    "repository 'x' is not signed.)"), ERR_DENIED);
	cr_assert_eq(said("E: Failed to fetch y  404  Not Found\n", "X: it "
	    "is gone from the archive; try --refresh (Failed to fetch y  404 "
	    " Not Found)"), ERR_NOTFOUND);
	cr_assert_eq(said("W: Could not resolve 'h'\n", "X: check the "
	    "network and the proxy settings of apt (Could not resolve 'h')"),
	    ERR_UNAVAILABLE);
	cr_assert_eq(said("", "X: apt failed (apt gave no reason)"),
	    ERR_CHILD);
	TEST_END();
}

Test(unpack, a_changed_missing_or_new_file_is_named)
{
	char		 dir[] = "/tmp/bpfc-tree-XXXXXX", path[128];
	char		 sha[SHA256_HEX_SIZE];
	int64_t		 bytes;
	struct diag	 d = DIAG_INIT;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/lib", dir);
	fsio_mkdirs(path, NULL);
	snprintf(path, sizeof(path), "%s/lib/a", dir);
	fsio_write_atomic(path, "a", 1, 0600, NULL);
	cr_assert_eq(unpack_list(dir, sha, &bytes, &d), ERR_OK);
	cr_assert_eq(bytes, 1);
	cr_assert_eq(unpack_verify(dir, sha, &d), ERR_OK);

	fsio_write_atomic(path, "b", 1, 0600, NULL);
	cr_assert_eq(unpack_verify(dir, sha, &d), ERR_CORRUPT);
	cr_assert_str_eq(diag_text(&d), "lib/a is not as it was fetched");
	unlink(path);
	cr_assert_eq(unpack_verify(dir, sha, &d), ERR_CORRUPT);
	cr_assert_str_eq(diag_text(&d), "lib/a is not as it was fetched");
	fsio_write_atomic(path, "a", 1, 0600, NULL);
	snprintf(path, sizeof(path), "%s/lib/new", dir);
	fsio_write_atomic(path, "", 0, 0600, NULL);
	cr_assert_eq(unpack_verify(dir, sha, &d), ERR_CORRUPT);
	cr_assert_str_eq(diag_text(&d), "lib/new is not as it was fetched");
	fsio_rmtree(dir, NULL);
	TEST_END();
}
