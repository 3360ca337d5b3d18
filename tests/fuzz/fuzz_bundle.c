/*
 * Evidence that came from somewhere: the archive, the envelope and statement
 * in it.  Without a trusted key nothing verifies, and every fault is named.
 */
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/fsio.h"
#include "domain/bundle.h"
#include "domain/dsse.h"

static void
archive(const uint8_t *p, size_t len)
{
	struct history_trust	*trust = NULL;
	struct bundle_result	 r;
	int			 fd = memfd_create("bundle", MFD_CLOEXEC);

	MUST(fd != -1 && fsio_write_all(fd, p, len) == ERR_OK &&
	    lseek(fd, 0, SEEK_SET) == 0);
	MUST(history_trust_new(&trust) == ERR_OK);
	MUST(bundle_check(fd, trust, &r, NULL) == ERR_OK);
	MUST(!r.verified && r.nissues > 0 && r.nissues <= BUNDLE_ISSUES_MAX);
	for (size_t i = 0; i < r.nissues; i++)
		MUST(bundle_fault_code(r.issue[i].fault)[0] != '\0' &&
		    r.issue[i].text[0] != '\0');
	history_trust_free(trust);
	close(fd);
}

static void
header(const uint8_t *p)
{
	unsigned char	 again[USTAR_BLOCK];
	char		 name[USTAR_NAME_SIZE];
	int64_t		 size;

	if (ustar_parse(p, name, &size) != ERR_OK)
		return;
	MUST(size >= 0 && size <= USTAR_SIZE_MAX && name[0] != '\0');
	MUST(ustar_header(name, size, again) == ERR_OK);
	MUST(memcmp(again, p, USTAR_BLOCK) == 0);
}

static void
envelope(const uint8_t *p, size_t len)
{
	struct dsse	 e;
	struct diag	 d = DIAG_INIT;

	if (dsse_parse((const char *)p, len, &e, &d) == ERR_OK)
		MUST(e.nsigs <= DSSE_SIGS_MAX);
	else
		MUST(d.msg[0] != '\0');
	dsse_clear(&e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	archive(p, len);
	if (len >= USTAR_BLOCK)
		header(p);
	envelope(p, len);
	return 0;
}
