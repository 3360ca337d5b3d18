# shared/: what the web side and the worker side have in common.

noinst_LIBRARIES += libshared.a
libshared_a_CFLAGS = $(AM_CFLAGS) $(JSONC_CFLAGS) $(SQLITE_CFLAGS) \
	$(CRYPTO_CFLAGS) $(CURL_CFLAGS) $(SODIUM_CFLAGS) $(YAML_CFLAGS)
libshared_a_SOURCES = \
	shared/base/buf.c shared/base/buf.h \
	shared/base/conf.c shared/base/conf.h shared/base/conf_keys.def \
	shared/base/cursor.h \
	shared/base/ed25519.c shared/base/ed25519.h \
	shared/base/err.c shared/base/err.h \
	shared/base/fsio.c shared/base/fsio.h \
	shared/base/grow.c shared/base/grow.h \
	shared/base/hash.c shared/base/hash.h \
	shared/base/http.c shared/base/http.h \
	shared/base/json_in.c shared/base/json_in.h \
	shared/base/json_out.c shared/base/json_out.h \
	shared/base/log.c shared/base/log.h \
	shared/base/net.c shared/base/net.h \
	shared/base/paths.c shared/base/paths.h \
	shared/base/proc.c shared/base/proc.h \
	shared/base/timefmt.c shared/base/timefmt.h \
	shared/base/utf8.c shared/base/utf8.h \
	shared/base/yaml_in.c shared/base/yaml_in.h \
	shared/domain/boundary.c shared/domain/boundary.h \
	shared/domain/cflags.c shared/domain/cflags.h \
	shared/domain/caution.c shared/domain/caution.h \
	shared/domain/classify.c shared/domain/classify.h \
	shared/domain/classify_codes.c \
	shared/domain/classify_conds.c shared/domain/classify_rules.h \
	shared/domain/classify_rules_load.c \
	shared/domain/classify_rules_map.c \
	shared/domain/classify_rules_rest.c \
	shared/domain/classify_seen.c shared/domain/classify_text.c \
	shared/domain/command.c shared/domain/command.h \
	shared/domain/compare.c shared/domain/compare.h \
	shared/domain/compare_json.c shared/domain/compare_load.c \
	shared/domain/compare_load.h shared/domain/compare_md.c \
	shared/domain/compare_parts.c \
	shared/domain/compare_report.c shared/domain/compare_report.h \
	shared/domain/compare_show.c shared/domain/compare_words.c \
	shared/domain/execute_ask.c shared/domain/execute_ask.h \
	shared/domain/expect.c shared/domain/expect.h \
	shared/domain/grant.c shared/domain/grant.h \
	shared/domain/grants.c shared/domain/grants.h \
	shared/domain/grants_edit.c shared/domain/grants_edit.h \
	shared/domain/history.c shared/domain/history.h \
	shared/domain/history_chain.c shared/domain/history_chain.h \
	shared/domain/history_fault.c shared/domain/history_fault.h \
	shared/domain/history_fields.h \
	shared/domain/history_head.c shared/domain/history_head.h \
	shared/domain/history_next.c shared/domain/history_next.h \
	shared/domain/history_read.c \
	shared/domain/history_ring.c shared/domain/history_ring.h \
	shared/domain/history_scan.c shared/domain/history_scan.h \
	shared/domain/history_show.c shared/domain/history_show.h \
	shared/domain/history_trust.c shared/domain/history_trust.h \
	shared/domain/history_verify.c \
	shared/domain/history_view.c shared/domain/history_view.h \
	shared/domain/history_words.c shared/domain/history_words.h \
	shared/domain/features.c shared/domain/features.h \
	shared/domain/features.def shared/domain/helpers.def \
	shared/domain/kfuncs.def \
	shared/domain/floor.c shared/domain/floor.h \
	shared/domain/kernel.c shared/domain/kernel.h \
	shared/domain/manifest.c shared/domain/manifest.h \
	shared/domain/manifest_plan.c shared/domain/manifest_write.c \
	shared/domain/matrix.c shared/domain/matrix.h \
	shared/domain/objfacts.c shared/domain/objfacts.h \
	shared/domain/objfacts_show.c \
	shared/domain/profile.c shared/domain/profile.h \
	shared/domain/profile_variant.c \
	shared/domain/audit_chain.c shared/domain/audit_chain.h \
	shared/domain/registry.c shared/domain/registry.h \
	shared/domain/out.c shared/domain/out.h shared/domain/out_badge.c \
	shared/domain/out_csv.c shared/domain/out_html.c \
	shared/domain/out_junit.c shared/domain/out_sarif.c \
	shared/domain/out_summary.c \
	shared/domain/outcome.c shared/domain/outcome.h \
	shared/domain/suite.c shared/domain/suite.h \
	shared/domain/suite_md.c \
	shared/domain/suite_report.c shared/domain/suite_report.h \
	shared/domain/report.c shared/domain/report.h \
	shared/domain/report_md.c shared/domain/report_md.h \
	shared/domain/report_md_cause.c \
	shared/domain/verifier_reason.c shared/domain/verifier_reason.h \
	shared/domain/verifier_rules.c shared/domain/verifier_words.c \
	shared/domain/verifier_words.h \
	shared/store/db.c shared/store/db.h \
	shared/store/object.c shared/store/object.h \
	shared/store/page.c shared/store/page.h \
	shared/store/audit_line.c shared/store/audit_line.h \
	shared/store/store_audit.c shared/store/store_audit.h \
	shared/store/store_history.c shared/store/store_history.h \
	shared/store/store_registry.c shared/store/store_registry.h \
	shared/store/store_input.c shared/store/store_input.h \
	shared/store/store_rowcheck.c shared/store/store_rowcheck.h \
	shared/store/store_artifact.c shared/store/store_artifact.h \
	shared/store/store_job.c shared/store/store_job.h \
	shared/store/store_keys.c shared/store/store_keys.h \
	shared/store/store_kernel.c shared/store/store_kernel.h \
	shared/store/store_limit.c shared/store/store_limit.h \
	shared/store/store_run.c shared/store/store_run.h \
	shared/store/store_load.c shared/store/store_load.h \
	shared/store/store_check.c shared/store/store_check.h \
	shared/store/store_totals.c shared/store/store_totals.h \
	shared/store/store_worker.c shared/store/store_worker.h
# Evidence that is taken away.
libshared_a_SOURCES += shared/base/ustar.c shared/base/ustar.h \
	shared/domain/bundle.h shared/domain/bundle_check.c \
	shared/domain/bundle_contents.c shared/domain/bundle_statement.c \
	shared/domain/dsse.c shared/domain/dsse.h
# Files that are published from the database.
libshared_a_SOURCES += shared/domain/row_check.c shared/domain/row_check.h
libshared_a_SOURCES += shared/domain/run_record.c \
	shared/domain/run_record.h \
	shared/store/store_import.c shared/store/store_import.h \
	shared/store/store_outbox.c shared/store/store_outbox.h
# What may be executed on a host.
libshared_a_SOURCES += shared/domain/approval.c \
	shared/domain/approval.h shared/domain/guard.c shared/domain/guard.h
# Decisions of the runtime.
libshared_a_SOURCES += shared/domain/decision.c shared/domain/decision.h \
	shared/domain/hostprobe.c shared/domain/hostprobe.h \
	shared/domain/hostprobe_local.c shared/domain/hostprobe_local.h \
	shared/domain/select.c shared/domain/select.h \
	shared/domain/select_impl.h shared/domain/select_json.c \
	shared/domain/select_judge.c shared/domain/select_judge.h \
	shared/domain/select_match.c shared/domain/select_match.h \
	shared/domain/select_policy.c shared/domain/select_weights.h \
	shared/store/store_shape.c shared/store/store_shape.h \
	shared/store/store_decision.c shared/store/store_decision.h
nodist_libshared_a_SOURCES = shared/store/sql_text.h

# What a program that links libshared.a needs besides.
SHARED_LIBS = libshared.a $(JSONC_LIBS) $(SQLITE_LIBS) $(CRYPTO_LIBS) \
	$(SODIUM_LIBS) $(YAML_LIBS)
