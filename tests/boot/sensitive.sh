#!/usr/bin/env bash
# sensitive.sh: the choices of shadow mode: breakpoints instead of patches, tables out of sync
# instead of traced. A guest cannot tell; the trace and the emulator's log can.
. "$(dirname "$0")/../lib.sh"

guest_lines() { grep -vE '^trapline: |^finch: port=' "$1"; }
for scenario in walk hello forktest; do
	tools/run MMU=none SCENARIO=$scenario OUT="$tmp/none" >"$tmp/log" 2>&1
	guest_lines "$tmp/none.console" >"$tmp/none.lines"
	for choice in SENSITIVE=breakpoint TABLES=outofsync; do
		run=$tmp/$scenario-${choice#*=}
		ok "${scenario}_runs_with_${choice#*=}" tools/run MMU=shadow SCENARIO=$scenario $choice \
			OUT="$run" INTLOG=1 TRACE=life,trap
		guest_lines "$run.console" >"$run.lines"
		ok "${scenario}_prints_the_same_with_${choice#*=}" diff "$tmp/none.lines" "$run.lines"
		# A full ring is no disagreement: fork alone makes some hundred thousand stops.
		ok "${scenario}_is_confirmed_with_${choice#*=}" \
			build/bin/tltrace witness --allow-dropped "$run.ctf" "$run.int.log"
	done
done
tools/run MMU=shadow SENSITIVE=breakpoint OUT="$tmp/bp" >"$tmp/log" 2>&1
ok "the_walk_by_breakpoints_has_the_same_steps" \
	build/bin/tltrace check "$tmp/bp.ctf" tests/expect/esx-breakpoint.expect
tools/run MMU=shadow TABLES=outofsync OUT="$tmp/lazy" >"$tmp/log" 2>&1
fails "out_of_sync_the_walk_is_another" \
	build/bin/tltrace check "$tmp/lazy.ctf" tests/expect/esx-pagefault.expect
done_testing
