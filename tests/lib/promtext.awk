# A strict reader of the Prometheus text format 0.0.4: names, labels, HELP and
# TYPE before the samples and once, no sample twice, histograms that add up.
# Prints what is wrong; exit 1 then.
function bad(why) {
	print FNR ": " why ": " $0
	wrong = 1
}
function family(name) {
	if (type[name] == "" && name ~ /_(bucket|sum|count)$/) {
		base = name
		sub(/_(bucket|sum|count)$/, "", base)
		if (type[base] == "histogram")
			return base
	}
	return name
}
/^# HELP [a-zA-Z_:][a-zA-Z0-9_:]* ./ {
	if (help[$3]++)
		bad("a second HELP")
	next
}
/^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram)$/ {
	if (type[$3] != "")
		bad("a second TYPE")
	if (!help[$3])
		bad("no HELP before")
	type[$3] = $4
	next
}
/^#/ || /^$/ { bad("no comment of the format"); next }
{
	if ($0 !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*({[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*"(,[a-zA-Z_][a-zA-Z0-9_]*="[^"\\]*")*})? [0-9.e+-]+$/) {
		bad("no sample")
		next
	}
	name = $0
	sub(/[{ ].*/, "", name)
	f = family(name)
	if (type[f] == "")
		bad("no TYPE before")
	if (f != last && samples[f]++)
		bad("the family is in two places")
	last = f
	samples[f]++
	series = $0
	sub(/ [^ ]*$/, "", series)
	if (seen[series]++)
		bad("a second time")
	if (type[f] == "counter" && name !~ /_total$/)
		bad("a counter that is no _total")
	if (type[f] != "histogram")
		next
	key = series
	sub(/^[^{]*/, "", key)
	sub(/,?le="[^"]*"/, "", key)
	if (name ~ /_bucket$/) {
		if ($NF + 0 < bucket[f key] + 0)
			bad("fewer than in the bucket before")
		bucket[f key] = $NF
		inf[f key] = series ~ /le="\+Inf"/
	} else if (name ~ /_count$/ &&
	    (!inf[f key] || $NF != bucket[f key]))
		bad("not what the last bucket has")
}
END {
	if (NR == 0)
		bad("nothing")
	exit wrong
}
