#!/usr/bin/env bash
# fuzz.sh: random guests in both modes: no call harms the hypervisor, no page-table edit is lost, no program
# does another thing than on the bare machine. TRAPLINE_TEST_SCALE times a thousand; `make fuzz` makes 100,000.
. "$(dirname "$0")/../lib.sh"
count=$((1000 * ${TRAPLINE_TEST_SCALE:-1}))
[ "$count" -le 10000 ] || count=10000

seed=${SEED:-1}
fuzz() { timeout 500 tests/fuzz/run "$@"; }

echo "# seed=$seed count=$count"
ok "random_guests_of_seed_$seed" fuzz SEED="$seed" COUNT="$count"

# What has gone wrong before: each seed finds what the name says, if it comes back.
ok "a_long_answer_into_a_page_table_overruns_nothing" fuzz SEED=1 COUNT=3000 ONLY=direct-paging
ok "a_clean_4_mb_page_is_marked_dirty_again" fuzz SEED=11 COUNT=1500 ONLY=shadow-patch-traced-segments
ok "the_gate_moves_past_the_hypervisor" fuzz SEED=1 COUNT=500 ONLY=shadow-patch-traced-paging
ok "looking_at_code_or_a_table_marks_no_page_as_used" fuzz SEED=4 COUNT=4000 ONLY=cells-patch-traced-paging

# Every event traced is another way through the hypervisor.
ok "random_guests_traced" fuzz SEED="$seed" COUNT=$((count / 4)) TRACE=all
done_testing
