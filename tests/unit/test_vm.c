/* The runner's parts that need no guest. */
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "base/json_in.h"
#include "tests/unit/test.h"
#include "worker/guest/wire.h"
#include "worker/vm/collect.h"
#include "worker/vm/cpio.h"
#include "worker/vm/hostlibs.h"
#include "worker/vm/initramfs.h"
#include "worker/vm/look.h"
#include "worker/vm/modules.h"
#include "worker/vm/qemu.h"
#include "worker/vm/qmp.h"
#include "worker/vm/spec.h"
#include "worker/vm/sshkey.h"
#include "worker/vm/tsc.h"
#include "worker/vm/wire_in.h"

static char	 work[] = "/tmp/test-vm-XXXXXX";

static void
make_work(void)
{
	cr_assert_not_null(mkdtemp(work));
}

static void
drop_work(void)
{
	fsio_rmtree(work, NULL);
}

/* --- cpio ---------------------------------------------------------------- */

/* Name and size of the archive member at *at, which moves on. */
static bool
member(const struct buf *b, size_t *at, char *name, size_t *size)
{
	char	 hex[9] = "";
	size_t	 namelen;

	if (*at + 110 > b->len || memcmp(b->data + *at, "070701", 6) != 0)
		return false;
	memcpy(hex, b->data + *at + 54, 8);
	*size = strtoul(hex, NULL, 16);
	memcpy(hex, b->data + *at + 94, 8);
	namelen = strtoul(hex, NULL, 16);
	snprintf(name, 256, "%s", b->data + *at + 110);
	*at = (*at + 110 + namelen + 3) / 4 * 4;
	*at = (*at + *size + 3) / 4 * 4;
	return strlen(name) + 1 == namelen;
}

Test(cpio, members_come_with_their_folders_once)
{
	static const char	*const want[] = { "a", "a/b", "a/b/file",
				    "a/b/link", "dev", "dev/null",
				    "TRAILER!!!" };
	struct buf		 b = BUF_INIT(65536);
	struct cpio		*c;
	char			 name[256];
	size_t			 at = 0, size;

	cr_assert_eq(cpio_new(&b, &c), ERR_OK);
	cpio_file(c, "a/b/file", 0755, "hello", 5);
	cpio_link(c, "a/b/link", "/bin/busybox");
	cpio_chardev(c, "dev/null", 0666, 1, 3);
	cpio_end(c);
	cpio_free(c);
	cr_assert_eq(buf_err(&b), ERR_OK);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		cr_assert(member(&b, &at, name, &size));
		cr_assert_str_eq(name, want[i]);
		if (strcmp(name, "a/b/file") == 0)
			cr_assert_eq(size, 5);
	}
	cr_assert_eq(at, b.len, "bytes after the trailer");
	buf_clear(&b);
	TEST_END();
}

Test(cpio, a_full_buffer_is_an_error_not_a_short_archive)
{
	struct buf	 b = BUF_INIT(200);
	struct cpio	*c;

	cr_assert_eq(cpio_new(&b, &c), ERR_OK);
	cpio_file(c, "x", 0644, "0123456789", 10);
	cpio_file(c, "y", 0644, "0123456789", 10);
	cpio_end(c);
	cr_assert_eq(buf_err(&b), ERR_TOOBIG);
	cpio_free(c);
	buf_clear(&b);
	TEST_END();
}

/* --- modules ------------------------------------------------------------- */

static const char	 dep[] =
	"kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net_failover.ko "
	"kernel/net/core/failover.ko\n"
	"kernel/drivers/net/net_failover.ko: kernel/net/core/failover.ko\n"
	"kernel/net/core/failover.ko:\n"
	"kernel/drivers/char/hw_random/virtio-rng.ko:\n"
	"kernel/a.ko: kernel/b.ko\n"
	"kernel/b.ko: kernel/a.ko\n";

Test(modules, what_is_needed_loads_first)
{
	struct modules	*m;

	cr_assert_eq(modules_parse(dep, &m), ERR_OK);
	cr_assert(modules_pick(m, "virtio_net"));
	cr_assert_eq(modules_count(m), 3);
	cr_assert_str_eq(modules_path(m, 0), "kernel/net/core/failover.ko");
	cr_assert_str_eq(modules_path(m, 1),
	    "kernel/drivers/net/net_failover.ko");
	cr_assert_str_eq(modules_path(m, 2),
	    "kernel/drivers/net/virtio_net.ko");
	modules_free(m);
	TEST_END();
}

Test(modules, a_dash_is_an_underscore_and_built_in_is_absent)
{
	struct modules	*m;

	cr_assert_eq(modules_parse(dep, &m), ERR_OK);
	cr_assert(modules_pick(m, "virtio_rng"));
	cr_assert(modules_has(m, "virtio-rng"));
	cr_assert_not(modules_pick(m, "virtio"));
	cr_assert_not(modules_pick(m, "virtio_pci"));
	cr_assert_eq(modules_count(m), 1);
	modules_free(m);
	TEST_END();
}

Test(modules, names_of_all_with_underscores)
{
	struct modules	*m;
	struct buf	 b = BUF_INIT(4096);

	cr_assert_eq(modules_parse("kernel/a/x-y.ko:\nkernel/z.ko: "
	    "kernel/a/x-y.ko\n", &m), ERR_OK);
	modules_names(m, &b);
	cr_assert_str_eq(buf_str(&b), "x_y\nz\n");
	buf_clear(&b);
	modules_free(m);
	TEST_END();
}

Test(modules, a_cycle_ends)
{
	struct modules	*m;

	cr_assert_eq(modules_parse(dep, &m), ERR_OK);
	cr_assert(modules_pick(m, "a"));
	cr_assert_eq(modules_count(m), 2);
	modules_free(m);
	TEST_END();
}

/* --- host libraries ------------------------------------------------------ */

Test(hostlibs, paths_come_out_of_the_loaders_list)
{
	struct hostlibs	 h = { .n = 0 };

	cr_assert_eq(hostlibs_parse("\tlinux-vdso.so.1 (0x7ffc)\n"
	    "\tlibz.so.1 => /lib/x/libz.so.1 (0x7f12)\n"
	    "\t/lib64/ld-linux-x86-64.so.2 (0x7f34)\n", &h, NULL), ERR_OK);
	cr_assert_eq(h.n, 1);
	cr_assert_str_eq(h.path[0], "/lib/x/libz.so.1");
	hostlibs_clear(&h);
	TEST_END();
}

Test(hostlibs, a_missing_library_is_named)
{
	struct hostlibs	 h = { .n = 0 };
	struct diag	 d = DIAG_INIT;

	cr_assert_eq(hostlibs_parse("\tlibq.so.9 => not found\n", &h, &d),
	    ERR_NOTFOUND);
	cr_assert_not_null(strstr(d.msg, "libq.so.9"));
	hostlibs_clear(&h);
	TEST_END();
}

/* --- monitor ------------------------------------------------------------- */

static void
qfeed(struct qmp *q, const char *s)
{
	qmp_feed(q, s, strlen(s));
}

Test(qmp, greeting_reply_and_error)
{
	struct qmp	 q;

	qmp_init(&q);
	qfeed(&q, "{\"QMP\": {\"version\": {}}}\r\n{\"ret");
	cr_assert(q.greeted);
	cr_assert_not(q.replied);
	qfeed(&q, "urn\": {\"a\": 1}}\r\n");
	cr_assert(q.replied);
	cr_assert_str_eq(buf_str(&q.reply), "{\"a\":1}");
	qfeed(&q, "{\"error\": {\"class\": \"X\", \"desc\": \"no\"}}\r\n");
	cr_assert(q.failed);
	cr_assert_str_eq(buf_str(&q.reply), "no");
	qmp_clear(&q);
	TEST_END();
}

Test(qmp, events_become_state)
{
	struct qmp	 q;

	qmp_init(&q);
	qfeed(&q, "{\"event\":\"SHUTDOWN\",\"data\":{\"guest\":true,"
	    "\"reason\":\"guest-reset\"}}\n"
	    "{\"event\":\"MIGRATION\",\"data\":{\"status\":\"completed\"}}\n"
	    "{\"event\":\"GUEST_PANICKED\",\"data\":{}}\n");
	cr_assert(q.shutdown && q.by_guest && q.panicked);
	cr_assert_str_eq(q.reason, "guest-reset");
	cr_assert_str_eq(q.migration, "completed");
	qmp_clear(&q);
	TEST_END();
}

Test(qmp, the_ssh_port_can_be_closed_by_the_guest)
{
	struct qmp	 q;

	qmp_init(&q);
	qfeed(&q, "{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"open\":false,"
	    "\"id\":\"other\"}}\n");
	cr_assert_not(q.ssh_closed);
	qfeed(&q, "{\"event\":\"VSERPORT_CHANGE\",\"data\":{\"open\":false,"
	    "\"id\":\"" QMP_SSH_PORT "\"}}\n");
	cr_assert(q.ssh_closed);
	qmp_clear(&q);
	TEST_END();
}

Test(qmp, what_is_not_json_breaks_it)
{
	struct qmp	 q;

	qmp_init(&q);
	qfeed(&q, "qemu: something went wrong\n");
	cr_assert(q.broken);
	qmp_clear(&q);
	TEST_END();
}

Test(qmp, the_forwards_port_is_found)
{
	cr_assert_eq(qmp_usernet_port("\"Hub 0 (net):\\r\\n  Protocol[State]"
	    "\\r\\n  TCP[HOST_FORWARD]  12       127.0.0.1 36837"
	    "       10.0.2.15    22     0     0\\r\\n\""), 36837);
	cr_assert_eq(qmp_usernet_port("no forward"), 0);
	cr_assert_eq(qmp_usernet_port("TCP[HOST_FORWARD] 1 127.0.0.1 99999 "),
	    0);
	TEST_END();
}

/* --- command line -------------------------------------------------------- */

static bool
has_arg(const struct qemu_args *a, const char *text)
{
	for (size_t i = 0; i < a->n; i++)
		if (strstr(a->v[i], text) != NULL)
			return true;
	return false;
}

Test(qemu, a_guest_has_no_way_out)
{
	struct vm_opts	 o = VM_OPTS_INIT;
	struct qemu_fds	 f = { 3, 4, -1, -1, 5, 6, -1, -1 };
	struct qemu_args a;

	o.qemu = "qemu";
	o.accel = "tcg";
	o.cmdline = "console=ttyS0";
	o.memory_mb = 256;
	o.cpus = 1;
	o.network = true;
	cr_assert_eq(qemu_args_build(&o, &f, &a), ERR_OK);
	cr_assert(has_arg(&a, "restrict=on"));
	cr_assert(has_arg(&a, "hostfwd=tcp:127.0.0.1:0-"));
	cr_assert(has_arg(&a, "spawn=deny"));
	cr_assert(has_arg(&a, "-nodefaults"));
	cr_assert(has_arg(&a, "-no-reboot"));
	cr_assert_not(has_arg(&a, "virtserialport"));
	qemu_args_clear(&a);
	TEST_END();
}

Test(qemu, without_a_network_there_is_a_port_for_ssh)
{
	struct vm_opts	 o = VM_OPTS_INIT;
	struct qemu_fds	 f = { 3, 4, -1, -1, 5, 6, 7, -1 };
	struct qemu_args a;

	o.qemu = "qemu";
	o.accel = "tcg";
	o.cmdline = "";
	o.cpus = 1;
	cr_assert_eq(qemu_args_build(&o, &f, &a), ERR_OK);
	cr_assert(has_arg(&a, "name=" WIRE_PORT_SSH));
	cr_assert_not(has_arg(&a, "hostfwd"));
	qemu_args_clear(&a);
	TEST_END();
}

/* --- spec ---------------------------------------------------------------- */

#define SPEC_OK	"{\"schema\":\"runner.v1\",\"run_id\":\"r\","		\
	"\"job_id\":\"j\",\"profile_id\":\"p\",\"attempt\":1,"		\
	"\"target_dir\":\"/t\",\"kernel_dir\":\"/k\",\"cache_dir\":\"/c\","\
	"\"artifact\":\"/a\",\"attach_mode\":\"required\","		\
	"\"memory_mb\":512,\"cpus\":1,\"timeout_ms\":1000,"		\
	"\"boot_timeout_ms\":500,\"accel\":\"auto\",\"fresh_boot\":true,"	\
	"\"cmdline\":\"\"}"

Test(spec, all_keys_arrive)
{
	struct spec	 s;

	cr_assert_eq(spec_parse(SPEC_OK, strlen(SPEC_OK), &s, NULL), ERR_OK);
	cr_assert_str_eq(s.attach_mode, "required");
	cr_assert_str_eq(s.artifact, "/a");
	cr_assert_eq(s.timeout_ms, 1000);
	cr_assert(s.fresh_boot);
	spec_clear(&s);
	TEST_END();
}

Test(spec, warming_needs_no_object)
{
	static const char	 text[] = "{\"schema\":\"runner.v1\","
	    "\"task\":\"warm\",\"profile_id\":\"p\",\"attempt\":0,"
	    "\"kernel_dir\":\"/k\",\"cache_dir\":\"/c\","
	    "\"attach_mode\":\"disabled\",\"memory_mb\":512,\"cpus\":1,"
	    "\"timeout_ms\":1000,\"boot_timeout_ms\":500,"
	    "\"accel\":\"auto\"}";
	struct spec		 s;

	cr_assert_eq(spec_parse(text, strlen(text), &s, NULL), ERR_OK);
	cr_assert_eq(s.task, SPEC_WARM);
	spec_clear(&s);
	TEST_END();
}

/* SPEC_OK with "from" replaced; the field the error names. */
static void
refused(const char *from, const char *to, const char *field)
{
	char		 text[1024], *at;
	struct diag	 d = DIAG_INIT;
	struct spec	 s;

	snprintf(text, sizeof(text), "%s", SPEC_OK);
	at = strstr(text, from);
	cr_assert_not_null(at);
	memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from))
	    + 1);
	memcpy(at, to, strlen(to));
	cr_assert_eq(spec_parse(text, strlen(text), &s, &d), ERR_INVAL);
	cr_assert_str_eq(d.field, field);
}

Test(spec, a_bad_key_is_named)
{
	refused("runner.v1", "runner.v2", "schema");
	refused("required", "perhaps", "attach_mode");
	refused("\"cpus\":1", "\"cpus\":0", "cpus");
	refused("\"cpus\":1", "\"cpus\":\"1\"", "cpus");
	refused("\"artifact\":\"/a\"", "\"artifact\":\"\"", "artifact");
	refused("\"auto\"", "\"xen\"", "accel");
	refused("\"cmdline\":", "\"task\":\"rest\",\"cmdline\":", "task");
	refused("\"cmdline\":", "\"task\":\"check\",\"cmdline\":",
	    "against");
	TEST_END();
}

/* --- a CPU from outside --------------------------------------------------- */

Test(look, flags_tell_idle_from_stuck)
{
	cr_assert_eq(look_parse("RIP=ffffffffc0 RFL=00000046 [---Z-P-] CPL=0 "
	    "II=0 A20=1 SMM=0 HLT=0\\r\\n"), LOOK_NO_INTERRUPTS);
	cr_assert_eq(look_parse("RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 "
	    "SMM=0 HLT=1"), LOOK_IDLE);
	cr_assert_eq(look_parse("RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 "
	    "SMM=0 HLT=0"), LOOK_OTHER);
	cr_assert_eq(look_parse("RFL=00000046 [---Z-P-] CPL=3 II=0 A20=1 "
	    "SMM=0 HLT=0"), LOOK_OTHER);
	cr_assert_eq(look_parse("PC=0000000000000000"), LOOK_UNKNOWN);
	TEST_END();
}

/* --- time stamp counter --------------------------------------------------- */

Test(tsc, the_answer_is_kept_and_stays_the_same, .init = make_work,
    .fini = drop_work)
{
	long	 khz = tsc_khz(work);

#if defined(__x86_64__)
	cr_assert_gt(khz, 0);
	cr_assert_eq(khz % 1000, 0);
#else
	cr_assert_eq(khz, 0);
#endif
	for (int i = 0; i < 3; i++)
		cr_assert_eq(tsc_khz(work), khz);
	TEST_END();
}

Test(tsc, without_a_place_to_keep_it_there_is_none)
{
	cr_assert_eq(tsc_khz("/proc/nowhere"), 0);
	TEST_END();
}

/* --- keys ---------------------------------------------------------------- */

Test(sshkey, the_host_key_has_dropbears_form)
{
	static const unsigned char	 head[] = "\0\0\0\013ssh-ed25519\0\0\0@";
	struct sshkeys			 k;

	cr_assert_eq(sshkeys_make(&k, NULL), ERR_OK);
	cr_assert_eq(k.host_file.len, 83);
	cr_assert_eq(memcmp(k.host_file.data, head, sizeof(head) - 1), 0);
	cr_assert_eq(strncmp(buf_str(&k.authorized), "ssh-ed25519 AAAA", 16),
	    0);
	sshkeys_clear(&k);
}

Test(sshkey, no_two_are_alike)
{
	struct sshkeys	 a, b;

	cr_assert_eq(sshkeys_make(&a, NULL), ERR_OK);
	cr_assert_eq(sshkeys_make(&b, NULL), ERR_OK);
	cr_assert_neq(memcmp(a.host_file.data, b.host_file.data, 83), 0);
	cr_assert_str_neq(buf_str(&a.authorized), buf_str(&b.authorized));
	sshkeys_clear(&a);
	sshkeys_clear(&b);
}

Test(sshkey, what_is_no_key_is_refused)
{
	struct buf	 b = BUF_INIT(1024);

	cr_assert_eq(sshkey_dropbear("", &b), ERR_SYNTAX);
	cr_assert_eq(sshkey_dropbear("-----BEGIN OPENSSH PRIVATE KEY-----\n"
	    "b3BlbnNzaC1rZXktdjEA\n"
	    "-----END OPENSSH PRIVATE KEY-----\n", &b), ERR_SYNTAX);
	buf_clear(&b);
	TEST_END();
}

/* --- base64 -------------------------------------------------------------- */

Test(base64, there_and_back)
{
	struct buf	 a = BUF_INIT(1024), b = BUF_INIT(1024);
	unsigned char	 raw[67];

	for (size_t n = 0; n <= sizeof(raw); n++) {
		buf_reset(&a);
		buf_reset(&b);
		rnd_bytes(raw, n);
		cr_assert_eq(b64_encode(raw, n, &a), ERR_OK);
		cr_assert_eq(b64_decode(buf_str(&a), a.len, &b), ERR_OK);
		cr_assert_eq(b.len, n);
		cr_assert(n == 0 || memcmp(b.data, raw, n) == 0);
	}
	buf_reset(&a);
	b64_encode("any carnal pleas", 16, &a);
	cr_assert_str_eq(buf_str(&a), "YW55IGNhcm5hbCBwbGVhcw==");
	buf_clear(&a);
	buf_clear(&b);
	TEST_END();
}

Test(base64, foreign_bytes_are_refused)
{
	struct buf	 b = BUF_INIT(64);

	cr_assert_eq(b64_decode("YW5!", 4, &b), ERR_SYNTAX);
	cr_assert_eq(b64_decode("YW=5", 4, &b), ERR_SYNTAX);
	cr_assert_eq(b64_decode("Y", 1, &b), ERR_SYNTAX);
	buf_clear(&b);
	TEST_END();
}

/* --- frames -------------------------------------------------------------- */

static void
frame(struct buf *b, char type, const char *text)
{
	size_t	 n = strlen(text);

	buf_addc(b, type);
	buf_addc(b, (char)(n >> 24));
	buf_addc(b, (char)(n >> 16));
	buf_addc(b, (char)(n >> 8));
	buf_addc(b, (char)n);
	buf_add(b, text, n);
}

static enum err
note_frame(void *arg, char type, const void *p, size_t len)
{
	buf_addf(arg, "%c:%.*s ", type, (int)len, (const char *)p);
	return ERR_OK;
}

Test(wire_in, frames_cut_anywhere_arrive_whole)
{
	struct buf	 in = BUF_INIT(1024), seen = BUF_INIT(1024);
	struct wire_in	 w;

	frame(&in, 'P', "one");
	frame(&in, 'D', "");
	frame(&in, 'Z', "end");
	wire_in_init(&w, note_frame, &seen);
	for (size_t i = 0; i < in.len; i++)
		cr_assert_eq(wire_in_feed(&w, in.data + i, 1), ERR_OK);
	cr_assert_str_eq(buf_str(&seen), "P:one D: Z:end ");
	cr_assert(w.ended);
	wire_in_clear(&w);
	buf_clear(&in);
	buf_clear(&seen);
	TEST_END();
}

Test(wire_in, unknown_long_and_late_bytes_break_it)
{
	struct buf	 seen = BUF_INIT(1024), in = BUF_INIT(1024);
	struct wire_in	 w;

	wire_in_init(&w, note_frame, &seen);
	cr_assert_eq(wire_in_feed(&w, "hello there", 11), ERR_PROTO);
	cr_assert_eq(wire_in_feed(&w, "P\0\0\0\0", 5), ERR_PROTO);
	wire_in_clear(&w);

	wire_in_init(&w, note_frame, &seen);
	cr_assert_eq(wire_in_feed(&w, "D\0\4\0\1", 5), ERR_PROTO);
	wire_in_clear(&w);

	wire_in_init(&w, note_frame, &seen);
	frame(&in, 'Z', "{}");
	buf_addc(&in, 'P');
	cr_assert_eq(wire_in_feed(&w, in.data, in.len), ERR_PROTO);
	wire_in_clear(&w);
	buf_clear(&in);
	buf_clear(&seen);
	TEST_END();
}

/* --- what a guest delivers ----------------------------------------------- */

static void
count_progress(void *arg, const char *json, size_t len)
{
	(void)json;
	(void)len;
	++*(int *)arg;
}

static enum err
deliver(struct collect *c, char type, const char *text)
{
	struct buf	 b = BUF_INIT(4096);
	enum err	 e;

	frame(&b, type, text);
	e = collect_out(c, b.data, b.len);
	buf_clear(&b);
	return e;
}

#define LOG(id)	"{\"id\":\"" id "\",\"kind\":\"verifier\","		\
		"\"encoding\":\"zstd\"}"

Test(collect, a_whole_delivery_lies_in_the_folder, .init = make_work,
    .fini = drop_work)
{
	struct collect	*c;
	struct buf	 b = BUF_INIT(1024);
	char		 path[128];
	int		 n = 0;

	cr_assert_eq(collect_new(work, count_progress, &n, &c), ERR_OK);
	cr_assert_eq(deliver(c, 'P', "{\"phase\":\"open\"}"), ERR_OK);
	cr_assert_eq(deliver(c, 'L', LOG("p1.load")), ERR_OK);
	cr_assert_eq(deliver(c, 'D', "abc"), ERR_OK);
	cr_assert_eq(deliver(c, 'D', "def"), ERR_OK);
	cr_assert_eq(deliver(c, 'X', "{\"raw_bytes\":9}"), ERR_OK);
	cr_assert_eq(deliver(c, 'R', "{\"a\":"), ERR_OK);
	cr_assert_eq(deliver(c, 'R', "1}"), ERR_OK);
	cr_assert_eq(deliver(c, 'Z', "{\"exit\":0}"), ERR_OK);
	cr_assert_eq(collect_finish(c, NULL), ERR_OK);
	cr_assert_eq(n, 1);
	cr_assert_str_eq(collect_last_step(c), "{\"phase\":\"open\"}");
	snprintf(path, sizeof(path), "%s/logs/p1.load.log.zst", work);
	cr_assert_eq(fsio_read(path, &b, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "abcdef");
	buf_reset(&b);
	snprintf(path, sizeof(path), "%s/validator-result.json", work);
	cr_assert_eq(fsio_read(path, &b, NULL), ERR_OK);
	cr_assert_str_eq(buf_str(&b), "{\"a\":1}");
	buf_clear(&b);
	collect_free(c);
	TEST_END();
}

static void
log_refused(const char *message)
{
	struct collect	*c;
	int		 n = 0;

	cr_assert_eq(collect_new(work, count_progress, &n, &c), ERR_OK);
	cr_assert_eq(deliver(c, 'L', message), ERR_PROTO, "%s", message);
	cr_assert(collect_problem(c)[0] != '\0');
	collect_free(c);
}

Test(collect, a_log_cannot_leave_its_folder, .init = make_work,
    .fini = drop_work)
{
	log_refused(LOG("../evil"));
	log_refused(LOG("a/b"));
	log_refused(LOG(".hidden"));
	log_refused(LOG(""));
	log_refused("{\"id\":\"x\",\"kind\":\"v\",\"encoding\":\"gzip\"}");
	log_refused("not json");
	TEST_END();
}

Test(collect, a_log_is_not_written_twice, .init = make_work,
    .fini = drop_work)
{
	struct collect	*c;
	int		 n = 0;

	cr_assert_eq(collect_new(work, count_progress, &n, &c), ERR_OK);
	cr_assert_eq(deliver(c, 'L', LOG("a")), ERR_OK);
	cr_assert_eq(deliver(c, 'X', "{}"), ERR_OK);
	cr_assert_eq(deliver(c, 'L', LOG("a")), ERR_PROTO);
	collect_free(c);
	TEST_END();
}

Test(collect, no_result_is_no_result, .init = make_work, .fini = drop_work)
{
	struct collect	*c;
	int		 n = 0;

	cr_assert_eq(collect_new(work, count_progress, &n, &c), ERR_OK);
	cr_assert_eq(collect_finish(c, NULL), ERR_PROTO);
	cr_assert_eq(deliver(c, 'R', "{\"a\":1} trailing"), ERR_OK);
	cr_assert_eq(deliver(c, 'Z', "{}"), ERR_OK);
	cr_assert_eq(collect_finish(c, NULL), ERR_PROTO);
	collect_free(c);
	TEST_END();
}
