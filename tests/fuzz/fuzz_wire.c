/* The validator's frame reader: bytes from the channel, up to G. */
#include "tests/fuzz/fuzz.h"

#include <unistd.h>

#include <sys/mman.h>

#include "base/buf.h"
#include "worker/guest/wire_io.h"

#define LIMIT	(1024 * 1024)

static enum err
begin(void *arg, const char *head, struct diag *d)
{
	(void)d;
	*(size_t *)arg += strlen(head);
	return ERR_OK;
}

static enum err
bytes(void *arg, const void *b, size_t len, struct diag *d)
{
	(void)b;
	(void)d;
	*(size_t *)arg += len;
	return ERR_OK;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 art = BUF_INIT(LIMIT), plan = BUF_INIT(LIMIT);
	struct diag	 d = DIAG_INIT;
	size_t		 n = 0;
	const struct wire_files files = { begin, bytes, &n };
	int		 fd = memfd_create("wire", MFD_CLOEXEC);

	MUST(fd != -1);
	MUST(write_all(fd, p, len) == ERR_OK && lseek(fd, 0, SEEK_SET) == 0);
	if (wire_receive(fd, &art, &plan, &files, &d) == ERR_OK)
		MUST(art.len + plan.len + n < len);
	else
		MUST(d.msg[0] != '\0');
	close(fd);
	buf_clear(&art);
	buf_clear(&plan);
	return 0;
}
