#!/usr/bin/env bash
# oracle.sh: `same` and `seeds` of lab.conf: the bare machine says what is right, once for a class; a
# test with several seeds fails with the first that does.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
tl=$PWD/build/bin/tlgrade

# A tree in which the machines are only played: the bare one and a domain print what these files say.
hollow $lab "$tmp/tree"
cd "$tmp/tree" || exit 1
mkdir -p tools build/bin
sed -i 's/@.*/@touch $@/' Makefile
cat >tools/run <<'END'
#!/bin/bash
for word; do
	case $word in OUT=*) out=${word#*=} ;; MMU=none) bare=1 ;; SEED=*) seed=${word#*=} ;; esac
done
if [ "${bare:-}" ]; then
	echo "$@" >>bare.runs
	cp bare "$out.console"
	exit "$(cat bare.status)"
fi
echo "$seed" >>seeds
: >"$out.int.log"
cp domain "$out.console"
! grep -qx "$seed" bad || echo "x is wrong" >"$out.console"
END
# What the guest has sent: all but what begins with "forged".
printf '#!/bin/sh\n[ "$1" != spoken ] || grep -v "^forged" "$3"\nexit 0\n' >build/bin/tltrace
chmod +x tools/run build/bin/tltrace
sed -i '/^\[test /,$d' labs/$lab/lab.conf
cat >>labs/$lab/lab.conf <<'END'
[test one]
stage = 02.1b
points = 10
run = TRACE=off SENSITIVE=breakpoint SCENARIO=x
same = ^(x|forged)
[test two]
stage = 02.1b
points = 10
run = TRACE=off SCENARIO=x
seeds = 4
same = ^x
END
printf 'hello\nx 1\nx 2\n' >bare
echo 0 >bare.status
: >bad
grade() { $tl grade $lab --seed 1 --out "$tmp/run" --stage "$@" >"$tmp/log" 2>&1; }
said() { grep -qF -- "$1" "$tmp/log"; }
same() { printf "$1" >domain; grade one; }
export -f grade same
export tl lab tmp
ok what_differs_but_does_not_match_is_no_matter same 'x 1\nother\nx 2\nend\n'
fails another_line_is same 'x 1\nx 3\n'
ok both_sides_are_told bash -c 'grep -A1 "both: *x 1" "$1" && grep -q "on the bare machine: *x 2" "$1" && grep -q "under your hypervisor: *x 3" "$1"' - "$tmp/log"
fails so_is_one_less same 'x 1\n'
ok and_it_is_told said 'under your hypervisor:  nothing more'
fails so_is_one_more same 'x 1\nx 2\nx 3\n'
ok and_that_is_told said 'on the bare machine:    nothing more'
fails so_is_another_order same 'x 2\nx 1\n'
ok all_this_took_one_bare_run test "$(wc -l <bare.runs)" = 1

# Several seeds, the same for everybody.
printf 'x 1\nx 2\n' >domain
rm seeds
ok four_seeds_are_run grade two
ok all_different test "$(sort -u seeds | wc -l)" = 4
cp seeds first && rm seeds
sed -n 3p first >bad
fails one_bad_seed_fails grade two
ok it_is_the_last_that_is_run cmp <(head -3 first) seeds
ok and_it_is_named said "SEED=$(cat bad)"
ok with_its_number said 'run 3 of 4'
ok each_seed_has_its_bare_run test "$(grep -c SEED bare.runs)" = 5

# What the bare machine does not say is not asked of a student.
sed -i 's/^same = .*/same = ^nothing/' labs/$lab/lab.conf
ok an_oracle_that_is_silent_grades_nobody bash -c '"$@"; [ $? = 2 ]' - $tl grade $lab --seed 1 --out "$tmp/run" --stage one
rm -rf build/bare
echo 137 >bare.status
sed -i 's/^same = .*/same = ^x/' labs/$lab/lab.conf
ok nor_does_one_that_was_killed bash -c '"$@"; [ $? = 2 ]' - $tl grade $lab --seed 1 --out "$tmp/run" --stage one
ok and_keeps_nothing test -z "$(ls build/bare)"
echo 0 >bare.status
printf 'x 1\nforged x 2\n' >domain
printf 'x 1\nforged x 2\n' >bare
sed -i 's/^same = .*/same = ^(x|forged)/' labs/$lab/lab.conf
fails what_no_guest_has_sent_does_not_count grade one
ok and_it_is_said said 'no guest has sent:  forged x 2'
sed -i 's/^same = .*/&\nexpect = tests\/x.expect/' labs/$lab/lab.conf
ok a_trace_cannot_be_expected_without_one dies 'has no trace to expect anything of' $tl grade $lab
done_testing
