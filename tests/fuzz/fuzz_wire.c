/* The validator's frame reader: bytes from the channel, up to G. */
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

#include <sys/mman.h>

#include "base/buf.h"
#include "worker/guest/wire_io.h"

#define LIMIT	(1024 * 1024)

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 art = BUF_INIT(LIMIT), plan = BUF_INIT(LIMIT);
	struct diag	 d = DIAG_INIT;
	int		 fd = memfd_create("wire", MFD_CLOEXEC);

	MUST(fd != -1);
	MUST(write_all(fd, p, len) == ERR_OK && lseek(fd, 0, SEEK_SET) == 0);
	if (wire_receive(fd, &art, &plan, &d) == ERR_OK)
		MUST(art.len + plan.len < len);
	else
		MUST(d.msg[0] != '\0');
	close(fd);
	buf_clear(&art);
	buf_clear(&plan);
	return 0;
}
