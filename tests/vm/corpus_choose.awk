# Which kernels an object of the corpus is tried on by "make check", so that
# every label is tried once and every line has its share: prints the object,
# its mode and its profiles.
#
#   awk -f ranges.awk -f corpus_choose.awk LABELS KERNELS ALWAYS OBJECTS
#
# KERNELS: profile, release.  ALWAYS: profiles of which no group of cases is
# left out; of the others each has every second.  OBJECTS: object, mode.  An
# object of one case is tried on one kernel for each row of its labels, the
# kernels taking turns.

BEGIN {
	FS = "\t"
}

/^#/ || /^$/ { next }

FILENAME == ARGV[1] {
	rows[$1]++
	range[$1, rows[$1]] = $3
	next
}

FILENAME == ARGV[2] {
	profiles[++nprofiles] = $1
	version[nprofiles] = number($2)
	next
}

FILENAME == ARGV[3] { always[$1] = 1; next }

/^g_/ {
	list = ""
	for (k = 1; k <= nprofiles; k++)
		if (profiles[k] in always || (k + ngroups) % 2 == 0)
			list = list " " profiles[k]
	ngroups++
	print $1 "\t" $2 "\t" substr(list, 2)
	next
}

{
	list = ""
	for (row = 1; row <= rows[$1]; row++) {
		n = 0
		for (k = 1; k <= nprofiles; k++)
			if (covers(range[$1, row], version[k]))
				fits[++n] = profiles[k]
		if (n > 0)
			list = list " " fits[turn++ % n + 1]
	}
	if (list != "")
		print $1 "\t" $2 "\t" substr(list, 2)
}
