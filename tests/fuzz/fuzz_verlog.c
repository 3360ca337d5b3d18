/* Verifier logs and ELF headers, as a guest or an upload may send them. */
#include "tests/fuzz/fuzz.h"

#include "worker/guest/elfinfo.h"
#include "worker/guest/verlog.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char		*log = (const char *)p;
	struct verlog_stats	 s;
	struct poison		 poison[VERLOG_POISON_MAX];
	struct elfinfo		 e;

	verlog_stats_parse(log, len, &s);
	MUST(verlog_poison_parse(log, len, poison, VERLOG_POISON_MAX) <=
	    VERLOG_POISON_MAX);
	MUST(verlog_head(log, len, 64) <= len);
	MUST(verlog_tail(log, len, 64) <= len);
	elfinfo_read(p, len, &e);
	MUST(e.btf_len <= len && e.btf_off <= len - e.btf_len);
	MUST(elfinfo_class(&e) != NULL && elfinfo_machine(&e) != NULL);
	return 0;
}
