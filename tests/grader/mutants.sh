#!/usr/bin/env bash
# mutants.sh: the reference has all points, the starter none, and each wrong solution loses the
# stages that it breaks.
. "$(dirname "$0")/lib.sh"
for lab in "${labs[@]}"; do
	make -s kit LAB="$lab" >"$tmp/kit" 2>&1 || cat "$tmp/kit"
	grader/mutants "$lab" "$tmp/$lab" >"$tmp/$lab.tap" 2>"$tmp/$lab.err"
	while read -r line; do
		case $line in
		"ok "*) ok "$lab ${line#ok * - }" true ;;
		"not ok "*) ok "$lab ${line#not ok * - }" false ;;
		"# "*) echo "$line" ;;
		esac
	done <"$tmp/$lab.tap"
done
done_testing
