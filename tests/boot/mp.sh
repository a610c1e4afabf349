#!/usr/bin/env bash
# mp.sh: a shadow-mode domain of several vcpus is a PC with several processors: a random program for such a PC (mp/) finds
# there what it finds on the bare machine, QEMU with as many processors.
. "$(dirname "$0")/../lib.sh"

rounds=40 slow=1
# SeaBIOS names in its tables one processor of each socket, and none without an APIC.
processors() { echo "-smp $1,sockets=$1 -cpu pentium3,-vme,-mce,-mca,-mtrr,-pat,-sep,-pae,-pse36"; }
run() { tools/run GUEST_ELF=build/tests/mp.elf SCENARIO=none MEM=16 LIMIT=120 TRACE=off GUEST_ARGS="rounds=$rounds slow=$slow" "$@"; }
bare() { # PROCESSORS SEED
	[ -s "$tmp/bare-$1-$2" ] || { run MMU=none SEED="$2" QEMU_ARGS="$(processors "$1")" OUT="$tmp/bare" &&
		grep '^mp: ' "$tmp/bare.console" >"$tmp/bare-$1-$2"; }
}
as_bare() { # VCPUS SEED RUN-ARGUMENTS...
	local vcpus=$1 seed=$2
	shift 2
	bare "$vcpus" "$seed" && run MMU=shadow SEED="$seed" EXTRA="vcpus=$vcpus allowance=100" OUT="$tmp/run" "$@" &&
		grep '^mp: ' "$tmp/run.console" | diff - "$tmp/bare-$vcpus-$seed" &&
		grep -q "^mp: cpus=$vcpus seed=$seed .*: all is as it should be$" "$tmp/run.console"
}
seed=$((RANDOM % 100000 + 1))
ok "two_seed_$seed" as_bare 2 $seed
ok "four_seed_$seed" as_bare 4 $seed
ok four_protected_by_segments as_bare 4 $seed ISOLATION=segments
ok four_with_tables_out_of_sync as_bare 4 $((seed + 1)) TABLES=outofsync
ok four_by_turns as_bare 4 $((seed + 2)) SCHED=rr
# Where breakpoints catch its instructions, a handler of the kernel's takes longer (31 us) than its shortest alarms are
# apart (20 us): it would have time for nothing else.
slow=20
ok two_by_breakpoints as_bare 2 $((seed + 3)) SENSITIVE=breakpoint
slow=1
# A tick of the kernel's, 20 us, must be long enough to take an interrupt: 1 GHz as under QEMU, not 4 MHz.
rounds=10
ok two_in_bochs as_bare 2 $((seed + 4)) EMU=bochs IPS=1000000000 EXTRA="vcpus=2 allowance=500"
rounds=40
# Its handlers take longer where all is recorded. Of this seed, applications fault on both processors.
slow=20
ok traced as_bare 2 2 TRACE=all

# Each vcpu is named, and the processor goes from one to another.
build/bin/tltrace dump "$tmp/run.ctf" >"$tmp/dump"
named() {
	for v in 0 1; do
		grep -q "d0v$v .* guest > vmm " "$tmp/dump" && grep -q "d0v$v .* sched .*prev=0 next=0" "$tmp/dump" || return 1
	done
}
ok each_vcpu_has_its_name_in_the_trace named
ok each_episode_is_of_one_vcpu episodes_of_one_vcpu "$tmp/dump"

# Domain 0 makes one with tl, in slices of 5 ms.
rm -rf "$tmp/initrd" && cp -r build/guest/room "$tmp/initrd" && cp build/tests/mp.elf "$tmp/initrd"
cat >"$tmp/initrd/mp.sh" <<-EOF
	tl info
	tl create mp.elf name=many mmu=shadow mem=16 vcpus=3 rounds=15 seed=$seed paused=1
	tl list
	tl unpause many
	tl wait many
	tl info many
	tl destroy many
	tl info
EOF
(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/mp.cpio"
made_by_domain0() {
	tools/run MMU=direct INITRD="$tmp/mp.cpio" SCENARIO=mp MEM=24 HOST_MEM=160 TRACE=off OUT="$tmp/tl" LIMIT=120 EXTRA=allowance=200 &&
		grep -q "^(d1) mp: cpus=3 seed=$seed .*: all is as it should be$" "$tmp/tl.console" &&
		grep -q '^many .* paused .* 1 of 3 vcpus$' "$tmp/tl.console" && grep -q '^vcpu=2 state=[a-z]* time=' "$tmp/tl.console" &&
		[ "$(grep '^memory: ' "$tmp/tl.console" | sort -u | wc -l)" = 1 ]
}
ok domain_0_makes_one made_by_domain0
done_testing
