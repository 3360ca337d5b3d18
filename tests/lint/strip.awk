# C without its comments: "file:line:text", so that a rule about code does
# not trip over prose.  With mode=code what stands inside string and
# character literals is blanked too.
FNR == 1 { in_comment = 0 }
{
	out = ""
	n = length($0)
	for (i = 1; i <= n; i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (in_comment) {
			if (two == "*/") {
				in_comment = 0
				i++
			}
			continue
		}
		if (two == "/*") {
			in_comment = 1
			out = out " "
			i++
			continue
		}
		if (two == "//")
			break
		if (c == "\"" || c == "'") {
			out = out c
			for (i++; i <= n; i++) {
				s = substr($0, i, 1)
				if (s == "\\") {
					if (mode != "code")
						out = out substr($0, i, 2)
					i++
					continue
				}
				if (s == c)
					break
				if (mode != "code")
					out = out s
			}
			out = out c
			continue
		}
		out = out c
	}
	print FILENAME ":" FNR ":" out
}
