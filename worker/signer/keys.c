#include "worker/signer/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fsio.h"

/* One line of base64, or a keyring of HISTORY_TRUST_MAX lines. */
#define PRIVATE_MAX	4096
#define KEYRING_MAX	(256 * 1024)

struct	paths {
	char	 private[PATH_MAX], next[PATH_MAX], public[PATH_MAX];
	char	 trusted[PATH_MAX], lock[PATH_MAX];
};
#define PUBLIC_MODE	0644
/* Creating a key takes milliseconds. */
#define LOCK_WAIT_MS	5000

static void
wipe(struct buf *b)
{
	if (b->data != NULL)
		explicit_bzero(b->data, b->cap);
	buf_clear(b);
}

static enum err
load(const char *path, struct ed25519_key **key, struct diag *d)
{
	struct buf	 b = BUF_INIT(PRIVATE_MAX);
	struct diag	 why = DIAG_INIT;
	struct stat	 st;
	enum err	 e;

	if (stat(path, &st) == -1)
		return diag_errno(d, "cannot look at the private key");
	if ((st.st_mode & 077) != 0)
		return diag_set(d, ERR_DENIED, NULL, "the private signing key "
		    "can be read by others (mode %04o); run chmod 600 on it "
		    "and consider a new key", (unsigned int)st.st_mode & 07777);
	if ((e = fsio_read(path, &b, d)) == ERR_OK &&
	    (e = ed25519_from_text(buf_str(&b), b.len, key, &why)) != ERR_OK)
		diag_set(d, e, NULL, "the private signing key: %s",
		    diag_text(&why));
	wipe(&b);
	return e;
}

static enum err
create(const char *path, struct ed25519_key **key, struct diag *d)
{
	struct buf	 b = BUF_INIT(PRIVATE_MAX);
	enum err	 e;

	if ((e = ed25519_new(key)) != ERR_OK)
		return diag_set(d, e, NULL, "cannot make a signing key");
	ed25519_text(*key, &b);
	buf_addc(&b, '\n');
	if ((e = buf_err(&b)) == ERR_OK)
		e = fsio_write_atomic(path, b.data, b.len, 0600, d);
	wipe(&b);
	if (e != ERR_OK) {
		ed25519_free(*key);
		*key = NULL;
	}
	return e;
}

/* "KEY_ID BASE64" and a line end, as public key files have it. */
static enum err
public_line(const struct ed25519_key *key, struct buf *out)
{
	char	 id[ED25519_KEY_ID_SIZE];

	ed25519_key_id(ed25519_public(key), id);
	buf_addf(out, "%s ", id);
	b64_encode(ed25519_public(key), ED25519_PUBLIC_LEN, out);
	buf_addc(out, '\n');
	return buf_err(out);
}

static enum err
read_if_there(const char *path, struct buf *b, struct diag *d)
{
	return fsio_exists(path) ? fsio_read(path, b, d) : ERR_OK;
}

/* Is the key in the public file one that was retired? */
static bool
retired(const struct paths *p, const char *line)
{
	struct buf	 b = BUF_INIT(KEYRING_MAX);
	bool		 found;

	found = read_if_there(p->trusted, &b, NULL) == ERR_OK &&
	    line[0] != '\0' && strstr(buf_str(&b), line) != NULL;
	buf_clear(&b);
	return found;
}

/*
 * The public file: written when missing, compared when there.  A change of
 * keys that was interrupted left the old key in it.
 */
static enum err
check_public(const struct paths *p, const struct ed25519_key *key,
    struct diag *d)
{
	struct buf	 want = BUF_INIT(PRIVATE_MAX);
	struct buf	 have = BUF_INIT(PRIVATE_MAX);
	enum err	 e;

	if ((e = public_line(key, &want)) == ERR_OK &&
	    (e = read_if_there(p->public, &have, d)) == ERR_OK &&
	    strcmp(buf_str(&have), buf_str(&want)) != 0) {
		if (have.len == 0 || retired(p, buf_str(&have)))
			e = fsio_write_atomic(p->public, want.data, want.len,
			    PUBLIC_MODE, d);
		else
			e = diag_set(d, ERR_CORRUPT, NULL, "%s is not the "
			    "public half of the private signing key; restore "
			    "the pair, or remove the public file to have it "
			    "written again", KEYS_PUBLIC);
	}
	buf_clear(&want);
	buf_clear(&have);
	return e;
}

static void
drop(struct ed25519_key **key)
{
	ed25519_free(*key);
	*key = NULL;
}

static enum err
open_current(const struct paths *p, struct ed25519_key **key,
    struct diag *d)
{
	enum err	 e;

	e = fsio_exists(p->private) ? load(p->private, key, d) :
	    create(p->private, key, d);
	if (e == ERR_OK && (e = check_public(p, *key, d)) != ERR_OK)
		drop(key);
	return e;
}

static enum err
open_next(const struct paths *p, struct ed25519_key **key, struct diag *d)
{
	return fsio_exists(p->next) ? load(p->next, key, d) :
	    create(p->next, key, d);
}

/* The old public key stays one that existing tools trust. */
static enum err
keep_old(const struct paths *p, const struct ed25519_key *old,
    struct diag *d)
{
	struct buf	 ring = BUF_INIT(KEYRING_MAX);
	struct buf	 line = BUF_INIT(PRIVATE_MAX);
	enum err	 e;

	if ((e = public_line(old, &line)) == ERR_OK &&
	    (e = read_if_there(p->trusted, &ring, d)) == ERR_OK &&
	    strstr(buf_str(&ring), buf_str(&line)) == NULL) {
		if (ring.len > 0 && ring.data[ring.len - 1] != '\n')
			buf_addc(&ring, '\n');
		buf_add(&ring, line.data, line.len);
		if ((e = buf_err(&ring)) == ERR_OK)
			e = fsio_write_atomic(p->trusted, ring.data, ring.len,
			    PUBLIC_MODE, d);
	}
	buf_clear(&ring);
	buf_clear(&line);
	return e;
}

static bool
has_public(const struct ed25519_key *key, const char *pub64)
{
	struct buf	 b = BUF_INIT(128);
	bool		 same;

	same = b64_encode(ed25519_public(key), ED25519_PUBLIC_LEN, &b) ==
	    ERR_OK && strcmp(buf_str(&b), pub64) == 0;
	buf_clear(&b);
	return same;
}

/*
 * In this order a crash leaves either the old pair, or the new private key
 * beside the old public one, which check_public() mends.
 */
static enum err
make_current(const struct paths *p, const struct ed25519_key *old,
    const struct ed25519_key *new, struct diag *d)
{
	enum err	 e;

	if ((e = keep_old(p, old, d)) != ERR_OK)
		return e;
	if (rename(p->next, p->private) == -1)
		return diag_errno(d, "cannot put the new signing key in place");
	return check_public(p, new, d);
}

static enum err
use(const struct paths *p, const char *pub64, struct ed25519_key **key,
    struct diag *d)
{
	struct ed25519_key	*old = NULL, *new = NULL;
	enum err		 e;

	if ((e = open_current(p, &old, d)) != ERR_OK)
		return e;
	if (has_public(old, pub64)) {
		*key = old;
		return ERR_OK;
	}
	if (!fsio_exists(p->next))
		e = ERR_NOTFOUND;
	else if ((e = load(p->next, &new, d)) == ERR_OK)
		e = has_public(new, pub64) ? make_current(p, old, new, d) :
		    ERR_NOTFOUND;
	if (e == ERR_NOTFOUND)
		diag_set(d, e, NULL, "the key that has to sign is not in the "
		    "key folder; restore its file, or run \"bpfcompat history "
		    "keys rotate --adopt\" to go on with the one that is "
		    "there");
	if (e != ERR_OK)
		drop(&new);
	*key = new;
	drop(&old);
	return e;
}

static enum err
name_paths(const char *dir, struct paths *p, struct diag *d)
{
	const struct { char *out; const char *name; } row[] = {
		{ p->private, KEYS_PRIVATE }, { p->next, KEYS_NEXT },
		{ p->public, KEYS_PUBLIC }, { p->trusted, KEYS_TRUSTED },
		{ p->lock, ".lock" },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (path_join(row[i].out, PATH_MAX, dir, row[i].name, NULL) !=
		    ERR_OK)
			return diag_set(d, ERR_TOOBIG, NULL, "the name of the "
			    "key folder is too long");
	return ERR_OK;
}

enum err
keys_open(const char *keydir, enum keys_which which, const char *pub64,
    struct ed25519_key **key, struct diag *d)
{
	struct paths	 p;
	enum err	 e;
	int		 fd;

	*key = NULL;
	if ((e = name_paths(keydir, &p, d)) != ERR_OK ||
	    (e = fsio_mkdirs(keydir, d)) != ERR_OK ||
	    (e = fsio_lock(p.lock, LOCK_WAIT_MS, &fd, d)) != ERR_OK)
		return e;
	switch (which) {
	case KEYS_ACTIVE:
		e = open_current(&p, key, d);
		break;
	case KEYS_COMING:
		e = open_next(&p, key, d);
		break;
	case KEYS_NAMED:
		e = use(&p, pub64, key, d);
		break;
	}
	fsio_unlock(fd);
	return e;
}
