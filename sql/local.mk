# sql/: the schema and every statement, compiled into the programs.

SQL_MIGRATIONS = sql/0001-init.sql sql/0002-job-inputs.sql \
	sql/0003-history.sql sql/0004-history-chains.sql sql/0005-audit.sql \
	sql/0006-rate-limits.sql sql/0007-registry.sql \
	sql/0008-history-pages.sql sql/0009-totals.sql \
	sql/0010-outbox.sql sql/0011-import.sql \
	sql/0012-audit-agents.sql \
	sql/0013-runtime.sql sql/0014-audit-files.sql \
	sql/0015-template-checks.sql sql/0016-registry-sync.sql
SQL_STATEMENTS = sql/statements.sql sql/statements-check.sql \
	sql/statements-registry.sql sql/statements-runtime.sql \
	sql/statements-workers.sql
EXTRA_DIST += $(SQL_STATEMENTS) sql/embed.awk $(SQL_MIGRATIONS)
BUILT_SOURCES += shared/store/sql_text.h
CLEANFILES += shared/store/sql_text.h

shared/store/sql_text.h: $(SQL_STATEMENTS) sql/embed.awk $(SQL_MIGRATIONS)
	@$(MKDIR_P) shared/store
	$(AM_V_GEN)cd $(srcdir) && $(AWK) -f sql/embed.awk \
	    $(SQL_STATEMENTS) $(SQL_MIGRATIONS) > '$(abs_builddir)/$@.tmp' && \
	    mv '$(abs_builddir)/$@.tmp' '$(abs_builddir)/$@'
