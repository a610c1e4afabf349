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

# What the trace says of each operation on grants is what the guest has asked, and was answered: sums of all words.
sums_of_trace() {
	build/bin/tltrace dump "$1" | grep -E ' grant_(map|unmap|transfer|copy) ' | awk '
		function number(text, i, n) {
			if (text !~ /^0x/)
				return text + 0
			for (i = 3; i <= length(text); i++)
				n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
			return n
		}
		{ domain = substr($3, 2) + 0
		  for (i = 6; i <= NF; i++) { split($i, word, "="); n = number(word[2]); n = n < 0 ? n + 65536 : n % 65536; sum[domain] += (i - 5) * n } }
		END { for (d in sum) printf "domain=%d sum=%.0f\n", d, sum[d] }' | sort
}
grants_traced() {
	tools/run MMU=direct MEM=8 TRACE=dom GUEST_ELF=build/tests/fuzz-pv.elf SCENARIO=fuzz-400-crowd SEED="$seed" \
		EXTRA="together=4 domid=1 allowance=1000" OUT="$tmp/crowd" >"$tmp/crowd.said" 2>&1 &&
		build/bin/tltrace info "$tmp/crowd.ctf" | grep ', 0 discarded' &&
		sums_of_trace "$tmp/crowd.ctf" >"$tmp/sums" && [ "$(wc -l <"$tmp/sums")" = 4 ] &&
		diff "$tmp/sums" <(tr -d '~\r' <"$tmp/crowd.console" | sed -n 's/^fuzz: \(domain=.*\)/\1/p' | sort)
}
ok the_trace_says_what_was_asked_of_grants grants_traced

# Every event traced is another way through the hypervisor.
ok "random_guests_traced" fuzz SEED="$seed" COUNT=$((count / 4)) TRACE=all
done_testing
