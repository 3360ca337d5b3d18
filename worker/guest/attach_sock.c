/* Programs of sockets and of maps of sockets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "attach.h"
#include "steps.h"

#ifndef SO_ATTACH_REUSEPORT_EBPF
#define SO_ATTACH_REUSEPORT_EBPF	52
#endif

/* The object's own map of sockets, or one made for the purpose. */
static int
socket_map(struct attach_try *t)
{
	struct bpf_map	*m;
	int		 fd;

	bpf_object__for_each_map(m, t->run->obj) {
		if (bpf_map__fd(m) < 0 ||
		    (bpf_map__type(m) != BPF_MAP_TYPE_SOCKMAP &&
		    bpf_map__type(m) != BPF_MAP_TYPE_SOCKHASH))
			continue;
		snprintf(t->where, sizeof(t->where), "map %s",
		    bpf_map__name(m));
		return bpf_map__fd(m);
	}
	snprintf(t->where, sizeof(t->where), "a socket map");
	fd = bpf_map_create(BPF_MAP_TYPE_SOCKMAP, "bpfcompat",
	    sizeof(uint32_t), sizeof(uint32_t), 1, NULL);
	if (fd >= 0)
		attach_hold(t, fd);
	return fd;
}

/*
 * "sk_skb" alone does not say parser or verdict, and the kernel does not ask
 * when it loads the program: it is attached as a verdict.
 */
int
attach_sockmap(struct attach_try *t)
{
	enum bpf_attach_type	 at = t->rec->attach_type;
	int			 err, map = socket_map(t);

	if (map < 0)
		return attach_not_here(t, "no socket map: %s",
		    strerror(-map));
	if (t->rec->type == BPF_PROG_TYPE_SK_SKB && at == 0)
		at = BPF_SK_SKB_STREAM_VERDICT;
	err = attach_tried(t, at == BPF_SK_SKB_STREAM_PARSER ?
	    "attach as stream parser" : "attach as verdict", NULL,
	    bpf_prog_attach(bpf_program__fd(t->prog), map, at, 0));
	if (err != 0)
		return err;
	undo_attached(t->env, bpf_program__fd(t->prog), map, at);
	return attach_check_query(t, map, at);
}

int
attach_socket(struct attach_try *t)
{
	bool	 reuse = t->rec->type == BPF_PROG_TYPE_SK_REUSEPORT;
	int	 s, one = 1, prog = bpf_program__fd(t->prog), err = 0;

	if ((s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		return attach_not_here(t, "no UDP socket: %s",
		    strerror(errno));
	attach_hold(t, s);
	snprintf(t->where, sizeof(t->where), "UDP socket");
	if (reuse && setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &one,
	    sizeof(one)) == -1)
		err = attach_tried(t, "set SO_REUSEPORT", NULL, -errno);
	if (err == 0) {
		if (setsockopt(s, SOL_SOCKET, reuse ?
		    SO_ATTACH_REUSEPORT_EBPF : SO_ATTACH_BPF, &prog,
		    sizeof(prog)) == -1)
			err = -errno;
		attach_tried(t, reuse ? "set SO_ATTACH_REUSEPORT_EBPF" :
		    "set SO_ATTACH_BPF", NULL, err);
	}
	return err;
}
