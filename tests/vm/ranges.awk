# Ranges of kernels, as labels.tsv has them; for other scripts.

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
