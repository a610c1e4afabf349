#!/usr/bin/env bash
# formats.sh: the reports are what their readers expect, of what has all points and of what does not build.
. "$(dirname "$0")/lib.sh"
tl=build/bin/tlgrade

for lab in "${labs[@]}"; do
	grade=(grade "$lab" --seed 77 --out "$tmp/$lab" --gradescope "$tmp/results.json" --tap "$tmp/tap" --junit "$tmp/junit.xml" --autolab)
	if [ "$lab" = 03-shadow-vs-direct ]; then
		make -s LAB="$lab" lab-parts >"$tmp/make" 2>&1
		ok "reference_has_100_$lab" $tl "${grade[@]}"
	else # each reference is graded by mutants.sh
		hollow "$lab" "$tmp/hollow-$lab"
		fails "what_does_not_build_has_no_points_$lab" bash -c 'cd "$1" && shift && "$@"' - "$tmp/hollow-$lab" "$PWD/$tl" "${grade[@]}"
	fi
	cp "$tmp/out" "$tmp/autolab"
	nr=$(grep -c '^\[test ' labs/"$lab"/lab.conf)
	ok "junit_is_xml_$lab" xmllint --noout "$tmp/junit.xml"
	ok "junit_has_every_test_$lab" test "$(grep -c '<testcase' "$tmp/junit.xml")" = "$nr"
	# Version 14 is 13 with more; Debian's prove does not know its number.
	sed "1s/14/13/" "$tmp/tap" >"$tmp/tap13"
	ok "prove_reads_the_tap_$lab" bash -c 'prove --nocolor -e cat "$1" | tee "$2"; ! grep "Parse errors" "$2" && grep -qE "^Result: PASS|Failed $3/$3 subtests" "$2"' - \
		"$tmp/tap13" "$tmp/proved" "$nr"
	ok "autolab_reads_the_last_line_$lab" bash -c 'tail -n 1 "$1" | grep -qE "^\{\"scores\":\{(\"[0-9.]+[a-z]?\":[0-9]+,?)+\}\}$"' - "$tmp/autolab"
	ok "results_json_is_valid_$lab" python3 tests/grader/results.py "$tmp/results.json"
done
done_testing
