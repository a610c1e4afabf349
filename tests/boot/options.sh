#!/usr/bin/env bash
# options.sh: a wrong option is refused by name, and says what would be right.
. "$(dirname "$0")/../lib.sh"

refused() { # NAME TEXT RUN-ARGUMENTS...
	local name=$1 text=$2
	shift 2
	tools/run OUT="$tmp/run" "$@" >"$tmp/said" 2>&1
	ok "$name" bash -c '[ "$1" = 2 ] && grep -qF "$2" "$3"' - $? "$text" "$tmp/said"
}
refused bad_trace_class_is_named 'trace=nonsense' TRACE=trap,nonsense
refused bad_isolation_is_named 'isolation=none' EXTRA=isolation=none
refused unknown_option_is_named 'colour=red' EXTRA=colour=red
refused bad_memory_is_named 'mem=0' MEM=0
refused a_kernel_that_is_no_elf_is_said 'no 32-bit x86 ELF' GUEST_ELF=Makefile
refused a_probe_on_the_bare_bochs_is_said 'runs in QEMU only' MMU=none EMU=bochs \
	GUEST_ELF=build/labs/probe/native.elf
done_testing
