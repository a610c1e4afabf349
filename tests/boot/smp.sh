#!/usr/bin/env bash
# smp.sh: direct-mode domains of several vcpus: a random program that knows what must come out (smp/).
. "$(dirname "$0")/../lib.sh"

smp() { # VCPUS SEED EXTRA-OPTIONS RUN-ARGUMENTS...
	local vcpus=$1 seed=$2 extra=$3
	shift 3
	tools/run MMU=direct GUEST_ELF=build/tests/smp.elf SCENARIO=none SEED="$seed" MEM=8 LIMIT=120 OUT="$tmp/run" \
		EXTRA="vcpus=$vcpus allowance=100 $extra" TRACE=off "$@" &&
		grep -q "^smp: vcpus=$vcpus seed=$seed rounds=[0-9]* .*: all is as it should be$" "$tmp/run.console"
}
seed=$((RANDOM % 100000 + 1))
for isolation in paging segments; do
	for vcpus in 1 2 4; do
		ok "${vcpus}_vcpus_${isolation}_seed_$seed" smp $vcpus $seed "" ISOLATION=$isolation
	done
done
ok eight_by_turns smp 8 $seed "" SCHED=rr
ok two_such_domains smp 2 $((seed + 1)) together=2
ok traced smp 4 1 "" TRACE=all

# Each vcpu is named, and the processor goes from one to another.
build/bin/tltrace dump "$tmp/run.ctf" >"$tmp/dump"
named() {
	for v in 0 1 2 3; do
		grep -q "d0v$v .* guest > vmm *hypercall" "$tmp/dump" && grep -q "d0v$v .* sched .*prev=0 next=0" "$tmp/dump" || return 1
	done
}
ok each_vcpu_has_its_name_in_the_trace named
ok each_episode_is_of_one_vcpu episodes_of_one_vcpu "$tmp/dump"

leaves_nothing() { # N: so many domains of both designs, those in direct mode with 4 vcpus
	tools/run GUEST_ELF=build/tests/domains/native.elf INITRD=build/tests/smp.elf SCENARIO=none MEM=8 TRACE=off LIMIT=120 \
		EXTRA="selftest=$1 vcpus=4 allowance=100" GUEST_ARGS=rounds=20 OUT="$tmp/run" &&
		grep -q "^trapline: domains=$1 leaked frames=0 heap pages=0 mappings=0$" "$tmp/run.console" &&
		grep -q "^trapline: domains=$(($1 + 2)) leaked frames=0 heap pages=0 mappings=0$" "$tmp/run.console"
}
ok they_leave_nothing leaves_nothing 8

# Domain 0 makes one with tl. Slices are of 5 ms here: some vcpus are far ahead before the last one begins.
rm -rf "$tmp/initrd" && cp -r build/guest/room "$tmp/initrd" && cp build/tests/smp.elf "$tmp/initrd"
cat >"$tmp/initrd/smp.sh" <<-EOF
	tl info
	tl create smp.elf name=many vcpus=4 rounds=100 seed=$seed paused=1
	tl list
	tl unpause many
	tl wait many
	tl info many
	tl destroy many
	tl info
EOF
(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/smp.cpio"
made_by_domain0() {
	tools/run MMU=direct INITRD="$tmp/smp.cpio" SCENARIO=smp MEM=24 HOST_MEM=160 TRACE=off OUT="$tmp/tl" LIMIT=120 &&
		grep -q "^(d1) smp: vcpus=4 seed=$seed .*: all is as it should be$" "$tmp/tl.console" &&
		grep -q '^many .* paused .* 1 of 4 vcpus$' "$tmp/tl.console" && grep -q '^vcpu=3 state=[a-z]* time=' "$tmp/tl.console" &&
		[ "$(grep '^memory: ' "$tmp/tl.console" | sort -u | wc -l)" = 1 ]
}
ok domain_0_makes_one made_by_domain0
done_testing
