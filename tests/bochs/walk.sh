#!/usr/bin/env bash
# walk.sh: the page-fault walkthrough in both modes on the second emulator, its trace streamed
# through a serial port.
. "$(dirname "$0")/../lib.sh"
tl=build/bin/tltrace

# Bochs runs at few MHz, so the guest's clock ticks often, and a tick may fall into the walk. At
# another speed it falls elsewhere.
walk() { # MMU ISOLATION EXPECT
	local ips run=$tmp/$1-$2
	for ips in 4 5 6 7; do
		tools/run EMU=bochs MMU="$1" ISOLATION="$2" IPS=${ips}000000 OUT="$run" INTLOG=1 LIMIT=300 ||
			return 1
		$tl check "$run.ctf" "$3" >"$run.check" 2>&1 && return
		cat "$run.check"
		grep -q "it is 'irq'" "$run.check" || return 1
	done
	return 1
}
for mmu in shadow direct; do
	expect=tests/expect/esx-pagefault.expect
	[ $mmu = shadow ] || expect=tests/expect/xen-pagefault.expect
	for isolation in paging segments; do
		ok "walk_is_the_texts_${mmu}_$isolation" walk $mmu $isolation $expect
		ok "walk_reads_back_what_it_wrote_${mmu}_$isolation" \
			grep -q '^walk: read back .* ok' "$tmp/$mmu-$isolation.console"
		ok "the_cpu_confirms_the_walk_${mmu}_$isolation" \
			$tl witness "$tmp/$mmu-$isolation.ctf" "$tmp/$mmu-$isolation.int.log"
		babeltrace2 "$tmp/$mmu-$isolation.ctf" >"$tmp/bt" 2>"$tmp/bt.err"
		ok "babeltrace2_has_no_complaint_${mmu}_$isolation" test -s "$tmp/bt" -a ! -s "$tmp/bt.err"
	done
done

# Bochs checks segment limits, and the probe says so: direct mode then uses them by itself.
ok probe_finds_limits grep -q 'segment limits are checked' "$tmp/direct-paging.console"
ok auto_means_segments bash -c \
	'tools/run EMU=bochs MMU=direct OUT="$1" LIMIT=300 && grep -q "isolation=segments" "$1.console"' - "$tmp/auto"
done_testing
