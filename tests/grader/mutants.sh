#!/usr/bin/env bash
# mutants.sh: the reference has all points, the starter none, and each wrong solution loses the
# stages that it breaks. SAMPLE=N: N of them in each lab; SAMPLE=: all.
. "$(dirname "$0")/lib.sh"
export SAMPLE=${SAMPLE-2}
killed=0 of=0 full=0 empty=0
for lab in "${labs[@]}"; do
	make -s kit LAB="$lab" >"$tmp/kit" 2>&1 || cat "$tmp/kit"
	grader/mutants "$lab" "$tmp/$lab" >"$tmp/$lab.tap" 2>"$tmp/$lab.err"
	while read -r line; do
		case $line in
		"ok "*) ok "$lab ${line#ok * - }" true ;;
		"not ok "*) ok "$lab ${line#not ok * - }" false ;;
		"# $lab: "*)
			read -r _ _ _ a b _ reference _ starter <<<"$line"
			killed=$((killed + a)) of=$((of + b))
			full=$((full + (reference == 100))) empty=$((empty + (starter == 0)))
			ok "at_least_${SAMPLE:-12}_wrong_solutions_of_$lab" test "$b" -ge "${SAMPLE:-12}"
			;;
		"# "*) echo "$line" ;;
		esac
	done <"$tmp/$lab.tap"
	ok "all_of_${lab}_are_graded" bash -c 'grep -q "^# $1: mutants" "$2" || { tail -n 20 "$3"; false; }' - \
		"$lab" "$tmp/$lab.tap" "$tmp/$lab.err"
done
echo "# | mutants killed $killed/$of"
echo "# | reference 100 ×$full"
echo "# | starter ok ×$empty"
done_testing
