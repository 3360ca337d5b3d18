#include "capture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/libbpf.h>

#include "reloc.h"

#define EXTERNS_MAX	(1024 * 1024)
/* RELOCS_MAX of them with a few lines each. */
#define RELOC_LINES_MAX	(16U * 1024 * 1024)

static struct capture	*current;

static void	 add(struct buf *, const char *, va_list, uint64_t *)
		    __attribute__((format(printf, 2, 0)));
static void	 add_copy(struct buf *, const char *, va_list, uint64_t *)
		    __attribute__((format(printf, 2, 0)));
static int	 print(enum libbpf_print_level, const char *, va_list)
		    __attribute__((format(printf, 2, 0)));

static void
add(struct buf *b, const char *fmt, va_list ap, uint64_t *dropped)
{
	size_t	 before = b->len;

	if (buf_addv(b, fmt, ap) == ERR_OK)
		return;
	/* Over the limit: this message is lost, later short ones are not. */
	(*dropped)++;
	b->err = ERR_OK;
	b->len = before;
}

static bool
about_extern(const char *fmt)
{
	static const char	 ext[] = "libbpf: extern (";
	static const char	 weak[] = "libbpf: extern '";

	return strncmp(fmt, ext, sizeof(ext) - 1) == 0 ||
	    strncmp(fmt, weak, sizeof(weak) - 1) == 0;
}

static void
add_copy(struct buf *b, const char *fmt, va_list ap, uint64_t *dropped)
{
	va_list	 copy;

	va_copy(copy, ap);
	add(b, fmt, copy, dropped);
	va_end(copy);
}

static int
print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	struct capture	*c = current;

	if (c == NULL)
		return 0;
	if (about_extern(fmt))
		add_copy(&c->externs, fmt, ap, &c->dropped);
	else if (relocs_wants(fmt))
		add_copy(&c->relocs, fmt, ap, &c->dropped);
	if (level != LIBBPF_DEBUG)
		add(&c->text, fmt, ap, &c->dropped);
	return 0;
}

void
capture_init(struct capture *c)
{
	buf_init(&c->text, CAPTURE_MAX);
	buf_init(&c->externs, EXTERNS_MAX);
	buf_init(&c->relocs, RELOC_LINES_MAX);
	c->dropped = 0;
}

void
capture_free(struct capture *c)
{
	buf_clear(&c->text);
	buf_clear(&c->externs);
	buf_clear(&c->relocs);
}

struct capture *
capture_use(struct capture *c)
{
	struct capture	*old = current;

	current = c;
	libbpf_set_print(print);
	return old;
}
