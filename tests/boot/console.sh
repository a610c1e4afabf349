#!/usr/bin/env bash
# console.sh: a person at Domain 0's console types to other domains: `tl console` and Ctrl-].
. "$(dirname "$0")/../lib.sh"

# await FILE TEXT: until the text is behind the first $from bytes, 150 s at most; then $from is where it ends.
await() {
	local at
	for _ in $(seq 1500); do
		at=$(tail -c "+$((from + 1))" "$1" | grep -aobF -- "$2" | head -n 1)
		[ -n "$at" ] && from=$((from + ${at%%:*} + ${#2})) && return
		sleep 0.1
	done
	return 1
}
# dialog FILE: what standard input says: pairs of lines, what is to be seen and then what is typed. What stands
# before a | is to be seen first: who types before a program's last line is there finds it between his letters.
dialog() {
	local seen typed part parts from=0
	while IFS= read -r seen && IFS= read -r typed; do
		IFS='|' read -ra parts <<<"$seen"
		for part in "${parts[@]}"; do await "$1" "$part" || return; done
		printf '%b' "$typed"
	done
	await "$1" 'exit code'
}
room() { # NAME
	: >"$tmp/$1.raw"
	dialog "$tmp/$1.raw" | tools/room INTERACTIVE=1 OUT= LIMIT=150 >"$tmp/$1.raw" 2>&1
}
# The same on a terminal, where Ctrl-C ends the machine and Enter is a carriage return. script relays.
on_terminal() { # EMU
	: >"$tmp/$1.raw"
	{ dialog "$tmp/$1.raw"; sleep 1; } | timeout 420 script -qefc "tools/room INTERACTIVE=1 OUT= LIMIT=400 EMU=$1" "$tmp/$1.raw" >"$tmp/$1.log" 2>&1
}
said() { # NAME LINE
	grep -qE "$2" <(tr -d '\r' <"$tmp/$1.raw")
}
for mmu in direct shadow; do
	room $mmu <<END
\$ 
tl create finch name=other mmu=$mmu mem=8 scenario=shell\n
runs|\$ 
tl console other\n
comes back|\$ 
echo I am not alone\n
I am not alone|I am not alone|\$ 
cat\n
cat
half\x7f\x7fve\n
have
\x03
^C|\$ 
ps\n
2 ps|\$ 
\x1d
back in Domain 0|\$ 
tl list\n
MAX KB|\$ 
tl console other\n
comes back
exit 7\n
back in Domain 0|\$ 
tl list\n
MAX KB|\$ 
exit\n
END
	ok "what_is_typed_goes_there_$mmu" said $mmu '^I am not alone$'
	ok "with_its_own_echo_and_backspace_$mmu" said $mmu '^have$'
	ok "its_processes_are_its_own_$mmu" test "$(tr -d '\r' <"$tmp/$mmu.raw" | grep -c ' init$')" = 1
	ok "ctrl_c_is_for_it_and_not_for_us_$mmu" said $mmu '^tl: back in Domain 0$'
	ok "it_ends_by_what_was_typed_$mmu" said $mmu '^init: scenario=shell status=7$'
done
for emu in qemu bochs; do
	on_terminal $emu <<'END'
$ 
tl create finch name=other mmu=shadow mem=8 scenario=shell\r
runs|$ 
tl console other\r
comes back|$ 
ps\r
2 ps|$ 
\x1d
back in Domain 0|$ 
tl list\r
MAX KB|$ 
exit\r
END
	ok "a_person_has_a_terminal_$emu" test $? = 0
	# sh may be about to wait (R) when ps looks
	ok "and_types_to_others_$emu" said $emu '^ +2 +1 [RS] .* sh$'
	ok "and_leaves_$emu" said $emu '^init: scenario=shell status=0$'
done
done_testing
