#include "worker/inspect/elfobj.h"

#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define SHDR_SIZE	64
#define SYM_SIZE	24
#define REL_SIZE	16

uint16_t
elfobj_u16(const struct elfobj *o, const uint8_t *p)
{
	uint16_t	 v;

	memcpy(&v, p, sizeof(v));
	return o->swap ? __builtin_bswap16(v) : v;
}

uint32_t
elfobj_u32(const struct elfobj *o, const uint8_t *p)
{
	uint32_t	 v;

	memcpy(&v, p, sizeof(v));
	return o->swap ? __builtin_bswap32(v) : v;
}

uint64_t
elfobj_u64(const struct elfobj *o, const uint8_t *p)
{
	uint64_t	 v;

	memcpy(&v, p, sizeof(v));
	return o->swap ? __builtin_bswap64(v) : v;
}

/* Is there a whole range at "off"? */
static bool
inside(const struct elfobj *o, uint64_t off, uint64_t size)
{
	return off <= o->len && size <= o->len - off;
}

/* A name in a string table, or "" when it does not end inside of it. */
static const char *
name_at(const struct elfsec *strtab, uint64_t off)
{
	const char	*s;

	if (strtab == NULL || strtab->data == NULL || off >= strtab->size)
		return "";
	s = (const char *)strtab->data + off;
	return memchr(s, '\0', strtab->size - off) == NULL ? "" : s;
}

static const char *
head_problem(struct elfobj *o)
{
	const uint8_t	*p = o->p;

	if (o->len == 0)
		return "the file is empty";
	if (o->len < EI_NIDENT || memcmp(p, ELFMAG, SELFMAG) != 0)
		return "not an ELF file";
	o->is_elf = true;
	o->bits64 = p[EI_CLASS] == ELFCLASS64;
	o->big = p[EI_DATA] == ELFDATA2MSB;
	o->swap = o->big != (__BYTE_ORDER == __BIG_ENDIAN);
	if (p[EI_CLASS] == ELFCLASS32)
		return "a 32-bit ELF file; BPF objects are 64-bit";
	if (!o->bits64)
		return "the ELF class is neither 32 nor 64 bit";
	if (!o->big && p[EI_DATA] != ELFDATA2LSB)
		return "the ELF byte order is unknown";
	if (o->len < sizeof(Elf64_Ehdr))
		return "the ELF header is cut short";
	o->type = elfobj_u16(o, p + EI_NIDENT);
	o->machine = elfobj_u16(o, p + EI_NIDENT + 2);
	if (o->type != ET_REL)
		return "not a relocatable object (compile with -c)";
	if (o->machine != EM_BPF && o->machine != EM_NONE)
		return "compiled for another machine, not for BPF "
		    "(clang -target bpf)";
	return NULL;
}

static enum err
bad(struct elfobj *o, const char *why)
{
	o->problem = why;
	return ERR_SYNTAX;
}

static enum err
read_section(struct elfobj *o, const uint8_t *h, struct elfsec *s)
{
	uint64_t	 off = elfobj_u64(o, h + 24);

	s->name = "";
	s->type = elfobj_u32(o, h + 4);
	s->flags = elfobj_u64(o, h + 8);
	s->size = elfobj_u64(o, h + 32);
	s->link = elfobj_u32(o, h + 40);
	s->info = elfobj_u32(o, h + 44);
	if (s->type == SHT_NOBITS || s->type == SHT_NULL)
		return ERR_OK;
	if (!inside(o, off, s->size))
		return bad(o, "a section lies outside of the file");
	s->data = o->p + off;
	return ERR_OK;
}

static enum err
read_sections(struct elfobj *o)
{
	uint64_t	 off = elfobj_u64(o, o->p + 40);
	size_t		 n = elfobj_u16(o, o->p + 60);
	size_t		 names = elfobj_u16(o, o->p + 62);
	enum err	 e;

	if (elfobj_u16(o, o->p + 58) != SHDR_SIZE || n == 0 ||
	    n > ELFOBJ_SECTIONS_MAX || !inside(o, off, n * SHDR_SIZE))
		return bad(o, "the section table is damaged");
	if ((o->sec = calloc(n, sizeof(*o->sec))) == NULL)
		return ERR_NOMEM;
	o->nsec = n;
	for (size_t i = 0; i < n; i++)
		if ((e = read_section(o, o->p + off + i * SHDR_SIZE,
		    &o->sec[i])) != ERR_OK)
			return e;
	if (names >= n)
		return bad(o, "the section names are damaged");
	for (size_t i = 0; i < n; i++)
		o->sec[i].name = name_at(&o->sec[names],
		    elfobj_u32(o, o->p + off + i * SHDR_SIZE));
	return ERR_OK;
}

static void
read_symbol(const struct elfobj *o, const uint8_t *p,
    const struct elfsec *names, struct elfsym *s)
{
	uint16_t	 sec = elfobj_u16(o, p + 6);

	s->name = name_at(names, elfobj_u32(o, p));
	s->type = p[4] & 0xf;
	s->bind = p[4] >> 4;
	s->value = elfobj_u64(o, p + 8);
	s->size = elfobj_u64(o, p + 16);
	s->sec = sec == SHN_UNDEF ? ELFOBJ_UNDEF : sec < o->nsec ? sec :
	    ELFOBJ_NOSEC;
}

static enum err
read_symbols(struct elfobj *o)
{
	const struct elfsec	*tab = NULL, *names;
	size_t			 n;

	for (size_t i = 1; i < o->nsec && tab == NULL; i++)
		if (o->sec[i].type == SHT_SYMTAB)
			tab = &o->sec[i];
	if (tab == NULL)
		return ERR_OK;
	n = tab->size / SYM_SIZE;
	if (n > ELFOBJ_SYMBOLS_MAX || tab->link >= o->nsec)
		return bad(o, "the symbol table is damaged");
	names = &o->sec[tab->link];
	if (n > 0 && (o->sym = calloc(n, sizeof(*o->sym))) == NULL)
		return ERR_NOMEM;
	o->nsym = n;
	for (size_t i = 0; i < n; i++)
		read_symbol(o, tab->data + i * SYM_SIZE, names, &o->sym[i]);
	return ERR_OK;
}

enum err
elfobj_open(struct elfobj *o, const void *data, size_t len)
{
	enum err	 e;

	memset(o, 0, sizeof(*o));
	o->p = data;
	o->len = len;
	if ((o->problem = head_problem(o)) != NULL)
		return ERR_SYNTAX;
	if ((e = read_sections(o)) != ERR_OK)
		return e;
	return read_symbols(o);
}

void
elfobj_free(struct elfobj *o)
{
	free(o->sec);
	free(o->sym);
	o->sec = NULL;
	o->sym = NULL;
	o->nsec = o->nsym = 0;
}

size_t
elfobj_find(const struct elfobj *o, const char *name)
{
	for (size_t i = 1; i < o->nsec; i++)
		if (strcmp(o->sec[i].name, name) == 0)
			return i;
	return 0;
}

size_t
elfobj_nrel(const struct elfsec *s)
{
	return s->type == SHT_REL && s->data != NULL ?
	    (size_t)(s->size / REL_SIZE) : 0;
}

struct elfrel
elfobj_rel(const struct elfobj *o, const struct elfsec *s, size_t i)
{
	const uint8_t	*p = s->data + i * REL_SIZE;
	uint64_t	 info = elfobj_u64(o, p + 8);

	return (struct elfrel){ elfobj_u64(o, p), (uint32_t)(info >> 32),
	    (uint32_t)info };
}
