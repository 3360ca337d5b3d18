# htdocs: the web page.  Files as they are; nothing is built.

htdocsdir = $(pkgdatadir)/htdocs
dist_htdocs_DATA = htdocs/index.html
htdocscssdir = $(htdocsdir)/css
dist_htdocscss_DATA = \
	htdocs/css/base.css \
	htdocs/css/builder.css \
	htdocs/css/compare.css \
	htdocs/css/insight.css \
	htdocs/css/log.css \
	htdocs/css/result.css
htdocsimgdir = $(htdocsdir)/img
dist_htdocsimg_DATA = htdocs/img/icon.svg
htdocsjsdir = $(htdocsdir)/js
dist_htdocsjs_DATA = \
	htdocs/js/api.js \
	htdocs/js/chain.js \
	htdocs/js/cost.js \
	htdocs/js/detail.js \
	htdocs/js/diff.js \
	htdocs/js/diffview.js \
	htdocs/js/dom.js \
	htdocs/js/elf.js \
	htdocs/js/explain.js \
	htdocs/js/export.js \
	htdocs/js/filter.js \
	htdocs/js/findings.js \
	htdocs/js/fmt.js \
	htdocs/js/grid.js \
	htdocs/js/history.js \
	htdocs/js/intent.js \
	htdocs/js/kernel.js \
	htdocs/js/log.js \
	htdocs/js/logdiff.js \
	htdocs/js/logdiffview.js \
	htdocs/js/logpage.js \
	htdocs/js/logparse.js \
	htdocs/js/logread.js \
	htdocs/js/logsearch.js \
	htdocs/js/logworker.js \
	htdocs/js/main.js \
	htdocs/js/matrix.js \
	htdocs/js/objectview.js \
	htdocs/js/pages.js \
	htdocs/js/phases.js \
	htdocs/js/poll.js \
	htdocs/js/presets.js \
	htdocs/js/programs.js \
	htdocs/js/progress.js \
	htdocs/js/readiness.js \
	htdocs/js/report.js \
	htdocs/js/roving.js \
	htdocs/js/scroller.js \
	htdocs/js/serverview.js \
	htdocs/js/settings.js \
	htdocs/js/signin.js \
	htdocs/js/source.js \
	htdocs/js/start.js \
	htdocs/js/store.js \
	htdocs/js/suite.js \
	htdocs/js/suiteview.js \
	htdocs/js/targets.js \
	htdocs/js/theme.js \
	htdocs/js/themeswitch.js \
	htdocs/js/upload.js \
	htdocs/js/verdict.js \
	htdocs/js/views.js \
	htdocs/js/words.js
htdocssampledir = $(htdocsdir)/sample
dist_htdocssample_DATA = htdocs/sample/sample.bpf.c
htdocsvendordir = $(htdocsdir)/vendor
dist_htdocsvendor_DATA = \
	htdocs/vendor/README \
	htdocs/vendor/fzstd.js \
	htdocs/vendor/yaml.js
