/*
 * A badge as SVG, without scripts, fonts or anything else from outside.  Its
 * text is ours; only numbers come from the report.
 */
#include <string.h>

#include "domain/out.h"

#define LABEL	"bpf kernels"
/* A letter of the font below is about so wide; the text is fitted to it. */
#define LETTER	7
#define PAD	6

enum err
out_badge(const struct outcome *o, const struct out_opts *opts,
    struct buf *b)
{
	struct buf	 text = BUF_INIT(256);
	const char	*color = o->exit_code == 0 ? "#2b7a3d" :
			    o->exit_code == 2 ? "#b3261e" : "#8a5a00";
	int		 left = (int)strlen(LABEL) * LETTER + 2 * PAD;
	int		 right;

	(void)opts;
	out_verdict(o, &text);
	right = (int)text.len * LETTER + 2 * PAD;
	buf_addf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"20\" role=\"img\" aria-label=\"%s: ", left + right,
	    LABEL);
	out_xml(b, buf_str(&text), text.len);
	buf_adds(b, "\"><title>" LABEL ": ");
	out_xml(b, buf_str(&text), text.len);
	buf_addf(b, "</title><rect width=\"%d\" height=\"20\" "
	    "fill=\"#444\"/><rect x=\"%d\" width=\"%d\" height=\"20\" "
	    "fill=\"%s\"/><g fill=\"#fff\" font-family=\"Verdana,DejaVu "
	    "Sans,sans-serif\" font-size=\"11\">", left, left, right, color);
	buf_addf(b, "<text x=\"%d\" y=\"14\" textLength=\"%d\">%s</text>"
	    "<text x=\"%d\" y=\"14\" textLength=\"%d\">", PAD,
	    left - 2 * PAD, LABEL, left + PAD, right - 2 * PAD);
	out_xml(b, buf_str(&text), text.len);
	buf_adds(b, "</text></g></svg>\n");
	buf_clear(&text);
	return buf_err(b);
}
