#include "domain/select_judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "domain/features.h"
#include "domain/registry.h"
#include "domain/select_weights.h"

/* Profiles whose facts are remembered; a catalogue has fewer. */
#define CACHE_SIZE	1024

struct	known {
	char			 id[PROFILE_ID_MAX + 1];	/* "": free */
	struct profile_facts	 facts;
	enum match_level	 passed, failed;
	bool			 arch;
};

struct	judge {
	const struct select_query	*q;
	struct known			 cache[CACHE_SIZE];
	struct known			 other;	/* when the cache is full */
};

/* The best of what passed, and of what failed. */
struct	side {
	enum match_level	 level;
	const char		*id;
	/* Nearest tested kernels at or below, and above the host's. */
	unsigned int		 below, above;
	const char		*below_id, *above_id;
};

static const struct {
	const char	*word;
	int64_t		 passed, failed;
} levels[] = {
	[MATCH_NONE] = { "none", 0, 0 },
	[MATCH_KERNEL] = { "kernel", W_KERNEL, W_KERNEL_FAILED },
	[MATCH_DISTRO_VERSION] = { "distro_version", W_DISTRO_VERSION,
	    W_DISTRO_VERSION_FAILED },
	[MATCH_DISTRO_KERNEL] = { "distro_kernel", W_DISTRO_KERNEL,
	    W_DISTRO_KERNEL_FAILED },
	[MATCH_EXACT] = { "exact", W_EXACT, W_EXACT_FAILED },
};

enum err
judge_new(const struct select_query *q, struct judge **out)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return ERR_NOMEM;
	(*out)->q = q;
	return ERR_OK;
}

void
judge_free(struct judge *j)
{
	free(j);
}

bool
judge_listed(const struct history_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], id) == 0)
			return true;
	return false;
}

static const struct known *
look_up(struct judge *j, const char *id)
{
	struct known	*k = &j->other;
	unsigned int	 at = 5381, tries;

	for (const char *p = id; *p != '\0'; p++)
		at = at * 33 + (unsigned char)*p;
	for (tries = 0; tries < 16; tries++, at++) {
		struct known	*c = &j->cache[at % CACHE_SIZE];

		if (strcmp(c->id, id) == 0)
			return c;
		if (c->id[0] == '\0') {
			k = c;
			break;
		}
	}
	snprintf(k->id, sizeof(k->id), "%s", id);
	profile_facts(j->q->profiles, id, j->q->host, &k->facts);
	k->arch = profile_facts_arch(&k->facts, j->q->host);
	k->passed = profile_match(&k->facts, j->q->host, false);
	k->failed = profile_match(&k->facts, j->q->host, true);
	return k;
}

/* --- what is written down ---------------------------------------------------*/

static void __attribute__((format(printf, 4, 5)))
reason(struct judgement *out, const char *type, int64_t weight,
    const char *fmt, ...)
{
	struct judge_reason	*r;
	va_list			 ap;

	if (out->nreasons == JUDGE_REASONS_MAX)
		return;
	r = &out->reason[out->nreasons++];
	r->type = type;
	r->weight = weight;
	out->score += weight;
	va_start(ap, fmt);
	vsnprintf(r->details, sizeof(r->details), fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 4, 0)))
put_violation(struct judgement *out, bool policy, const char *code,
    const char *fmt, va_list ap)
{
	struct judge_violation	*v;

	if (out->nviolations == JUDGE_VIOLATIONS_MAX)
		return;
	v = &out->violation[out->nviolations++];
	v->code = code;
	v->policy = policy;
	vsnprintf(v->text, sizeof(v->text), fmt, ap);
}

void
judge_reject(struct judgement *out, const char *code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	put_violation(out, false, code, fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 3, 4)))
violation(struct judgement *out, const char *code, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	put_violation(out, true, code, fmt, ap);
	va_end(ap);
}

/* --- evidence -----------------------------------------------------------------*/

static void
weigh(struct judge *j, const struct history_list *l, bool failed,
    struct side *s)
{
	unsigned int	 host = j->q->host->kernel;

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < l->n; i++) {
		const struct known	*k = look_up(j, l->v[i]);
		enum match_level	 m = failed ? k->failed : k->passed;
		unsigned int		 v = k->facts.kernel;

		if (m > s->level) {
			s->level = m;
			s->id = l->v[i];
		}
		/* A policy's own trouble says nothing of kernel versions. */
		if (!k->arch || v == 0 || (failed && k->facts.variant))
			continue;
		if (v <= host && v > s->below) {
			s->below = v;
			s->below_id = l->v[i];
		}
		if (v > host && (s->above == 0 || v < s->above)) {
			s->above = v;
			s->above_id = l->v[i];
		}
	}
}

/* 5.19 and 6.0 are neighbours, and so are 6.19 and 7.0. */
static int
ordinal(unsigned int kver)
{
	int	 minor = (int)(kver & 0xff);

	return (int)(kver >> 8) * 20 + (minor < 20 ? minor : 19);
}

static int
distance(unsigned int a, unsigned int b)
{
	return abs(ordinal(a) - ordinal(b));
}

/* No kernel of the host's line was tested: the nearest ones have to do. */
static void
nearest(struct judge *j, const struct side *pass, const struct side *fail,
    struct judgement *out)
{
	unsigned int	 host = j->q->host->kernel;
	int		 far = 1000, p, f;
	const char	*id = NULL, *bad = NULL;
	bool		 below = pass->below != 0 &&
			    pass->below >= fail->below;
	bool		 above = pass->above != 0 && (fail->above == 0 ||
			    pass->above <= fail->above);

	p = f = far;
	if (pass->below != 0 && distance(host, pass->below) < p) {
		p = distance(host, pass->below);
		id = pass->below_id;
	}
	if (pass->above != 0 && distance(host, pass->above) < p) {
		p = distance(host, pass->above);
		id = pass->above_id;
	}
	if (fail->below != 0 && distance(host, fail->below) < f) {
		f = distance(host, fail->below);
		bad = fail->below_id;
	}
	if (fail->above != 0 && distance(host, fail->above) < f) {
		f = distance(host, fail->above);
		bad = fail->above_id;
	}
	out->evidence = id != NULL || bad != NULL ? "nearest" : "none";
	if (id != NULL || bad != NULL)
		snprintf(out->profile, sizeof(out->profile), "%s",
		    id != NULL && p <= f ? id : bad != NULL ? bad : id);
	if (below && above)
		reason(out, "nearest_kernel", W_NEAREST_BOTH, "%s and %s, "
		    "below and above this kernel, passed", pass->below_id,
		    pass->above_id);
	else if (bad != NULL && f < p)
		reason(out, "nearest_kernel_failed", W_NEAREST_FAILED,
		    "%s, the nearest kernel that was tested, failed", bad);
	else if (below)
		reason(out, "nearest_kernel", W_NEAREST_BELOW, "%s, the "
		    "nearest kernel below this one, passed", pass->below_id);
	else if (id != NULL)
		reason(out, "nearest_kernel", W_NEAREST_OTHER, "%s, the "
		    "nearest kernel that passed", id);
	else if (bad == NULL)
		reason(out, "untested", 0, "no kernel of this architecture "
		    "was tested that could be compared with this host's");
}

static void
against_target(struct judge *j, const struct judge_claim *c,
    struct judgement *out)
{
	const char	*id = j->q->target_profile;

	snprintf(out->profile, sizeof(out->profile), "%s", id);
	out->evidence = "target";
	if (judge_listed(&c->failed, id)) {
		reason(out, "profile_alignment", W_TARGET_FAILED,
		    "failed on %s, which was asked for", id);
		judge_reject(out, "failed_on_target", "it failed on %s", id);
	} else if (judge_listed(&c->supported, id)) {
		out->exact = true;
		reason(out, "profile_alignment", W_TARGET, "passed on %s, "
		    "which was asked for", id);
	} else {
		out->evidence = "none";
		out->profile[0] = '\0';
		reason(out, "profile_alignment", W_TARGET_UNTESTED,
		    "%s was not tested", id);
	}
}

static void
against_host(struct judge *j, const struct judge_claim *c,
    struct judgement *out)
{
	static const char *const	 how[] = {
		[MATCH_KERNEL] = "the same kernel line",
		[MATCH_DISTRO_VERSION] = "this distribution, another kernel",
		[MATCH_DISTRO_KERNEL] = "this distribution's kernel line",
		[MATCH_EXACT] = "this very kernel line and distribution" };
	struct side			 pass, fail;

	weigh(j, &c->supported, false, &pass);
	weigh(j, &c->failed, true, &fail);
	if (pass.level == MATCH_NONE && fail.level == MATCH_NONE) {
		nearest(j, &pass, &fail, out);
		return;
	}
	out->evidence = levels[pass.level >= fail.level ? pass.level :
	    fail.level].word;
	snprintf(out->profile, sizeof(out->profile), "%s",
	    pass.level >= fail.level ? pass.id : fail.id);
	out->exact = pass.level == MATCH_EXACT;
	if (pass.level != MATCH_NONE)
		reason(out, "profile_alignment", pass.level >= fail.level ?
		    levels[pass.level].passed : 0, pass.level >= fail.level ?
		    "passed on %s: %s" : "passed on %s: %s; what failed is "
		    "nearer to this host", pass.id, how[pass.level]);
	if (fail.level != MATCH_NONE)
		reason(out, "profile_failure", fail.level >= pass.level ?
		    levels[fail.level].failed : 0, fail.level >= pass.level ?
		    "failed on %s: %s" : "failed on %s: %s; what passed is "
		    "nearer to this host", fail.id, how[fail.level]);
	if (fail.level == MATCH_EXACT && pass.level < MATCH_EXACT)
		judge_reject(out, "failed_on_host", "it failed on %s, which "
		    "is this host's kernel", fail.id);
}

/* --- what the host lacks --------------------------------------------------------*/

static bool
looks_unsupported(const struct host *h, enum host_feature f,
    unsigned int since)
{
	if (h->restricted[f])
		return false;
	if (h->feature[f] == HOST_UNKNOWN)
		return h->kernel != 0 && h->kernel < since;
	return h->feature[f] == HOST_NO;
}

static void
risks(struct judge *j, const struct judge_claim *c, struct judgement *out)
{
	const struct host	*h = j->q->host;

	/* What passed on this very kernel is no risk on it. */
	if (out->exact)
		return;
	if (h->btf == HOST_NO && judge_listed(&c->codes, "MISSING_BTF"))
		reason(out, "btf_risk", W_BTF_RISK, "this host has no kernel "
		    "BTF, and it failed for want of it elsewhere");
	if (looks_unsupported(h, HOST_MAP_RINGBUF, KVER(5, 8)) &&
	    judge_listed(&c->codes, "UNSUPPORTED_MAP_TYPE"))
		reason(out, "ringbuf_risk", W_RINGBUF_RISK, "ring buffers "
		    "look unsupported here, and it failed for a map type "
		    "elsewhere");
}

/* --- the policy -------------------------------------------------------------------*/

static void
demand_counts(const struct select_policy *p, const struct judge_claim *c,
    struct judgement *out)
{
	if (p->summary_pass && strcmp(c->status, "pass") != 0)
		violation(out, "summary_not_pass", "summary status is \"%s\", "
		    "not \"pass\"", c->status);
	if (p->min_required_passed > 0 &&
	    c->required_passed < p->min_required_passed)
		violation(out, "too_few_passed", "required_passed is %lld, "
		    "below the %lld that the policy demands",
		    (long long)c->required_passed,
		    (long long)p->min_required_passed);
	if (p->max_required_failed >= 0 &&
	    c->required_failed > p->max_required_failed)
		violation(out, "too_many_failed", "required_failed is %lld, "
		    "above the %lld that the policy allows",
		    (long long)c->required_failed,
		    (long long)p->max_required_failed);
}

/* Codes are of all kernels of the run: where this one passed, of others. */
static void
demand_map(struct judge *j, const struct judge_claim *c, bool wanted,
    enum host_feature f, struct judgement *out)
{
	unsigned int	 since = f == HOST_MAP_RINGBUF ? KVER(5, 8) :
			    KVER(4, 3);
	const char	*what = f == HOST_MAP_RINGBUF ? "ring buffers" :
			    "perf event arrays";
	const char	*code = f == HOST_MAP_RINGBUF ? "no_ringbuf" :
			    "no_perf_event_array";

	if (!wanted)
		return;
	if (looks_unsupported(j->q->host, f, since))
		violation(out, code, "this host does not support %s", what);
	else if (!out->exact && j->q->host->feature[f] != HOST_YES &&
	    judge_listed(&c->codes, "UNSUPPORTED_MAP_TYPE"))
		violation(out, code, "it failed with UNSUPPORTED_MAP_TYPE, "
		    "and nothing shows that this host has %s", what);
}

static void
demand_host(struct judge *j, const struct judge_claim *c,
    struct judgement *out)
{
	const struct select_policy	*p = j->q->policy;

	if (p->kernel_btf && j->q->host->btf != HOST_YES)
		violation(out, "no_kernel_btf", j->q->host->btf == HOST_NO ?
		    "this host has no kernel BTF" : "nothing shows that this "
		    "host has kernel BTF");
	if (p->attach && !out->exact &&
	    judge_listed(&c->codes, "UNSUPPORTED_ATTACH_TYPE"))
		violation(out, "attach_unsupported", "it failed with "
		    "UNSUPPORTED_ATTACH_TYPE, and it was not seen to attach "
		    "on this host's kernel");
	demand_map(j, c, p->ringbuf, HOST_MAP_RINGBUF, out);
	demand_map(j, c, p->perf_event_array, HOST_MAP_PERF_EVENT_ARRAY, out);
}

static bool
in_codes(char *const *list, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(list[i], code) == 0)
			return true;
	return false;
}

static void
demand_codes(const struct select_policy *p, const struct judge_claim *c,
    struct judgement *out)
{
	if (p->codes_of_host && out->exact)
		return;
	for (size_t i = 0; i < c->codes.n; i++) {
		const char	*code = c->codes.v[i];

		if (in_codes(p->deny, p->ndeny, code))
			violation(out, "code_denied", "it has the code %s, "
			    "which the policy denies", code);
		else if (p->nallow > 0 && !in_codes(p->allow, p->nallow,
		    code))
			violation(out, "code_not_allowed", "it has the code "
			    "%s, which the policy does not list", code);
	}
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct judge_violation *)a)->text,
	    ((const struct judge_violation *)b)->text);
}

/* --- all of it --------------------------------------------------------------------*/

static void
counts(const struct judge_claim *c, struct judgement *out)
{
	int64_t	 passed = c->required_passed * W_REQUIRED_PASSED;
	int64_t	 failed = c->required_failed * W_REQUIRED_FAILED;

	if (strcmp(c->status, "pass") == 0)
		reason(out, "summary_pass", W_SUMMARY_PASS,
		    "run summary is pass");
	if (strcmp(c->status, REGISTRY_STATUS_CLAIMED) == 0)
		reason(out, "claim_only", W_CLAIM_ONLY, "nobody has measured "
		    "it: the uploader says so");
	/* Many kernels elsewhere are not worth this host's. */
	if (passed > W_REQUIRED_PASSED_MOST)
		passed = W_REQUIRED_PASSED_MOST;
	if (out->exact && failed < W_REQUIRED_FAILED_ELSEWHERE)
		failed = W_REQUIRED_FAILED_ELSEWHERE;
	if (passed != 0)
		reason(out, "required_passed", passed, "required_passed=%lld",
		    (long long)c->required_passed);
	if (failed != 0)
		reason(out, "required_failed", failed, out->exact ?
		    "required_failed=%lld, on other kernels than this host's" :
		    "required_failed=%lld", (long long)c->required_failed);
}

void
judge_record(struct judge *j, const struct judge_claim *c,
    struct judgement *out)
{
	memset(out, 0, sizeof(*out));
	out->evidence = "none";
	if (strcmp(c->status, REGISTRY_STATUS_YANKED) == 0) {
		judge_reject(out, "yanked", "it was taken back");
		return;
	}
	if (j->q->target_profile != NULL && j->q->target_profile[0] != '\0')
		against_target(j, c, out);
	else
		against_host(j, c, out);
	counts(c, out);
	risks(j, c, out);
	demand_counts(j->q->policy, c, out);
	demand_host(j, c, out);
	demand_codes(j->q->policy, c, out);
	qsort(out->violation, out->nviolations, sizeof(out->violation[0]),
	    by_text);
}
