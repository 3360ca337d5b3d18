# Compares every cell with the table and prints one TAP line per object and
# mode, and a diagnostic per wrong cell.
#
#   awk -f compare.awk TABLE KERNELS CELLS
#
# KERNELS: profile, release, "MODULES=y OPTION=y OPTION=n ... "; only MODULES
# when the kernel's package carries no configuration.  CELLS: see cells.jq.

BEGIN {
	FS = "\t"
}

# "6.12.117+deb13-cloud-amd64" and "6.12" become 6012.
function number(v,    part)
{
	split(v, part, /[.+-]/)
	return part[1] * 1000 + part[2]
}

function covers(range, version,    part)
{
	if (range == "*")
		return 1
	if (substr(range, 1, 1) == "<")
		return version < number(substr(range, 2))
	if (substr(range, 1, 2) == ">=")
		return version >= number(substr(range, 3))
	split(range, part, "-")
	return version >= number(part[1]) && version <= number(part[2])
}

# Rows of one kernel line that speak of modules: does this kernel have any?
function chosen(row, profile)
{
	if (t_config[row] ~ /MODULES/)
		return index("," config[profile] " ",
		    "MODULES=" (t_config[row] ~ /!MODULES/ ? "n" : "y") " ") > 0
	return 1
}

function wrong(text)
{
	bad = bad "# " profile " (" release "): " text "\n"
}

# The configuration that the table's reason rests on.
function check_config(row, profile,    part, n, i, option, want)
{
	if (t_config[row] == "-" || t_config[row] ~ /MODULES/ ||
	    config[profile] !~ / ./)
		return
	n = split(t_config[row], part, ",")
	for (i = 1; i <= n; i++) {
		option = part[i]
		want = "y"
		if (sub(/^!/, "", option))
			want = "n"
		if (index(" " config[profile] " ",
		    " " option "=" want " ") == 0)
			wrong("the table says CONFIG_" option "=" want \
			    ", the kernel's configuration does not")
	}
}

function code_matches(want, got,    part, n, i, code)
{
	n = split(want, part, "|")
	for (i = 1; i <= n; i++) {
		code = got
		if (index(part[i], ":") == 0)
			sub(/:.*/, "", code)
		if (part[i] == code)
			return 1
	}
	return 0
}

function check_value(what, want, got)
{
	if (want != got)
		wrong(what " is " got ", expected " want)
}

function check_cell(row)
{
	check_value("status", t_status[row], status)
	check_value("failed stage", t_stage[row], stage)
	if (status == "fail" && attach == "-")
		attach = "skipped"
	if (t_attach[row] != "-")
		check_value("attach", t_attach[row], attach)
	if (!code_matches(t_code[row], code))
		wrong("code is " code ", expected " t_code[row])
	check_config(row, profile)
	if (bad != before)
		bad = bad "#   because: " t_reason[row] "\n"
}

function flush()
{
	if (test == "")
		return
	tests++
	printf "%sok %d - %s: %s\n", bad == "" ? "" : "not ", tests, test,
	    cells == 0 ? "no kernel" : cells " kernels"
	printf "%s", bad
	bad = ""
	cells = 0
}

/^#/ || /^$/ { next }

FILENAME == ARGV[1] {
	if (NF != 9) {
		print "Bail out! " FILENAME ":" FNR ": " NF " columns, not 9"
		bailed = 1
		exit 1
	}
	key = $1 "\t" $2
	rows[key] = rows[key] " " FNR
	t_kernels[FNR] = $3
	t_config[FNR] = $4
	t_status[FNR] = $5
	t_stage[FNR] = $6
	t_attach[FNR] = $7
	t_code[FNR] = $8
	t_reason[FNR] = $9
	next
}

FILENAME == ARGV[2] {
	fetched[$1] = $2
	config[$1] = $3
	nkernels++
	next
}

{
	if ($1 ", " $2 != test) {
		flush()
		test = $1 ", " $2
	}
	if ($5 == "no report") {
		row = rows[$1 "\t" $2]
		if (t_status[row + 0] != "refused")
			bad = bad "# no report: " $11 "\n"
		next
	}
	profile = $3; release = $4; status = $5; stage = $6
	attach = $7; code = $8
	cells++
	before = bad
	if ($11 != "-")
		wrong($11)
	if (!(profile in fetched))
		wrong("the profile was not asked for")
	else if (release != fetched[profile])
		wrong("fetched was " fetched[profile])
	n = split(rows[$1 "\t" $2], line, " ")
	matches = 0
	for (i = 1; i <= n; i++)
		if (covers(t_kernels[line[i]], number(release)) &&
		    chosen(line[i], profile)) {
			matches++
			check_cell(line[i])
		}
	if (matches != 1)
		wrong(matches " rows of the table match this kernel")
}

END {
	if (bailed)
		exit 1
	flush()
	print "1.." tests
}
