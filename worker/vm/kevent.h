/*
 * What a kernel complained about, one event after the other: oops, panic,
 * warning, sanitizer or lockdep report, stall, hung task, OOM kill.  Fed with
 * the lines of a guest's console; each event is tied to the step the
 * validator announced before it.
 *
 * Who may say so?  The guest boots with console_msg_format=syslog, so a line
 * that came through printk() begins with "<N>", N = facility * 8 + level.
 * The kernel's own lines have facility 0, and the kernel gives no other
 * writer of /dev/kmsg that one.  An event is a line of facility 0 that
 * *begins* with words of the table in kevent.c; a step is a line of facility
 * 1 that begins with WIRE_STEP.  All else on the console (the SSH server, a
 * command's output) is neither.  A task's name, which any process chooses and
 * the kernel repeats, may hold an end of line; but what follows it has the
 * timestamp of the line before, and such a line does not begin an event if
 * its words are short enough to be a name.
 *
 * A BPF program cannot print to the console at all.  A process of the guest's
 * root can: it can write to the serial port, or panic the kernel for real.
 * Commands that a user brings along are believed about their own run, as they
 * decide its verdict anyway.
 */
#ifndef VM_KEVENT_H
#define VM_KEVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct jsonw;

/* Events kept; the same one again is only counted. */
#define KEVENTS_MAX		24
/* Text of one event, and of all that did not end the kernel. */
#define KEVENT_TEXT_MAX		((size_t)8 * 1024)
#define KEVENTS_TEXT_MAX	((size_t)32 * 1024)
#define KEVENT_TITLE_MAX	256
/* A task's name, as the kernel keeps it, is at most 15 bytes. */
#define KEVENT_NAME_MAX		32

/* The validator's step, as it wrote it to the kernel's log. */
struct	kstep {
	char		 phase[24];	/* "": none was announced yet */
	char		 program[128];	/* or map; may be "" */
	unsigned	 index, total;	/* from 1; 0: not counted */
};

struct	kevent {
	const char	*kind;		/* static */
	char		 title[KEVENT_TITLE_MAX]; /* what happened */
	char		 line[KEVENT_TITLE_MAX]; /* that told it */
	char		 victim[KEVENT_NAME_MAX]; /* whom the OOM killer chose */
	long		 victim_pid;	/* 0: nobody */
	int64_t		 time_us;	/* since the boot; -1: not known */
	bool		 fatal;		/* the kernel did not go on */
	unsigned	 count;
	struct kstep	 step;
	struct buf	 text;		/* whole lines */
};

struct	kevents {
	struct kevent	 v[KEVENTS_MAX];
	size_t		 n;
	unsigned	 dropped;	/* more than were kept */
	bool		 panicked;	/* "Kernel panic" was seen */
	bool		 fatal;		/* an oops or a panic was seen */
	struct kstep	 step;		/* the last one announced */
	unsigned	 ticks;		/* steps and ticks so far */
	int64_t		 tick_us;	/* guest's clock at the last one */
	/* while reading */
	struct kevent	*open;		/* lines go there */
	int		 follow;	/* so many more */
	int64_t		 last_us;
	size_t		 text_len;
	bool		 cut_here;
	char		 message[KEVENT_TITLE_MAX]; /* behind "cut here" */
};

void		 kevents_init(struct kevents *);
void		 kevents_clear(struct kevents *);
/* One line of the console, without its end and without escapes. */
void		 kevents_line(struct kevents *, const char *line);
/*
 * The first event of this kind whose victim's name begins with "victim"
 * (NULL: whatever); NULL if none.
 */
const struct kevent *kevents_find(const struct kevents *, const char *kind,
		    const char *victim);
/* The array "kernel_events" of the runner's "end" event; nothing for none. */
void		 kevents_write(const struct kevents *, struct jsonw *);
/* {"phase":...,"program":...,"index":...,"total":...} */
void		 kstep_write(const struct kstep *, struct jsonw *,
		    const char *key);
/* Appends all texts, what ended the kernel first, at most "max" bytes. */
void		 kevents_text(const struct kevents *, struct buf *, size_t max);

#endif /* !VM_KEVENT_H */
