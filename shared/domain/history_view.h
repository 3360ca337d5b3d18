/*
 * How a reader sees the history of a work folder: whom it believes (key
 * files, settings, or a key that it brings itself), what the key ring says,
 * and the proof that single records are in their chain without reading the
 * whole of it.
 *
 * A record is proved by its own digest, signature and key, and by the way
 * from it to the next signed end that was kept (history_checkpoints): at
 * most HISTORY_CHECKPOINT_STEP digests.  What was proved is remembered in
 * this process by a digest over the whole row and the state of the keys,
 * so a row that changes, or a key that is revoked, is judged anew.
 */
#ifndef DOMAIN_HISTORY_VIEW_H
#define DOMAIN_HISTORY_VIEW_H

#include "base/conf.h"
#include "domain/history_chain.h"

#define HISTORY_PUBLIC_FILE	"artifact-registry-signing-key.pub"
#define HISTORY_TRUSTED_FILE	"trusted-signing-keys.pub"

/* Adds the keys of the work folder, of the file and the settings of "c". */
enum err	 history_trust_load(const struct conf *c,
		    struct history_trust *, struct diag *);

struct history_view;

/*
 * "pin" is a public key that the reader brings, as text of a key file or of
 * a setting: then only that key, and those it vouches for, count.  NULL:
 * those of the work folder and the configuration.
 */
enum err	 history_view_new(const struct conf *, const char *pin,
		    struct history_view **, struct diag *);
void		 history_view_free(struct history_view *);

/*
 * Reads key files and key ring anew if they changed.  Within
 * db_begin_read(), before what follows.
 */
enum err	 history_view_refresh(struct history_view *, struct db *,
		    struct diag *);
const struct history_trust *history_view_trust(const struct history_view *);
const struct history_ring *history_view_ring(const struct history_view *);

/*
 * The verdict on one row of a chain and on its place.  ERR_OK whatever it
 * is; *v is complete.
 */
enum err	 history_view_prove(struct history_view *, struct db *,
		    const char *chain, const struct history_row *,
		    struct history_verdict *);
/* history_end_check() with what the view knows. */
enum err	 history_view_end(struct history_view *, struct db *,
		    const char *chain, struct history_sum *);

#endif /* !DOMAIN_HISTORY_VIEW_H */
