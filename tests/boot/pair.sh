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
# What the domains did is told apart: their entries add up to all, and a picture has lanes for both.
tools/run MMU=direct GUEST_ELF=build/tests/pair.elf SCENARIO=share MEM=4 EXTRA=together=2 TRACE=all OUT="$tmp/both" >/dev/null
adds_up() {
	build/bin/tltrace stats --json "$tmp/both.ctf" | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
parts, whole = [r for r in rows if "domain" in r], rows[-1]
assert [r["domain"] for r in parts] == [0, 1], parts
assert all(r["instructions"] > 0 for r in parts), parts
for key in "entries", "instructions":
    assert sum(r[key] for r in parts) == whole[key], (key, parts, whole)'
}
ok what_each_did_adds_up adds_up
both_are_drawn() {
	local first
	first=$(build/bin/tltrace dump "$tmp/both.ctf" --event sched | awk '/why=yielded/ { n = $1 } END { print n - 10 }')
	build/bin/tltrace draw "$tmp/both.ctf" --from "$first" --to $((first + 20)) -o "$tmp/both.svg" &&
		grep -q 'domain 0, ring 1' "$tmp/both.svg" && grep -q 'domain 1, ring 1' "$tmp/both.svg"
}
ok both_have_lanes both_are_drawn
ok nor_by_turns pair share 'the other went, and left nothing' SCHED=rr TRACE=off
done_testing
