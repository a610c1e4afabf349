#!/usr/bin/env bash
# measure.sh: lab 03's measurement: every line is there, and the numbers are what the designs say; and the two runs of which
# lab 05's page shows the numbers.
. "$(dirname "$0")/lib.sh"
lab=labs/03-shadow-vs-direct tsv=build/measure/measure.tsv
ok it_measures make -s measure
at() { awk -F'\t' -v w="$1" -v d="$2" -v n="$3" -v b="$4" -v c="$5" '$1 == w && $2 == d && $3 == n && $4 == b { print $c }' $tsv; }
cost() { at "$1" "$2" "$3" "$4" 5; }
entries() { at "$1" "$2" "$3" "$4" 6; }
ok five_ways_and_ten_sizes test "$(grep -c '^update' $tsv)" = 50
ok three_operations_twelve_ways test "$(grep -cE '^(fork|touch|switch)' $tsv)" = 36
for n in 1 8 512; do
	ok "traced_and_emulated_writes_enter_${n}_times" test "$(entries update shadow-traced $n 0) $(entries update emulated $n 0)" = "$n $n"
	ok "a_batch_of_${n}_enters_once_unhooked_twice" test "$(entries update mmu_update $n 0) $(entries update unhook $n 0)" = "1 2"
done
ok unhooking_wins_at_512 test "$(cost update unhook 512 0)" -lt "$(cost update mmu_update 512 0)"
ok and_loses_at_8 test "$(cost update unhook 8 0)" -gt "$(cost update mmu_update 8 0)"
ok a_touch_is_four_entries_or_two test "$(entries touch shadow-traced 64 0) $(entries touch direct 64 128)" = "256 128"
ok batches_save_entries_of_a_fork test "$(entries fork direct 256 512)" -lt $(($(entries fork direct 256 1) / 10))
ok the_plot_is_svg xmllint --noout build/measure/measure.svg
ok with_a_curve_for_each_way test "$(grep -cE 'shadow, traced|shadow, out of sync|direct, emulated writes|direct, mmu_update|direct, unhook' build/measure/measure.svg)" -ge 5
ok a_plot_of_nothing_says_so bash -c "$lab/plot /nowhere 2>&1 | grep -q ^usage"

# The machine's own disk takes as long as it likes, so what the hypervisor moves varies.
lab=labs/05-balloon
masked() { sed -E 's/^ +//; s/(machine_[a-z]+|vain|doubled)=[1-9][0-9]*/\1=N/g'; }
shown() { # WAY
	local line
	line=$($lab/tight WAY="$1" SHARE=2800) || return 1
	echo "$line"
	grep -qxF -- "$(masked <<<"$line")" <(grep "^    tight: way=$1 " $lab/README.md | masked)
}
ok two_pagers_are_as_the_page_shows shown swap
ok and_one_that_knows shown balloon
printf 'share\tway\tguest_in\tguest_out\tmachine_in\tmachine_out\tdoubled\tvain\n5120\tswap\t7\t9\t0\t0\t0\t0\n5120\tballoon\t7\t9\t0\t0\t0\t0\n' >"$tmp/two.tsv"
ok their_plot_is_svg bash -c "$lab/plot \"$tmp/two.tsv\" | xmllint --noout -"
ok their_plot_of_nothing_says_so bash -c "$lab/plot /nowhere 2>&1 | grep -q ^usage"
refused() { ! $lab/tight "$@" >"$tmp/said" 2>&1 && cat "$tmp/said" && grep -q '^run: tight: ' "$tmp/said"; }
ok another_way_is_refused refused WAY=none SHARE=2800
ok so_is_more_than_the_guest_has refused WAY=swap SHARE=6000
done_testing
