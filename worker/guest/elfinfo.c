#include "elfinfo.h"

#include <endian.h>
#include <string.h>

#include <elf.h>

#define NATIVE	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : \
		    ELFDATA2MSB)

static uint16_t
half(const unsigned char *p, uint8_t data)
{
	return data == ELFDATA2MSB ? (uint16_t)(p[0] << 8 | p[1]) :
	    (uint16_t)(p[1] << 8 | p[0]);
}

/* Does the section name table hold the name at this offset? */
static bool
name_is(const char *tab, size_t len, size_t off, const char *name)
{
	size_t	 n = strlen(name) + 1;

	return off < len && len - off >= n && memcmp(tab + off, name, n) == 0;
}

/* Looks for the BTF sections of a 64-bit object in this byte order. */
static void
find_sections(const unsigned char *p, size_t len, struct elfinfo *e)
{
	Elf64_Ehdr	 eh;
	Elf64_Shdr	 sh, str;
	size_t		 i;

	memcpy(&eh, p, sizeof(eh));
	if (eh.e_shentsize != sizeof(sh) || eh.e_shoff > len ||
	    (len - eh.e_shoff) / sizeof(sh) < eh.e_shnum ||
	    eh.e_shstrndx >= eh.e_shnum)
		return;
	memcpy(&str, p + eh.e_shoff + eh.e_shstrndx * sizeof(sh), sizeof(str));
	if (str.sh_offset > len || str.sh_size > len - str.sh_offset)
		return;
	for (i = 0; i < eh.e_shnum; i++) {
		memcpy(&sh, p + eh.e_shoff + i * sizeof(sh), sizeof(sh));
		if (name_is((const char *)p + str.sh_offset, str.sh_size,
		    sh.sh_name, ".BTF")) {
			e->has_btf = true;
			if (sh.sh_offset <= len &&
			    sh.sh_size <= len - sh.sh_offset) {
				e->btf_off = sh.sh_offset;
				e->btf_len = sh.sh_size;
			}
		}
		if (name_is((const char *)p + str.sh_offset, str.sh_size,
		    sh.sh_name, ".BTF.ext"))
			e->has_btf_ext = true;
	}
}

static const char *
problem_of(const struct elfinfo *e, size_t len)
{
	if (len == 0)
		return "the file is empty";
	if (!e->is_elf)
		return "not an ELF file";
	if (e->class == ELFCLASS32)
		return "a 32-bit ELF file; BPF objects are 64-bit";
	if (e->class != ELFCLASS64)
		return "the ELF class is neither 32 nor 64 bit";
	if (len < sizeof(Elf64_Ehdr))
		return "the ELF header is cut short";
	if (e->data != ELFDATA2LSB && e->data != ELFDATA2MSB)
		return "the ELF byte order is unknown";
	if (e->type != ET_REL)
		return "not a relocatable object (compile with -c)";
	if (e->machine != EM_BPF && e->machine != EM_NONE)
		return "compiled for another machine, not for BPF "
		    "(clang -target bpf)";
	if (!e->native)
		return "the byte order is not this machine's "
		    "(clang -target bpfel or bpfeb)";
	return "";
}

void
elfinfo_read(const void *data, size_t len, struct elfinfo *e)
{
	const unsigned char	*p = data;

	memset(e, 0, sizeof(*e));
	e->is_elf = len >= EI_NIDENT && memcmp(p, ELFMAG, SELFMAG) == 0;
	if (e->is_elf) {
		e->class = p[EI_CLASS];
		e->data = p[EI_DATA];
		e->native = e->data == NATIVE;
	}
	/* Type and machine stand at the same place in both classes. */
	if (e->is_elf && len >= EI_NIDENT + 4) {
		e->type = half(p + EI_NIDENT, e->data);
		e->machine = half(p + EI_NIDENT + 2, e->data);
	}
	e->is_bpf = e->class == ELFCLASS64 && len >= sizeof(Elf64_Ehdr) &&
	    e->type == ET_REL &&
	    (e->machine == EM_BPF || e->machine == EM_NONE);
	if (e->is_bpf && e->native)
		find_sections(p, len, e);
	e->problem = problem_of(e, len);
}

const char *
elfinfo_class(const struct elfinfo *e)
{
	if (!e->is_elf)
		return "";
	return e->class == ELFCLASS64 ? "64" : e->class == ELFCLASS32 ? "32" :
	    "unknown";
}

const char *
elfinfo_endian(const struct elfinfo *e)
{
	if (!e->is_elf)
		return "";
	return e->data == ELFDATA2LSB ? "little" : e->data == ELFDATA2MSB ?
	    "big" : "unknown";
}

const char *
elfinfo_machine(const struct elfinfo *e)
{
	static const struct { uint16_t num; const char *name; } names[] = {
		{ EM_NONE, "none" }, { EM_BPF, "bpf" },
		{ EM_X86_64, "x86_64" }, { EM_386, "i386" },
		{ EM_AARCH64, "aarch64" }, { EM_ARM, "arm" },
		{ EM_RISCV, "riscv" }, { EM_PPC64, "ppc64" },
		{ EM_S390, "s390" }, { EM_MIPS, "mips" },
	};
	size_t	 i;

	if (!e->is_elf)
		return "";
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].num == e->machine)
			return names[i].name;
	return "other";
}

const char *
elfinfo_type(const struct elfinfo *e)
{
	if (!e->is_elf)
		return "";
	switch (e->type) {
	case ET_REL:
		return "rel";
	case ET_EXEC:
		return "exec";
	case ET_DYN:
		return "dyn";
	case ET_CORE:
		return "core";
	default:
		return "unknown";
	}
}
