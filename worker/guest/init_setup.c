/* Mounts, modules and the network of a directly booted guest. */
#include "init.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <net/route.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* QEMU's user network gives this address; no need to ask for it. */
#define GUEST_ADDR	"10.0.2.15"
#define GUEST_MASK	"255.255.255.0"
#define GUEST_GATEWAY	"10.0.2.2"

#define MODULES_LIST	"/etc/modules.boot"

static const struct {
	const char	*type;
	const char	*dir;
	const char	*options;
	bool		 optional; /* not every kernel has it */
} mounts[] = {
	{ "proc",	"/proc",		"",		false },
	{ "sysfs",	"/sys",			"",		false },
	{ "devtmpfs",	"/dev",			"mode=0755",	false },
	{ "devpts",	"/dev/pts",		"mode=0620,gid=5", true },
	{ "tmpfs",	"/dev/shm",		"mode=1777",	true },
	{ "tmpfs",	"/run",			"mode=0755",	false },
	{ "tmpfs",	"/tmp",			"mode=1777",	false },
	{ "cgroup2",	"/sys/fs/cgroup",	"",		true },
	{ "bpf",	"/sys/fs/bpf",		"mode=0700",	true },
	{ "tracefs",	"/sys/kernel/tracing",	"",		true },
	{ "debugfs",	"/sys/kernel/debug",	"",		true },
	{ "securityfs",	"/sys/kernel/security",	"",		true },
};

void
setup_mounts(void)
{
	size_t	 i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].dir, 0755);
		/* EBUSY: the kernel has mounted it itself. */
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0,
		    mounts[i].options) == -1 && errno != EBUSY &&
		    !mounts[i].optional)
			init_say("cannot mount %s: %s", mounts[i].dir,
			    strerror(errno));
	}
}

static void
load_module(const char *path)
{
	int	 fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1) {
		init_say("module %s: %s", path, strerror(errno));
		return;
	}
	if (syscall(SYS_finit_module, fd, "", 0) == -1 && errno != EEXIST)
		init_say("module %s: %s", path, strerror(errno));
	close(fd);
}

void
setup_modules(void)
{
	FILE	*f = fopen(MODULES_LIST, "re");
	char	 line[512];

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			load_module(line);
	}
	fclose(f);
}

static bool
iface_up(int s, const char *name)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(s, SIOCGIFFLAGS, &ifr) == -1)
		return false;
	ifr.ifr_flags |= IFF_UP;
	return ioctl(s, SIOCSIFFLAGS, &ifr) == 0;
}

static void
put_addr(struct sockaddr *sa, const char *text)
{
	struct sockaddr_in	 in;

	memset(&in, 0, sizeof(in));
	in.sin_family = AF_INET;
	inet_pton(AF_INET, text, &in.sin_addr);
	memcpy(sa, &in, sizeof(in));
}

static bool
iface_addr(int s, const char *name)
{
	struct ifreq	 ifr;
	struct rtentry	 rt;

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	put_addr(&ifr.ifr_addr, GUEST_ADDR);
	if (ioctl(s, SIOCSIFADDR, &ifr) == -1)
		return false;
	put_addr(&ifr.ifr_netmask, GUEST_MASK);
	if (ioctl(s, SIOCSIFNETMASK, &ifr) == -1 || !iface_up(s, name))
		return false;
	memset(&rt, 0, sizeof(rt));
	put_addr(&rt.rt_dst, "0.0.0.0");
	put_addr(&rt.rt_genmask, "0.0.0.0");
	put_addr(&rt.rt_gateway, GUEST_GATEWAY);
	rt.rt_flags = RTF_UP | RTF_GATEWAY;
	return ioctl(s, SIOCADDRT, &rt) == 0 || errno == EEXIST;
}

/* An ethernet card, not the loopback and not something virtual on top. */
static bool
is_ethernet(int s, const char *name)
{
	struct ifreq	 ifr;
	char		 path[300];

	memset(&ifr, 0, sizeof(ifr));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%.15s", name);
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", name);
	return access(path, F_OK) == 0 &&
	    ioctl(s, SIOCGIFHWADDR, &ifr) == 0 &&
	    ifr.ifr_hwaddr.sa_family == ARPHRD_ETHER;
}

/* The first by name, so that the choice is the same at every boot. */
static bool
find_ethernet(int s, char name[IFNAMSIZ])
{
	DIR		*d = opendir("/sys/class/net");
	struct dirent	*de;

	name[0] = '\0';
	while (d != NULL && (de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || !is_ethernet(s, de->d_name))
			continue;
		if (name[0] == '\0' || strcmp(de->d_name, name) < 0)
			snprintf(name, IFNAMSIZ, "%.15s", de->d_name);
	}
	if (d != NULL)
		closedir(d);
	return name[0] != '\0';
}

bool
setup_network(void)
{
	char	 name[IFNAMSIZ];
	bool	 found;
	int	 s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s == -1) {
		init_say("no IP: %s", strerror(errno));
		return false;
	}
	if (!iface_up(s, "lo"))
		init_say("cannot bring lo up: %s", strerror(errno));
	found = find_ethernet(s, name);
	if (found && !iface_addr(s, name))
		init_say("cannot set up %s: %s", name, strerror(errno));
	close(s);
	return found;
}

bool
setup_has_ports(void)
{
	DIR		*d = opendir("/sys/bus/virtio/drivers/virtio_console");
	struct dirent	*de;
	bool		 found = false;

	while (d != NULL && !found && (de = readdir(d)) != NULL)
		found = strncmp(de->d_name, "virtio", 6) == 0;
	if (d != NULL)
		closedir(d);
	return found;
}

bool
setup_param(const char *word)
{
	FILE	*f = fopen("/proc/cmdline", "re");
	char	 line[4096], *p, *rest = line;
	bool	 found = false;

	if (f == NULL)
		return false;
	if (fgets(line, sizeof(line), f) != NULL)
		while (!found && (p = strsep(&rest, " \n")) != NULL)
			found = strcmp(p, word) == 0;
	fclose(f);
	return found;
}
