#!/usr/bin/env bash
# mutation.sh: of a sample of each lab's mutants, made by operators, the tests see nearly all; and
# those that are listed as no mistakes are there, with a reason, and pass.
. "$(dirname "$0")/lib.sh"
seed=${SEED:-1} sample=${SAMPLE:-50}
for lab in "${labs[@]}"; do
	make -s kit mutation-tools LAB="$lab" >"$tmp/kit" 2>&1 || cat "$tmp/kit"
	ok "nine_of_ten_mutants_lose_points_in_$lab" tools/mutation "$lab" --sample "$sample" --seed "$seed" --least 90 -j 1
	echo "# | $(tail -n 1 "$tmp/out")"
done
done_testing
