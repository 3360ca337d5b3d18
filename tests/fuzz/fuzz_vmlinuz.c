/* The head of a kernel image: texts that are accepted can be shown. */
#include "tests/fuzz/fuzz.h"

#include "worker/kernels/vmlinuz.h"

static void
printable(const char *s)
{
	MUST(s[0] != '\0');
	for (; *s != '\0'; s++)
		MUST(*s >= 0x20 && *s <= 0x7e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	struct vmlinuz_info	 v;
	struct diag		 d = DIAG_INIT;

	if (vmlinuz_parse(p, len, &v, &d) != ERR_OK) {
		MUST(d.msg[0] != '\0');
		return 0;
	}
	printable(v.release);
	printable(v.version);
	MUST(strchr(v.release, '/') == NULL);
	return 0;
}
