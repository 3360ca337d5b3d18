#include "domain/features.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(t)	(sizeof(t) / sizeof((t)[0]))

static const struct feature helpers[] = {
#define HELPER(id, name, major, minor)	{ id, name, KVER(major, minor) },
#include "domain/helpers.def"
#undef HELPER
};

static const struct feature kfuncs[] = {
#define KFUNC(name, major, minor)	{ 0, name, KVER(major, minor) },
#include "domain/kfuncs.def"
#undef KFUNC
};

static const struct feature kfuncs_gone[] = {
#define KFUNC_GONE(name, major, minor)	{ 0, name, KVER(major, minor) },
#include "domain/kfuncs.def"
#undef KFUNC_GONE
};

static const struct feature standins[] = {
#define STANDIN(id, name, major, minor)	{ id, name, KVER(major, minor) },
#include "domain/features.def"
#undef STANDIN
};

static const struct feature map_types[] = {
#define MAP_TYPE(id, name, major, minor) { id, name, KVER(major, minor) },
#include "domain/features.def"
#undef MAP_TYPE
};

static const struct feature map_flags[] = {
#define MAP_FLAG(bit, name, major, minor) { bit, name, KVER(major, minor) },
#include "domain/features.def"
#undef MAP_FLAG
};

static const struct insn_word {
	const char	*word;
	struct feature	 f;
} insns[] = {
#define INSN(word, name, major, minor)					\
	{ word, { 0, name, KVER(major, minor) } },
#include "domain/features.def"
#undef INSN
};

static const struct feature struct_ops[] = {
#define STRUCT_OPS(name, major, minor)	{ 0, name, KVER(major, minor) },
#include "domain/features.def"
#undef STRUCT_OPS
};

static const struct feature iters[] = {
#define ITER(name, major, minor)	{ 0, name, KVER(major, minor) },
#include "domain/features.def"
#undef ITER
};

static const struct sec_row {
	const char	*pattern, *type, *attach;
	unsigned int	 load, attach_since;
	const char	*flags;
} sections[] = {
#define SECTION(p, type, attach, lmaj, lmin, amaj, amin, flags)	\
	{ p, type, attach, KVER(lmaj, lmin), KVER(amaj, amin), flags },
#include "domain/features.def"
#undef SECTION
};

static const struct feature *
by_id(const struct feature *t, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (t[i].id == id)
			return &t[i];
	return NULL;
}

static const struct feature *
by_name(const struct feature *t, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(t[i].name, name) == 0)
			return &t[i];
	return NULL;
}

const struct feature *
feature_helper(int id)
{
	return by_id(helpers, COUNT(helpers), id);
}

const struct feature *
feature_standin(int id)
{
	return by_id(standins, COUNT(standins), id);
}

const struct feature *
feature_kfunc(const char *name)
{
	return by_name(kfuncs, COUNT(kfuncs), name);
}

const struct feature *
feature_kfunc_gone(const char *name)
{
	return by_name(kfuncs_gone, COUNT(kfuncs_gone), name);
}

const struct feature *
feature_map_type(int64_t type)
{
	return by_id(map_types, COUNT(map_types), type);
}

const struct feature *
feature_map_flag(int bit)
{
	return by_id(map_flags, COUNT(map_flags), bit);
}

const struct feature *
feature_insn(const char *word)
{
	for (size_t i = 0; i < COUNT(insns); i++)
		if (strcmp(insns[i].word, word) == 0)
			return &insns[i].f;
	return NULL;
}

const struct feature *
feature_iter(const char *target)
{
	return by_name(iters, COUNT(iters), target);
}

/* A flavour, "tcp_congestion_ops___mine", is the same type of the kernel. */
const struct feature *
feature_struct_ops(const char *type)
{
	const char	*flavour = strstr(type, "___");
	size_t		 len = flavour == NULL ? strlen(type) :
			    (size_t)(flavour - type);

	for (size_t i = 0; i < COUNT(struct_ops); i++)
		if (strlen(struct_ops[i].name) == len &&
		    strncmp(struct_ops[i].name, type, len) == 0)
			return &struct_ops[i];
	return NULL;
}

/* Does the name fit?  *target is what follows. */
static bool
fits(const char *pattern, const char *name, const char **target)
{
	size_t	 n = strlen(pattern);
	bool	 open = n > 0 && pattern[n - 1] == '+';

	if (open)
		n--;
	if (strncmp(name, pattern, n) != 0)
		return false;
	if (name[n] == '\0') {
		*target = "";
		return true;
	}
	*target = name + n + 1;
	return open && name[n] == '/';
}

struct sec_meaning
feature_section(const char *section)
{
	struct sec_meaning	 m = { "", "", "", 0, 0, false, false, false,
				    section[0] == '?' };

	section += m.optional;
	for (size_t i = 0; i < COUNT(sections) && !m.known; i++) {
		const struct sec_row	*r = &sections[i];

		if (!fits(r->pattern, section, &m.target))
			continue;
		m.known = true;
		m.prog_type = r->type;
		m.attach = r->attach;
		m.load = r->load;
		m.attach_since = r->attach_since;
		m.sleepable = strchr(r->flags, 'S') != NULL;
		m.needs_btf = strchr(r->flags, 'B') != NULL;
	}
	if (!m.known)
		m.target = "";
	return m;
}

const char *
kver_text(unsigned int v, char out[static KVER_TEXT_SIZE])
{
	if (v == 0)
		out[0] = '\0';
	else
		snprintf(out, KVER_TEXT_SIZE, "%u.%u", v >> 8 & 0xfff,
		    v & 0xff);
	return out;
}

unsigned int
kver_parse(const char *s)
{
	unsigned long	 major, minor;
	char		*end;

	if (*s < '0' || *s > '9')
		return 0;
	major = strtoul(s, &end, 10);
	if (*end != '.' || end[1] < '0' || end[1] > '9' || major > 999)
		return 0;
	minor = strtoul(end + 1, &end, 10);
	return minor > 255 ? 0 : KVER(major, minor);
}
