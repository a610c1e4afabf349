#!/usr/bin/env bash
# lms.sh: what platforms pack for download is taken as it is: the right name and id, late days by the policy, the
# last of several, and who has sent nothing that could be taken has no 0. Nothing is built here, but all is collected.
. "$(dirname "$0")/lib.sh"
export TZ=UTC
lab=03-shadow-vs-direct
tl=$PWD/build/bin/tlgrade
hollow $lab "$tmp/tree"
sed -i '/^title = Shadow/a due = 2026-03-01 23:59 +0100\nlate_points = 10' "$tmp/tree/labs/$lab/lab.conf"
reference $lab "$tmp/files"
here=$PWD
cd "$tmp/tree" || exit 1
batch() { $tl batch $lab "$tmp/$1" --kit "$tmp/tree" --book "$tmp/$1.db" --seed 3 -j 2 >"$tmp/$1.log" 2>&1 || { cat "$tmp/$1.log"; false; }; }
report() { $tl report $lab --book "$tmp/$1.db" "${@:2}" >"$tmp/$1.out" 2>"$tmp/$1.err" || { cat "$tmp/$1.err"; false; }; }
all_right() { python3 "$here/tests/grader/columns.py" csv "$tmp/$1.out" "$tmp/$1.want"; }
for lms in plain moodle moodle-flat canvas blackboard gradescope; do
	python3 "$here/tests/grader/lms.py" $lms "$tmp/files" "$tmp/$lms" >"$tmp/$lms.want"
	ok "the_class_is_graded_$lms" batch $lms
	ok "it_is_reported_$lms" report $lms --csv
	ok "each_under_name_and_id_with_late_days_$lms" all_right $lms
	fails "what_is_in_a_folder_besides_is_nobody_$lms" grep -qE '^"(__MACOSX|Thumbs|Grades|submission_metadata)' "$tmp/$lms.out"
	ok "what_could_not_be_taken_is_said_on_a_line_$lms" test "$(grep -c '^      nothing could be taken: ' "$tmp/$lms.log")" = 3
	ok "called_again_nothing_is_left_to_do_$lms" bash -c '"$@" | grep -q "^0 graded, 12 were already"' - $tl batch $lab "$tmp/$lms" --kit "$tmp/tree" --book "$tmp/$lms.db"
	case $lms in moodle | canvas | blackboard)
		ok "its_gradebook_has_a_file_$lms" report $lms --$lms
		ok "with_its_columns_$lms" python3 "$here/tests/grader/columns.py" $lms "$tmp/$lms.out" "$tmp/$lms.want"
		;;
	esac
done
# A download that nobody has unpacked is no student's; nor does a student's own folder, as a platform had named it, make a class.
for lms in moodle blackboard gradescope; do
	(cd "$tmp/$lms" && zip -qr "$tmp/$lms-packed.zip" .)
	$tl batch $lab "$tmp/$lms-packed.zip" --kit "$tmp/tree" --book "$tmp/packed-$lms.db" >"$tmp/packed.log" 2>&1
	ok "what_is_packed_of_a_class_is_not_taken_for_one_$lms" grep -q 'nothing could be taken: .*unpack it, and name the folder' "$tmp/packed.log"
done
mkdir -p "$tmp/own/Jane Doe_1_assignsubmission_file" && cp "$tmp/files"/* "$tmp/own/Jane Doe_1_assignsubmission_file/"
(cd "$tmp/own" && zip -qr "$tmp/jane.zip" .)
$tl batch $lab "$tmp/jane.zip" --kit "$tmp/tree" --book "$tmp/jane.db" >"$tmp/packed.log" 2>&1
fails a_students_own_folder_is_no_class grep -q 'could be taken' "$tmp/packed.log"
# The earlier of two is the one with an error in it.
sources() { cat "$tmp/$1.db.work/$lab"/*.src/*; }
for lms in canvas blackboard; do
	ok "of_two_the_later_counts_$lms" grep -q ' counts, .* is older$' "$tmp/$lms.log"
	fails "and_not_the_earlier_$lms" grep -q '#error the earlier one' <(sources $lms)
done
ok a_third_level_is_not_looked_into grep -q 'is an archive in an archive in another; not looked into' "$tmp/moodle.log"
ok another_name_is_said grep -q '(1).[ch]: taken for' <(report moodle --csv && cat "$tmp/moodle.out")

# In every report it is not taken, and why.
report moodle --csv && id=$(awk -F, '$2 == "" { gsub(/"/, "", $1); print $1; exit }' "$tmp/moodle.out")
$tl show $lab "$id" --book "$tmp/moodle.db" >"$tmp/shown"
ok to_show_it_tells grep -q "empty: none of the lab's files" "$tmp/shown"
for format in gradescope tap autolab junit html; do
	if [ $format = junit ] || [ $format = html ]; then what=(); else what=(--student "$id"); fi
	ok "a_report_tells_$format" report moodle --$format "${what[@]}"
	ok "by_its_notes_$format" grep -qE "none of the lab('|&#39;|\\\\u0027)s files" "$tmp/moodle.out"
done
for format in gradescope tap autolab; do
	ok "for_the_whole_class_$format" report moodle --$format --out "$tmp/out-$format"
	ok "a_file_each_$format" test "$(find "$tmp/out-$format" -type f | wc -l)" = 12
	ok "not_where_something_is_$format" dies 'is there already, and not empty' $tl report $lab --$format --out "$tmp/out-$format" --book "$tmp/moodle.db"
done

# From any folder, and with help.
cd "$here" || exit 1
mkdir "$tmp/elsewhere"
ok a_report_from_elsewhere bash -c 'cd "$1" && "$2" report "$3" --csv --book ../moodle.db' - "$tmp/elsewhere" "$tl" $lab
for command in grade batch regrade report show marks copies; do
	ok "help_$command" grep -q "^usage: tlgrade .*$lab\|^usage: tlgrade" <($tl $command --help)
done

# However a folder is named, it is the same student's; a class that lies one folder deeper, as programs that unpack make it, is a class.
named() { # named WHAT ARGUMENT...: the name on the line of the only one
	local want=$1
	shift
	rm -rf "$tmp/named.db"*
	$tl batch $lab "$@" --kit "$tmp/tree2" --book "$tmp/named.db" >"$tmp/named.log" 2>&1
	grep -qE "^\[1/1\] $want  " "$tmp/named.log" || { cat "$tmp/named.log"; false; }
}
hollow $lab "$tmp/tree2"
mkdir -p "$tmp/given/alice" "$tmp/given/Jane Doe_12_assignsubmission_file" && cp "$tmp/files"/* "$tmp/given/alice/"
(cd "$tmp/files" && zip -q "$tmp/given/Jane Doe_12_assignsubmission_file/lab03.zip" ./*)
ok a_folder_with_a_slash_behind_it named alice "$tmp/given/alice/"
cd "$tmp/given/alice" || exit 1
ok the_folder_where_one_is named alice .
cd "$here" || exit 1
ok the_folder_of_one_student_of_moodle named 'Jane Doe .12.' "$tmp/given/Jane Doe_12_assignsubmission_file/"
for lms in moodle canvas blackboard gradescope; do
	mkdir "$tmp/deeper-$lms" && cp -a "$tmp/$lms" "$tmp/deeper-$lms/CS101-Lab 3-4711"
	$tl batch $lab "$tmp/deeper-$lms" --kit "$tmp/tree2" --book "$tmp/deeper.db" --seed 3 >"$tmp/deeper.log" 2>&1
	ok "a_class_one_folder_deeper_is_one_$lms" grep -q '^12 graded' "$tmp/deeper.log"
	rm -rf "$tmp/deeper.db"*
	mkdir "$tmp/deepest-$lms" && mv "$tmp/deeper-$lms" "$tmp/deepest-$lms/x"
	$tl batch $lab "$tmp/deepest-$lms" --kit "$tmp/tree2" --book "$tmp/deeper.db" >"$tmp/deeper.log" 2>&1
	ok "and_two_deeper_is_no_student_$lms" grep -q 'it holds what a platform has packed of a class: ' "$tmp/deeper.log"
	rm -rf "$tmp/deeper.db"*
done
mkdir "$tmp/perhaps" && cp -r "$tmp/given" "$tmp/perhaps/lab03" && mv "$tmp/perhaps/lab03/Jane"* "$tmp/perhaps/lab03/bob"
ok who_could_be_a_class_is_taken_for_one named lab03 "$tmp/perhaps"
ok but_that_is_said grep -q 'lab03 is taken for one student; if it is the class, name that folder: ' "$tmp/named.log"
# Blackboard's .txt are gone: who has a _ in the user name is still nobody else.
mkdir "$tmp/untold"
for user in a_smith b_smith jdoe; do
	for when in 01-10 02-11; do (cd "$tmp/files" && zip -q "$tmp/untold/First_attempt_Lab_3_${user}_attempt_2026-02-$when-00-00_lab03.zip" ./*); done
done
$tl batch $lab "$tmp/untold" --kit "$tmp/tree2" --book "$tmp/untold.db" >"$tmp/untold.log" 2>&1
ok two_users_of_blackboard_are_not_one bash -c 'for who in a_smith b_smith jdoe; do grep -E "^\[./3\] $who  " "$1" || exit 1; done' - "$tmp/untold.log"
# A Mac writes a letter and its marks apart: the same person, and the same in a table of marks. (What is the same tells Python.)
python3 - "$tmp/apart" >"$tmp/apart.csv" <<-'END'
	import os, random, sys, unicodedata
	ranges = [(0xC0, 0x17F), (0x1EA0, 0x1EF9), (0x386, 0x3CE), (0x400, 0x45F), (0x304B, 0x307F), (0x30A1, 0x30FA)]
	letters = [chr(c) for a, b in ranges for c in range(a, b + 1) if unicodedata.category(chr(c))[0] == "L"]
	letters += [chr(c) for c in random.Random(7).sample(range(0xAC00, 0xD7A4), 30)]
	names = ["".join(letters[i:i + 20]) for i in range(0, len(letters), 20)]
	print("student;points")
	for name in names:
	    for form in "NFC", "NFD":
	        folder = f"{sys.argv[1]}/{unicodedata.normalize(form, name)}"
	        os.makedirs(folder, exist_ok=True)
	        open(f"{folder}/update.c", "w").close()
	    print(f'"{unicodedata.normalize("NFD", name)}";3')
END
$tl batch $lab "$tmp/apart" --kit "$tmp/tree2" --book "$tmp/apart.db" >"$tmp/apart.log" 2>&1
people=$(($(wc -l <"$tmp/apart.csv") - 1))
ok letters_and_marks_apart_are_the_same_name grep -q "^$people graded" "$tmp/apart.log"
ok no_letter_is_cut_in_two iconv -f UTF-8 -t UTF-16 -o /dev/null "$tmp/apart.log"
ok also_where_a_person_names_him $tl marks $lab "$tmp/apart.csv" --book "$tmp/apart.db"
ok and_shown_as_it_is bash -c '"$@" | grep ": ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓ$"' - $tl show $lab "$(printf 'ÀÁÂÃÄÅÆÇE\xcc\x80ÉÊËÌÍÎÏÐÑÒÓ')" --book "$tmp/apart.db"

# Of Canvas: who is anonymous, who has _ in his name, who has typed something into a form and sent no file; and what lies there by itself.
mkdir "$tmp/odd" && (cd "$tmp/files" && zip -q "$tmp/work.zip" ./*)
for name in anon_aB3dE_501_lab03 LATE_anon_Xy9Zq_502_lab03 o_brienpat_LATE_79_505_lab03-1 o_brienpat_79_504_lab03 7_80_506_9_late_lab03 LATE_82_508_lab03 latejim_81_507_lab03; do
	cp "$tmp/work.zip" "$tmp/odd/$name.zip"
done
for name in anon_Qq1Ww_text LATE_anon_Rr2Tt_link doejane_77_text roejohn_LATE_78_link; do echo '<p>done</p>' >"$tmp/odd/$name.html"; done
cp "$tmp/files/validate.c" "$tmp/odd/" && echo 'to do' >"$tmp/odd/notes.txt"
printf '%s\n' anon_aB3dE,anon_aB3dE,0,1 anon_Xy9Zq,anon_Xy9Zq,1,1 79,o_brienpat,1,1 80,7,0,1 82,82,1,1 81,latejim,0,1 anon_Qq1Ww,anon_Qq1Ww,0,0 \
	anon_Rr2Tt,anon_Rr2Tt,1,0 77,doejane,0,0 78,roejohn,1,0 | tr , '\t' >"$tmp/odd.want"
cd "$tmp/tree" || exit 1
ok the_odd_ones_of_canvas_are_graded batch odd
report odd --csv
ok each_under_name_and_id_and_late_if_so all_right odd
ok what_lies_there_by_itself_is_passed_over test "$(grep -c '^\(validate.c\|notes.txt\): no submission; passed over$' "$tmp/odd.log")" = 2
for name in anon_Qq1Ww_text LATE_anon_Rr2Tt_link doejane_77_text roejohn_LATE_78_link; do
	ok "a_text_entry_is_told_as_one_$name" grep -q "nothing could be taken: empty: none of the lab's files; what was handed in is a text entry, not a file: $name.html" "$tmp/odd.log"
	ok "in_the_table_too_$name" grep -q "a text entry, not a file: $name.html" "$tmp/odd.out"
done
# Of Moodle and Blackboard too.
mkdir -p "$tmp/typed/A B_5_assignsubmission_onlinetext" && echo x >"$tmp/typed/A B_5_assignsubmission_onlinetext/onlinetext.html"
typed() { printf 'Name: %s (%s)\r\nAssignment: Lab 3\r\n\r\nSubmission Field:\r\n%s\r\n\r\nFiles:\r\n' "$1" "$1" "$2" >"$tmp/typed/Lab_3_$1_attempt_2026-02-01-10-00-00.txt"; }
typed wrote '<p>my work</p>' && typed nothing 'There is no student submission text data for this assignment.'
ok texts_of_other_platforms_are_graded batch typed
for name in 'A B_5_assignsubmission_onlinetext' Lab_3_wrote_attempt; do ok "they_are_told_${name%% *}" grep -q "a text entry, not a file: $name" "$tmp/typed.log"; done
ok who_wrote_nothing_has_sent_nothing grep -q "none of the lab's files; no file was handed in" "$tmp/typed.log"

# Names and ids in all the ways in which YAML writes them, and groups: what Ruby 3.1 has made of the people in gradescope.json.
gradescope() { # gradescope FOLDER SED-SCRIPT
	mkdir -p "$tmp/$1" && sed "$2" "$here/tests/grader/gradescope.yml" >"$tmp/$1/submission_metadata.yml"
	python3 - "$here/tests/grader/gradescope.json" "$tmp/$1" "$tmp/files" <<-'END'
		import json, os, shutil, sys
		for folder, _, _ in json.load(open(sys.argv[1])):
		    if not os.path.exists(f"{sys.argv[2]}/{folder}"):
		        shutil.copytree(sys.argv[3], f"{sys.argv[2]}/{folder}")
		        open(f"{sys.argv[2]}/{folder}/update.c", "a").write(f"// {folder}\n")
	END
}
people_are() { # people_are ID,NAME,FOLDER...: those of the book, and these; each folder has been graded once
	python3 - "$tmp/ruby.db" "$here/tests/grader/gradescope.json" "$@" <<-'END'
		import json, sqlite3, sys, unicodedata
		want = json.load(open(sys.argv[2])) + [x.split(",") for x in sys.argv[3:]]
		rows = sqlite3.connect(sys.argv[1]).execute("SELECT student, name, evidence, count(*) FROM submission GROUP BY student").fetchall()
		got = {(s, n) for s, n, _, _ in rows}
		want_people = {(s, unicodedata.normalize("NFC", n)) for _, s, n in want}
		print(got ^ want_people)
		evidence = {s: e for s, _, e, _ in rows}
		shared = {folder: len({evidence[s] for f, s, _ in want if f == folder}) for folder, _, _ in want}
		assert got == want_people and set(shared.values()) == {1} and len(set(evidence.values())) == len(shared)
		assert {n for _, _, _, n in rows} == {1}, "graded twice"
	END
}
gradescope ruby ''
ok what_ruby_writes_is_graded batch ruby
ok each_of_a_group_has_it_and_each_name_is_right people_are
ok a_group_is_graded_once grep -q '^26 graded' "$tmp/ruby.log"
ok and_named_on_its_line bash -c 'grep -A 2 "Ann Group (200)" "$1" | grep -c "^      and for \(Bob: Group (201)\|Cid O.Group (cid@example.org)\)$" | grep 2' - "$tmp/ruby.log"
report ruby --csv
late_of() { python3 -c 'import csv, sys; print(*[r["days late"] for r in csv.DictReader(open(sys.argv[1])) if r["student"] in sys.argv[2:]])' "$tmp/ruby.out" "$@"; }
ok with_the_same_late_days test "$(late_of 200 201 cid@example.org 202 203)" = '2 2 0 0 2'
ok and_the_same_note grep -q 'handed in together by Ann Group (200), Bob: Group (201), Cid O' "$tmp/ruby.out"
gradescope ruby '/:name: Eve/i\  - :name: Fay Late\n    :sid: "204"'
ok who_comes_to_a_group_later batch ruby
ok is_of_it_without_another_grading grep -q '^0 graded, 26 were already' "$tmp/ruby.log"
cd "$here" || exit 1
people=submission_9101,204,'Fay Late'
ok and_has_what_the_others_have people_are "$people"
cd "$tmp/tree" && gradescope ruby '/:name: Dan Two/i\  - :name: Gus Last\n    :sid: "205"\n  - :name: Fay Late\n    :sid: "204"' && batch ruby
cd "$here" || exit 1
ok whoever_is_named_first people_are "$people" submission_9101,205,'Gus Last'

# A folder that the metadata do not name is somebody's, too.
mkdir -p "$tmp/unnamed/submission_1" "$tmp/unnamed/submission_77"
printf -- '---\nsubmission_1:\n  :submitters:\n  - :name: Al One\n    :sid: "1"\n  :created_at: 2026-02-01 10:00:00 Z\n' >"$tmp/unnamed/submission_metadata.yml"
cp "$tmp/files"/* "$tmp/unnamed/submission_1/" && cp "$tmp/files"/* "$tmp/unnamed/submission_77/" && echo >>"$tmp/unnamed/submission_77/entry.h"
(cd "$tmp/tree" && batch unnamed)
ok who_is_not_named_is_said grep -qx 'submission_77: submission_metadata.yml does not name it; taken under the folder.s name' "$tmp/unnamed.log"
ok and_graded grep -q '^2 graded' "$tmp/unnamed.log"

# Blackboard's times are the school's: two minutes before the end and two days after it, wherever it is graded.
mkdir "$tmp/zones" && cp "$tmp/jane.zip" "$tmp/zones/Lab 3_ann_attempt_2026-03-01-23-58-12_lab03.zip" && cp "$tmp/jane.zip" "$tmp/zones/Lab 3_bob_attempt_2026-03-02-00-58-12_lab03.zip"
for zone in UTC Europe/Berlin America/New_York; do
	(cd "$tmp/tree" && TZ=$zone batch zones && TZ=$zone report zones --csv && rm "$tmp/zones.db")
	ok "the_same_are_late_in_$zone" test "$(python3 -c 'import csv, sys; print(*[r["days late"] for r in csv.DictReader(open(sys.argv[1]))])' "$tmp/zones.out")" = '0 1'
done

# Several that it could be: none.
mkdir -p "$tmp/doubt/al" && echo 'int a;' >"$tmp/doubt/al/update (1).c" && echo 'int b;' >"$tmp/doubt/al/update (2).c" && echo 'int c;' >"$tmp/doubt/al/Entry.H"
$tl batch $lab "$tmp/doubt" --kit "$tmp/tree2" --book "$tmp/doubt.db" >"$tmp/doubt.log" 2>&1
ok who_sends_two_that_it_could_be_is_told grep -q 'could be .*update (1).c or .*update (2).c; neither is taken' "$tmp/doubt.log"
ok other_letters_are_taken grep -q 'Entry.H: taken for entry.h' "$tmp/doubt.log"
ok and_the_line_says_how_much grep -q '1 of 5 files taken' "$tmp/doubt.log"
done_testing
