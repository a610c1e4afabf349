#!/usr/bin/env bash
# isolation.sh: domains that segment limits keep out of the hypervisor and such that paging does, side by side.
. "$(dirname "$0")/../lib.sh"

# script NAME RUN-ARGUMENT...: Domain 0 runs these lines (standard input); the labs' probes lie beside its own kernels.
script() {
	local name=$1
	shift
	rm -rf "$tmp/initrd" && cp -r build/guest/room "$tmp/initrd" && cat >"$tmp/initrd/$name.sh"
	cp build/labs/probe/pv.elf "$tmp/initrd/probe-pv.elf" && cp build/labs/probe/native.elf "$tmp/initrd/probe-native.elf"
	(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/$name.cpio"
	tools/run MMU=direct INITRD="$tmp/$name.cpio" SCENARIO="$name" MEM=24 HOST_MEM=160 OUT="$tmp/$name" "$@" >"$tmp/$name.said" 2>&1
}
says() { # NAME TEST LINE
	ok "$2" grep -qE "$3" "$tmp/$1.console"
}

# All four kinds at once: what they print is what they print alone, and the CPU confirms each entry.
all_kinds() { # NAME RUN-ARGUMENT...
	{
		echo 'tl create finch name=one mmu=shadow isolation=segments mem=8 paused=1 scenario=procs seed=3'
		echo 'tl create finch name=two mmu=direct isolation=segments mem=8 paused=1 scenario=procs seed=4'
		echo 'tl create finch name=three mmu=shadow isolation=paging mem=8 paused=1 scenario=procs seed=5'
		echo 'tl create finch name=four mmu=direct isolation=paging mem=8 paused=1 scenario=procs seed=6'
		printf 'tl unpause %s\n' four two three one
		echo 'tl wait one two three four'
		echo 'tl destroy one two three four'
	} | script "$@"
}
alone() { # MMU SEED
	tools/run MMU="$1" MEM=8 SCENARIO=procs SEED="$2" TRACE=off OUT="$tmp/alone" >/dev/null 2>&1
	grep -E '^(procs|init): ' "$tmp/alone.console"
}
same_as_alone() { # ID MMU SEED
	diff <(sed -n "s/^(d$1) //p" "$tmp/kinds.console" | grep -E '^(procs|init): ') <(alone "$2" "$3")
}
all_kinds kinds TRACE=life,trap INTLOG=1 EXTRA=trace-kb=16384
ok four_kinds_side_by_side test $? = 0
i=0
for mmu in shadow direct shadow direct; do
	ok "domain_$((++i))_prints_what_it_prints_alone" same_as_alone $i $mmu $((i + 2))
done
began() { build/bin/tltrace dump "$tmp/kinds.ctf" --event domain_start | grep -oE 'd[0-9]+v0|isolation=[a-z]+' | xargs; }
ok the_trace_says_which_is_which test "$(began)" = \
	'd0v0 isolation=paging d4v0 isolation=paging d2v0 isolation=segments d3v0 isolation=paging d1v0 isolation=segments'
ok the_cpu_confirms_the_trace build/bin/tltrace witness "$tmp/kinds.ctf" "$tmp/kinds.int.log"

# From outside: what is behind a guest's last byte? Under paging there is nothing, though QEMU does not look at limits.
script behind TRACE=off SEED=2 <<-'END'
	tl create finch name=beside mmu=direct isolation=segments mem=8 scenario=procs
	tl create probe-pv.elf name=paging mmu=direct isolation=paging mem=8 scenario=limit seed=2
	tl wait beside
	tl list
	tl wait paging
END
says behind behind_paging_there_is_nothing '^trapline: domain 2 ended: .* \(code 14\)$'
says behind and_the_one_beside_it_ends_well '^\(d1\) init: scenario=procs status=0$'
# Bochs looks at limits: to one in ring 1 they are an end that the other does not have.
script limits EMU=bochs TRACE=off SENSITIVE=breakpoint LIMIT=300 <<-'END'
	tl create probe-native.elf name=segments mmu=shadow isolation=segments mem=8 paused=1 scenario=reach
	tl create probe-native.elf name=paging mmu=shadow isolation=paging mem=8 paused=1 scenario=reach_all
	tl unpause segments
	tl unpause paging
	tl wait paging
	tl wait segments
END
says limits by_limits_it_ends_where_the_hypervisor_begins '^\(d1\) reach end holds=0xfbfffffc$'
says limits and_no_page_further '^\(d1\) reach behind$'
ok which_ends_it bash -c '! grep -q "^(d1) reach passed" "$1" && grep -qE "^trapline: domain 1 ended: " "$1"' - "$tmp/limits.console"
says limits by_paging_it_has_all_of_4_GB '^\(d2\) reach end holds=0xfffffffc$'

# Those that start with the machine, by turns: registers stay each one's own, pages are shared, nothing leaks.
own() { # RUN-ARGUMENTS...
	tools/run SCENARIO=none MEM=4 TRACE=off EXTRA="allowance=100 share=a10,B7,c5,D5" ISOLATION=turns LIMIT=120 "$@"
}
ok registers_are_each_ones_own own MMU=direct GUEST_ELF=build/tests/own-pv.elf INITRD=build/tests/own-pc.elf
ok the_other_way_round own MMU=shadow GUEST_ELF=build/tests/own-pc.elf INITRD=build/tests/own-pv.elf
turns() { # LINE RUN-ARGUMENTS...
	tools/run SCENARIO=share MEM=4 TRACE=off ISOLATION=turns LIMIT=300 OUT="$tmp/turns" "${@:2}" && grep -qE "$1" "$tmp/turns.console"
}
ok two_share_pages_and_events turns '^trapline: together=2 leaked frames=0 heap pages=0 mappings=0$' MMU=direct GUEST_ELF=build/tests/pair.elf \
	EXTRA=together=2
ok twenty_come_and_go turns '^trapline: domains=22 leaked frames=0 heap pages=0 mappings=0$' EXTRA=selftest=20 \
	GUEST_ELF=build/tests/domains/native.elf INITRD=build/tests/domains/pv.elf
# Of four, the odd ones are of shadow mode.
each_kind() {
	tools/run SCENARIO=none MEM=4 TRACE=life ISOLATION=turns LIMIT=120 OUT="$tmp/kinds" EXTRA=selftest=4 \
		GUEST_ELF=build/tests/domains/native.elf INITRD=build/tests/domains/pv.elf || return 1
	build/bin/tltrace dump "$tmp/kinds.ctf" >"$tmp/kinds"
	sed -n 's/.* d\([0-9]*\)v0 .* domain_start isolation=\([a-z]*\) .*/\1 \2/p' "$tmp/kinds" | diff - <(printf '%s\n' \
		'1 segments' '2 segments' '3 paging' '4 paging' '5 segments' '6 segments')
}
ok each_design_under_each_isolation each_kind
wrong() { ! script wrong <<<"tl create finch isolation=both" && grep -qF 'isolation=both is neither segments nor paging' "$tmp/wrong.console"; }
ok another_word_is_refused wrong
done_testing
