/*
 * flip_bundle BUNDLE KEYS [all]: changes each byte of a bundle in turn (one
 * bit, or with "all" every bit and all of them), and cuts it at many lengths
 * ("all": at each), and says which of that is not noticed.  Exit 0 when
 * everything is; also counts which fault was named how often.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/bundle.h"

#define BUNDLE_MAX	(64 * 1024 * 1024)

static int	 seen[BUNDLE_F__MAX];

/* True when a fault is found in what "fd" holds. */
static bool
noticed(int fd, const struct history_trust *t)
{
	struct bundle_result	 r;

	if (lseek(fd, 0, SEEK_SET) == -1 ||
	    bundle_check(fd, t, &r, NULL) != ERR_OK)
		exit(2);
	if (r.nissues > 0)
		seen[r.issue[0].fault]++;
	return !r.verified;
}

/* 0: not noticed. */
static int
flip(int fd, const struct buf *b, size_t i, unsigned char mask,
    const struct history_trust *t)
{
	char	 c = (char)((unsigned char)b->data[i] ^ mask);
	int	 missed;

	if (pwrite(fd, &c, 1, (off_t)i) != 1)
		exit(2);
	missed = !noticed(fd, t);
	if (missed)
		printf("byte %zu with mask %02x is not noticed\n", i, mask);
	if (pwrite(fd, &b->data[i], 1, (off_t)i) != 1)
		exit(2);
	return missed;
}

static int
flips(int fd, const struct buf *b, const struct history_trust *t, bool all)
{
	int	 missed = 0;

	for (size_t i = 0; i < b->len; i++) {
		if (!all) {
			missed += flip(fd, b, i, (unsigned char)(1 << i % 8),
			    t);
			continue;
		}
		for (int bit = 0; bit < 8; bit++)
			missed += flip(fd, b, i, (unsigned char)(1 << bit), t);
		missed += flip(fd, b, i, 0xff, t);
	}
	return missed;
}

static int
cuts(int fd, const struct buf *b, const struct history_trust *t, bool all)
{
	size_t	 step = all ? 1 : 61;
	int	 missed = 0;

	for (size_t len = b->len - 1; len > step; len -= step) {
		if (ftruncate(fd, (off_t)len) == -1)
			exit(2);
		if (!noticed(fd, t)) {
			printf("cut to %zu bytes is not noticed\n", len);
			missed++;
		}
	}
	return missed;
}

int
main(int argc, char **argv)
{
	struct buf		 b = BUF_INIT(BUNDLE_MAX);
	struct buf		 k = BUF_INIT(BUNDLE_MAX);
	struct history_trust	*t;
	int			 fd, missed;
	bool			 all = argc == 4 &&
				    strcmp(argv[3], "all") == 0;

	if ((argc != 3 && !all) || fsio_read(argv[1], &b, NULL) != ERR_OK ||
	    fsio_read(argv[2], &k, NULL) != ERR_OK ||
	    history_trust_new(&t) != ERR_OK || history_trust_lines(t,
	    buf_str(&k), k.len, "keys", NULL) != ERR_OK ||
	    (fd = memfd_create("bundle", 0)) == -1 ||
	    fsio_write_all(fd, b.data, b.len) != ERR_OK) {
		fprintf(stderr, "usage: flip_bundle BUNDLE KEYS [all]\n");
		return 2;
	}
	if (noticed(fd, t)) {
		printf("the bundle itself does not verify\n");
		return 1;
	}
	missed = flips(fd, &b, t, all) + cuts(fd, &b, t, all);
	printf("%zu bytes, %d changes not noticed\n", b.len, missed);
	for (int i = 0; i < BUNDLE_F__MAX; i++)
		if (seen[i] > 0)
			printf("%s %d\n", bundle_fault_code(i), seen[i]);
	close(fd);
	history_trust_free(t);
	buf_clear(&b);
	buf_clear(&k);
	return missed == 0 ? 0 : 1;
}
