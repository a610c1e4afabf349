#!/usr/bin/env bash
# insns.sh: a sample of tests/fuzz/insns.sh; `make fuzz-insns` makes 200,000.
. "$(dirname "$0")/../lib.sh"
count=$((300 * ${TRAPLINE_TEST_SCALE:-1}))
seed=${SEED:-1}
for way in SENSITIVE=patch ISOLATION=segments TABLES=outofsync; do
	ok "random_instructions_do_the_same_with_${way#*=}_seed_$seed" \
		tests/fuzz/insns.sh SEED="$seed" COUNT=$count "$way"
done
ok "random_instructions_do_the_same_with_breakpoint_seed_$seed" \
	tests/fuzz/insns.sh SEED="$seed" COUNT=$((count / 10)) SENSITIVE=breakpoint
done_testing
