#!/usr/bin/env bash
# debugger.sh: Bochs' own debugger: what docs/gdb.md shows is what it shows. UPDATE=1 writes that anew.
. "$(dirname "$0")/../lib.sh"
# Addresses, times and code change with the source; what is said about them must not.
mask() { sed -E 's/\b0x[0-9a-f]+\b/N/g; s/\b[0-9a-f]{8,16}\b/N/g; s/\b[0-9]{6,}\b/N/g; s/; [0-9a-f]+$/; N/; s/\((<unknown>|[a-z_0-9]+\+[0-9a-f]+)\)$/(S)/; s/ +/ /g'; }
shown() { sed -n '/^<!-- session bochs -->/,/^<!-- end -->/p' docs/gdb.md | sed '/^<!--/d; /^```/d'; }
tools/run EMU=bochs MMU=direct DEBUG=docs/bochs.dbg LIMIT=200 2>&1 >"$tmp/console" | grep -v '^run:' >"$tmp/said"
if [ "${UPDATE:-0}" = 1 ]; then
	awk -v file="$tmp/said" '/^<!-- end -->/ { skip = 0 } !skip
		$0 == "<!-- session bochs -->" { print "```"; while ((getline line < file) > 0) print line; print "```"; skip = 1 }' \
		docs/gdb.md >"$tmp/doc" && cp "$tmp/doc" docs/gdb.md
	exit
fi
ok what_the_docs_show_is_what_it_says diff -u <(shown | mask) <(mask <"$tmp/said")
ok it_stops_in_the_hypervisor grep -q 'e008:.*(fault_traced+0)' "$tmp/said"
ok and_in_the_guests_handler_in_ring_1 grep -q 'e019:.*(trap_14+0)' "$tmp/said"
# The fault address, as the processor has it and as the guest finds it on its own stack.
cr2=$(sed -n 's/^CR2=.*laddr=0x0*\([0-9a-f]*\)$/\1/p' "$tmp/said")
ok the_fault_address_is_on_the_guests_stack grep -q "STACK .*\[0x0*$cr2\]" "$tmp/said"
ok a_file_that_is_not_there_is_said bash -c 'tools/run EMU=bochs DEBUG=none 2>&1 | grep -q "DEBUG=none: no file of commands"'
done_testing
