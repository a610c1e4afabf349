#!/usr/bin/env bash
# walk.sh: the page-fault walkthrough, in both modes under both isolations, with its trace checked
# and held against the emulator's own log.
. "$(dirname "$0")/../lib.sh"
tl=build/bin/tltrace

for mmu in shadow direct; do
	for isolation in paging segments; do
		run=$tmp/$mmu-$isolation
		expect=tests/expect/esx-pagefault.expect
		[ $mmu = shadow ] || expect=tests/expect/xen-pagefault.expect
		ok "walk_runs_${mmu}_$isolation" \
			tools/run MMU=$mmu ISOLATION=$isolation OUT="$run" INTLOG=1
		ok "walk_reads_back_what_it_wrote_${mmu}_$isolation" grep -q '^walk: read back .* ok' "$run.console"
		ok "walk_is_the_texts_${mmu}_$isolation" $tl check "$run.ctf" $expect
		ok "the_cpu_confirms_the_trace_${mmu}_$isolation" $tl witness "$run.ctf" "$run.int.log"
	done
done

# The same build and seed give the same bytes; another seed another address.
for mmu in shadow direct; do
	run=$tmp/$mmu-paging
	tools/run MMU=$mmu ISOLATION=paging OUT="$tmp/again-$mmu" INTLOG=1 >"$tmp/log" 2>&1
	ok "same_seed_same_trace_$mmu" diff -r "$run.ctf" "$tmp/again-$mmu.ctf"
	tools/run MMU=$mmu SEED=7 OUT="$tmp/seven-$mmu" >"$tmp/log" 2>&1
	touched() { grep -m1 'touching va=' "$1"; }
	ok "seed_7_faults_elsewhere_$mmu" \
		bash -c '[ -n "$1" ] && [ -n "$2" ] && [ "$1" != "$2" ]' - \
		"$(touched "$run.console")" "$(touched "$tmp/seven-$mmu.console")"
done

# A walk is not the other design's walk.
fails "shadow_is_not_xens_walk" $tl check "$tmp/shadow-paging.ctf" tests/expect/xen-pagefault.expect
fails "direct_is_not_esxs_walk" $tl check "$tmp/direct-paging.ctf" tests/expect/esx-pagefault.expect

# The oracle for the format.
for mmu in shadow direct; do
	babeltrace2 "$tmp/$mmu-paging.ctf" >"$tmp/bt" 2>"$tmp/bt.err"
	events=$($tl info "$tmp/$mmu-paging.ctf" | awk '$1 == "events" { print $2 }')
	ok "babeltrace2_has_no_complaint_$mmu" test ! -s "$tmp/bt.err"
	ok "babeltrace2_counts_the_same_$mmu" test "$(wc -l <"$tmp/bt")" = "$events"
done

# A record that the CPU does not confirm is found out: change one byte of a trap's EIP.
for mmu in shadow direct; do
	cp -r "$tmp/$mmu-paging.ctf" "$tmp/forged-$mmu.ctf"
	ok "one_changed_field_$mmu" build/tests/forge "$tmp/forged-$mmu.ctf/stream"
	fails "is_not_confirmed_$mmu" $tl witness "$tmp/forged-$mmu.ctf" "$tmp/$mmu-paging.int.log"
done
done_testing
