#!/usr/bin/env bash
# gdb.sh: what docs/gdb.md shows is what GDB shows, and the `hv` commands work wherever the machine
# stands. UPDATE=1 writes the sessions in docs/gdb.md anew instead.
. "$(dirname "$0")/../lib.sh"

# One session: the commands as they would be typed, and what they print.
sessions="shadow direct next-shadow next-direct"
session() { # NAME
	tools/gdb "${1#next-}" walk 1 -batch -nx -ex "set trace-commands on" \
		-x "docs/gdb-${1/next-*/next}.gdb" \
		-ex "echo the end" >"$tmp/raw" 2>&1 || return 1
	sed -n '/^+echo the end/q; /^+/,$p' "$tmp/raw" | sed -E 's/^\++/(gdb) /'
}
shown() { # NAME: the same as docs/gdb.md has it
	sed -n "/^<!-- session $1 -->/,/^<!-- end -->/p" docs/gdb.md | sed '/^<!--/d; /^```/d'
}
# Addresses, frames, times and compiled code change with every change of the source; what is said
# about them must not.
mask() {
	sed -E 's/^(  instruction  )([0-9a-f]{2} )+ *(\(?[a-z]+).*(patched over: [a-z]+)$/\1\3 \4/
		s/^(  instruction  )([0-9a-f]{2} )+ *([a-z]+).*/\1\3/
		s/bytes=[0-9a-f ]+/bytes=N/
		s/(pfn|mfn) [0-9a-f]+/\1 N/g
		s/\bf[0-9]+\./fN./g
		s/\b0x[0-9a-f]+\b/N/g; s/\b[0-9a-f]{8}\b/N/g; s/\b[0-9a-f]{4}\b/N/g; s/\b[0-9]+\b/N/g
		s/ +/ /g'
}
# Each stop costs a little of the guest's time, so a timer tick may fall into a session: then it is
# another session, and we try again.
attempts=5
the_session() { # NAME
	local try
	for try in $(seq $attempts); do
		session "$1" >"$tmp/$1" || { cat "$tmp/raw"; return 1; }
		diff -u <(shown "$1" | mask) <(mask <"$tmp/$1") >"$tmp/diff" && return 0
		echo "attempt $try differs"
	done
	cat "$tmp/diff"
	return 1
}

if [ "${UPDATE:-0}" = 1 ]; then
	for name in $sessions; do
		session $name >"$tmp/$name" || { cat "$tmp/raw"; exit 1; }
		awk -v name=$name -v file="$tmp/$name" '
			/^<!-- end -->/ { skip = 0 }
			!skip
			$0 == "<!-- session " name " -->" {
				print "```"; while ((getline line < file) > 0) print line; print "```"; skip = 1
			}' docs/gdb.md >"$tmp/doc" && cp "$tmp/doc" docs/gdb.md
	done
	exit
fi

entries() { grep -cE '^(#|hypercall )' "$1"; }
for name in $sessions; do
	ok "the_session_in_the_docs_is_what_gdb_prints_$name" the_session $name
	ok "no_traceback_$name" bash -c '! grep -E "Traceback|Error|not known|in \?\?" "$1"' - "$tmp/$name"
done
# A page fault and a system call are one step each: the page is there, the call has returned.
for mmu in shadow direct; do
	ok "next_goes_over_a_page_fault_$mmu" bash -c 'grep -A2 "^(gdb) hv next" "$1" | grep -q "walk.c:27$" &&
		grep -q "^0x40001000:.0xc0ffee01" "$1"' - "$tmp/next-$mmu"
	ok "next_goes_over_a_system_call_$mmu" bash -c 'grep -A9 "^=> .*int *.0x80" "$1" | grep -q "syscall.S:16$"' - "$tmp/next-$mmu"
done
ok a_shadow_fault_is_four_entries test "$(entries "$tmp/shadow")" = 4
ok a_direct_fault_is_two_entries test "$(entries "$tmp/direct")" = 2

# run NAME MMU SETTINGS COMMAND...: a session whose output is in $tmp/NAME; one error does not end it.
run() {
	local name=$1 mmu=$2 settings=$3 args=()
	shift 3
	for command in "$@"; do args+=(-ex "$command"); done
	# shellcheck disable=SC2086 # a list of words
	tools/gdb "$mmu" walk 1 $settings -batch -nx "${args[@]}" >"$tmp/$name" 2>&1
}
says() { grep -qE -- "$2" "$tmp/$1" || { cat "$tmp/$1"; false; }; }
says_not() { ! grep -E -- "$2" "$tmp/$1"; }
all=("hv domains" "hv regs" "hv walk 0x40001000" "hv walk esp" "hv p2m" "hv trace 3" "hv console 1")

# In the hypervisor, in the guest's kernel and in the application, under both isolations.
for mmu in shadow direct; do
	for isolation in paging segments; do
		name=$mmu-$isolation
		run "$name" $mmu ISOLATION=$isolation "hv trap pf 0x40001000" 'tbreak *$trap_eip' \
			"${all[@]}" "tbreak space_fault" "continue" "${all[@]}" "continue" "${all[@]}"
		for place in 'left the application' 'stopped in the guest OS' 'stopped in the application'; do
			ok "${name}_${place// /_}" says "$name" "$place"
		done
		ok "${name}_each_time_all_commands" test "$(grep -c 'of 8192 pages' "$tmp/$name")" = 3
		ok "${name}_no_errors" says_not "$name" 'Traceback|Error|error:|Cannot|no member|expected'
	done
done

# The other ways to run shadow mode.
run breakpoint shadow SENSITIVE=breakpoint "hv trap db" "hv regs"
ok a_breakpoint_of_the_hypervisors_is_told says breakpoint 'meaning +DR0: where the hypervisor wants to look'
run outofsync shadow TABLES=outofsync "hv trap pf 0x40001000" "hv trap pf 0x40001000" "hv walk 0x40001000"
ok a_stale_shadow_is_shown says outofsync 'hidden fault: gets its machine page'
for name in breakpoint outofsync; do ok "${name}_no_errors" says_not $name 'Traceback|Error|error:'; done

# Trouble is said in one line.
run early shadow "" "hv regs" "hv walk 0" "hv trace" "hv p2m" "hv domains"
ok before_the_hypervisor_runs says early 'has not started yet'
ok before_the_trace_there_is_none says early 'no trace has been started'
run wrong direct TRACE=off "hv trap 14" "hv walk" "hv walk foo" "hv p2m 0x100000" "hv p2m x y" "hv trace" \
	"hv trap bar" "hv trap 300" "hv nonsense" "hv app nonsense" "hv trap db app" "hv regs" "hv walk 0x100000001"
ok walk_wants_an_address says wrong 'usage: hv walk VA'
ok a_wrong_expression_is_named says wrong "not 'foo'"
ok an_address_has_32_bits says wrong 'a linear address has 32 bits: 0x100000001 has more'
ok a_page_that_the_domain_has_not says wrong 'has no pfn 0x100000'
ok an_empty_trace_says_why says wrong 'TRACE=off'
ok a_wrong_kind_is_named says wrong "not 'bar'"
ok a_wrong_vector_is_named says wrong 'no vector 300'
ok an_unknown_application_is_named says wrong "no application 'nonsense'; there are:.* walk"
ok the_end_of_the_machine_is_said says wrong 'the machine ended before hv trap db app found one'
ok after_its_end_it_can_be_looked_at says wrong 'The machine stands in the hypervisor, at .* <machine_exit>'
run bare none "" "break space_fault" "continue" "hv regs" "hv console"
ok without_a_hypervisor_it_says_so says bare 'no hypervisor here \(MMU=none\)'
ok without_a_hypervisor_gdb_works says bare '^Breakpoint 1, space_fault'
for mmu in shadow direct none; do
	ok "the_end_of_the_run_is_no_error_$mmu" run end-$mmu $mmu "" continue
	ok "and_is_said_$mmu" says end-$mmu '^hv: here the run ends'
	ok "nothing_else_is_$mmu" says_not end-$mmu 'Remote|Error|error'
done
# Over whatever comes, line by line to the end of a program; and out of any trap.
walk_on=("hv trap pf 0x40001000" 'tbreak *$trap_eip' continue "hv next" "hv next" "hv next i" "hv next" "hv next" "hv next" "hv next")
for mmu in shadow direct; do
	run lines $mmu "" "${walk_on[@]}" "hv next"
	ok "next_goes_on_to_the_end_$mmu" bash -c 'grep -q "crt0.S:14" "$1" && tail -n 1 "$1" | grep -q "the machine ended before"' - "$tmp/lines"
	run leave $mmu "" "hv trap pf" "hv finish" "hv trap os" "hv finish" "hv trap app" "hv finish" "hv regs"
	ok "finish_leaves_the_hypervisor_$mmu" says leave 'The machine stands in the (guest OS|application)'
	run back $mmu "" "hv trap pf 0x40001000" "tbreak space_fault" continue "hv finish" "hv regs"
	ok "finish_returns_from_the_guests_handler_$mmu" says back '^(0x[0-9a-f]+ in )?(user_fault|trap|handle|page_fault)'
	run gate $mmu "" "hv trap pf 0x40001000" "tbreak gate_leave" continue "info symbol \$eip" bt
	ok "the_gate_has_symbols_$mmu" says gate 'gate_leave \(\) at hv/cpu/gate.S:'
done
for name in early wrong bare; do ok "no_traceback_$name" says_not $name Traceback; done

# Of two domains, each can be looked at; the other's registers are those that it was left with.
two() {
	tools/gdb MMU=direct SCENARIO=share MEM=4 GUEST_ELF=build/tests/pair.elf EXTRA=together=2 -batch -nx \
		-ex "hv domains" -ex "break domain_destroy" -ex continue -ex "hv domains" -ex "hv regs 0" -ex "hv regs d1v0" \
		-ex "hv walk esp 0" -ex "hv walk esp 1" -ex "hv p2m 5 0" -ex "hv p2m 5 1" -ex "hv regs 2" -ex "hv regs d0v1" \
		-ex "hv regs foo" -ex "hv domains" >"$tmp/two" 2>&1
}
ok two_domains_can_be_looked_at two
ok both_are_listed says two '^0 +direct .* could run in the guest OS'
ok and_the_one_that_ends says two '^1 +direct .* has ended: poweroff'
ok registers_of_the_one_that_waits says two '^d0v0 could run in the guest OS .*, at 0x[0-9a-f]+ <'
ok each_has_its_own_tables test "$(sed -n 's/^  base .*cr3 \([0-9a-f]*\) .*mfn.*/\1/p' "$tmp/two" | sort -u | wc -l)" = 2
ok and_its_own_pages test "$(sed -n 's/^pfn 5 -> mfn \([0-9a-f]*\) -> pfn 5$/\1/p' "$tmp/two" | sort -u | wc -l)" = 2
ok a_domain_that_is_not_there says two 'there is no (2|d0v1): '
ok what_is_no_domain says two "a domain is expected, as 1 or d1v0, not 'foo'"

# One that Domain 0 is making has no registers yet.
made() {
	tools/gdb MMU=direct SCENARIO=room INITRD=build/guest/room.cpio MEM=32 HOST_MEM=192 TRACE=off -batch -nx \
		-ex "break vcpu_context_read" -ex continue -ex "hv domains" -ex "hv regs 1" >"$tmp/made" 2>&1
}
made
ok it_has_no_registers says made '^1 +shadow .* has no registers yet$'
ok and_none_are_shown says made 'd1v0 has no registers yet: '

# The places that docs/gdb.md names exist.
names=$(grep -oE '`break [a-z0-9_]+' docs/gdb.md | sed 's/.* //')
ok the_docs_name_breakpoints test -n "$names"
for name in $names; do
	ok "the_docs_breakpoint_exists_$name" bash -c 'tools/i386 nm build/hv.elf build/guest/finch-native.elf | grep -q " [tT] $1$"' - "$name"
done

# Nothing stays behind.
run end shadow "" 'python import os; d = os.path.dirname(os.environ["TRAPLINE_CONSOLE"])' \
	'python print("at", d, open(d + "/pid").read().strip())'
read -r _ dir pid < <(grep '^at ' "$tmp/end")
ok the_machine_has_ended bash -c '[ -n "$1" ] && ! kill -0 "$1"' - "${pid:-}"
ok its_files_are_gone bash -c '[ -n "$1" ] && [ ! -e "$1" ]' - "${dir:-}"
done_testing
