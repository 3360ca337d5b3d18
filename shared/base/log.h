/*
 * One JSON object per event on standard error:
 *   {"ts":"…Z","level":"info","event":"job.claimed","job_id":"val-…"}
 * The top of a request or of a job step logs, once, with its id.
 * Secrets never go in here.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum	log_level {
	LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR,
	LOG__MAX
};

enum	log_type { LOG_T_END, LOG_T_STR, LOG_T_INT };

struct	log_field {
	enum log_type	 type;
	const char	*key;
	const char	*str;	/* NULL: the field is left out */
	int64_t		 num;
};

#define LOG_S(k, v)	((struct log_field){ LOG_T_STR, (k), (v), 0 })
#define LOG_I(k, v)	((struct log_field){ LOG_T_INT, (k), NULL, (v) })

/* Program name for every line, and the least level that is written. */
void	 log_open(const char *program, enum log_level least);
/* Use through log_event(level, "event", LOG_S("k", v), LOG_I("n", 1)). */
void	 log_write(enum log_level, const char *event,
	    const struct log_field *);
/* "debug", "info", "warn", "error" to a level; -1 if it is none. */
int	 log_level_parse(const char *);

#define log_event(level, event, ...)					\
	log_write((level), (event), (const struct log_field[]){		\
	    __VA_ARGS__ __VA_OPT__(,) { LOG_T_END, NULL, NULL, 0 } })

#endif /* !BASE_LOG_H */
