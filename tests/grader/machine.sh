#!/usr/bin/env bash
# machine.sh: what the machine fails at is nobody's grade: it is said, not stored, and done again.
. "$(dirname "$0")/lib.sh"
# A full disk can be had by root alone, and apart, so that no mount stays.
if [ "$(id -u)" = 0 ] && [ -z "${APART:-}" ] && unshare -m true 2>/dev/null; then
	APART=1 exec unshare -m "$PWD/tests/grader/machine.sh"
fi
lab=01-rings
tl=$PWD/build/bin/tlgrade class=$tmp/class
mkdir -p "$class"
ok there_is_a_kit make -s kit LAB=$lab
reference $lab "$class/alice"
reference $lab "$class/bob"
echo "no C" >>"$(echo "$class"/bob/*.c | cut -d " " -f 1)"

# batch BOOK OPTIONS...: its exit code is that of the batch
batch() { timeout 120 "$tl" batch $lab "$class" --book "$1" --seed 1 "${@:2}" >"$tmp/log" 2>&1; }
ends_with() { # CODE COMMAND...
	local code=0
	"${@:2}" || code=$?
	cat "$tmp/log"
	[ $code = "$1" ]
}
said() { grep -qE "^$1: not graded: .*$2" "$tmp/log" || { cat "$tmp/log" && false; }; }
stored() { "$tl" report $lab --csv --book "$1" | grep -c '^"'; }
none_stored() { [ "$(stored "$1")" = 0 ]; }

# bubblewrap, but for what is given by WHEN, a pattern of its words: there it does THEN.
mkdir "$tmp/bin"
cat >"$tmp/bin/bwrap" <<-'END'
	#!/bin/bash
	case "$*" in $WHEN) eval "$THEN" ;; esac
	exec "$BWRAP" "$@"
END
chmod +x "$tmp/bin/bwrap"
BWRAP=$(command -v bwrap)
export BWRAP
with() { WHEN=$1 THEN=$2 PATH=$tmp/bin:$PATH "${@:3}"; } # WHEN THEN COMMAND...
n=0
# ungraded NAME WHEN THEN: whatever fails so, alice has no grade
ungraded() {
	n=$((n + 1))
	ok "$1" with "$2" "$3" ends_with 2 batch "$tmp/$n.db" -j 2
	ok "$1,_and_is_said" said alice "$4"
	"$tl" report $lab --csv --book "$tmp/$n.db" >"$tmp/csv"
	ok "$1,_and_is_not_stored" bash -c '! grep "^\"alice" "$1"' - "$tmp/csv"
}
ungraded no_build_is_begun '*make*' 'exit 1' 'did not|failed'
ungraded no_emulator_is_begun '*tools/run*' 'echo setpriv failed; exit 1' 'setpriv failed'
ok the_batch_has_graded_the_others grep -q '^"bob",0,100' "$tmp/csv"
ungraded no_log_is_made '*tools/run*' 'echo >&3; exit 0' 'did not start'
ungraded the_witness_is_killed '*tltrace*' 'echo >&3; kill -KILL $$' 'could not do its work'
grade() { (cd build/kit/$lab && timeout 120 "$tl" grade $lab --submission "$class/alice" --out "$tmp/grade" \
	--gradescope "$tmp/results.json" >"$tmp/log" 2>&1); }
ok grade_says_so_too with '*tltrace*' 'echo >&3; exit 126' ends_with 2 grade
ok and_leaves_no_results test ! -e "$tmp/results.json" -a -d "$tmp/grade"

if [ -n "${APART:-}" ] && mkdir -p "$tmp/full.db.work" && mount -t tmpfs -o size=2500k none "$tmp/full.db.work"; then
	full=$tmp/full.db
	ok a_full_disk_is_no_grade ends_with 2 batch "$full"
	ok for_nobody bash -c '[ "$(grep -c "not graded: less than 64 MB" "$1")" = 2 ]' - "$tmp/log"
	mount -o remount,size=500m "$full.work"
	ok nor_is_one_that_a_submission_could_fill ends_with 2 batch "$full"
	ok and_it_says_how_much_is_wanted said bob 'less than 1024 MB'
	mount -o remount,size=2g "$full.work"
	(
		until_true 110 compgen -G "$full.work/$lab/alice-*/*.console"
		mount -o remount,size=4m "$full.work"
	) >/dev/null &
	ok nor_one_that_fills_on_the_way ends_with 2 batch "$full" -j 1
	wait $!
	ok nothing_is_stored none_stored "$full"
	mount -o remount,size=2g "$full.work"
	rm -r "$class/alice"
	ok with_room_it_is_graded ends_with 0 batch "$full"
	umount "$full.work"
fi

# One book, two callers.
reference $lab "$tmp/carol"
"$tl" batch $lab "$tmp/carol" --book "$tmp/shared.db" >"$tmp/first" 2>&1 &
caller=$!
until_true 60 compgen -G "$tmp/shared.db.work/$lab/carol*"
ok a_second_caller_is_refused ends_with 2 batch "$tmp/shared.db"
ok and_is_told_why grep -q 'another call is grading into' "$tmp/log"
kill -KILL $caller
wait $caller 2>/dev/null
rm -rf "$class/alice"
ok one_that_was_killed_is_in_nobodys_way batch "$tmp/shared.db"

# Ended in the middle, as by Ctrl-C, nothing stays where temporary files are, and no emulator.
left() { ls -A "$tmp/mine"; grep -ls "${tmp##*/}/[m]ine" /proc/[0-9]*/cmdline; }
leaves_nothing_after() { # SIGNAL
	mkdir -p "$tmp/mine"
	(
		until_true 100 compgen -G "$tmp/mine/trapline.*/ram" && touch "$tmp/begun"
		kill -"$1" "$(cat "$tmp/pid")"
	) &
	TMPDIR=$tmp/mine bash -c 'echo $$ >"$1"; exec "$2" grade "$3" --out "$4"' - "$tmp/pid" "$tl" $lab "$tmp/graded"
	wait $!
	until_true 60 eval '[ -z "$(left)" ]' || left
	[ -e "$tmp/begun" ] && rm "$tmp/begun" && [ -z "$(left)" ]
}
ok after_ctrl_c_nothing_is_left leaves_nothing_after INT
ok nor_after_a_kill leaves_nothing_after KILL
done_testing
