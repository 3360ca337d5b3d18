/* Lists of words as a record of the history wants them, while they are made. */
#ifndef DOMAIN_HISTORY_WORDS_H
#define DOMAIN_HISTORY_WORDS_H

#include "domain/history.h"

struct	history_words {
	char	**v;		/* owned, and the strings */
	size_t	  n, room;
	char	**view;		/* of them: trimmed, sorted, each once */
};

/* Adds a copy of a word; a blank one is left out.  ERR_NOMEM. */
enum err	 history_words_add(struct history_words *, const char *);
/*
 * *out points into "w" and is good until more is added or it is freed; it is
 * left alone when there are no words.  ERR_NOMEM.
 */
enum err	 history_words_list(struct history_words *w,
		    struct history_list *out);
void		 history_words_free(struct history_words *);

#endif
