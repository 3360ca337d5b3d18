/*
 * Time as people and files write it: RFC 3339 in UTC, and durations such as
 * "90s", "1h30m", "1.5m".  All instants are milliseconds.
 */
#ifndef BASE_TIMEFMT_H
#define BASE_TIMEFMT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TIME_RFC3339_SIZE	21	/* 2026-05-27T12:00:00Z + NUL */
#define TIME_RFC3339_MS_SIZE	25	/* 2026-05-27T12:00:00.123Z + NUL */
#define TIME_RUN_ID_SIZE	24	/* 20260527T120001Z-a1b2c3 + NUL */

int64_t	 time_now_ms(void);	/* wall clock, since the epoch */
int64_t	 time_mono_ms(void);	/* monotonic, for deadlines */
int64_t	 time_mono_us(void);	/* the same clock, to measure with */
/* Milliseconds until "deadline" (monotonic), at least 0, for poll(2). */
int	 time_left_ms(int64_t deadline);

void	 time_rfc3339(int64_t ms, char [static TIME_RFC3339_SIZE]);
void	 time_rfc3339_ms(int64_t ms, char [static TIME_RFC3339_MS_SIZE]);
/*
 * Accepts both forms above, strictly: all digits there, a real day, not
 * before 1970, no leap second.  ERR_INVAL otherwise.
 */
enum err time_parse_rfc3339(const char *, int64_t *ms);
/* The same, but also with another zone, such as +02:00: what people write. */
enum err time_parse_rfc3339_zone(const char *, int64_t *ms);

/*
 * Decimal numbers each with a unit of ns, us, ms, s, m, h.  ERR_INVAL for
 * anything else and for negative values; below a millisecond rounds up.
 */
enum err time_parse_duration(const char *, int64_t *ms);
/* "8m0s"-free short form: 480000 -> "8m", 1500 -> "1.5s". */
void	 time_format_duration(int64_t ms, char *out, size_t size);

#endif /* !BASE_TIMEFMT_H */
