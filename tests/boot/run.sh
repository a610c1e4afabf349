#!/usr/bin/env bash
# run.sh: whatever ends a run without the guest's own end is a failure that says what it was, and
# nothing is left running.
. "$(dirname "$0")/../lib.sh"
# A full disk can be had by root alone, and apart, so that no mount stays.
if [ "$(id -u)" = 0 ] && [ -z "${APART:-}" ] && unshare -m true 2>/dev/null; then
	APART=1 exec unshare -m "$PWD/tests/boot/run.sh"
fi
export TMPDIR=$tmp/work
mkdir "$TMPDIR"

# run STATUS WORDS RUN-ARGUMENTS...: it ends so, says so, and leaves nothing behind
run() {
	local status=0 wanted=$1 words=$2
	shift 2
	tools/run LIMIT=60 "$@" >"$tmp/said" 2>&1 </dev/null || status=$?
	cat "$tmp/said"
	[ "$status" = "$wanted" ] || { echo "status $status, not $wanted"; return 1; }
	grep -qF "$words" "$tmp/said" && nothing_left
}
# The emulators' command lines name their directory.
left() { pgrep -f -- "$TMPDIR/trapline" || ls -A "$TMPDIR" | grep .; }
nothing_left() {
	until_true 60 eval '! left' || { left; false; }
}
died='the machine triple-faulted'
triple=GUEST_ELF=build/tests/ends/triple.elf
hv=HV=build/tests/ends/triple.elf
for emu in qemu bochs; do
	ok "a_triple_fault_of_the_bare_machine_is_said_$emu" run 5 "$died" EMU=$emu MMU=none $triple
	for mmu in shadow direct; do
		ok "a_triple_fault_of_a_domain_is_said_${emu}_$mmu" run 2 "$died" EMU=$emu MMU=$mmu $triple
		ok "a_triple_fault_of_the_hypervisor_is_said_${emu}_$mmu" run 5 "$died" EMU=$emu MMU=$mmu $hv
		ok "also_with_a_log_${emu}_$mmu" run 5 "$died" EMU=$emu MMU=$mmu $hv OUT="$tmp/out" INTLOG=1
	done
done
# The last entries are of the same run, made again with a log.
run 5 "$died" MMU=none $triple >/dev/null
ok the_last_entries_are_shown grep -qE '^ +0: v=03 .* cpl=0 IP=[0-9a-f]{4}:0010' "$tmp/said"
ok make_run_fails_too bash -c '! make -s run MMU=none '$triple' >"$1" 2>&1 && grep -q "$2" "$1"' - "$tmp/made" "$died"
ok a_reset_is_said run 5 'was reset or switched off' MMU=none GUEST_ELF=build/tests/ends/reset.elf

# Emulators that do not start, or that die.
mkdir "$tmp/bin"
with() { # SCRIPT COMMAND...: qemu-system-i386 and bochs are that
	printf '#!/bin/sh\n%s\n' "$1" | tee "$tmp/bin/qemu-system-i386" >"$tmp/bin/bochs"
	chmod +x "$tmp"/bin/*
	PATH=$tmp/bin:$PATH "${@:2}"
}
ok a_qemu_that_does_not_start_is_said with 'exit 1' run 2 'QEMU did not start'
ok or_is_not_there with 'exit 127' run 2 'QEMU did not start'
ok or_ends_at_once with 'exit 0' run 2 'QEMU did not start'
echo 'vm_state_notify running 1' >"$tmp/old.int.log"
ok whatever_an_older_run_has_left with 'echo libpixman is missing; exit 1' run 2 'libpixman is missing' OUT="$tmp/old" INTLOG=1
mkdir "$tmp/a b,c"
TMPDIR="$tmp/a b,c" ok a_tmpdir_with_blanks_will_do run 0 '' MMU=direct SCENARIO=hello OUT="$tmp/hello"
ok and_nothing_is_left_there bash -c '! ls -A "$1" | grep .' - "$tmp/a b,c"
ok a_kernel_that_is_not_there_is_said run 2 'GUEST_ELF=/no/such: there is no such file' GUEST_ELF=/no/such
ok a_bochs_that_does_not_start_is_said with 'exit 1' run 2 'Bochs did not start' EMU=bochs
ok an_option_that_qemu_has_not_is_said run 2 'QEMU did not start' QEMU_ARGS=-nonsense
# (It has begun when its log says so.)
ok a_qemu_that_dies_is_said with "(for _ in \$(seq 600); do grep -qs running $TMPDIR/*/log && break; sleep 0.1; done; kill -SEGV \$\$) & exec $(command -v qemu-system-i386) \"\$@\"" \
	run 139 'QEMU was ended by SEGV' MMU=none GUEST_ELF=build/tests/ends/hang.elf
ok a_hung_machine_is_stopped run 124 'stopped after 2 s' MMU=none LIMIT=2 \
	GUEST_ELF=build/tests/ends/hang.elf

# What repeats in a hung machine is told, from the trace and from the CPU's log alone.
loops() { # RUN-ARGUMENTS...: the loop is that of the guest's instruction `again`
	local again pid
	again=$(tools/i386 nm build/tests/ends/loop.elf | sed -n 's/^\([0-9a-f]*\) T again$/\1/p')
	# It is ended when its log has some thousands of entries.
	rm -f "$tmp/qemu" "$tmp/loop.int.log"
	tools/run INTLOG=1 OUT="$tmp/loop" GUEST_ELF=build/tests/ends/loop.elf QEMU_ARGS="-pidfile $tmp/qemu" "$@" >/dev/null 2>&1 &
	pid=$!
	until_true 100 eval '[ "$(stat -c %s "$tmp/loop.int.log")" -gt 16000000 ] || ! kill -0 $pid'
	kill -KILL "$(cat "$tmp/qemu")"
	wait $pid
	[ $? = 137 ] && build/bin/tltrace loop --log "$tmp/loop.int.log" >"$tmp/log" || return 1
	[ "$1" = MMU=none ] || build/bin/tltrace loop "$tmp/loop.ctf" -o "$tmp/loop.svg" >"$tmp/trace" || return 1
	head -1 "$tmp/log" | grep -E "^#UD from the instruction at 0x$again of ring [01] repeats, [0-9]{3,} times$" || return 1
	[ "$1" = MMU=none ] || { [ -s "$tmp/loop.svg" ] && head -1 "$tmp/trace" | grep -E "at 0x$again of the guest OS repeats, [0-9]{3,}" && grep 'emulate op=iret' "$tmp/trace"; }
}
ok a_hang_is_told_in_a_domain loops MMU=shadow
ok a_hang_is_told_on_the_bare_machine loops MMU=none

# A run that is ended.
ended_by() { # SIGNAL STATUS RUN-ARGUMENTS...
	local status=0 pid
	tools/run SCENARIO=shell "${@:3}" < <(exec sleep 20) >"$tmp/said" 2>&1 &
	pid=$!
	until_true 60 pgrep -f -- "$TMPDIR/trapline.*/(ram|bochsrc)" || { echo "nothing ran"; return 1; }
	kill "-$1" "$pid"
	wait "$pid" || status=$?
	cat "$tmp/said"
	[ "$status" = "$2" ] && grep -q "ended by $1" "$tmp/said" && nothing_left
}
for emu in qemu bochs; do
	ok "nothing_runs_on_after_TERM_$emu" ended_by TERM 143 EMU=$emu
	ok "nothing_runs_on_after_HUP_$emu" ended_by HUP 129 EMU=$emu
	ok "nothing_runs_on_after_TERM_without_a_limit_$emu" ended_by TERM 143 EMU=$emu LIMIT=0
done
killed() { # nobody can say anything; the machine goes as well
	local pid
	tools/run SCENARIO=shell < <(exec sleep 20) >"$tmp/said" 2>&1 &
	pid=$!
	until_true 60 pgrep -f -- "$TMPDIR/trapline.*/ram" || { echo "nothing ran"; return 1; }
	kill -KILL "$pid"
	until_true 60 eval '! pgrep -f -- "$TMPDIR/trapline"' && rm -rf "$TMPDIR"/*
}
ok no_machine_runs_on_after_KILL killed

# Twice at once in one tree: neither sees the other.
twice() {
	tools/run MMU="$1" OUT="$tmp/one" INTLOG=1 >/dev/null 2>&1 &
	tools/run MMU="$1" OUT="$tmp/two" INTLOG=1 >/dev/null 2>&1 && wait $! &&
		cmp "$tmp/one.console" "$tmp/two.console" && diff -r "$tmp/one.ctf" "$tmp/two.ctf" && nothing_left
}
for mmu in shadow direct; do ok "two_runs_at_once_are_the_same_$mmu" twice $mmu; done

if [ -n "${APART:-}" ] && mkdir "$tmp/small" && mount -t tmpfs -o size=20m none "$tmp/small"; then
	mkdir "$tmp/small/work"
	TMPDIR=$tmp/small/work ok no_room_for_the_memory_is_said run 2 "no room for the machine's memory: 128 MB, in"
	head -c 30m /dev/zero >"$tmp/small/much" 2>/dev/null
	truncate -s -64k "$tmp/small/much"
	TMPDIR=$tmp/small/work ok no_room_for_bochs_is_said run 2 "no ISO image could be made" EMU=bochs
	ok no_room_for_the_log_is_said run 2 'full' OUT="$tmp/small/out" INTLOG=1
	umount "$tmp/small"
elif [ "$(id -u)" = 0 ]; then
	ok a_full_disk_can_be_made false
fi

# More memory for the guest is a larger machine, but for who asks for a small one.
memory() { tools/run MMU="$1" MEM=512 SCENARIO=hello TRACE=off OUT="$tmp/memory" "${@:3}" && grep -q ", $2 MB, " "$tmp/memory.console"; }
for mmu in shadow direct; do ok "the_machine_grows_with_the_guest_$mmu" memory $mmu 607; done
ok a_machine_smaller_than_its_guest memory shadow 127 HOST_MEM=128
done_testing
