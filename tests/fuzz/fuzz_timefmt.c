/* Durations and instants: what parses is in range and survives a round. */
#include "tests/fuzz/fuzz.h"

#include "base/timefmt.h"

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t len)
{
	char	*s = fuzz_string(p, len);
	char	 out[64];
	int64_t	 ms = -1, back = -1;

	if (time_parse_duration(s, &ms) == ERR_OK) {
		MUST(ms >= 0);
		time_format_duration(ms, out, sizeof(out));
		MUST(time_parse_duration(out, &back) == ERR_OK);
		/* The short form keeps what a person reads, not every ms. */
		MUST(back >= 0);
	}
	if (time_parse_rfc3339(s, &ms) == ERR_OK) {
		char	 stamp[TIME_RFC3339_MS_SIZE];

		time_rfc3339_ms(ms, stamp);
		MUST(time_parse_rfc3339(stamp, &back) == ERR_OK);
		MUST(back == ms);
	}
	free(s);
	return 0;
}
