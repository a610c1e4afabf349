#!/usr/bin/env bash
# witness.sh: with timer interrupts, system calls and process switches too, the emulator's own log
# confirms every entry that the trace records, and the trace records every entry.
. "$(dirname "$0")/../lib.sh"

for mmu in shadow direct; do
	for isolation in paging segments; do
		for scenario in procs hello crash; do
			run=$tmp/$scenario-$mmu-$isolation
			tools/run MMU=$mmu ISOLATION=$isolation SCENARIO=$scenario OUT="$run" INTLOG=1 >"$tmp/log" 2>&1
			ok "the_cpu_confirms_${scenario}_${mmu}_$isolation" \
				build/bin/tltrace witness "$run.ctf" "$run.int.log"
		done
		ok "and_interrupts_were_among_them_${mmu}_$isolation" \
			bash -c 'build/bin/tltrace info "$1" | grep -qE "^ +irq +[1-9]"' - "$tmp/procs-$mmu-$isolation.ctf"
	done
done
# Where a guest could not be gone back to, what faulted is the hypervisor's own instruction.
tools/run MMU=direct GUEST_ELF=build/tests/rogue-pv.elf SCENARIO=iret-call-ring-0-rpl-1 OUT="$tmp/back" INTLOG=1 >"$tmp/log" 2>&1
ok the_cpu_confirms_a_way_back_that_failed build/bin/tltrace witness "$tmp/back.ctf" "$tmp/back.int.log"
# Of four domains, two of each kind of kernel, made and ended by Domain 0.
tools/run MMU=direct SCENARIO=room INITRD=build/guest/room.cpio MEM=32 HOST_MEM=192 EXTRA=trace-kb=16384 OUT="$tmp/room" INTLOG=1 >"$tmp/log" 2>&1
ok the_cpu_confirms_four_domains build/bin/tltrace witness "$tmp/room.ctf" "$tmp/room.int.log"
ok and_each_was_among_them test "$(build/bin/tltrace stats "$tmp/room.ctf" | grep -c '^domain [0-3]: VMM entries: [1-9]')" = 4
done_testing
