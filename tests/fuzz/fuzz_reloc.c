/* libbpf's messages with names from an object in them; the kernel's lists. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "worker/guest/reloc.h"
#include "worker/guest/symbols.h"
#include "worker/guest/target.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	const char		*text = (const char *)p;
	struct relocs		 r = { 0 };
	struct sym_found	 f;
	struct target		 t;
	char			*section = strndup(text, len), btf[64];
	size_t			 i;

	relocs_parse(&r, text, len);
	relocs_parse(&r, text, len);
	MUST(r.n <= RELOCS_MAX);
	for (i = 0; i < r.n; i++) {
		MUST(r.v[i].function != NULL && r.v[i].kind != NULL);
		MUST(r.v[i].matching <= r.v[i].candidates);
		MUST(relocs_part_at(&r, "main", 1, r.v[i].function) >= -1);
	}
	relocs_free(&r);
	sym_scan_kallsyms(text, len, "vfs_read", &f);
	MUST(memchr(f.variants, '\0', sizeof(f.variants)) != NULL);
	sym_scan_list(text, len, "vfs_read");
	sym_scan_blacklist(text, len, "vfs_read");
	if (section != NULL) {
		target_parse(section, &t);
		target_btf_name(&t, btf, sizeof(btf));
	}
	free(section);
	return 0;
}
