#include "domain/history_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum err
history_words_add(struct history_words *w, const char *text)
{
	enum err	 e;

	if (text[0] == '\0')
		return ERR_OK;
	if ((e = grow(&w->v, w->n, &w->room, sizeof(*w->v))) != ERR_OK)
		return e;
	if ((w->v[w->n] = strdup(text)) == NULL)
		return ERR_NOMEM;
	w->n++;
	return ERR_OK;
}

enum err
history_words_list(struct history_words *w, struct history_list *out)
{
	if (w->n == 0)
		return ERR_OK;
	if ((w->view = calloc(w->n, sizeof(*w->view))) == NULL)
		return ERR_NOMEM;
	memcpy(w->view, w->v, w->n * sizeof(*w->view));
	*out = (struct history_list){ (const char **)(void *)w->view, w->n };
	history_normalize(w->view, &out->n);
	return ERR_OK;
}

void
history_words_free(struct history_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i]);
	free(w->v);
	free(w->view);
}
