#include "base/timefmt.h"

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int64_t
time_now_ms(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
time_mono_ms(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
time_mono_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int
time_left_ms(int64_t deadline)
{
	int64_t	 left = deadline - time_mono_ms();

	if (left <= 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

/* The calendar parts of "ms", years held to four digits. */
static void
split(int64_t ms, struct tm *tm)
{
	time_t	 s = (time_t)(ms / 1000);

	memset(tm, 0, sizeof(*tm));
	gmtime_r(&s, tm);
}

void
time_rfc3339(int64_t ms, char out[static TIME_RFC3339_SIZE])
{
	struct tm	 tm;

	split(ms, &tm);
	strftime(out, TIME_RFC3339_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void
time_rfc3339_ms(int64_t ms, char out[static TIME_RFC3339_MS_SIZE])
{
	struct tm	 tm;
	char		 s[TIME_RFC3339_SIZE];

	split(ms, &tm);
	strftime(s, sizeof(s), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, TIME_RFC3339_MS_SIZE, "%.19s.%03uZ", s,
	    (unsigned int)(ms % 1000) % 1000);
}

/* Does "s" begin with digits where "shape" has a 0, else with its bytes? */
static bool
has_shape(const char *s, const char *shape)
{
	for (; *shape != '\0'; s++, shape++)
		if (*shape == '0' ? !isdigit((unsigned char)*s) : *s != *shape)
			return false;
	return true;
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + s[1] - '0';
}

/* What stands before the zone; *zone is where that begins. */
static enum err
parse_instant(const char *s, int64_t *ms, const char **zone)
{
	struct tm	 tm, back;
	const char	*p;
	int64_t		 t, frac = 0;
	int		 scale = 100;

	if (!has_shape(s, "0000-00-00T00:00:00"))
		return ERR_INVAL;
	memset(&tm, 0, sizeof(tm));
	tm.tm_year = two_digits(s) * 100 + two_digits(s + 2) - 1900;
	tm.tm_mon = two_digits(s + 5) - 1;
	tm.tm_mday = two_digits(s + 8);
	tm.tm_hour = two_digits(s + 11);
	tm.tm_min = two_digits(s + 14);
	tm.tm_sec = two_digits(s + 17);
	p = s + 19;
	if (*p == '.') {
		if (!isdigit((unsigned char)*++p))
			return ERR_INVAL;
		for (; isdigit((unsigned char)*p); p++, scale /= 10)
			frac += (*p - '0') * scale;
	}
	*zone = p;
	/* February 30 and 25 o'clock come back as something else. */
	t = (int64_t)timegm(&tm) * 1000;
	split(t, &back);
	if (t < 0 || back.tm_mon + 1 != two_digits(s + 5) ||
	    back.tm_mday != two_digits(s + 8) ||
	    back.tm_hour != two_digits(s + 11) ||
	    back.tm_min != two_digits(s + 14) ||
	    back.tm_sec != two_digits(s + 17))
		return ERR_INVAL;
	*ms = t + frac;
	return ERR_OK;
}

enum err
time_parse_rfc3339(const char *s, int64_t *ms)
{
	const char	*zone;
	int64_t		 t;

	if (parse_instant(s, &t, &zone) != ERR_OK || strcmp(zone, "Z") != 0)
		return ERR_INVAL;
	*ms = t;
	return ERR_OK;
}

enum err
time_parse_rfc3339_zone(const char *s, int64_t *ms)
{
	const char	*zone;
	int64_t		 t, minutes;

	if (parse_instant(s, &t, &zone) != ERR_OK)
		return ERR_INVAL;
	if (strcmp(zone, "Z") != 0) {
		if ((zone[0] != '+' && zone[0] != '-') ||
		    !has_shape(zone + 1, "00:00") || zone[6] != '\0' ||
		    two_digits(zone + 1) > 23 || two_digits(zone + 4) > 59)
			return ERR_INVAL;
		minutes = two_digits(zone + 1) * 60 + two_digits(zone + 4);
		t -= (zone[0] == '+' ? minutes : -minutes) * 60000;
	}
	if (t < 0)
		return ERR_INVAL;
	*ms = t;
	return ERR_OK;
}

static const struct {
	const char	*name;
	double		 ms;
} units[] = {
	/* Longest first where one is a prefix of another. */
	{ "ns", 1e-6 }, { "us", 1e-3 }, { "\xc2\xb5s", 1e-3 }, { "ms", 1 },
	{ "s", 1e3 }, { "m", 6e4 }, { "h", 36e5 },
};

enum err
time_parse_duration(const char *s, int64_t *ms)
{
	double	 total = 0, v, scale;
	size_t	 i, n = sizeof(units) / sizeof(units[0]);
	int	 digits;

	if (*s == '\0')
		return ERR_INVAL;
	while (*s != '\0') {
		v = 0;
		digits = 0;
		for (; isdigit((unsigned char)*s); s++, digits++)
			v = v * 10 + (*s - '0');
		if (*s == '.') {
			scale = 0.1;
			for (s++; isdigit((unsigned char)*s); s++, digits++) {
				v += (*s - '0') * scale;
				scale /= 10;
			}
		}
		if (digits == 0 || digits > 18)
			return ERR_INVAL;
		for (i = 0; i < n; i++)
			if (strncmp(s, units[i].name,
			    strlen(units[i].name)) == 0)
				break;
		if (i == n)
			return ERR_INVAL;
		s += strlen(units[i].name);
		total += v * units[i].ms;
	}
	if (total > 1e15)
		return ERR_INVAL;
	*ms = (int64_t)total;
	if ((double)*ms < total)
		(*ms)++;
	return ERR_OK;
}

void
time_format_duration(int64_t ms, char *out, size_t size)
{
	if (ms < 1000)
		snprintf(out, size, "%lldms", (long long)ms);
	else if (ms < 60000 && ms % 1000 != 0)
		snprintf(out, size, "%.1fs", (double)ms / 1000);
	else if (ms < 60000)
		snprintf(out, size, "%llds", (long long)(ms / 1000));
	else if (ms % 60000 < 1000 && ms < 3600000)
		snprintf(out, size, "%lldm", (long long)(ms / 60000));
	else if (ms < 3600000)
		snprintf(out, size, "%lldm%llds", (long long)(ms / 60000),
		    (long long)(ms / 1000 % 60));
	else if (ms % 3600000 < 60000)
		snprintf(out, size, "%lldh", (long long)(ms / 3600000));
	else
		snprintf(out, size, "%lldh%lldm", (long long)(ms / 3600000),
		    (long long)(ms / 60000 % 60));
}
