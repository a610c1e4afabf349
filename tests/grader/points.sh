#!/usr/bin/env bash
# points.sh: a mistake loses the points of what it breaks; tests are told in the order of their stages, a
# todo once, and a hint where it belongs.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
tl=$PWD/build/bin/tlgrade
hollow $lab "$tmp/tree"
cd "$tmp/tree" || exit 1
# A machine that is only played: each scenario has a file with what it prints, and one with its status.
mkdir -p tools build/bin
sed -i 's/@.*/@touch $@/' Makefile
cat >tools/run <<'END'
#!/bin/bash
for word; do case $word in OUT=*) out=${word#*=} ;; SCENARIO=*) scenario=${word#*=} ;; esac done
: >"$out.int.log"
sed "s/CPU/$(ulimit -t)/" "$scenario" >"$out.console"
cp "$scenario.insns" "$out.insns" 2>/dev/null
echo "$scenario" >>ran
exit "$(cat "$scenario.status" 2>/dev/null || echo 0)"
END
printf '#!/bin/sh\n[ "$1" != spoken ] || cat "$3"\nexit 0\n' >build/bin/tltrace
chmod +x tools/run build/bin/tltrace
cat >labs/$lab/lab.conf <<'END'
[lab]
title = t
file = hv/mmu/shadow/walk.c
hint = /PANIC: no reference/ dropped twice
[stage 02.1]
title = one
todo = write one
read = 1
[stage 02.2]
title = two
todo = write two
read = 2
needs = 02.1
[stage 02.3]
title = three
needs = 02.2
[test late]
stage = 02.3
points = 30
run = TRACE=off SCENARIO=late
console = ^late=1$
[test half]
stage = 02.3
points = 20
alone = 7
run = TRACE=off SCENARIO=half
console = ^half=1$
[test first]
stage = 02.1
points = 40
run = TRACE=off SCENARIO=first
console = ^first=1$
hint = /first=2/ twice is too often
hint = whatever it is
[test middle]
stage = 02.2
points = 10
run = TRACE=off SCENARIO=middle
console = ^middle=1$
END
for test in first middle late half; do echo "$test=1" >$test; done
grade() { $tl grade $lab --seed 1 --out "$tmp/run" --gradescope "$tmp/json" "$@" >"$tmp/log" 2>&1; }
said() { grep -qE -- "$1" "$tmp/log"; }
export -f grade
export tl lab tmp
ok all_points grade
ok in_the_order_of_the_stages test "$(sed -n 's/^  ok .* \([a-z]*\): $/\1/p' "$tmp/log" | xargs)" = 'first middle late half'

echo 'first=2' >first
fails one_is_wrong grade
ok what_needs_it_is_run_all_the_same said '^  ok +02.2 +10/10 .*passes, but needs 02.1'
ok and_has_its_points said "$lab: 60/100"
ok its_hint_is_shown said '^ +hint: twice is too often'
ok and_no_other bash -c '! grep "whatever" "$1"' - "$tmp/log"
ok gradescope_is_told grep -q 'passes, but needs 02.1' "$tmp/json"
echo 'first=3' >first
fails another_failure grade
ok has_the_general_hint said '^ +hint: whatever it is'
echo 3 >first.status
fails a_crash grade
ok has_none bash -c '! grep "hint:" "$1"' - "$tmp/log"
ok not_even_a_lab_s bash -c '! grep "dropped twice" "$1"' - "$tmp/log"
echo 'trapline: PANIC: no reference to drop' >first
fails a_panic grade
ok has_what_the_lab_says_of_it said '^ +hint: dropped twice'
rm first.status

# A guest that leaves with another code has mostly said why; that it has left is not hidden either.
printf 'first=2\ntrapline: domain 0: left by port f4 (code 1)\n' >first && echo 1 >first.status
fails a_guest_that_leaves_with_another_code grade
ok what_it_has_said_comes_first bash -c 'grep -A3 "FAIL.* first" "$1" | sed -n 2p | grep "should have:  ^first=1"' - "$tmp/log"
ok with_its_hint said '^ +hint: twice is too often'
ok then_how_it_ended said '^ +then it ended with exit code 1, not as agreed'
printf 'first=1\ntrapline: domain 0: left by port f4 (code 1)\n' >first
fails one_that_has_said_nothing_wrong_fails_too grade
ok by_its_end_alone said '^ +it ended with exit code 1, not as agreed'
printf 'first=2\ntrapline: domain 0 ended: no handler (code 13)\n' >first && echo 2 >first.status
fails a_guest_that_is_ended grade
ok fails_by_that bash -c 'grep -A1 "FAIL.* first" "$1" | grep "it ended with: trapline: domain 0 ended: no handler"' - "$tmp/log"
rm first.status

echo 'first=1' >first && echo 'middle=0' >middle
fails a_middle_one_is_wrong grade
ok alone_a_test_has_what_its_author_gives said '^  ok +02.3 +7/20 .*passes, but needs 02.2'
ok and_the_sum_is_of_these said "$lab: 77/100"
echo 'late=0' >late
fails a_later_one_is_wrong_too grade
ok it_leads_to_the_first said 'needs 02.2, which has not passed either: perhaps the cause is there'
echo 'late=1' >late

# One that should have been ended is not called wrong by its exit code alone, and its hint belongs there.
sed '/^\[test first\]/,/^\[/s/^points = 40/&\nexit = 2/' labs/$lab/lab.conf >conf && cp labs/$lab/lab.conf kept && cp conf labs/$lab/lab.conf
printf 'first=1\ntrapline: domain 0: left by port f4 (code 0)\n' >first
fails one_that_should_have_been_ended_comes_to_its_end grade
ok that_is_what_is_said said '^ +the guest came to its end; the hypervisor should have ended it'
ok and_its_hint said '^ +hint: whatever it is'
cp kept labs/$lab/lab.conf && echo 'first=1' >first

# Not written: said once; nothing is to be seen of what needs it.
echo 'trapline: lab stage 02.2 is not written yet' | tee middle >first
echo 4 | tee middle.status >first.status
fails nothing_written grade
ok what_is_to_do_is_said_once test "$(grep -c 'to do: write two' "$tmp/log")" = 1
ok the_first_stage_stopped_at_another test "$(grep -c 'stopped at 02.2' "$tmp/log")" = 1
ok and_the_others_are_skipped test "$(grep -cE '^  skip .*(middle|late|half)' "$tmp/log")" = 3
ok none_is_said_to_be_unwritten_that_stopped_at_another said 'needs stage 02.1, which could not be tried yet'

# A machine that stops so before its guest begins, does so whatever the guest is to do: but another machine may not.
sed -n '1,/^read = 1/p' labs/$lab/lab.conf >conf
while read -r test words; do
	printf '[test %s]\nstage = 02.1\npoints = 20\nseeds = 2\nrun = %s SCENARIO=%s\nconsole = ^ok$\n' "$test" "$words" "$test"
	echo 'trapline: lab stage 02.1 is not written yet' >"$test" && echo 4 >"$test.status" && echo 0 >"$test.insns"
done >>conf <<-'END'
	one TRACE=off MEM=8
	again MEM=8 GUEST_ARGS=x=1 TRACE=off
	larger TRACE=off MEM=9
	fewer TRACE=off
	more TRACE=off MEM=8 ISOLATION=paging
END
cp conf labs/$lab/lab.conf && rm -f ran
fails nothing_comes_to_its_guest grade -j 1
ok one_of_each_machine_is_run test "$(xargs <ran)" = 'one larger fewer more'
ok the_other_has_not_written_it_either said '^  todo .*again'
ok and_is_told_with_its_own_seed said 'again: .* SEED=[1-9][0-9]* .*SCENARIO=again'
grade -j 1 --gradescope "$tmp/json"
ok why_it_was_not_run_is_said grep -q 'stopped at 02.1, which is not written yet: before the guest begins, as in test one, so this one was not run' "$tmp/json"
ok and_what_is_to_do_is_said_once_of_each_machine test "$(grep -c 'to do: write one' "$tmp/log")" = 1
rm ran && echo 7 >one.insns
fails a_guest_that_has_begun grade -j 1
ok may_do_otherwise_in_each_test test "$(xargs <ran)" = 'one again larger fewer more'
ok what_is_asked_for_is_run bash -c 'rm ran; echo 0 >one.insns; grade -j 1 --stage again; [ "$(cat ran)" = again ]'
rm -- *.status *.insns

# Who hangs everywhere is not waited for everywhere.
sed -n '1,/^read = 1/p' labs/$lab/lab.conf >conf
for test in one two three four; do
	printf '[test %s]\nstage = 02.1\npoints = 25\nrun = TRACE=off SCENARIO=%s\nconsole = ^time=10$\n' $test $test
	echo 'time=CPU' >$test
done >>conf
cp conf labs/$lab/lab.conf
ok as_long_as_nothing_hangs_there_is_time grade
for test in one two three; do echo 124 >$test.status; done
fails three_hang grade -j 1
ok the_fourth_has_less said '^ +it has:  time=3$'
done_testing
