#!/usr/bin/env bash
# formats.sh: the reference has all points, and the reports are what their readers expect.
. "$(dirname "$0")/lib.sh"
tl=build/bin/tlgrade

for lab in "${labs[@]}"; do
	make -s LAB="$lab" lab-parts >"$tmp/make" 2>&1
	ok "reference_has_100_${lab}_seed_77" $tl grade "$lab" --seed 77 --out "$tmp/$lab" \
		--gradescope "$tmp/results.json" --tap "$tmp/tap" --junit "$tmp/junit.xml" --autolab
	cp "$tmp/out" "$tmp/autolab"
	ok "junit_is_xml_$lab" xmllint --noout "$tmp/junit.xml"
	ok "junit_has_every_test_$lab" test "$(grep -c '<testcase' "$tmp/junit.xml")" = "$(grep -c '^\[test ' labs/"$lab"/lab.conf)"
	# Version 14 is 13 with more; Debian's prove does not know its number.
	sed "1s/14/13/" "$tmp/tap" >"$tmp/tap13"
	ok "prove_reads_the_tap_$lab" prove --nocolor -e cat "$tmp/tap13"
	ok "autolab_reads_the_last_line_$lab" bash -c 'tail -n 1 "$1" | grep -qE "^\{\"scores\":\{(\"[0-9.]+[a-z]?\":[0-9]+,?)+\}\}$"' - "$tmp/autolab"
	ok "results_json_is_valid_$lab" python3 tests/grader/results.py "$tmp/results.json"
done
done_testing
