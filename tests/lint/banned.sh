#!/bin/sh
# Calls that have a safe replacement here, and markup that the content
# security policy would refuse.
set -u
. "$(dirname "$0")/lib.sh"

# "path word" a line: where a banned word is right.
#  tap.sh    wait_until(), the one loop of the shell tests
#  fsio.c    flock(2) has no timed form
#  proc.c    restores what SIGPIPE was
allowed='
tests/lib/tap.sh sleep
shared/base/fsio.c nanosleep
shared/base/proc.c signal
'

c_calls='
strcpy|use snprintf or a struct buf
stpcpy|use snprintf or a struct buf
strcat|use snprintf or a struct buf
strncat|use snprintf or a struct buf
sprintf|use snprintf or buf_addf()
vsprintf|use vsnprintf or buf_addv()
gets|use fsio_read() or a bounded reader
scanf|parse with strtoll() or a bounded reader
strtok|use strcspn()
atoi|use strtoll() and check the end
atol|use strtoll() and check the end
atoll|use strtoll() and check the end
atof|use strtod() and check the end
system|use proc_*: no shell sees data
popen|use proc_*: no shell sees data
wordexp|use proc_*: no shell sees data
tmpnam|use mkstemp() or mkdtemp()
tempnam|use mkstemp() or mkdtemp()
mktemp|use mkstemp() or mkdtemp()
rand|use rnd_bytes()
srand|use rnd_bytes()
random|use rnd_bytes()
drand48|use rnd_bytes()
signal|use sigaction() or signalfd(); only SIG_IGN and SIG_DFL are fine
setjmp|return an enum err
longjmp|return an enum err
alloca|use a fixed array or malloc()
vfork|use proc_*
sleep|wait for an event with a deadline: poll(), pidfd, inotify
usleep|wait for an event with a deadline: poll(), pidfd, inotify
nanosleep|wait for an event with a deadline: poll(), pidfd, inotify
clock_nanosleep|wait for an event with a deadline: poll(), pidfd, inotify
asctime|use time_rfc3339()
ctime|use time_rfc3339()
localtime|times are UTC: use time_rfc3339()
gmtime|use gmtime_r() or time_rfc3339()
strerror_r|use strerror() through diag_errno()
'

web='
\.innerHTML|build nodes and set textContent
\.outerHTML|build nodes and set textContent
insertAdjacentHTML|build nodes and set textContent
document\.write|build nodes and set textContent
(^|[^A-Za-z0-9_.])eval[ \t]*\(|the content security policy refuses it
new[ \t]+Function[ \t]*\(|the content security policy refuses it
set(Timeout|Interval)[ \t]*\([ \t]*["'"'"'`]|pass a function, not text
javascript:|the content security policy refuses it
'
html='
<[^>]*[ \t]on[a-z]+[ \t]*=|use addEventListener() in a module
<[^>]*[ \t]style[ \t]*=|use a class; the policy refuses inline style
<style|put it into a style sheet; the policy refuses it
<script[^>]*>[^<]|put it into a module; the policy refuses it
(src|href)[ \t]*=[ \t]*["'"'"'](https?:)?//[^"'"'"']*\.(js|mjs|css|woff2?)|serve it from htdocs/
'

c_rules() {
	set -- $(lint_files '^(shared|fcgi|worker|tests)/.*\.[ch]$')
	lint_code code "$@" | awk -v calls="$c_calls" -v allowed="$allowed" '
	BEGIN {
		n = split(calls, line, "\n")
		for (i = 1; i <= n; i++)
			if (split(line[i], part, "|") == 2)
				why[part[1]] = part[2]
		n = split(allowed, line, "\n")
		for (i = 1; i <= n; i++)
			ok[line[i]] = 1
	}
	{
		split($0, head, ":")
		path = head[1]
		text = substr($0, length(head[1]) + length(head[2]) + 3)
		while (match(text, /[A-Za-z_][A-Za-z0-9_]*[ \t]*\(/)) {
			word = substr(text, RSTART, RLENGTH)
			before = RSTART > 1 ? substr(text, RSTART - 1, 1) : ""
			sub(/[ \t]*\($/, "", word)
			rest = substr(text, RSTART + RLENGTH)
			if (word == "signal" &&
			    rest ~ /^[^()]*,[ \t]*SIG_(IGN|DFL)[ \t]*\)/)
				word = ""
			if (before != "." && before != ">" && (word in why) &&
			    !((path " " word) in ok))
				print path ":" head[2] ": " word "(): " \
				    why[word]
			text = rest
		}
	}'
	set -- $(lint_files '^(shared|fcgi|worker|tests)/.*\.[ch]$')
	lint_code text "$@" | grep -E 'scanf[ ]*\(.*%(l|h)*(s|\[)' |
	    sed 's|^\([^:]*:[0-9]*\):.*|\1: scanf with a string of any length: give it a width|'
	# A shell in product code would be given data sooner or later; the
	# guest runs the behaviour commands of a manifest, which are shell.
	set -- $(lint_files '^(shared|fcgi|worker)/.*\.[ch]$' |
	    grep -v '^worker/guest/')
	lint_code text "$@" | sed -n 's|^\([^:]*:[0-9]*\):.*"\(/bin/\)\{0,1\}\(ba\)\{0,1\}sh".*|\1: a shell: run the program itself with proc_*|p'
}

# patterns TABLE FILE...
patterns() {
	pat_table=$1
	shift
	[ $# -gt 0 ] || return 0
	printf '%s\n' "$pat_table" | while IFS= read -r row; do
		[ -n "$row" ] || continue
		why=${row##*|}
		re=${row%|*}
		awk -v re="$(printf '%s' "$re" | sed 's/\\/\\\\/g')" \
		    -v why="$why" '
		{ low = tolower($0) }
		$0 ~ re || low ~ re { print FILENAME ":" FNR ": " why }' "$@"
	done
}

shell_rules() {
	set -- $(lint_files '(\.sh$|^\.ci/)' | grep -v '^tests/lint/')
	[ $# -gt 0 ] || return 0
	awk -v allowed="$allowed" '
	BEGIN {
		n = split(allowed, line, "\n")
		for (i = 1; i <= n; i++)
			ok[line[i]] = 1
	}
	/^[ \t]*#/ { next }
	/(^|[;&|{(]|do|then|else)[ \t]*sleep[ \t]/ {
		if (!((FILENAME " sleep") in ok))
			print FILENAME ":" FNR ": sleep: use wait_until of " \
			    "tests/lib/tap.sh, or wait for the event"
	}' "$@"
}

# The words stand in halves here, so that this file passes itself.
marker_rules() {
	set -- $(lint_files '\.(c|h|def|js|mjs|css|html|sh|awk|sql|mk|ac|am|yaml|md)$' |
	    grep -v '^htdocs/vendor/')
	[ $# -gt 0 ] || return 0
	awk -v re="(^|[^A-Za-z0-9_])(TO""DO|FIX""ME|XX""X|HA""CK)([^A-Za-z0-9_]|$)" '
	$0 ~ re { print FILENAME ":" FNR ": finish it, or write an issue" }' "$@"
}

rules() {
	c_rules
	patterns "$web" $(lint_files '^htdocs/.*\.(js|mjs|html)$')
	patterns "$html" $(lint_files '^htdocs/.*\.html$')
	shell_rules
	marker_rules
}

lint_run "banned: calls, markup, unfinished work" rules
