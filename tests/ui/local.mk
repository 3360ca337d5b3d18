# tests/ui: the page in Debian's Chromium, driven by Playwright.

UI_TESTS = tests/ui/pages.sh tests/ui/server.sh
TESTS += $(UI_TESTS)
EXTRA_DIST += $(UI_TESTS) \
	tests/ui/browser.mjs \
	tests/ui/canned.mjs \
	tests/ui/cases_builder.mjs \
	tests/ui/cases_compare.mjs \
	tests/ui/cases_log.mjs \
	tests/ui/cases_pages.mjs \
	tests/ui/cases_result.mjs \
	tests/ui/cases_run.mjs \
	tests/ui/cases_source.mjs \
	tests/ui/cases_suite.mjs \
	tests/ui/modules.sh \
	tests/ui/package-lock.json \
	tests/ui/package.json \
	tests/ui/pages.mjs \
	tests/ui/serve.mjs \
	tests/ui/server.mjs \
	tests/ui/tap.mjs

clean-local: ui-clean
.PHONY: ui-clean
ui-clean:
	rm -rf tests/ui/node_modules tests/ui/failures
	rm -f tests/ui/.modules.lock tests/ui/npm.log
	test '$(srcdir)' = . || \
	    rm -f tests/ui/package.json tests/ui/package-lock.json
