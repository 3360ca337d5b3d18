/*
 * What a piece of evidence is worth to a host.  Those of existing clients
 * where they hold; an exact match is worth more than all the rest together
 * (200 - 30 > 20 + 30 + 95), so that it decides.
 */
#ifndef DOMAIN_SELECT_WEIGHTS_H
#define DOMAIN_SELECT_WEIGHTS_H

#define W_SUMMARY_PASS			20
#define W_REQUIRED_PASSED		10	/* for each ... */
#define W_REQUIRED_PASSED_MOST		30	/* and no more in all */
#define W_REQUIRED_FAILED		(-50)	/* for each */
/* In all, where the host's own kernel passed: others' failures. */
#define W_REQUIRED_FAILED_ELSEWHERE	(-30)
#define W_CLAIM_ONLY			(-100)

#define W_EXACT				200
#define W_DISTRO_KERNEL			95
#define W_DISTRO_VERSION		80
#define W_KERNEL			55
#define W_EXACT_FAILED			(-220)
#define W_DISTRO_KERNEL_FAILED		(-170)
#define W_DISTRO_VERSION_FAILED		(-140)
#define W_KERNEL_FAILED			(-90)

/* No kernel of the host's line was tested. */
#define W_NEAREST_BOTH			45	/* one below and one above */
#define W_NEAREST_BELOW			30
#define W_NEAREST_OTHER			15
#define W_NEAREST_FAILED		(-60)

/* A profile that the request names. */
#define W_TARGET			180
#define W_TARGET_FAILED			(-260)
#define W_TARGET_UNTESTED		(-40)

#define W_BTF_RISK			(-40)
#define W_RINGBUF_RISK			(-20)

#endif /* !DOMAIN_SELECT_WEIGHTS_H */
