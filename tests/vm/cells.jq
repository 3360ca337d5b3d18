# A report as lines for compare.awk, one a target: object, mode, profile, what
# "uname -r" said, status, failed stage, attach status, code and sub-code,
# faults of the record itself.
#
#   jq -r --arg object O --arg mode M -f cells.jq REPORT

# What has to be there whatever the verdict is.
def faults:
	. as $t | [
	if (.host.kernel // "") == "" then "no uname -r" else empty end,
	if .status == "infra_error" then .infra_error // "infra error"
	else empty end,
	if .status == "fail" and (.classification_reason // "") == ""
	then "no reason" else empty end,
	if (.serial_log // "") == "" then "no serial log" else empty end,
	(.programs // [] | .[] | select(.load_status == "fail") |
	    select(.log_bytes > 0) | "logs/\(.log_id).log.zst" as $f |
	    select([$t.files // [] | .[] | select(.size_bytes > 0) | .path |
		endswith($f)] | any | not) | "no file \($f)")
	] | join("; ");

.targets[] | [
	$object, $mode, .profile_id,
	.host.kernel // "-",
	.status,
	.failed_stage // "-",
	.validation.attach_status // "-",
	(.classification_code // "-") +
	    (if (.classification.sub_reason // "") == "" then ""
	    else ":" + .classification.sub_reason end),
	(.programs // [] | length),
	([.programs // [] | .[] | select(.load_status == "pass")] | length),
	faults | if . == "" then "-" else . end
] | map(tostring | gsub("[\t\n]"; " ")) | @tsv
