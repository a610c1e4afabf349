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

# Several that it could be: none.
mkdir -p "$tmp/doubt/al" && echo 'int a;' >"$tmp/doubt/al/update (1).c" && echo 'int b;' >"$tmp/doubt/al/update (2).c" && echo 'int c;' >"$tmp/doubt/al/Entry.H"
$tl batch $lab "$tmp/doubt" --kit "$tmp/tree2" --book "$tmp/doubt.db" >"$tmp/doubt.log" 2>&1
ok who_sends_two_that_it_could_be_is_told grep -q 'could be .*update (1).c or .*update (2).c; neither is taken' "$tmp/doubt.log"
ok other_letters_are_taken grep -q 'Entry.H: taken for entry.h' "$tmp/doubt.log"
ok and_the_line_says_how_much grep -q '1 of 5 files taken' "$tmp/doubt.log"
done_testing
