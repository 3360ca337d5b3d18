/*
 * Progress of several things at once, for people and for programs.
 *
 * On a terminal: one live line per thing under way, and a line that stays
 * for each that ended.  Otherwise plain lines, one for each change of
 * stage.  With JSON: one object a line,
 *   {"event":"progress","id":…,"stage":…,"done":…,"total":…,"text":…}
 *   {"event":"end","id":…,"ok":true,"text":…}
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum	progress_mode {
	PROGRESS_AUTO,	/* terminal or plain, as the descriptor is */
	PROGRESS_TTY,
	PROGRESS_PLAIN,
	PROGRESS_JSON,
	PROGRESS_QUIET
};

struct	progress;

/*
 * "fd" stays the caller's.  NULL when out of memory; every function takes
 * NULL and then does nothing.
 */
struct progress	*progress_new(int fd, enum progress_mode);
/* Removes the live lines and frees. */
void		 progress_free(struct progress *);

/* Adds a thing; returns its number for the calls below (-1: no memory). */
int		 progress_add(struct progress *, const char *id);
/*
 * What it does now.  "done" of "total" are bytes when "bytes", else steps;
 * total 0: not known.  "text" may be NULL.  Cheap: drawing is rationed to
 * a few times a second.
 */
void		 progress_set(struct progress *, int n, const char *stage,
		    uint64_t done, uint64_t total, bool bytes,
		    const char *text);
/* It ended; "text" is the result in a few words (or the error). */
void		 progress_end(struct progress *, int n, bool ok,
		    const char *text);
/* A line for everybody that belongs to no thing (plain text, no newline). */
void		 progress_note(struct progress *, const char *text);

#endif /* !CLI_PROGRESS_H */
