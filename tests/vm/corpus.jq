# A report as lines for score.awk, one a case and kernel: case, profile,
# what "uname -r" said, pass or fail, code, sub-reason, confidence, and the
# file and line the verifier's verdict is explained with, evidence.
#
#   jq -r --arg object O -f corpus.jq REPORT
#
# An object whose name begins with g_ holds many cases, each a program.

def cell(name; t; status; class; explained):
	[name, t.profile_id, t.host.kernel // "-", status,
	class.code // "-", class.sub_reason // "-",
	class.confidence // "-",
	(explained.source.file // "-" | split("/") | last),
	explained.source.line // "-",
	class.evidence // t.infra_error // "-"] |
	map(tostring | gsub("[\t\n]"; " ") | if . == "" then "-" else . end) |
	@tsv;

.targets[] as $t |
if $object | startswith("g_") then
	if ($t.programs // []) == [] then
		cell("-"; $t; $t.status; $t.classification; null)
	else
		$t.programs[] |
		cell(.name; $t; .load_status; .classification; .explanation)
	end
else
	cell($object; $t; $t.status; $t.classification //
	    {code: $t.classification_code,
	    confidence: $t.classification_confidence};
	    [$t.programs // [] | .[] | select(.load_status == "fail")] |
	    first | .explanation)
end
