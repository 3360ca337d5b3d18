#include "worker/signer/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fsio.h"

/* One line of base64, or a keyring of HISTORY_TRUST_MAX lines. */
#define PRIVATE_MAX	4096
#define KEYRING_MAX	(256 * 1024)
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

/* "KEY_ID BASE64": written when missing, compared when there. */
static enum err
check_public(const char *path, const struct ed25519_key *key, struct diag *d)
{
	struct buf	 want = BUF_INIT(PRIVATE_MAX);
	struct buf	 have = BUF_INIT(PRIVATE_MAX);
	char		 id[ED25519_KEY_ID_SIZE];
	enum err	 e;

	ed25519_key_id(ed25519_public(key), id);
	buf_addf(&want, "%s ", id);
	b64_encode(ed25519_public(key), ED25519_PUBLIC_LEN, &want);
	buf_addc(&want, '\n');
	if (!fsio_exists(path))
		e = fsio_write_atomic(path, want.data, want.len, PUBLIC_MODE,
		    d);
	else if ((e = fsio_read(path, &have, d)) == ERR_OK &&
	    strcmp(buf_str(&have), buf_str(&want)) != 0)
		e = diag_set(d, ERR_CORRUPT, NULL, "%s is not the public half "
		    "of the private signing key; restore the pair, or remove "
		    "the public file to have it written again", KEYS_PUBLIC);
	buf_clear(&want);
	buf_clear(&have);
	return e;
}

static enum err
open_locked(const char *private, const char *public,
    struct ed25519_key **key, struct diag *d)
{
	enum err	 e;

	e = fsio_exists(private) ? load(private, key, d) :
	    create(private, key, d);
	if (e == ERR_OK && (e = check_public(public, *key, d)) != ERR_OK) {
		ed25519_free(*key);
		*key = NULL;
	}
	return e;
}

enum err
keys_open(const char *keydir, struct ed25519_key **key, struct diag *d)
{
	char		 private[PATH_MAX], public[PATH_MAX], lock[PATH_MAX];
	enum err	 e;
	int		 fd;

	*key = NULL;
	if ((e = path_join(private, sizeof(private), keydir, KEYS_PRIVATE,
	    NULL)) != ERR_OK || (e = path_join(public, sizeof(public), keydir,
	    KEYS_PUBLIC, NULL)) != ERR_OK || (e = path_join(lock,
	    sizeof(lock), keydir, ".lock", NULL)) != ERR_OK)
		return diag_set(d, e, NULL, "the name of the key folder is "
		    "too long");
	if ((e = fsio_mkdirs(keydir, d)) != ERR_OK ||
	    (e = fsio_lock(lock, LOCK_WAIT_MS, &fd, d)) != ERR_OK)
		return e;
	e = open_locked(private, public, key, d);
	fsio_unlock(fd);
	return e;
}

static enum err
trust_file(const char *path, struct history_trust *t, struct diag *d)
{
	struct buf	 b = BUF_INIT(KEYRING_MAX);
	enum err	 e = ERR_OK;

	if (fsio_exists(path) && (e = fsio_read(path, &b, d)) == ERR_OK)
		e = history_trust_lines(t, buf_str(&b), b.len,
		    strrchr(path, '/') == NULL ? path :
		    strrchr(path, '/') + 1, d);
	buf_clear(&b);
	return e;
}

enum err
keys_trust(const struct conf *c, const char *keydir, struct history_trust *t,
    struct diag *d)
{
	static const char *const names[] = { KEYS_PUBLIC, KEYS_TRUSTED };
	char		 path[PATH_MAX];
	enum err	 e;

	for (size_t i = 0; i < 2; i++)
		if ((e = path_join(path, sizeof(path), keydir, names[i],
		    NULL)) != ERR_OK || (e = trust_file(path, t, d)) != ERR_OK)
			return e;
	if (c->trusted_keys_path[0] != '\0' &&
	    (e = trust_file(c->trusted_keys_path, t, d)) != ERR_OK)
		return e;
	return history_trust_inline(t, c->trusted_public_keys,
	    "BPFCOMPAT_TRUSTED_SIGNING_PUBLIC_KEYS", d);
}
