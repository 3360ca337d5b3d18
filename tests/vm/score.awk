# Scores cells against labels.tsv: prints every wrong one, a line for each
# kernel, and one TAP line for each goal.
#
#   awk -f ranges.awk -f score.awk LABELS KERNELS HERE CASES CELLS
#
# KERNELS: profile, release.  HERE: case, number of the marked line.  CASES:
# those that ran, and on which profiles, with spaces.  CELLS: see corpus.jq.
#
# UNKNOWN is neither right nor wrong, but may not be the way out: few of the
# answers may be it.  A wrong verdict (pass for fail or fail for pass) is a
# wrong answer of high confidence.

BEGIN {
	FS = "\t"
	goal["code"] = 98
	goal["sub"] = 95
	goal["line"] = 95
	max_unknown = 2
}

# The label's row for a kernel, or 0; an error unless it is the only one.
function row_for(name, version,    n, i, line, found)
{
	n = split(rows[name], line, " ")
	for (i = 1; i <= n; i++) {
		if (!covers(l_kernels[line[i]], version))
			continue
		if (found)
			return broken(name ": two labels for " version)
		found = line[i]
	}
	return found ? found : broken(name ": no label for " version)
}

function broken(text)
{
	print "# " text
	nbroken++
	return 0
}

# Is the code among the label's?  Sets want_sub to the sub-reasons that go
# with it, "" when any does.
function code_right(want, got,    n, i, item, code, hit)
{
	n = split(want, item, "|")
	want_sub = ""
	for (i = 1; i <= n; i++) {
		if (item[i] ~ /^[A-Z]/) {
			if (hit)
				break
			code = item[i]
			sub(/:.*/, "", code)
			hit = code == got
			if (!sub(/^[^:]*:/, "", item[i]))
				continue
		}
		if (hit)
			want_sub = want_sub "|" item[i]
	}
	return hit
}

function count(what, right)
{
	total[what]++
	good[what] += right
	total[profile, what]++
	good[profile, what] += right
}

function wrong(what, want, got)
{
	printf "# wrong %s: %s on %s: %s, expected %s%s\n", what, name,
	    profile, got, want,
	    evidence == "-" ? "" : " [" substr(evidence, 1, 90) "]"
}

function percent(what,    n)
{
	n = total[what]
	return n == 0 ? 100 : 100 * good[what] / n
}

function judge(row,    want, got)
{
	want = l_code[row]
	got = status == "pass" ? "PASS" : code
	if (got == "UNKNOWN") {
		unknown++
		unknown_on[profile]++
		printf "# unknown: %s on %s, it is %s [%s]\n", name, profile,
		    want, substr(evidence, 1, 90)
		return
	}
	if (!code_right(want, got)) {
		count("code", 0)
		if (confidence == "high" || got == "PASS" || want == "PASS")
			high++
		wrong(confidence " code", want,
		    sub_reason == "-" ? got : got ":" sub_reason)
		return
	}
	count("code", 1)
	if (want_sub != "") {
		count("sub", index(want_sub "|", "|" sub_reason "|") > 0)
		if (index(want_sub "|", "|" sub_reason "|") == 0) {
			wrong(confidence " sub-reason", substr(want_sub, 2),
			    sub_reason)
			if (confidence == "high" && sub_reason != "-")
				high++
		}
	}
	if (l_line[row] == "here") {
		count("line", file == name ".bpf.c" && line == here[name])
		if (file != name ".bpf.c" || line != here[name])
			wrong("line", name ".bpf.c:" here[name],
			    file ":" line)
	}
}

function tap(ok, text)
{
	printf "%sok %d - %s\n", ok ? "" : "not ", ++tests, text
}

/^#/ || /^$/ { next }

FILENAME == ARGV[1] {
	if (NF != 6) {
		print "Bail out! " FILENAME ":" FNR ": " NF " columns, not 6"
		bailed = 1
		exit 1
	}
	rows[$1] = rows[$1] " " FNR
	l_kernels[FNR] = $3
	l_code[FNR] = $4
	l_line[FNR] = $5
	next
}

FILENAME == ARGV[2] {
	release_of[$1] = $2
	profiles[++nprofiles] = $1
	next
}

FILENAME == ARGV[3] { here[$1] = $2; next }
FILENAME == ARGV[4] { cases[++ncases] = $1; ran_on[$1] = $2; next }

{
	name = $1; profile = $2; status = $4; code = $5; sub_reason = $6
	confidence = $7; file = $8; line = $9; evidence = $10
	if (!(name in rows)) {
		broken(name " on " profile ": " status " " evidence)
		next
	}
	if ($3 != release_of[profile]) {
		broken(name " on " profile ": ran on " $3)
		next
	}
	seen[name, profile]++
	if (row = row_for(name, number($3)))
		judge(row)
}

END {
	if (bailed)
		exit 1
	for (i = 1; i <= ncases; i++) {
		missing = ""
		n = split(ran_on[cases[i]], chosen, " ")
		for (k = 1; k <= n; k++)
			if (seen[cases[i], chosen[k]] != 1)
				missing = missing " " chosen[k]
		if (missing != "")
			broken(cases[i] ": not one answer on" missing)
	}
	for (k = 1; k <= nprofiles; k++) {
		p = profiles[k]
		printf "# %-20s %3d answers  codes %5.1f %%  sub-reasons " \
		    "%5.1f %%  lines %5.1f %%  unknown %d\n", p,
		    total[p, "code"] + unknown_on[p],
		    percent(p SUBSEP "code"), percent(p SUBSEP "sub"),
		    percent(p SUBSEP "line"), unknown_on[p]
	}
	answers = total["code"] + unknown
	tap(answers > 0 && !nbroken, ncases " cases on " nprofiles \
	    " kernels, " answers " answers, none missing or twice")
	tap(percent("code") >= goal["code"], sprintf("codes: %.1f %% of %d " \
	    "are right", percent("code"), total["code"]))
	tap(percent("sub") >= goal["sub"], sprintf("sub-reasons: %.1f %% " \
	    "of %d are right", percent("sub"), total["sub"]))
	tap(percent("line") >= goal["line"], sprintf("source lines: %.1f " \
	    "%% of %d are right", percent("line"), total["line"]))
	tap(!high, high + 0 " answers are wrong and sure of it")
	tap(unknown * 100 <= max_unknown * answers, unknown + 0 " of " \
	    answers + 0 " are UNKNOWN")
	print "1.." tests
}
