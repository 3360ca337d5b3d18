/*
 * Appends signed records to a chain as the worker does: through the signer
 * process, each in its own transaction, by many processes at once.
 *
 *   history_writer [-b BATCH] [-l] [-p PROCESSES] [-t] WORKDIR CHAIN ROWS
 *
 * -b: so many records in one transaction; -l: sign in this process (for
 * large chains); -p: that many processes share the ROWS; -t: commits do not
 * wait for the disk, and the median of the microseconds of an append is
 * printed.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/fsio.h"
#include "base/timefmt.h"
#include "domain/history_next.h"
#include "worker/signer/keys.h"
#include "worker/signer/signer.h"

#define SHA	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define TIMES_MAX	100000

struct	writer {
	struct conf		 conf;
	const char		*chain;
	int			 process;
	bool			 local, timed;
	struct db		*db;
	struct signer		*signer;
	struct ed25519_key	*key;
	struct history_next	 next;
	struct diag		 d;
	int64_t			 made;
	char			 run_id[64], created[TIME_RFC3339_SIZE];
	char			 name[32], version[32];
};

static void
must(enum err e, const struct writer *w, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "history_writer: %s: %s: %s\n", what, err_text(e),
	    w->d.msg[0] != '\0' ? w->d.msg : w->db == NULL ? "" :
	    db_errmsg(w->db));
	exit(1);
}

/* A record of the usual size: twelve kernels, one of them failed. */
static enum err
make(const struct history_end *end, void *arg, struct history_new *out)
{
	static const char	*passed[] = { "debian-11-5.10",
		"debian-12-6.1", "debian-12-6.12", "debian-13-6.12",
		"debian-13-6.16", "debian-13-6.17", "debian-13-6.18",
		"debian-sid-6.19", "debian-sid-7.0", "debian-sid-7.1",
		"debian-sid-7.2" };
	static const char	*failed[] = { "debian-10-4.19" };
	static const char	*codes[] = { "MISSING_BTF" };
	struct writer		*w = arg;
	struct history_record	 r = { .run_id = w->run_id,
		.run_started_at = w->created, .created_at = w->created,
		.artifact_name = w->name, .artifact_version = w->version,
		.artifact_path = "artifacts/execsnoop.bpf.o",
		.artifact_sha256 = SHA, .matrix_path = "matrices/mvp.yaml",
		.matrix_name = "mvp", .summary_status = "fail",
		.required_passed = 11, .required_failed = 1,
		.total_profiles = 12, .supported_profiles = { passed, 11 },
		.failed_profiles = { failed, 1 },
		.classification_codes = { codes, 1 },
		.json_report_path = "runs/20260515T170000Z-abcdef/report.json",
		.markdown_path = "runs/20260515T170000Z-abcdef/report.md" };

	return history_next_sign(end, &r, w->local ? history_sign_local :
	    signer_sign, w->local ? (void *)w->key : (void *)w->signer,
	    &w->next, out, &w->d);
}

static void
append(struct writer *w)
{
	w->made++;
	snprintf(w->run_id, sizeof(w->run_id), "run-%d-%d-%lld",
	    (int)getpid(), w->process, (long long)w->made);
	time_rfc3339(time_now_ms(), w->created);
	snprintf(w->name, sizeof(w->name), "probe-%lld",
	    (long long)w->made % 10);
	snprintf(w->version, sizeof(w->version), "v%lld",
	    (long long)w->made);
	must(store_history_append(w->db, w->chain, make, w), w, "append");
}

/*
 * SQLite gives up on a lock after a while, and who waits gets it in no
 * order: of very many writers some have to ask again, as the worker does.
 */
static enum err
begin(struct writer *w)
{
	enum err	 e;

	do
		e = w->timed ? db_begin_relaxed(w->db) : db_begin(w->db);
	while (e == ERR_BUSY);
	return e;
}

static int
compare(const void *a, const void *b)
{
	const int64_t	*x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
write_rows(struct writer *w, int64_t rows, int64_t batch)
{
	int64_t	*us = calloc(TIMES_MAX, sizeof(*us)), from;
	size_t	 n = 0;

	must(us == NULL ? ERR_NOMEM : ERR_OK, w, "memory");
	for (int64_t done = 0; done < rows;) {
		from = time_mono_us();
		must(begin(w), w, "begin");
		for (int64_t i = 0; i < batch && done < rows; i++, done++)
			append(w);
		must(db_commit(w->db), w, "commit");
		if (n < TIMES_MAX)
			us[n++] = time_mono_us() - from;
	}
	if (w->timed && n > 0) {
		qsort(us, n, sizeof(*us), compare);
		printf("%lld\n", (long long)us[n / 2]);
	}
	free(us);
}

static int
run(struct writer *w, int64_t rows, int64_t batch)
{
	char	 keydir[PATH_MAX];

	history_next_init(&w->next);
	must(path_join(keydir, sizeof(keydir), w->conf.workdir, "keys",
	    NULL), w, "keys");
	must(db_open(w->conf.workdir, DB_WORKER, &w->db, &w->d), w, "open");
	if (w->local)
		must(keys_open(keydir, KEYS_ACTIVE, NULL, &w->key, &w->d), w,
		    "key");
	else
		must(signer_new(&w->conf, keydir, &w->signer, &w->d), w,
		    "signer");
	write_rows(w, rows, batch);
	history_next_clear(&w->next);
	signer_free(w->signer);
	ed25519_free(w->key);
	db_close(w->db);
	return 0;
}

static int
run_many(struct writer *w, int processes, int64_t rows, int64_t batch)
{
	int64_t	 share = rows / processes;
	int	 status, bad = 0;
	pid_t	 pid;

	/* The tables are made once, not by whoever comes first. */
	must(db_open(w->conf.workdir, DB_WORKER, &w->db, &w->d), w, "open");
	db_close(w->db);
	w->db = NULL;
	for (int i = 0; i < processes; i++) {
		w->process = i;
		if ((pid = fork()) == -1)
			return 1;
		/* A writer that is killed takes the others with it. */
		if (pid == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0)
			_exit(run(w, i == 0 ? rows - share * (processes - 1) :
			    share, batch));
	}
	for (int i = 0; i < processes; i++)
		bad |= wait(&status) == -1 || status != 0;
	return bad;
}

static int64_t
number(const char *s)
{
	char	*end;
	long	 n = strtol(s, &end, 10);

	return *end == '\0' ? n : -1;
}

int
main(int argc, char **argv)
{
	struct writer	 w = { .d = DIAG_INIT };
	int64_t		 batch = 1;
	int		 opt, processes = 1;
	int		 code;

	while ((opt = getopt(argc, argv, "b:lp:t")) != -1)
		switch (opt) {
		case 'b':
			batch = number(optarg);
			break;
		case 'l':
			w.local = true;
			break;
		case 'p':
			processes = (int)number(optarg);
			break;
		case 't':
			w.timed = true;
			break;
		default:
			return 1;
		}
	if (argc - optind != 3 || batch < 1 || processes < 1)
		return 1;
	must(conf_load(&w.conf, &w.d), &w, "configuration");
	w.conf.workdir = argv[optind];
	w.chain = argv[optind + 1];
	code = processes == 1 ? run(&w, number(argv[optind + 2]), batch) :
	    run_many(&w, processes, number(argv[optind + 2]), batch);
	return code;
}
