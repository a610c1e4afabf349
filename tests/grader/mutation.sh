#!/usr/bin/env bash
# mutation.sh: of a sample of each lab's mutants, made by operators, the tests see nearly all; and
# those that are listed as no mistakes are there, with a reason, and pass.
. "$(dirname "$0")/lib.sh"
# goes_on LAB: interrupted, and called again, it grades no mutant twice.
goes_on() {
	timeout -s INT 15 tools/mutation "$1" --sample 8 --seed 2 -j 1
	tools/mutation "$1" --sample 8 --seed 2 -j 1 &&
		python3 - "build/mutation/$1/results" <<-'END'
			import collections, json, sys
			graded = collections.Counter((r["version"], r["id"]) for r in map(json.loads, open(sys.argv[1])))
			assert graded and max(graded.values()) == 1, graded
		END
}
# operators_of LIST MAY: of all operators no more than MAY make no mutant here.
operators_of() {
	local what none=0
	for what in 'drop statement' 'negate condition' '< becomes <=' '== becomes !=' 'drop operand' 'constant +1' \
		'drop flag' 'swap arguments' 'return early' 'exchange fields'; do
		grep -q ": $what\$" "$1" || { echo "none: $what"; none=$((none + 1)); }
	done
	[ $none -le "$2" ]
}
seed=${SEED:-1} sample=${SAMPLE:-24}
for lab in "${labs[@]}"; do
	make -s kit mutation-tools LAB="$lab" >"$tmp/kit" 2>&1 || cat "$tmp/kit"
	tools/mutation "$lab" --list >"$tmp/list"
	cat "$tmp/list" >>"$tmp/lists"
	ok "nearly_all_operators_make_mutants_of_$lab" operators_of "$tmp/list" 1
	ok "nearly_all_mutants_lose_points_in_$lab" tools/mutation "$lab" --sample "$sample" --seed "$seed" --least 85 -j 1
	echo "# | $(tail -n 1 "$tmp/out")"
done
ok each_operator_makes_some operators_of "$tmp/lists" 0
ok an_interrupted_campaign_goes_on goes_on "$lab"
done_testing
