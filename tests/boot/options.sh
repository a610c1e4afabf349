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
refused no_trace_class_is_no_list 'trace=: not one of off, all' TRACE=
refused a_trace_class_follows_a_comma 'trace=: not one of off, all' TRACE=trap,
refused bad_isolation_is_named 'isolation=none' EXTRA=isolation=none
refused unknown_option_is_named 'colour=red' EXTRA=colour=red
refused bad_memory_is_named 'MEM=0: not a number from 4 to 1024' MEM=0
refused too_small_a_machine_is_named 'HOST_MEM=32: not a number from 33 to 2047' HOST_MEM=32
refused the_hypervisor_refuses_it_too 'mem=0' EXTRA=mem=0
for seed in '' x -1 1.5 0x10 007 4294967296 '1 scenario=hello'; do
	refused "seed_${seed//[^a-z0-9]/_}_is_no_number" "SEED=$seed: not a number" SEED="$seed"
done
refused bad_limit_is_named 'LIMIT=soon: not a number' LIMIT=soon
refused bad_emulator_is_named 'EMU=vmware: not one of qemu, bochs' EMU=vmware
refused bad_mode_is_named 'MMU=nested: not one of shadow, direct, none' MMU=nested
refused unknown_scenario_is_named 'SCENARIO=wlak: not one of walk, hello' SCENARIO=wlak
refused a_scenario_is_one_word 'SCENARIO=a b: not one word' SCENARIO='a b' GUEST_ELF=build/guest/finch-native.elf
refused a_guests_argument_has_a_value "GUEST_ARGS: 'batch' is not NAME=VALUE" GUEST_ARGS=batch
refused a_guests_argument_is_no_pattern_of_files "GUEST_ARGS: '*' is not NAME=VALUE" GUEST_ARGS='*'
refused a_guests_argument_has_a_name "GUEST_ARGS: '=3' is not NAME=VALUE" GUEST_ARGS='batch=2 =3'
refused unknown_guest_argument_is_named "Finch has no option 'colour'" GUEST_ARGS=colour=red
refused a_directory_is_no_kernel 'no guest kernel tests' GUEST_ELF=tests
refused a_kernel_that_is_no_elf_is_said 'no 32-bit x86 ELF' GUEST_ELF=Makefile
refused a_probe_on_the_bare_bochs_is_said 'runs in QEMU only' MMU=none EMU=bochs \
	GUEST_ELF=build/labs/probe/native.elf
status() { # CODE COMMAND...: that is its exit code
	local code=$1 got=0
	"${@:2}" || got=$?
	[ "$got" = "$code" ]
}
run_in_silence() { tools/run SCENARIO=hello TRACE=off "$@" >/dev/null 2>/dev/full; }
ok the_smallest_machine_boots tools/run SCENARIO=hello TRACE=off HOST_MEM=33 OUT="$tmp/run"
ok a_full_stderr_is_no_code_of_the_guests status 2 run_in_silence
ok a_refusal_that_nobody_hears_is_none_either status 2 run_in_silence MEM=0
for port in 0 x 65536 22222222; do
	ok "port_${port}_of_gdb_is_refused" bash -c 'GDB_PORT=$1 timeout 20 tools/gdb -batch 2>&1 |
		grep -qF "GDB_PORT=$1: not a number from 1 to 65535"' - "$port"
done
tools/run SCENARIO=hello EXTRA=colour=red OUT="$tmp/run" >"$tmp/said" 2>&1
ok where_there_is_no_trace_none_is_sought bash -c '! grep tltrace "$1"' - "$tmp/said"
tools/run SCENARIO=hello TRACE=life OUT="$tmp/life" >/dev/null 2>&1
build/bin/tltrace stats "$tmp/life.ctf" >/dev/null 2>"$tmp/said"
ok a_trace_without_entries_says_why grep -qF 'no event of class trap in it' "$tmp/said"
uncounted() {
	for size in fit 16:9; do
		build/bin/tltrace draw "$tmp/life.ctf" --all --steps --size $size -o "$tmp/life.pdf" && pdftotext "$tmp/life.pdf" "$tmp/life.txt" || return
		grep -qF 'VMM entries were not recorded' "$tmp/life.txt" && ! grep -qE 'entries: 0|instructions' "$tmp/life.txt" || return
	done
}
ok and_its_pictures_do_not_say_that_there_were_none uncounted
done_testing
