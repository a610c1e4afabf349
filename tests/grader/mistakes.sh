#!/usr/bin/env bash
# mistakes.sh: each `Common mistake` of a handout has a mutant that says so, and the first lines of what
# its student reads lead there (`Says: TEST: ERE`). SAMPLE=N: N of them, by SEED; SAMPLE=: all.
. "$(dirname "$0")/lib.sh"
SAMPLE=${SAMPLE-5} SEED=${SEED:-1}
LINES_READ=16 # of the failed test; its hint is among them
# A list of its own, or sentences whose parts end with `;`.
mistakes_of() {
	awk '/^## /{ list = /Common mistakes/ } list && /^- / { n++ }
		sub(/.*Common mistakes:/, "") { sentence = 1; n++ }
		/^$/ { sentence = 0 }
		sentence { n += gsub(/;/, "") }
		END { print n }' labs/"$1"/README.md
}
patches_of() { grep -l '^What: .*(a common mistake)$' tests/mutants/"$1"/*.patch; }
# leads LAB PATCH: the test that it names is graded
leads() {
	local lab=$1 patch=$2 test says
	IFS=: read -r test says < <(sed -n 's/^Says: //p' "$patch")
	rm -rf "$tmp/submission" "$tmp/graded"
	[ -n "$says" ] && grader/mutate "$lab" "$patch" "$tmp/submission" || return 1
	build/bin/tlgrade grade "$lab" --seed "$SEED" --stage "$test" --submission "$tmp/submission" --unconfined \
		--out "$tmp/graded" >"$tmp/log" 2>&1
	[ $? = 1 ] || { cat "$tmp/log"; return 1; }
	grep -m 1 -A "$LINES_READ" -E '^  (FAIL|HUNG) ' "$tmp/log" | tee "$tmp/read"
	grep -qE -- "${says# }" "$tmp/read"
}
for lab in "${labs[@]}"; do
	n=$(mistakes_of "$lab")
	ok "a_mutant_for_each_of_the_${n}_mistakes_of_$lab" test "$n" -gt 5 -a "$(patches_of "$lab" | wc -l)" -ge "$n"
	patches_of "$lab"
done >"$tmp/list"
grep -v '^tests/' "$tmp/list"
grep '^tests/' "$tmp/list" | while read -r patch; do echo "$(md5sum <<<"$SEED $patch") $patch"; done | sort |
	awk '{ print $3 }' | head -n "${SAMPLE:--0}" >"$tmp/sample"
while read -r patch; do
	lab=$(basename "$(dirname "$patch")")
	ok "the_report_leads_to_$lab/$(basename "$patch" .patch)" leads "$lab" "$patch"
done <"$tmp/sample"
done_testing
