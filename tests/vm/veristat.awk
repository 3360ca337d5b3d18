# Compares our verdicts with veristat's, program by program, and prints every
# difference and one TAP line for each question.
#
#   awk -f veristat.awk KERNELS OURS THEIRS
#
# KERNELS: profile, release.  OURS: profile, object, program, pass or fail,
# processed instructions, how many of its object's maps the kernel refused.
# THEIRS: profile and a line of the guest's console:
# "object,NAME", CSV of veristat, "release,UNAME".
#
# Where a map cannot be made or a symbol is missing, veristat never asks the
# verifier, fails everything and counts nothing; we ask it about each program
# all the same, and one that has no use for the map may pass.

BEGIN {
	FS = "\t"
}

function differ(text)
{
	print "# " profile ", " object ", " program ": " text
}

function tap(ok, text)
{
	printf "%sok %d - %s\n", ok ? "" : "not ", ++tests, text
}

FILENAME == ARGV[1] {
	release_of[$1] = $2
	next
}

FILENAME == ARGV[2] {
	if ($4 == "pass" || $4 == "fail") {
		verdict[$1, $2, $3] = $4
		insns[$1, $2, $3] = $5
		refused[$1, $2, $3] = $6
		nours++
	}
	next
}

{
	profile = $1
	n = split($2, field, ",")
	if (field[1] == "release") {
		ended[profile] = field[2]
		next
	}
	if (field[1] == "object") {
		object = field[2]
		sub(/\.bpf\.o$/, "", object)
		next
	}
	if (n != 4 || field[1] != object ".bpf.o")
		next
	program = field[2]
	theirs = field[3] == "success" ? "pass" : "fail"
	key = profile SUBSEP object SUBSEP program
	if (!(key in verdict)) {
		differ("we say nothing, veristat " theirs)
		missing++
		next
	}
	compared++
	seen[key] = 1
	if (theirs == "fail" && field[4] == 0 && refused[key] > 0) {
		unreached++
	} else if (verdict[key] != theirs) {
		differ("we say " verdict[key] ", veristat " theirs)
		wrong_verdict++
	} else if (theirs == "fail" && field[4] == 0) {
		unreached++
	} else if (insns[key] != field[4]) {
		differ("we count " insns[key] " instructions, veristat " \
		    field[4])
		wrong_count++
	}
}

END {
	for (profile in release_of)
		if (ended[profile] != release_of[profile]) {
			print "# " profile ": its guest ended with '" \
			    ended[profile] "'"
			lost++
		}
	for (key in verdict)
		if (!(key in seen)) {
			split(key, field, SUBSEP)
			print "# " field[1] ", " field[2] ", " field[3] \
			    ": veristat says nothing, we " verdict[key]
			unseen++
		}
	tap(!lost, "veristat ran on every kernel to the end")
	tap(compared > 0 && !wrong_verdict, compared + 0 \
	    " verdicts compared, " wrong_verdict + 0 " differ")
	tap(compared > unreached && !wrong_count, compared - unreached \
	    " counts of instructions compared, " wrong_count + 0 " differ")
	tap(!missing && unseen * 20 <= nours, missing + 0 \
	    " programs only veristat knows, " unseen + 0 " only we")
	print "1.." tests
}
