/*
 * A validator for tests of the runner: the artifact is a word that says how
 * to misbehave inside the guest.  The result holds what shows whether two
 * guests are one: random bytes, the boot id, the time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "worker/guest/wire.h"

static char	 frame[WIRE_CHUNK_MAX];

static void
read_all(void *p, size_t n)
{
	ssize_t	 got;

	for (; n > 0; n -= (size_t)got, p = (char *)p + got)
		if ((got = read(STDIN_FILENO, p, n)) <= 0)
			exit(3);
}

static void
write_all(const void *p, size_t n)
{
	ssize_t	 put;

	for (; n > 0; n -= (size_t)put, p = (const char *)p + put)
		if ((put = write(STDOUT_FILENO, p, n)) <= 0)
			exit(4);
}

static void
send_frame(char type, const char *p, size_t n)
{
	unsigned char	 head[WIRE_HEADER_LEN] = { (unsigned char)type,
			    (unsigned char)(n >> 24), (unsigned char)(n >> 16),
			    (unsigned char)(n >> 8), (unsigned char)n };

	write_all(head, sizeof(head));
	write_all(p, n);
}

static void
send_text(char type, const char *text)
{
	send_frame(type, text, strlen(text));
}

/* The word at the beginning of the artifact; *total is its length. */
static void
receive(char word[16], size_t *total)
{
	unsigned char	 head[WIRE_HEADER_LEN];
	size_t		 n;

	for (*total = 0;;) {
		read_all(head, sizeof(head));
		n = (size_t)head[1] << 24 | (size_t)head[2] << 16 |
		    (size_t)head[3] << 8 | head[4];
		if (n > sizeof(frame))
			exit(5);
		read_all(frame, n);
		if (head[0] == WIRE_GO)
			return;
		if (*total == 0)
			for (size_t i = 0; i < 15 && i < n &&
			    frame[i] > ' '; i++)
				word[i] = frame[i];
		*total += n;
	}
}

static void
sysrq(char c)
{
	int	 fd = open("/proc/sysrq-trigger", O_WRONLY);

	if (fd == -1 || write(fd, &c, 1) != 1)
		exit(6);
	close(fd);
}

static void
write_text(const char *path, const char *text)
{
	int	 fd = open(path, O_WRONLY);

	if (fd == -1 || write(fd, text, strlen(text)) !=
	    (ssize_t)strlen(text))
		perror(path);
	if (fd != -1)
		close(fd);
}

/*
 * The kernel kills a child of ours whose name looks like a complaint of the
 * kernel's own.
 */
static void
sacrifice(void)
{
	pid_t	 pid = fork();

	if (pid == 0) {
		prctl(PR_SET_NAME, "x\nBUG: evil");
		write_text("/proc/self/oom_score_adj", "1000");
		sysrq('f');
		for (;;)
			pause();
	}
	waitpid(pid, NULL, 0);
}

/* 300 programs, and at the seventh "trouble" happens. */
static void
programs(void (*trouble)(void))
{
	char	 line[128];

	for (int i = 1; i <= 300; i++) {
		snprintf(line, sizeof(line), WIRE_STEP_PRIORITY WIRE_STEP
		    "isolated %d 300 prog_%d\n", i, i);
		write_text("/dev/kmsg", line);
		if (i == 7)
			trouble();
	}
}

static void
panic(void)
{
	sysrq('c');
}

/*
 * A policy of 2 GiB for AppArmor: the kernel wants memory for all of it
 * before it looks at any, does not get it, and says so with its trace.
 */
static void
greedy(void)
{
	size_t	 n = 0x7fff0000;
	void	*p = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_NORESERVE, -1, 0);
	int	 fd = open("/sys/kernel/security/apparmor/.load", O_WRONLY);

	if (fd == -1 || p == MAP_FAILED || write(fd, p, n) != -1)
		exit(6);
	close(fd);
	munmap(p, n);
}

/* What a process may write where the kernel writes, too. */
static void
forge(void)
{
	write_text("/dev/kmsg", "<0>Kernel panic - not syncing: forged\n");
	write_text("/dev/kmsg", "<4>WARNING: CPU: 0 PID: 1 at forged\n");
	write_text("/dev/kmsg", "Oops: 0000 [#1] forged\n");
	write_text("/dev/console", "Kernel panic - not syncing: forged\n");
	/* Loud, and no complaint: memory and blocked tasks. */
	sysrq('m');
	sysrq('w');
}

static void
flood(void)
{
	static const char	 noise[] = "frame after frame";

	for (;;)
		send_frame(WIRE_RESULT, noise, sizeof(noise));
}

/* Ends the SSH server and all else but init, which cannot be killed. */
static void
slay(void)
{
	kill(-1, SIGKILL);
	for (;;)
		pause();
}

static void
misbehave(const char *word)
{
	int	 left = 1;

	/* As the real one does: the announcement leaves first. */
	for (int i = 0; i < 1000 && left > 0; i++)
		if (poll(NULL, 0, 1) == -1 ||
		    ioctl(STDOUT_FILENO, FIONREAD, &left) == -1)
			break;
	poll(NULL, 0, 20);
	if (strcmp(word, "panic") == 0)
		panic();
	else if (strcmp(word, "panic7") == 0)
		programs(panic);
	else if (strcmp(word, "oom7") == 0)
		programs(sacrifice);
	else if (strcmp(word, "greedy7") == 0)
		programs(greedy);
	else if (strcmp(word, "forge") == 0)
		forge();
	else if (strcmp(word, "reboot") == 0)
		sysrq('b');
	else if (strcmp(word, "poweroff") == 0)
		sysrq('o');
	else if (strcmp(word, "slay") == 0)
		slay();
	else if (strcmp(word, "hang") == 0)
		pause();
	else if (strcmp(word, "spin") == 0)
		for (;;)
			continue;
	else if (strcmp(word, "crash") == 0)
		raise(SIGSEGV);
	else if (strcmp(word, "junk") == 0)
		write_all("this is not a frame", 19);
	else if (strcmp(word, "flood") == 0)
		flood();
	else if (strcmp(word, "escape") == 0)
		send_text(WIRE_LOG_BEGIN, "{\"id\":\"../../evil\","
		    "\"kind\":\"verifier\",\"encoding\":\"zstd\"}");
}

static void
answer(size_t total)
{
	unsigned char	 rnd[16];
	char		 hex[33], boot[64] = "", text[512];
	int		 fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);

	if (getrandom(rnd, sizeof(rnd), 0) != sizeof(rnd) || fd == -1 ||
	    read(fd, boot, sizeof(boot) - 1) <= 0)
		exit(7);
	boot[strcspn(boot, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(rnd); i++)
		snprintf(hex + 2 * i, 3, "%02x", rnd[i]);
	snprintf(text, sizeof(text), "{\"schema_version\":\"validator.v0.4\","
	    "\"bytes\":%zu,\"random\":\"%s\",\"boot_id\":\"%s\","
	    "\"time\":%lld}", total, hex, boot, (long long)time(NULL));
	send_text(WIRE_RESULT, text);
	send_text(WIRE_END, "{\"exit\":0}");
}

int
main(int argc, char **argv)
{
	char	 word[16] = "";
	size_t	 total;

	/* init calls it so before a guest is saved. */
	if (argc > 1 && strcmp(argv[1], "--warm") == 0)
		return 0;
	receive(word, &total);
	fprintf(stderr, "artifact of %zu bytes\n", total);
	send_text(WIRE_PROGRESS, "{\"phase\":\"isolated\","
	    "\"program\":\"fake\",\"index\":1,\"total\":1}");
	misbehave(word);
	answer(total);
	return 0;
}
