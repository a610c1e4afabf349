#!/usr/bin/env bash
# fuzz.sh: random guests in both modes: no call harms the hypervisor, no page-table edit is lost.
# TRAPLINE_TEST_SCALE times a few thousand; `make fuzz` makes 100,000 of each.
. "$(dirname "$0")/../lib.sh"
count=$((2000 * ${TRAPLINE_TEST_SCALE:-1}))
[ "$count" -le 20000 ] || count=20000

seed=${SEED:-1}
fuzz() { timeout 500 tests/fuzz/run "$@"; }

echo "# seed=$seed count=$count"
ok "random_guests_of_seed_$seed" fuzz SEED="$seed" COUNT="$count"

# What has gone wrong before: each seed finds what the name says, if it comes back.
ok "a_long_answer_into_a_page_table_overruns_nothing" fuzz SEED=1 COUNT=3000 ONLY=direct-paging
ok "a_clean_4_mb_page_is_marked_dirty_again" fuzz SEED=11 COUNT=1500 ONLY=shadow-segments
ok "the_gate_moves_past_the_hypervisor" fuzz SEED=1 COUNT=500 ONLY=shadow-paging

# Every event traced is another way through the hypervisor.
ok "random_guests_traced" fuzz SEED="$seed" COUNT=$((count / 4)) TRACE=all
done_testing
