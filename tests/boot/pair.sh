#!/usr/bin/env bash
# pair.sh: two domains of direct mode send each other events, and map, copy and give away pages.
. "$(dirname "$0")/../lib.sh"

pair() { # SCENARIO TEXT RUN-ARGUMENTS...
	local scenario=$1 text=$2
	shift 2
	tools/run MMU=direct GUEST_ELF=build/tests/pair.elf SCENARIO="$scenario" MEM=4 EXTRA=together=2 \
		OUT="$tmp/run" LIMIT=120 "$@" &&
		grep -q "^pair: $text$" "$tmp/run.console" &&
		grep -q '^trapline: together=2 leaked frames=0 heap pages=0 mappings=0$' "$tmp/run.console"
}
for isolation in paging segments; do
	for trace in off all; do
		how="ISOLATION=$isolation TRACE=$trace"
		name=${isolation}_trace_$trace
		# shellcheck disable=SC2086 # a list of words
		ok "two_share_pages_and_events_$name" pair share 'the other went, and left nothing' $how
		# shellcheck disable=SC2086
		ok "a_page_outlives_its_domain_while_mapped_$name" pair orphan 'the other went, and its page after it' $how
	done
done
ok nor_by_turns pair share 'the other went, and left nothing' SCHED=rr TRACE=off
done_testing
