#include "symbols.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>

#include "base/buf.h"

/* A kernel's list of symbols has some ten megabytes. */
#define LIST_MAX	(64U * 1024 * 1024)
/* A guest has few modules; one that has many is not searched for minutes. */
#define MODULES_MAX	64

struct	list {
	struct buf	 text;
	bool		 tried;
	int		 error;	/* 0 or negative errno */
};

struct	symbols {
	struct list	 kallsyms;
	struct list	 functions;
	struct list	 blacklist;
	struct btf	*btf;
	bool		 btf_tried;
	int		 btf_error;
};

struct symbols *
symbols_new(void)
{
	struct symbols	*s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	buf_init(&s->kallsyms.text, LIST_MAX);
	buf_init(&s->functions.text, LIST_MAX);
	buf_init(&s->blacklist.text, LIST_MAX);
	return s;
}

void
symbols_free(struct symbols *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->kallsyms.text);
	buf_clear(&s->functions.text);
	buf_clear(&s->blacklist.text);
	btf__free(s->btf);
	free(s);
}

/* The first of the files that is there. */
static int
list_read(struct list *l, const char *const *paths)
{
	char	*p;
	ssize_t	 n = -1;
	int	 fd = -1;

	if (l->tried)
		return l->error;
	l->tried = true;
	for (; *paths != NULL && fd == -1; paths++)
		fd = open(*paths, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return l->error = -errno;
	while ((p = buf_reserve(&l->text, 256 * 1024)) != NULL) {
		n = read(fd, p, 256 * 1024);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_commit(&l->text, (size_t)n);
	}
	l->error = p == NULL ? -ENOMEM : n < 0 ? -errno : 0;
	close(fd);
	return l->error;
}

int
symbols_kallsyms(struct symbols *s, const char *name, struct sym_found *f)
{
	static const char *const paths[] = { "/proc/kallsyms", NULL };
	int	 err = list_read(&s->kallsyms, paths);

	if (err == 0)
		sym_scan_kallsyms(buf_str(&s->kallsyms.text),
		    s->kallsyms.text.len, name, f);
	return err;
}

static int
read_functions(struct symbols *s)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions", NULL
	};

	return list_read(&s->functions, paths);
}

int
symbols_matching(struct symbols *s, const char *pattern)
{
	int	 err = read_functions(s);

	return err != 0 ? err : sym_scan_pattern(buf_str(&s->functions.text),
	    s->functions.text.len, pattern);
}

int
symbols_traceable(struct symbols *s, const char *name)
{
	int	 err = read_functions(s);

	return err != 0 ? err : sym_scan_list(buf_str(&s->functions.text),
	    s->functions.text.len, name);
}

int
symbols_blacklisted(struct symbols *s, const char *name)
{
	static const char *const paths[] = {
		"/sys/kernel/debug/kprobes/blacklist", NULL
	};
	int	 err = list_read(&s->blacklist, paths);

	return err != 0 ? err : sym_scan_blacklist(buf_str(&s->blacklist.text),
	    s->blacklist.text.len, name);
}

static int
kernel_btf(struct symbols *s)
{
	if (s->btf_tried)
		return s->btf_error;
	s->btf_tried = true;
	errno = 0;
	s->btf = btf__load_vmlinux_btf();
	if (s->btf == NULL)
		s->btf_error = errno == 0 ? -ENOENT : -errno;
	return s->btf_error;
}

int
symbols_btf(struct symbols *s, const char *name, uint32_t kind)
{
	int	 err = kernel_btf(s);

	return err != 0 ? err : btf__find_by_name_kind(s->btf, name, kind) > 0;
}

int
symbols_enum(struct symbols *s, const char *name, int64_t value)
{
	const struct btf_type	*t;
	const struct btf_enum	*e;
	const char		*word;
	int			 id, i, err = kernel_btf(s);

	if (err != 0)
		return err;
	if ((id = btf__find_by_name_kind(s->btf, name, BTF_KIND_ENUM)) < 0)
		return id;
	t = btf__type_by_id(s->btf, (uint32_t)id);
	e = btf_enum(t);
	for (i = 0; i < btf_vlen(t); i++) {
		word = btf__name_by_offset(s->btf, e[i].name_off);
		/* "__MAX_..." ends the list; it is none of the values. */
		if (e[i].val == value &&
		    (word == NULL || strncmp(word, "__MAX", 5) != 0))
			return 1;
	}
	return 0;
}

int
symbols_module_btf(struct symbols *s, const char *name, uint32_t kind,
    char *module, size_t size)
{
	struct dirent	*e;
	struct btf	*btf;
	DIR		*d;
	int		 err = kernel_btf(s), n = 0, found = 0;

	if (err != 0)
		return err;
	if ((d = opendir("/sys/kernel/btf")) == NULL)
		return -errno;
	while (!found && n < MODULES_MAX && (e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || strcmp(e->d_name, "vmlinux") == 0)
			continue;
		n++;
		if ((btf = btf__load_module_btf(e->d_name, s->btf)) == NULL)
			continue;
		/* Finds the kernel's own first, which was asked before. */
		found = btf__find_by_name_kind(btf, name, kind) >=
		    (int)btf__type_cnt(s->btf);
		if (found)
			snprintf(module, size, "%s", e->d_name);
		btf__free(btf);
	}
	closedir(d);
	return found;
}
