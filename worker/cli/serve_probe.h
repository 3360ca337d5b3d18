/*
 * Does the page answer?  One small HTTP request, without blocking: the owner
 * polls "fd" for "events" and calls back.
 */
#ifndef CLI_SERVE_PROBE_H
#define CLI_SERVE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

struct	probe {
	int	 fd;		/* -1: no request under way */
	short	 events;
	int64_t	 again_at;	/* monotonic: not before */
	bool	 ok;		/* it has answered 200 */
};

void	 probe_init(struct probe *);
void	 probe_clear(struct probe *);
/* Begins a request unless one is under way or it is too early. */
void	 probe_start(struct probe *, const char *host, int port,
	    int64_t now);
/* After poll(2) said that there is something on "fd". */
void	 probe_ready(struct probe *, int64_t now);

#endif /* !CLI_SERVE_PROBE_H */
