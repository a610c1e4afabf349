#!/usr/bin/env bash
# trace.sh: Domain 0 reads the trace's ring (`tl trace`): its lines are those that the host reads from the same memory.
. "$(dirname "$0")/../lib.sh"

# script NAME RUN-ARGUMENTS...: Domain 0 runs the lines of standard input.
script() {
	local name=$1
	shift
	rm -rf "$tmp/room" && cp -r build/guest/room "$tmp/room" && cat >"$tmp/room/$name.sh"
	(cd "$tmp/room" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/$name.cpio"
	tools/run MMU=direct INITRD="$tmp/$name.cpio" SCENARIO="$name" MEM=32 HOST_MEM=192 OUT="$tmp/$name" "$@" >"$tmp/$name.said" 2>&1
}
says() { grep -qE -- "$2" "$tmp/$1.console" || { cat "$tmp/$1.console"; false; }; }
# printed NAME N: the lines of its N-th command; host NAME OPTION...: as tltrace has them.
printed() { awk -v n="$2" '/^\$ tl trace( |$)/ { k++ } /^ *[0-9]+ +[0-9]+ /  && k == n' "$tmp/$1.console"; }
host() { build/bin/tltrace dump "$tmp/$1.ctf" "${@:2}"; }
# From the first line on, the next N of that domain, and of these events.
same() { # NAME COMMAND N OPTION...
	printed "$1" "$2" >"$tmp/lines"
	[ "$(wc -l <"$tmp/lines")" = "$3" ] && diff "$tmp/lines" <(host "$1" "${@:4}" --from "$(awk 'NR == 1 { print $1 }' "$tmp/lines")" | head -n "$3")
}

events_of() { sed -nE "s/^TRACE_EVENT\([0-9]+, (\w+), ($1),.*/\1/p" include/trapline/event.def | paste -sd"$2"; } # CLASSES SEPARATOR
none_of() { # CLASSES: no such events are among the last lines that were compared
	! grep -E " ($(events_of "$1" '|')) +\w+=" "$tmp/lines"
}

for isolation in paging segments; do
	script room TRACE=life,dom ISOLATION=$isolation <<-'END'
		tl create finch name=one mmu=shadow mem=8 scenario=spin
		tl create finch name=two mmu=direct mem=8 scenario=procs seed=3
		tl trace events=40
		tl trace dom=two class=all events=500
		tl trace class=trap,mmu dom=one seconds=2 events=60
		tl trace dom=one class=all events=80
		tl trace events=30
		tl destroy one two
	END
	ok "domain_0_looks_at_the_trace_$isolation" test $? = 0
	ok "what_is_recorded_is_what_the_host_reads_$isolation" same room 1 40
	ok "also_of_one_domain_and_all_classes_$isolation" same room 2 500 --domain 2
	ok "and_of_a_shadow_domain_$isolation" same room 3 60 --domain 1 --event "$(events_of "trap|mmu" ,)"
	ok "classes_are_told_apart_$isolation" none_of "life|hcall|insn|dom"
	ok "it_can_be_had_again_$isolation" same room 4 80 --domain 1
	ok "then_it_is_as_before_$isolation" same room 5 30
	ok "nothing_but_what_was_recorded_before_$isolation" none_of "trap|hcall|insn|mmu"
done

# Each domain has a filter of its own.
script filter TRACE=life <<'END'
tl create finch name=one mmu=shadow mem=8 scenario=spin trace=off
tl create finch name=two mmu=direct mem=8 scenario=spin
tl trace-filter Domain-0 off
tl trace class=life,trap,hcall,insn,mmu,dom seconds=2 events=100
tl trace-filter two trap
tl trace class=life,trap,hcall,insn,mmu,dom seconds=2 events=50
tl trace-filter one dom
tl trace-filter two off
tl trace class=life,trap,hcall,insn,mmu,dom seconds=2 events=20
tl trace-filter Domain-0 all
tl trace class=life,trap,hcall,insn,mmu,dom events=20
END
of() { awk '{ print $3 }' "$tmp/lines" | sort -u | xargs; }
ok one_domain_of_several_is_recorded same filter 1 100
ok nobody_else_is test "$(of)" = d2v0
ok of_it_some_classes same filter 2 50 --domain 2
ok and_no_others none_of "life|hcall|insn|mmu|dom"
ok then_another same filter 3 20
ok with_its_own_classes test "$(of) $(none_of 'life|trap|hcall|insn|mmu' && echo none)" = 'd1v0 none'
ok and_domain_0_again same filter 4 20

# Nothing is recorded at first; all of it goes to a disk, from where the host takes it.
truncate -s 16M "$tmp/hda.img"
script disk TRACE=off DISK="$tmp/hda.img" <<'END'
tl create finch name=two mmu=direct mem=8 scenario=spin
tl trace events=1
tl trace class=all dom=two events=300
tl trace to=dev/hda
tl trace to=nowhere
END
ok without_classes_there_is_nothing says disk '^tl: 0 events: of what is recorded, nothing has come'
ok it_goes_to_a_disk says disk '^tl: [1-9][0-9]* packets of 4096 bytes$'
ok the_host_takes_it_from_there build/bin/tltrace extract --stream "$tmp/hda.img" "$tmp/disk.ctf"
ok and_it_is_what_was_printed same disk 2 300 --domain 1
ok who_has_no_disk_is_told says disk '^tl: trace: to=nowhere: '

# What a program wants is recorded as long as it runs, beside another, and however it ends.
script ends TRACE=dom <<'END'
tl create finch name=two mmu=direct mem=8 scenario=spin
tl trace class=trap dom=two seconds=1 events=1000000 | wc &
sleep 50
tl trace class=mmu dom=two seconds=2 events=1000000 | wc
tl trace events=30
tl trace class=all seconds=100 events=1000000 &
sleep 20
ps
kill 12
tl trace events=30
END
ok two_look_at_once test $? = 0
ok and_leave_what_was_recorded_before same ends 3 30
ok nothing_of_the_two none_of "trap|hcall|insn|mmu|life"
ok one_is_killed same ends 5 30
ok and_nothing_of_it_stays none_of "trap|hcall|insn|mmu|life"

# A full ring, and wrong words.
script full TRACE=all EXTRA=trace-kb=16 <<<'tl trace'
ok a_full_ring_is_said says full '^tl: the ring is full, [1-9][0-9]* events were lost'
wrong() { # NAME TEXT WORDS
	script wrong TRACE=off <<<"tl trace $3"
	ok "$1" says wrong "^tl: $2"
}
wrong a_class_that_is_none 'class=foo: not all, off, or some of' class=trap,foo
wrong no_word_of_it 'trace: what is 5\?' 5
wrong no_domain 'there is no domain 7' dom=7
wrong said_twice 'events=5 and events=6: which\?' 'events=5 events=6'
done_testing
