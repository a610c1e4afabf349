#!/usr/bin/env bash
# shell.sh: a person at the shell, over the serial line: fork and memory under stress print the same
# on the bare machine, in shadow and in direct mode; and what the shadow cache did is told.
. "$(dirname "$0")/../lib.sh"

# What is typed ahead is echoed when it comes, in the middle of what a program prints: so each line has its own prompt.
prompts() { [ "$(grep -ac '^\$ ' "$1")" -ge "$2" ]; } # FILE N
type_lines() { # FILE
	local line n=0
	for line in '' '' forktest stress 'echo done with $?' 'cat motd' exit; do
		n=$((n + 1))
		until_true 300 prompts "$1" $n || return
		printf '%s\n' "$line"
	done
}
type_in() { # MMU FILE
	: >"$2.raw"
	type_lines "$2.raw" | tools/run MMU="$1" SCENARIO=shell TRACE=off LIMIT=300 2>/dev/null >"$2.raw"
	tr -d '\r' <"$2.raw" >"$2"
}
# Only what programs print is compared.
printed() { grep -E '(steps|sum|wrong|forktest|motd|children|status)[=:]|exit code' "$1" | sed 's/^\(\$ \)*//'; }
for mmu in none shadow direct; do
	type_in $mmu "$tmp/$mmu"
	ok "stress_finds_no_wrong_memory_$mmu" grep -q 'stress: .*wrong=0' "$tmp/$mmu"
	printed "$tmp/$mmu" >"$tmp/$mmu.lines"
done
ok "the_same_in_shadow" diff "$tmp/none.lines" "$tmp/shadow.lines"
ok "the_same_in_direct" diff "$tmp/none.lines" "$tmp/direct.lines"

tools/run MMU=shadow SCENARIO=forktest EXTRA=shadows=24 OUT="$tmp/fork" >"$tmp/log" 2>&1
build/bin/tltrace stats "$tmp/fork.ctf" >"$tmp/stats"
ok "the_cache_had_hits" grep -qE '^shadow cache: .* [1-9][0-9]* hits' "$tmp/stats"
ok "and_evictions_under_its_bound" grep -qE '^shadow cache: .* [1-9][0-9]* evicted' "$tmp/stats"

# Four times the machine's memory: it is allocated when it is touched.
ok "a_guest_larger_than_the_machine" tools/run MMU=shadow MEM=512 HOST_MEM=128 SCENARIO=forktest TRACE=off OUT="$tmp/big"
done_testing
