#!/usr/bin/env bash
# domains.sh: domains come and go, of both designs in turn, and nothing of them stays (hv/boot/selftest.c).
. "$(dirname "$0")/../lib.sh"
small=(GUEST_ELF=build/tests/domains/native.elf INITRD=build/tests/domains/pv.elf SCENARIO=none MEM=4 TRACE=off)
finch=(QEMU_ARGS="-initrd build/guest/finch-native.elf,build/guest/finch-pv.elf,build/guest/initrd.cpio" TRACE=off)
random=(GUEST_ELF=build/tests/fuzz-native.elf INITRD=build/tests/fuzz-pv.elf SCENARIO=fuzz-100 TRACE=off)

selftest() { # N RUN-ARGUMENTS...
	local n=$1
	shift
	tools/run EXTRA="selftest=$n" OUT="$tmp/run" LIMIT=300 "$@" &&
		grep -q "^trapline: domains=$n leaked frames=0 heap pages=0 mappings=0$" "$tmp/run.console" &&
		grep -q "^trapline: domains=$((n + 2)) leaked frames=0 heap pages=0 mappings=0$" "$tmp/run.console"
}
selftest_by_turns() {
	selftest "$@" && grep -q '^trapline: two at a time made way for each other [1-9]' "$tmp/run.console"
}
ok forty_domains_leave_nothing selftest_by_turns 40 "${small[@]}"
ok nor_under_segments selftest_by_turns 6 "${small[@]}" ISOLATION=segments
ok nor_with_breakpoints_and_tables_out_of_sync selftest_by_turns 6 "${small[@]}" SENSITIVE=breakpoint TABLES=outofsync
ok nor_traced selftest_by_turns 6 "${small[@]}" TRACE=all
ok nor_do_random_kernels selftest 2 "${random[@]}"
ok nor_does_finch_with_its_processes selftest 2 "${finch[@]}" SCENARIO=procs

# A domain that ends in another way, and a second kernel that is missing, are said.
tools/run "${small[@]}" GUEST_ELF=build/tests/ends/triple.elf EXTRA=selftest=2 OUT="$tmp/bad" >/dev/null 2>&1
ok another_end_fails bash -c '[ "$1" = 2 ] && ! grep -q leaked "$2"' - $? "$tmp/bad.console"
tools/run EXTRA=selftest=2 GUEST_ELF=build/tests/domains/native.elf SCENARIO=none OUT="$tmp/one" >/dev/null 2>&1
ok two_kernels_are_wanted bash -c '[ "$1" = 2 ] && grep -q "wants two kernels" "$2"' - $? "$tmp/one.console"
done_testing
