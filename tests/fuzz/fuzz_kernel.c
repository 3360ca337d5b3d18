/* kernel.json: what is accepted is written and read back as the same. */
#include "tests/fuzz/fuzz.h"

#include "base/buf.h"
#include "domain/kernel.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct buf	 a = BUF_INIT(16 * KERNEL_JSON_MAX);
	struct buf	 b = BUF_INIT(16 * KERNEL_JSON_MAX);
	struct kernel	 k;
	struct diag	 d = DIAG_INIT;

	if (kernel_parse((const char *)p, len, &k, &d) != ERR_OK) {
		MUST(d.code == ERR_CORRUPT && d.msg[0] != '\0');
		return 0;
	}
	MUST(strchr(k.release, '/') == NULL);
	MUST(kernel_write(&k, &a) == ERR_OK);
	kernel_clear(&k);
	MUST(kernel_parse(buf_str(&a), a.len, &k, &d) == ERR_OK);
	MUST(kernel_write(&k, &b) == ERR_OK);
	MUST(strcmp(buf_str(&a), buf_str(&b)) == 0);
	kernel_clear(&k);
	buf_clear(&a);
	buf_clear(&b);
	return 0;
}
