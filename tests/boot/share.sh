#!/usr/bin/env bash
# share.sh: domains share the processor by their weights, by both policies, in both designs (hv/boot/share.c).
. "$(dirname "$0")/../lib.sh"
direct=(MMU=direct GUEST_ELF=build/tests/domains/share-pv.elf INITRD=build/tests/domains/share-native.elf)
shadow=(MMU=shadow GUEST_ELF=build/tests/domains/share-native.elf INITRD=build/tests/domains/share-pv.elf)

# run NAME SHARE RUN-ARGUMENTS...: leaves NAME.console, and in NAME.ran "DOMAIN ADVANCE RAN WAITED SLEPT", in us.
run() {
	local name=$tmp/$1 words=$2
	shift 2
	tools/run SCENARIO=none MEM=4 TRACE=off GUEST_ARGS="ms=400" EXTRA="share=$words" OUT="$name" LIMIT=120 "$@" &&
		sed -nE 's/^trapline: domain ([0-9]+): advance ([0-9]+) .* ran ([0-9]+) us, waited ([0-9]+) us, slept ([0-9]+) us$/\1 \2 \3 \4 \5/p' \
			"$name.console" >"$name.ran" && [ -s "$name.ran" ]
}
# by_weight NAME BOUND: what each had differs from its weight's part of all that these had by less than BOUND us.
by_weight() {
	cat "$tmp/$1.ran"
	awk -v bound="$2" '{ w[NR] = $2 ? 1 / $2 : 1; ran[NR] = $3; W += w[NR]; all += $3 }
		END { for (i in w) { off = ran[i] - all * w[i] / W; if (off > bound || -off > bound) { print "domain " i - 1 " is off by " off " us"; bad = 1 } }
			exit bad || NR < 2 || all < 350000 }' "$tmp/$1.ran"
}
# field NAME DOMAIN COLUMN
field() { awk -v d="$2" -v c="$3" '$1 == d { print $c }' "$tmp/$1.ran"; }
# worst NAME: how late the latency-sensitive domain was at worst, in us, of 30 times or more
worst() { sed -nE 's/^latency: wakes=[34][0-9] .* worst_us=([0-9]+)$/\1/p' "$tmp/$1.console"; }

two() { run two s10,s5 "${direct[@]}" && by_weight two 6000; }
three() { run three s6,s3,s2 "${direct[@]}" && by_weight three 7000; }
three_shadow() { run three s6,s3,s2 "${shadow[@]}" && by_weight three 7000; }
mixed() { run mixed s10,S5,s5,S2 "$@" && by_weight mixed 8000; }
ok two_that_spin_share_by_weight two
ok and_three three
ok and_three_in_shadow_mode three_shadow
ok and_two_of_each_design mixed "${direct[@]}"
ok under_segments_too mixed "${shadow[@]}" ISOLATION=segments
rr() { run rr s10,s5,S2 "${direct[@]}" SCHED=rr && by_weight rr 6000; }
ok round_robin_gives_equal_parts rr
allowance() { # with C = 1 ms they stay five times as near
	tools/run SCENARIO=none MEM=4 TRACE=off GUEST_ARGS="ms=400" EXTRA="allowance=1000 share=s6,s3,s2" OUT="$tmp/near" LIMIT=120 "${direct[@]}" &&
		sed -nE 's/.*domain ([0-9]): advance ([0-9]+) .* ran ([0-9]+) us.*/\1 \2 \3/p' "$tmp/near.console" >"$tmp/near.ran" && by_weight near 1500
}
ok a_lesser_allowance_keeps_them_nearer allowance

# One that sleeps and one that never wakes: the others share what is left.
blocked() {
	run blocked s10,b10,s10,B10 "$@" && [ "$(field blocked 1 3)" -lt 500 ] && [ "$(field blocked 3 3)" -lt 500 ] &&
		[ "$(field blocked 1 5)" -gt 350000 ] && sed -i '/^[13] /d' "$tmp/blocked.ran" && by_weight blocked 6000
}
ok who_waits_for_ever_hinders_nobody blocked "${direct[@]}"
ok nor_in_shadow_mode blocked "${shadow[@]}"
# Two that sleep by turns, and nobody else: the processor is idle, and is nobody's.
idle() { run idle l10,l10,b10,s10 "${direct[@]}" && [ "$(field idle 3 3)" -gt 300000 ]; }
ok the_sleepers_leave_the_rest_to_who_spins idle
# While all sleep the processor is nobody's: neither Domain 0 nor the other is charged for it.
asleep() {
	cp -r build/guest/room "$tmp/room" &&
		printf '%s\n' 'tl create finch name=one mmu=direct mem=8 scenario=shell' 'sleep 2000' 'tl list' 'tl destroy one' >"$tmp/room/asleep.sh" &&
		(cd "$tmp/room" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/asleep.cpio" &&
		tools/run MMU=direct INITRD="$tmp/asleep.cpio" SCENARIO=asleep MEM=32 HOST_MEM=96 TRACE=off OUT="$tmp/asleep" LIMIT=120 &&
		tr -d '\r' <"$tmp/asleep.console" | awk '$2 ~ /^[01]$/ && $3 == "direct" { n++; print; bad += $NF > 100 } END { exit bad || n != 2 }'
}
ok nobody_is_charged_for_an_idle_processor asleep
yields() { run yields s10,y1 "$@" && [ "$(field yields 1 3)" -lt 2000 ] && [ "$(field yields 0 3)" -gt 350000 ]; }
ok who_yields_lets_the_other_run yields "${direct[@]}"
yield_rr() { run yields s10,y1 "${direct[@]}" SCHED=rr && [ "$(field yields 1 3)" -lt 2000 ]; }
ok under_round_robin_too yield_rr

# Who asks for the time all the time does not get more of it: the end of a slice is not put off.
asks() { run asks "$1" "${@:2}" && by_weight asks 7000; }
ok who_sets_timers_all_the_time_is_interrupted asks s10,a10 "${direct[@]}"
ok by_round_robin_too asks s10,a10 "${direct[@]}" SCHED=rr
ok and_in_shadow_mode asks s10,a10 "${shadow[@]}" ISOLATION=segments
ok and_of_both_designs asks s10,a10,S10,A10 "${direct[@]}"

# The same latency-sensitive domain without warp and with it. It gets no more of the processor, but sooner.
latency() {
	run plain s10,l10,s10 "$@" && run warped s10,l10w500000,s10 "$@" && run robin s10,l10,s10 "$@" SCHED=rr &&
		echo "plain $(worst plain) warped $(worst warped) robin $(worst robin)" &&
		[ "$(worst plain)" -gt 4000 ] && [ "$(worst robin)" -gt 4000 ] && [ "$(worst warped)" -lt "$sooner" ] &&
		[ "$(field warped 1 3)" -lt 45000 ] && [ "$(field warped 1 3)" -gt 30000 ]
}
sooner=100
ok with_warp_one_is_woken_at_once latency "${direct[@]}"
sooner=1100 # its timer ticks every millisecond
ok and_within_a_tick_in_shadow_mode latency "${shadow[@]}"
others() { sed -i '/^1 /d' "$tmp/warped.ran" && awk '{ ran[NR] = $3 } END { exit ran[1] - ran[2] > 7000 || ran[2] - ran[1] > 7000 }' "$tmp/warped.ran"; }
ok the_others_share_what_is_left others

# Virtual timers: as many events as there are periods, alone or not; who is not running gets the last one late.
timers() { # SHARE LEAST-OF-PERIODIC LAST WORST
	run timers "$1" "${direct[@]}" && grep timers: "$tmp/timers.console" &&
		sed -nE 's/^timers: periodic events=([0-9]+) of=([0-9]+) last_us=([0-9]+) singleshot events=([0-9]+) worst_us=([0-9]+)$/\1 \2 \3 \4 \5/p' "$tmp/timers.console" |
		awk -v least="$2" -v last="$3" -v worst="$4" '{ seen = 1; exit $1 > $2 || $1 < $2 * least || $2 < 50 || $3 > last || $4 < 15 || $5 > worst } END { if (!seen) exit 1 }'
}
ok virtual_timers_do_not_drift timers t10,b10 1 10 10
ok nor_beside_one_that_spins timers t5w500000,s10 0.5 6000 10

again() {
	run first s10,l5w100000,S3 "${direct[@]}" TRACE=all && run second s10,l5w100000,S3 "${direct[@]}" TRACE=all &&
		cmp "$tmp/first.console" "$tmp/second.console" && diff -r "$tmp/first.ctf" "$tmp/second.ctf"
}
ok the_same_run_is_the_same_again again
# What the trace says of each is what the hypervisor has counted; and it can be drawn.
books() {
	grep -q ', 0 discarded' <(build/bin/tltrace info "$tmp/first.ctf") &&
		build/bin/tltrace timeline "$tmp/first.ctf" -o "$tmp/first.svg" | tee "$tmp/books" && rsvg-convert "$tmp/first.svg" -o "$tmp/first.png" &&
		awk 'NR == FNR { ran[$1] = $3; next } $1 in ran { seen++; off = $2 - ran[$1]; if (off > 1000 || off < -1000) exit 1 } END { exit seen != 3 }' \
			"$tmp/first.ran" "$tmp/books" && [ "$(grep -c 'class="warped"' "$tmp/first.svg")" -gt 20 ]
}
ok the_trace_has_the_same_books books
# Who runs or waits exists; what is not recorded is not said.
lives() {
	build/bin/tltrace timeline "$tmp/first.ctf" --json | tee "$tmp/lives" &&
		python3 -c 'import json, sys
all = [json.loads(line) for line in sys.stdin]
sys.exit(len(all) != 3 or any(not d["ran_us"] + d["waited_us"] <= d["existed_us"] + 1 or d["existed_us"] < 1000 for d in all))' <"$tmp/lives" &&
		[ "$(grep -c 'class="exists"' "$tmp/first.svg")" = 4 ] && grep -q 'it has not begun, or has ended' "$tmp/first.svg"
}
ok it_knows_when_each_was_there lives
untold() {
	run untold s10,s5 "${direct[@]}" TRACE=dom && build/bin/tltrace timeline "$tmp/untold.ctf" -o "$tmp/untold.svg" >"$tmp/untold.said" &&
		grep -q 'was not recorded (TRACE=life)' "$tmp/untold.said" && grep -q 'class life not recorded' "$tmp/untold.svg" &&
		! grep -q 'class="exists"' "$tmp/untold.svg" && grep -q '"existed_us":null,' <(build/bin/tltrace timeline "$tmp/untold.ctf" --json)
}
ok without_class_life_it_says_that_it_does_not_know untold
ok a_bad_word_is_refused bash -c 'tools/run SCENARIO=none "${@:2}" EXTRA=share=s OUT="$1/bad"; [ $? = 2 ] && grep -q "share=: not understood" "$1/bad.console"' \
	- "$tmp" "${direct[@]}"
ok a_policy_that_is_none_is_refused bash -c 'tools/run SCHED=fifo OUT="$1/bad"; [ $? = 2 ] && grep -q "sched=fifo: not one of bvt|rr" "$1/bad.console"' \
	- "$tmp"
done_testing
