#!/usr/bin/env bash
# term.sh: what comes after the verdicts: late days, submissions that are handed in again, points that a person gives, earlier
# gradings, and a gradebook of an earlier version.
. "$(dirname "$0")/lib.sh"
export TZ=UTC
lab=02-pagefault
tl=$PWD/build/bin/tlgrade
due='due = 2026-03-01 23:59 +0100'
played $lab "$tmp/kit" "$due\nlate_points = 10\nlate_free = 1\nlate_most = 4\nlate_grace = 30"
cd "$tmp/kit" || exit 1
policy() { played $lab "$tmp/kit" "$1"; }
# hand NAME WHEN LINES: a submission as of that time
hand() {
	mkdir -p "$tmp/class/$1" && printf "$3" >"$tmp/class/$1/walk.c" && touch -d "$2" "$tmp/class/$1/walk.c"
}
batch() { $tl "${1:-batch}" $lab "${@:2}" "$tmp/class" --kit "$tmp/kit" --book "$tmp/book.db" --seed 4 -j 2 >"$tmp/log" 2>&1 || { cat "$tmp/log"; false; }; }
report() { $tl report $lab --book "$tmp/book.db" "$@"; }
# row NAME COLUMN...: of the CSV
row() {
	report --csv | python3 -c '
import csv, sys
for r in csv.DictReader(sys.stdin):
    if r["student"] == sys.argv[1]:
        print(*[r[c] for c in sys.argv[2:]])' "$@"
}
is() { local want=$1; shift; local got; got=$(row "$@"); echo "$got"; [ "$got" = "$want" ]; }
all='one=1\ntwo=1\n'
hand punctual 2026-03-01T22:59:00Z "$all"
hand within-grace 2026-03-01T23:29:00Z "$all"
hand one-day 2026-03-01T23:29:01Z "$all"
hand two-days 2026-03-03T12:00:00Z "$all"
hand four-days 2026-03-05T23:28:00Z "$all"
hand too-late 2026-03-05T23:30:00Z "$all"
hand little 2026-03-04T12:00:00Z 'one=0\n'
ok the_class_is_graded batch
ok it_says_how_many_are_late_and_who_most grep -q '^5 of 7 are late, at most by 5 days: too-late$' "$tmp/log"
late_lines() { sed -n 's/^\[[0-9/]*\] \([a-z-]*\) .*left)\( *[0-9]* days* late\)*$/\1\2/p' "$tmp/log" | tr -s ' ' | sort | xargs; }
ok and_of_each_how_late test "$(late_lines)" = 'four-days 4 days late little 3 days late one-day 1 day late punctual too-late 5 days late two-days 2 days late within-grace'
# Times that are hard to believe.
copied() { for name in a b c; do mkdir -p "$tmp/copied/$name" && echo one=1 >"$tmp/copied/$name/walk.c" && touch -d "$1" "$tmp/copied/$name/walk.c"; done; $tl batch $lab "$tmp/copied" --kit "$tmp/kit" --book "$tmp/copied.db" >"$tmp/copied.log" 2>&1; }
copied 2026-03-01T10:00:00Z
ok a_class_of_one_minute_was_copied grep -q '^all 3 have one time, 2026-03-01 10:00: is it when they were copied or unpacked? ' "$tmp/copied.log"
touch -d 2026-03-01T10:01:30Z "$tmp/copied/c/walk.c" && $tl batch $lab "$tmp/copied" --kit "$tmp/kit" --book "$tmp/copied.db" >"$tmp/copied.log" 2>&1
fails one_of_two_minutes_was_not grep -q 'have one time' "$tmp/copied.log"
touch -d '+3 days' "$tmp/copied/b/walk.c" && $tl batch $lab "$tmp/copied" --kit "$tmp/kit" --book "$tmp/copied.db" >"$tmp/copied.log" 2>&1
ok a_time_to_come_is_told grep -q "^1 have a time that is yet to come, at most $(date -d '+3 days' +%F) ..:..: b; is this machine" "$tmp/copied.log"
for line in 'punctual 0 0 100' 'within-grace 0 0 100' 'one-day 1 0 100' 'two-days 2 10 90' 'four-days 4 30 70' 'too-late 5 100 0' 'little 3 0 0'; do
	set -- $line
	ok "late_days_by_the_policy_$1" is "$2 $3 $4" "$1" 'days late' 'late costs' total
done
policy "$due\nlate_points = 5"
ok another_policy_needs_no_other_grading is '5 25 75' four-days 'days late' 'late costs' total
batch
ok it_is_not_another_version_of_the_lab grep -q '^0 graded, 7 were already' "$tmp/log"
conf=labs/$lab/lab.conf
# allows WHAT LINE...: each is refused, with its place, its value and what is allowed
allows() {
	local what=$1 line
	for line in "${@:2}"; do
		policy "$line"
		dies "$conf:4: $line: only $what" $tl report $lab --csv --book "$tmp/book.db" || return 1
		dies ":4: $line: only $what" $tl batch $lab "$tmp/class" --kit "$tmp/kit" --book "$tmp/book.db" || return 1
	done
}
ok what_is_no_time_is_an_error allows 'a time like 2026-03-01 23:59 +0100: a day that exists, 00:00 to 23:59, a zone of at most 14 hours' \
	'due = tomorrow' 'due = 2026-02-30 12:00' 'due = 2026-02-29 12:00 Z' 'due = 2026-13-01 12:00' 'due = 2026-03-00 12:00' \
	'due = 2026-03-01 24:00' 'due = 2026-03-01 12:60' 'due = 26-03-01 12:00' 'due = 2026-03-01 12:00 +1' 'due = 2026-03-01 12:00 +2500' \
	'due = 2026-03-01 12:00 +1401' 'due = 2026-03-01 12:00 +0160' 'due = 2026-03-01 12:00 CET' 'due = 2026-03-01 12:00 +0100 or so'
ok points_and_answers_are_whole_and_not_negative allows 'a whole number from 0 to 1000' 'late_points = -5' 'late_points = 2.5' \
	'late_points = 10%' 'late_points = x' 'late_points = 1001' 'late_points = 99999999999999999999' 'answers = -3'
ok days_are_whole allows 'a whole number from 0 to 1000' 'late_free = 1.5' 'late_most = x' 'late_most = -1'
ok so_is_the_grace_in_minutes allows 'a whole number from 0 to 525600' 'late_grace = 3 days' 'late_grace = -1'
ok what_counts_is_one_of_two allows 'last or best' 'counts = all'
policy 'due = 2026-03-02 12:58 +14:00   # so they may be written\nlate_points = 10 # a day'
ok a_comment_may_stand_behind_a_value is '1 10 90' punctual 'days late' 'late costs' total
policy 'due = 2028-02-29 00:00 -1400'
ok a_day_that_is_there_each_fourth_year_is_a_day is '0 0 100' too-late 'days late' 'late costs' total

# Handed in again: worse and later.
policy "$due\nlate_points = 10"
hand two-days 2026-03-04T12:00:00Z 'one=1\ntwo=0\n'
batch
ok only_what_is_new_is_graded grep -q '^1 graded, 6 were already' "$tmp/log"
ok the_last_counts is '60 3 30 30' two-days score 'days late' 'late costs' total
policy "$due\nlate_points = 10\ncounts = best"
ok or_the_best_after_what_being_late_costs is '100 2 20 80' two-days score 'days late' 'late costs' total
hand one-day 2026-03-10T12:00:00Z "$all# better?\n" && sed -i '$d' "$tmp/class/one-day/walk.c" && hand one-day 2026-03-10T12:00:00Z "${all}three=3\n"
batch
ok as_many_points_but_later_are_not_better is '100 1 10 90' one-day score 'days late' 'late costs' total
$tl show $lab two-days --book "$tmp/book.db" >"$tmp/shown"
ok to_show_it_names_the_others grep -qE '^  grading [0-9]+: 60/100, handed in 2026-03-04 12:00' "$tmp/shown"
other=$(sed -n 's/^  grading \([0-9]*\): .*/\1/p' "$tmp/shown")
ok and_shows_them grep -q 'should have:  ^two=1' <($tl show $lab two-days --grading "$other" --book "$tmp/book.db")
ok their_evidence_is_there_still bash -c 'for d; do test -s "$d/hv.elf" || exit 1; done' - "$tmp/book.db.work/$lab"/two-days-????????????????

# Sent back and forth.
policy "$due\ncounts = last"
hand back 2026-02-01T12:00:00Z 'one=1\n' && batch && hand back 2026-02-02T12:00:00Z 'one=2\n' && batch && hand back 2026-02-03T12:00:00Z 'one=1\n' && batch
ok what_was_sent_before_the_last_counts_when_it_is_sent_again is 60 back score
ok without_another_grading grep -q '^0 graded, 8 were already' "$tmp/log"
# At a time that tells them not apart.
same() { hand same 2026-02-01T12:00:00Z "$1" && batch; }
same 'one=1\n' && same 'one=2\n' && ok of_one_time_what_came_later_counts is 0 same score
same 'one=1\n' && ok and_the_earlier_sent_again_too is 60 same score
same 'one=1\n' && ok which_is_noted_once test "$($tl show $lab same --book "$tmp/book.db" | grep -c '^  grading')" = 2
rm -r "$tmp/class/same"

# Times that are corrected: the same work, another time. It is not graded again, and the batch says what it has noted.
policy "$due\nlate_points = 10"
time_is() { hand stamp "$1" 'one=1\n' && batch && grep -q '^0 graded' "$tmp/log" && is "$2" stamp 'days late' total; }
hand stamp 2026-03-05T12:00:00Z 'one=1\n' && batch
ok a_time_that_was_wrong is '4 20' stamp 'days late' total
ok is_read_again time_is 2026-03-02T12:00:00Z '1 50'
ok and_told grep -q '^stamp: was handed in 2026-03-02 12:00, not 2026-03-05 12:00 as the gradebook had it$' "$tmp/log"
ok also_if_it_is_later time_is 2026-03-03T12:00:00Z '2 40'
batch
fails what_is_as_before_is_not_told grep -q '^stamp: ' "$tmp/log"
ok no_grading_was_added test "$($tl show $lab stamp --book "$tmp/book.db" | grep -c '^  grading')" = 0
# Under another version of the lab, the old gradings have the right time, too; and when it is graded anew by `regrade`.
sed -i 's/^title = one/title = One/' labs/$lab/lab.conf
alone() { $tl "$1" $lab "$tmp/class/stamp" --kit "$tmp/kit" --book "$tmp/book.db" >"$tmp/log" 2>&1; }
hand stamp 2026-03-02T12:00:00Z 'one=1\n' && alone batch
ok another_version_takes_it_as_well is '1 50' stamp 'days late' total
hand stamp 2026-03-01T12:00:00Z 'one=1\n' && alone regrade
ok and_regrade is '0 60' stamp 'days late' total
policy "$due\nlate_points = 10"
# Where the best counts, what is sent once more, later, was there before; but an earlier time is a right one.
policy "$due\nlate_points = 10\ncounts = best"
ok if_the_best_counts_the_first_time_does time_is 2026-03-03T12:00:00Z '0 60'
ok which_is_told grep -q '^stamp: the same was handed in 2026-03-01 12:00 already; since the best counts, that does$' "$tmp/log"
ok but_an_earlier_is_read_again time_is 2026-02-27T12:00:00Z '0 60'
ok and_told_as_well grep -q '^stamp: was handed in 2026-02-27 12:00, not 2026-03-01 12:00' "$tmp/log"
rm -r "$tmp/class/stamp"
# What is back as of its old time is not the last, but that is told.
policy "$due\ncounts = last"
hand old 2026-02-01T12:00:00Z 'one=1\n' && batch && hand old 2026-02-02T12:00:00Z 'one=2\n' && batch && hand old 2026-02-01T12:00:00Z 'one=1\n' && batch
ok by_its_time_it_is_the_older_one is 0 old score
ok but_that_is_told grep -q '^old: what is here, handed in 2026-02-01 12:00, is older than what counts, handed in 2026-02-02 12:00$' "$tmp/log"
rm -r "$tmp/class/old"
# Gradescope exports what the student has chosen to count, though it be an older one, with its own time.
active() { # active WHEN LINES
	mkdir -p "$tmp/scope/submission_7" && printf "$2" >"$tmp/scope/submission_7/walk.c"
	printf 'submission_7:\n  :submitters:\n  - :name: Act\n    :sid: "7"\n  :created_at: %s\n' "$1" >"$tmp/scope/submission_metadata.yml"
	$tl batch $lab "$tmp/scope" --kit "$tmp/kit" --book "$tmp/scope.db" --seed 4 >"$tmp/log" 2>&1
}
of_active() { $tl report $lab --csv --book "$tmp/scope.db" | python3 -c 'import csv, sys; r = next(csv.DictReader(sys.stdin)); print(r["score"], r["submitted"][:10])'; }
active '2026-02-01 12:00:00 Z' 'one=1\n' && active '2026-02-02 12:00:00 Z' 'one=2\n'
ok the_newer_counts_while_it_is_active test "$(of_active)" = '0 2026-02-02'
active '2026-02-01 12:00:00 Z' 'one=1\n'
ok the_older_counts_when_it_is_active_again test "$(of_active)" = '60 2026-02-01'
ok which_is_said grep -q '^Act (7): what was handed in 2026-02-01 12:00 is back, and counts again$' "$tmp/log"
active '2026-02-01 12:00:00 Z' 'one=1\n'
fails but_once grep -q 'counts again' "$tmp/log"
active '2026-02-02 12:00:00 Z' 'one=2\n'
ok and_back test "$(of_active)" = '0 2026-02-02'

# Graded again.
batch regrade --failed
ok of_what_failed_only grep -q '^3 graded, 5 were already' "$tmp/log"
ok these_are_they test "$(sed -n 's/^\[[0-9/]*\] \([^ ]*\).*/\1/p' "$tmp/log" | sort | xargs)" = 'back little two-days'
ok and_each_earlier_grading_is_there test "$(report --csv | wc -l)" = 12 -a "$($tl show $lab little --book "$tmp/book.db" | grep -c '^  grading')" = 1
ok failed_is_for_regrade dies '--failed is for regrade' $tl batch $lab --failed "$tmp/class" --kit "$tmp/kit"

# Points for answers.md, and late days that a person knows better.
table() { printf "$1" >"$tmp/marks.csv"; }
marks() { $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"; }
policy "$due\nlate_points = 10"
table '\xef\xbb\xbfStudent,remark,Points,late\r\npunctual,"well, ""done""",17,\r\n"two-days",,,0\r\nlittle,,3,\r\n'
ok marks_are_taken marks
ok points_are_added is '17 117' punctual answers total
ok days_replace_those_of_the_clock is '0 0 60' two-days 'days late' 'late costs' total
ok answers_count_without_the_tests is '3 3' little answers total
table 'Student;Points;late\r\nback;9;\r\n'
ok a_table_with_semicolons_is_taken_too marks
ok and_as_it_says is 9 back answers
table 'student,points\npunctual,12\nnobody,3\nlittle,21\nback,two\n'
ok a_table_with_mistakes_is_refused dies '3 mistakes in the table; nothing of it is taken' $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"
ok it_names_them grep -q 'row 3: no such student, or several of that name: nobody' "$tmp/stderr"
ok and_nothing_of_it_counts is '17 117' punctual answers total
table 'student,points\n\npunctual,17\nJos\xe9,3\n'
ok latin_1_is_named dies 'row 4 is not UTF-8: save it as UTF-8 ("CSV UTF-8" in a spreadsheet)' $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"
for order in le be; do
	table 'student,points\npunctual,17\n'
	printf "$([ $order = le ] && echo '\xff\xfe' || echo '\xfe\xff')" >"$tmp/wide.csv"
	iconv -f ascii -t utf-16$order "$tmp/marks.csv" >>"$tmp/wide.csv"
	ok "utf_16_is_named_$order" dies 'wide.csv is UTF-16: save it as UTF-8 ("CSV UTF-8" in a spreadsheet)' $tl marks $lab "$tmp/wide.csv" --book "$tmp/book.db"
done
table 'student,points\npunctual,17\nlittle,\nback,\n'
ok empty_cells_mark_nobody bash -c '[ "$("$@")" = "1 student marked" ]' - $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"
# refused WHAT TABLE: nothing of it is taken, and each line of WHAT is said
refused() {
	local what
	table "$2"
	dies 'nothing of' $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db" || return 1
	while read -r what; do grep -qF -- "$what" "$tmp/stderr" || return 1; done <<<"$1"
	is '17 117' punctual answers total
}
ok two_rows_that_contradict_are_refused refused 'row 4: row 2 says something else of this student: punctual' 'student,points\npunctual,12\nback,1\npunctual,13\n'
ok as_to_days_too refused 'row 3: row 2 says something else of this student: punctual' 'student,late\npunctual,1\npunctual,2\n'
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("UPDATE submission SET name = \"Pia Punctual\" WHERE student = \"punctual\"").connection.commit()' "$tmp/book.db"
ok by_id_and_by_name_is_the_same_student refused 'row 3: row 2 says something else of this student: punctual' 'student,points\npunctual,12\nPia Punctual,13\n'
ok two_columns_of_points_are_refused refused 'row 1: two columns `points`' 'student,points,Points\npunctual,12,13\n'
ok a_quote_without_an_end_is_refused refused 'row 2: a quote that is not closed' 'student,points\n"punctual,12\nback,3\n'
ok also_if_another_cell_has_quotes refused 'row 2: a quote that is not closed' 'student,points\n"punctual,12\n"back",3\n'
ok half_points_are_refused refused 'row 2: only whole points from 0 to 20 are taken: 12.5
row 3: only whole points from 0 to 20 are taken: 1,5' 'student,points\npunctual,12.5\nback,"1,5"\n'
ok also_with_a_comma_that_parts_them refused 'row 2: more cells than the first row has: 5' 'student,points\npunctual,12,5\n'
ok half_days_are_refused refused 'row 2: only whole days from 0 to 1000 are taken: 0.5' 'student,late\npunctual,0.5\n'
table 'student,points,late,\npunctual,17,,\nPia Punctual,17,0,\n'
ok the_same_again_is_no_contradiction marks
ok and_rows_may_tell_each_a_part is '17 0 117' punctual answers 'days late' total
table 'who,points\npunctual,12\n'
ok a_table_without_students_is_refused dies 'no column `student`' $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"
printf 'student,points\n"=%.0s' 1 >"$tmp/marks.csv" && head -c 300000 /dev/zero | tr '\0' '"' >>"$tmp/marks.csv"
ok a_table_of_quotes_is_refused dies 'mistake' $tl marks $lab "$tmp/marks.csv" --book "$tmp/book.db"
batch regrade
ok marks_outlive_another_grading is '17 117' punctual answers total

# What is said of a typing error.
mkdir "$tmp/nobody" && touch "$tmp/nobody/grades.csv"
ok a_lab_that_is_none_is_an_error_with_those_that_are dies "no such lab: 02; there are $lab" $tl batch 02 "$tmp/class" --book "$tmp/none.db"
ok for_a_report_too dies "no such lab: 02; there are $lab" $tl report 02 --csv --book "$tmp/book.db"
# A shell completes a lab's folder with a slash, and from where one is.
n=0
for name in $lab/ ./$lab labs/$lab labs/$lab// "$PWD/labs/$lab"; do
	n=$((n + 1))
	$tl batch "$name" "$tmp/class" --kit "$tmp/kit" --book "$tmp/book.db" >"$tmp/log" 2>&1
	ok "the_lab_is_the_same_$n" grep -q "^$lab: 8 submissions, seed 4, " "$tmp/log"
	ok "and_nothing_is_graded_twice_$n" grep -q '^0 graded, 8 were already' "$tmp/log"
	ok "nor_is_it_another_in_a_report_$n" cmp <($tl report "$name" --csv --book "$tmp/book.db") <(report --csv)
done
ok what_is_no_gradebook_is_named dies 'marks.csv: file is not a database' $tl report $lab --csv --book "$tmp/marks.csv"
$tl batch $lab "$tmp/nobody" --kit "$tmp/kit" --book "$tmp/none.db" >"$tmp/log" 2>&1
ok a_class_of_nobody_is_an_error grep 'nothing is handed in in .*nobody: no archive, no folder' "$tmp/log"

# Two of one name, whom a platform tells apart.
for id in 12 17; do
	folder="$tmp/namesakes/Jane Doe_${id}_assignsubmission_file"
	mkdir -p "$folder" && printf "one=1\ntwo=$id\n" >"$folder/walk.c"
done
$tl batch $lab "$tmp/namesakes" --kit "$tmp/kit" --book "$tmp/namesakes.db" >"$tmp/log" 2>&1
for command in show 'report --tap --student'; do
	ok "of_two_of_one_name_none_is_chosen_${command%% *}" dies '2 are called Jane Doe; say whose by the id: 12, 17' $tl ${command/#show/show $lab} 'Jane Doe' $([ "${command%% *}" = show ] || echo $lab) --book "$tmp/namesakes.db"
done
ok the_id_tells grep -q 'Jane Doe (17)' <($tl show $lab 17 --book "$tmp/namesakes.db")

# A full disk.
said='cannot write: No space left on device'
full() { [ -c /dev/full ] && "$@" 2>"$tmp/stderr" >/dev/full; [ $? = 2 ] && grep -qF "$said" "$tmp/stderr"; }
for what in "report $lab --csv" "report $lab --html" "report $lab --junit" \
	"report $lab --tap --student back" "report $lab --autolab --student back" "report $lab --gradescope --student back" \
	"show $lab back" "show --help" "batch $lab $tmp/class --kit $tmp/kit"; do
	ok "a_full_disk_is_told_by_$(tr -cs a-z _ <<<"${what//$tmp/}")" full $tl $what $([ "$what" = 'show --help' ] || echo --book "$tmp/book.db")
done
ok a_full_disk_is_told_by_a_platforms_table full $tl report $lab --moodle --book "$tmp/namesakes.db"
# (A limit on files, since nobody can fill a disk here.)
apart() {
	(trap '' XFSZ && ulimit -f 0 && exec $tl report $lab --gradescope --out "$tmp/apart" --book "$tmp/book.db") 2>&1 | cat >"$tmp/log"
	[ "${PIPESTATUS[0]}" = 2 ] && grep 'cannot write .*/apart/.*json: File too large' "$tmp/log"
}
ok what_cannot_be_written_apart_is_told apart
ok and_no_part_of_it_is_left test "$(find "$tmp/apart" -type f | wc -l)" = 0

# A gradebook of version 1.
python3 - "$tmp/old.db" "$tmp/kit" <<-'END'
	import sqlite3, sys
	db = sqlite3.connect(sys.argv[1])
	db.executescript("""CREATE TABLE class(lab TEXT PRIMARY KEY, seed INTEGER NOT NULL);
	CREATE TABLE submission(id INTEGER PRIMARY KEY, student TEXT NOT NULL, lab TEXT NOT NULL, version TEXT, hash TEXT, seed INTEGER,
	score INTEGER, points INTEGER, built INTEGER, build_log TEXT, notes TEXT, evidence TEXT, UNIQUE(student, lab));
	CREATE TABLE result(submission INTEGER NOT NULL REFERENCES submission(id), test TEXT NOT NULL, stage TEXT, verdict TEXT,
	score INTEGER, points INTEGER, seed INTEGER, ticks INTEGER, seconds REAL, why TEXT, diagram TEXT, PRIMARY KEY(submission, test));
	INSERT INTO class VALUES('02-pagefault', 99);
	INSERT INTO submission VALUES(7, 'old', '02-pagefault', 'v', 'h', 99, 60, 100, 1, '', 'a note', '/nowhere');
	INSERT INTO result VALUES(7, 'one', '02.1', 'passed', 60, 60, 1, 5, 0.1, '', '');
	INSERT INTO result VALUES(7, 'two', '02.2', 'failed', 0, 40, 1, 5, 0.1, 'why', '');""")
END
$tl report $lab --csv --book "$tmp/old.db" >"$tmp/old.csv"
ok an_older_gradebook_is_read grep -qE '^"old",60,100,"old","",,0,0,,60,60,0,passed,failed,"a note"' "$tmp/old.csv"
$tl batch $lab "$tmp/class" --kit "$tmp/kit" --book "$tmp/old.db" >"$tmp/log" 2>&1
ok and_goes_on grep -q '^8 graded, 0 were already' "$tmp/log"
ok with_its_seed grep -q 'seed 99' "$tmp/log"
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = 3")' "$tmp/old.db"
ok a_newer_one_is_refused dies 'was made by a newer tlgrade' $tl report $lab --csv --book "$tmp/old.db"
done_testing
