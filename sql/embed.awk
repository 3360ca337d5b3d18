# Turns sql/ into one C header: the statements as an enum and a table, the
# migrations as a table.  Arguments: the files of statements, whose names
# begin so, then the migrations.
function quote(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\t\"" line "\\n\""
}
FNR == 1 { statements = FILENAME ~ /(^|\/)statements[^\/]*$/ }
statements && /^-- name: [a-z_]+$/ {
	n++
	name[n] = $3
	text[n] = ""
	inside = 1
	next
}
statements && inside {
	text[n] = text[n] quote($0) "\n"
	if ($0 ~ /;$/)
		inside = 0
	next
}
statements && NF && !/^--/ {
	print FILENAME ":" FNR ": text outside a statement" > "/dev/stderr"
	bad = 1
	exit 1
}
!statements {
	if (FNR == 1) {
		m++
		base = FILENAME
		sub(/.*\//, "", base)
		mig[m] = base
		mtext[m] = ""
	}
	mtext[m] = mtext[m] quote($0) "\n"
}
END {
	if (bad)
		exit 1
	print "/* Made from sql/ by sql/embed.awk; do not edit. */"
	print "#ifndef STORE_SQL_TEXT_H\n#define STORE_SQL_TEXT_H\n"
	print "enum stmt_id {"
	for (i = 1; i <= n; i++)
		print "\tSTMT_" toupper(name[i]) ","
	print "\tSTMT__MAX\n};\n"
	print "#ifdef STORE_SQL_TEXT"
	print "static const struct { const char *name, *sql; } statements[] = {"
	for (i = 1; i <= n; i++)
		printf "{ \"%s\",\n%s},\n", name[i], text[i]
	print "};\n\nstatic const struct { const char *name, *sql; } migrations[] = {"
	for (i = 1; i <= m; i++)
		printf "{ \"%s\",\n%s},\n", mig[i], mtext[i]
	print "};\n#endif\n\n#endif"
}
