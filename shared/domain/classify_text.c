/* The classifier's hands: words, sentences, proofs, names of errors. */
#include "domain/classify_rules.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "domain/verifier_words.h"

static const struct { int no; const char *name; } errnos[] = {
	{ EPERM, "EPERM" }, { ENOENT, "ENOENT" }, { ESRCH, "ESRCH" },
	{ EINTR, "EINTR" }, { EIO, "EIO" }, { E2BIG, "E2BIG" },
	{ EBADF, "EBADF" }, { EAGAIN, "EAGAIN" }, { ENOMEM, "ENOMEM" },
	{ EACCES, "EACCES" }, { EFAULT, "EFAULT" }, { EBUSY, "EBUSY" },
	{ EEXIST, "EEXIST" }, { ENODEV, "ENODEV" }, { EINVAL, "EINVAL" },
	{ ENOSPC, "ENOSPC" }, { ERANGE, "ERANGE" }, { EDOM, "EDOM" },
	{ ENOSYS, "ENOSYS" }, { EADDRNOTAVAIL, "EADDRNOTAVAIL" },
	{ EILSEQ, "EILSEQ" }, { EOPNOTSUPP, "EOPNOTSUPP" },
	{ ENOBUFS, "ENOBUFS" }, { ETIMEDOUT, "ETIMEDOUT" },
	{ EPROTO, "EPROTO" }, { KERNEL_ENOTSUPP, "ENOTSUPP" },
	/* libbpf.h: LIBBPF_ERRNO__* */
	{ 4000, "LIBELF" }, { 4001, "FORMAT" }, { 4002, "KVERSION" },
	{ 4003, "ENDIAN" }, { 4004, "INTERNAL" }, { 4005, "RELOC" },
};

static const char *const word_names[W__MAX] = {
	[W_PROGRAM] = "program", [W_SECTION] = "section", [W_TYPE] = "type",
	[W_MAP] = "map", [W_MAPTYPE] = "maptype", [W_NAME] = "name",
	[W_DETAIL] = "detail", [W_ERROR] = "error", [W_KERNEL] = "kernel",
	[W_WHERE] = "where", [W_RULE] = "rule", [W_FIX] = "fix",
	[W_STEP] = "step",
};

const char *
class_errno_name(int no, char *buf, size_t size)
{
	for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++)
		if (errnos[i].no == no)
			return errnos[i].name;
	snprintf(buf, size, "errno %d", no);
	return buf;
}

int
class_errno(const struct class_facts *f)
{
	int	 e = f->program_error != 0 ? f->program_error : f->error;

	return e > 0 ? e : -e;
}

bool
class_among(const char *word, const char *list)
{
	size_t	 n, len = strlen(word);

	while (*list != '\0') {
		n = strcspn(list, "|");
		if (n == len && memcmp(list, word, n) == 0)
			return true;
		list += n + (list[n] == '|');
	}
	return false;
}

void
class_set(struct class_case *c, enum class_word w, const char *text)
{
	snprintf(c->word[w], sizeof(c->word[w]), "%s", text);
}

void
class_evidence(struct class_case *c, const char *text, size_t len)
{
	if (len >= sizeof(c->res->evidence))
		len = sizeof(c->res->evidence) - 1;
	memcpy(c->res->evidence, text, len);
	c->res->evidence[len] = '\0';
}

void
class_prove(struct class_case *c, const char *kind, const char *ref,
    const char *text)
{
	struct class_result	*r = c->res;
	struct class_proof	*p = &r->proof[r->nproof];

	if (r->nproof == CLASS_PROOF_MAX)
		return;
	p->kind = kind;
	snprintf(p->ref, sizeof(p->ref), "%s", ref);
	snprintf(p->text, sizeof(p->text), "%s", text);
	r->nproof++;
	if (r->evidence[0] == '\0')
		class_evidence(c, text, strlen(text));
}

/* The value of a "{word}" of "n" bytes, or NULL for no such word. */
static const char *
word_value(const struct class_case *c, const char *name, size_t n)
{
	for (int w = 0; w < W__MAX; w++)
		if (strlen(word_names[w]) == n &&
		    memcmp(word_names[w], name, n) == 0)
			return c->word[w][0] == '\0' && w != W_WHERE ? "?" :
			    c->word[w];
	return NULL;
}

void
class_fill(const struct class_case *c, const char *t, char *out, size_t size)
{
	const char	*value;
	size_t		 n, used = 0;

	while (*t != '\0' && used + 1 < size) {
		n = *t == '{' ? strcspn(t, "}") : 0;
		if (n > 0 && t[n] == '}' &&
		    (value = word_value(c, t + 1, n - 1)) != NULL) {
			used += (size_t)snprintf(out + used, size - used,
			    "%s", value);
			t += n + 1;
			continue;
		}
		out[used++] = *t++;
	}
	out[used < size ? used : size - 1] = '\0';
}

/* " at file.c:12" of the explanation's source, or "". */
static void
set_where(struct class_case *c)
{
	const struct jval	*src;
	const char		*file;
	int64_t			 line;

	src = jval_get(jval_get(c->f->program, "explanation"), "source");
	file = jval_get_str(src, "file", "");
	line = jval_get_int(src, "line", 0);
	if (file[0] == '\0' || line <= 0)
		return;
	if (strrchr(file, '/') != NULL)
		file = strrchr(file, '/') + 1;
	snprintf(c->word[W_WHERE], sizeof(c->word[0]), " at %.200s:%lld",
	    file, (long long)line);
}

void
class_verdict(const struct jval *e, char *out, size_t size)
{
	const struct jval	*report = jval_get(e, "report");
	const char		*verdict = jval_get_str(e, "verdict", "");
	const char		*problem = jval_get_str(report, "problem", "");

	if (problem[0] != '\0' && (verdict[0] == '\0' ||
	    strcmp(verdict, problem) == 0))
		snprintf(out, size, "Verification failed: %s: %s",
		    jval_get_str(report, "category", ""), problem);
	else
		snprintf(out, size, "%s", verdict);
}

/*
 * Older kernels call both a loop and recursion a back-edge.  Where the
 * instruction is a call it is the latter.
 */
const struct verifier_reason *
class_reason(const char *verdict, const struct jval *e, char *name,
    size_t size)
{
	const struct verifier_reason	*why;

	why = verifier_reason_find(verdict, name, size);
	if (why == verifier_reason_at(VR_LOOP_BACK) &&
	    strstr(jval_get_str(e, "insn_text", ""), "(85) call ") != NULL)
		return verifier_reason_at(VR_RECURSION);
	return why;
}

static void
set_last(struct class_case *c)
{
	class_verdict(jval_get(c->f->program, "explanation"), c->last,
	    sizeof(c->last));
	if (c->last[0] == '\0')
		class_last_line(c->f->verifier_log, c->last,
		    sizeof(c->last));
}

void
class_case_init(struct class_case *c, const struct class_facts *f,
    struct class_result *res)
{
	char	 buf[32], number[32];

	memset(c, 0, sizeof(*c));
	c->f = f;
	c->res = res;
	class_set(c, W_PROGRAM, jval_get_str(f->program, "name", ""));
	class_set(c, W_SECTION, jval_get_str(f->program, "section", ""));
	class_set(c, W_TYPE, jval_get_str(f->program, "type", ""));
	class_set(c, W_MAP, jval_get_str(f->map, "name", ""));
	/* One newer than the validator's list has no name. */
	snprintf(number, sizeof(number), "number %lld",
	    (long long)jval_get_int(f->map, "type", -1));
	class_set(c, W_MAPTYPE, f->map == NULL ||
	    jval_get_str(f->map, "type_name", "")[0] != '\0' ?
	    jval_get_str(f->map, "type_name", "") : number);
	class_set(c, W_KERNEL, jval_get_str(jval_get(f->doc, "host"),
	    "release", ""));
	class_set(c, W_ERROR, class_errno(f) == 0 ? "" :
	    class_errno_name(class_errno(f), buf, sizeof(buf)));
	class_set(c, W_STEP, f->last_step == NULL ? "" : f->last_step);
	set_where(c);
	set_last(c);
}
