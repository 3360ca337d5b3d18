#!/bin/sh
# Shipped into a guest by loaders.sh: runs each "tool|arguments|a line it
# prints once its programs are attached"; exit 0 when all did.
bad=0
while IFS='|' read -r tool args line; do
	# shellcheck disable=SC2086 # arguments are words
	out=$(timeout -s INT 4 "$tool" $args 2>&1)
	case $out in
	*"$line"*) echo "ok $tool" ;;
	*)
		echo "not ok $tool: $out" | head -n 3
		bad=1
		;;
	esac
done <<'END'
opensnoop|-d 1|PID
runqlat|1 1|usecs
biolatency|1 1|Tracing block device
syscount|-d 1|SYSCALL
vfsstat|1 1|READ/s
hardirqs|1 1|HARDIRQ
softirqs|1 1|SOFTIRQ
END
exit $bad
