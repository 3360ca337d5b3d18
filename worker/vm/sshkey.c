/*
 * The guest's dropbear wants its host key in a form of its own, which no
 * library writes; it is two strings, taken from the OpenSSH form.
 */
#include "worker/vm/sshkey.h"

#include <libssh/libssh.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/hash.h"

#define PEM_BEGIN	"-----BEGIN OPENSSH PRIVATE KEY-----"
#define PEM_END		"-----END OPENSSH PRIVATE KEY-----"
#define KEY_MAGIC	"openssh-key-v1"
#define KEY_TYPE	"ssh-ed25519"
#define KEY_BODY_LEN	64	/* seed and public half */
#define KEY_FILE_MAX	1024

static const uint8_t *
take_string(struct cursor *c, size_t *len)
{
	*len = cursor_u32(c);
	return cursor_take(c, *len);
}

static void
put_string(struct buf *b, const void *p, size_t len)
{
	const uint8_t	 be[4] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16),
			    (uint8_t)(len >> 8), (uint8_t)len };

	buf_add(b, be, sizeof(be));
	buf_add(b, p, len);
}

/* The 64 bytes of an Ed25519 key inside openssh-key-v1; NULL: not that. */
static const uint8_t *
body_of(const uint8_t *p, size_t n)
{
	struct cursor	 c, priv;
	const uint8_t	*s;
	size_t		 len;

	cursor_init(&c, p, n);
	s = cursor_take(&c, sizeof(KEY_MAGIC));
	if (s == NULL || memcmp(s, KEY_MAGIC, sizeof(KEY_MAGIC)) != 0)
		return NULL;
	for (int i = 0; i < 3; i++)	/* cipher, kdf, its options */
		take_string(&c, &len);
	if (cursor_u32(&c) != 1)
		return NULL;
	take_string(&c, &len);		/* public key */
	s = take_string(&c, &len);
	if (s == NULL)
		return NULL;
	cursor_init(&priv, s, len);
	cursor_take(&priv, 8);		/* check words */
	s = take_string(&priv, &len);
	if (s == NULL || len != strlen(KEY_TYPE) ||
	    memcmp(s, KEY_TYPE, len) != 0)
		return NULL;
	take_string(&priv, &len);	/* public half */
	s = take_string(&priv, &len);
	return len == KEY_BODY_LEN ? s : NULL;
}

enum err
sshkey_dropbear(const char *pem, struct buf *out)
{
	const char	*from = strstr(pem, PEM_BEGIN), *to;
	struct buf	 raw = BUF_INIT(KEY_FILE_MAX);
	const uint8_t	*body;
	enum err	 e = ERR_SYNTAX;

	if (from == NULL || (to = strstr(from, PEM_END)) == NULL)
		return ERR_SYNTAX;
	from += strlen(PEM_BEGIN);
	if (b64_decode(from, (size_t)(to - from), &raw) == ERR_OK &&
	    (body = body_of((const uint8_t *)raw.data, raw.len)) != NULL) {
		put_string(out, KEY_TYPE, strlen(KEY_TYPE));
		put_string(out, body, KEY_BODY_LEN);
		e = buf_err(out);
	}
	if (raw.data != NULL)
		explicit_bzero(raw.data, raw.len);
	buf_clear(&raw);
	return e;
}

static enum err
host_file(struct sshkeys *k)
{
	char		*pem = NULL;
	enum err	 e;

	if (ssh_pki_export_privkey_base64(k->host, NULL, NULL, NULL, &pem) !=
	    SSH_OK || pem == NULL)
		return ERR_INTERNAL;
	e = sshkey_dropbear(pem, &k->host_file);
	explicit_bzero(pem, strlen(pem));
	ssh_string_free_char(pem);
	return e;
}

static enum err
authorized(struct sshkeys *k)
{
	char		*b64 = NULL;

	if (ssh_pki_export_pubkey_base64(k->user, &b64) != SSH_OK)
		return ERR_INTERNAL;
	buf_addf(&k->authorized, "%s %s bpfcompat\n", KEY_TYPE, b64);
	ssh_string_free_char(b64);
	return buf_err(&k->authorized);
}

enum err
sshkeys_make(struct sshkeys *k, struct diag *d)
{
	enum err	 e = ERR_INTERNAL;

	memset(k, 0, sizeof(*k));
	buf_init(&k->host_file, KEY_FILE_MAX);
	buf_init(&k->authorized, KEY_FILE_MAX);
	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &k->user) == SSH_OK &&
	    ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &k->host) == SSH_OK &&
	    (e = host_file(k)) == ERR_OK)
		e = authorized(k);
	if (e == ERR_OK)
		return ERR_OK;
	sshkeys_clear(k);
	return diag_set(d, e, NULL, "cannot make SSH keys for the guest");
}

void
sshkeys_clear(struct sshkeys *k)
{
	ssh_key_free(k->user);
	ssh_key_free(k->host);
	k->user = k->host = NULL;
	if (k->host_file.data != NULL)
		explicit_bzero(k->host_file.data, k->host_file.len);
	buf_clear(&k->host_file);
	buf_clear(&k->authorized);
}
