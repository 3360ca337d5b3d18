/* Asks a device for metadata without being loaded for that device. */
#include "corpus.h"

extern int	 bpf_xdp_metadata_rx_timestamp(const struct xdp_md *, __u64 *)
		    __ksym __weak;

SEC("xdp")
int
xdp_metadata(struct xdp_md *ctx)
{
	__u64	 t = 0;

	bpf_xdp_metadata_rx_timestamp(ctx, &t);
	return t == 77 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
