#!/usr/bin/env bash
# page.sh: `report --html` of 300 students in a browser: it opens in time, can be used by keyboard alone, prints, and axe-core finds
# nothing that would keep anybody out. The gradebook is of a small real batch, each of its rows many times.
# Without Chromium, or if axe-core can neither be found nor fetched, that part is said to be skipped.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
tl=build/bin/tlgrade book=$tmp/book.db
ok there_is_a_kit make -s kit LAB=$lab
mkdir "$tmp/class"
for name in count-twice no-release; do grader/mutate $lab tests/mutants/$lab/$name.patch "$tmp/class/$name"; done
cp -r build/kit/$lab/labs/$lab "$tmp/class/starter"
reference $lab "$tmp/class/reference"
cp -r "$tmp/class/reference" "$tmp/class/like"
cp -r "$tmp/class/reference" "$tmp/class/broken" && echo '#error not yet' >>"$tmp/class/broken/update.c"
mkdir "$tmp/class/nothing" && touch "$tmp/class/nothing/photo.jpg"
ok a_small_class_is_graded $tl batch $lab "$tmp/class" --book "$book" --seed 6 -j 2
ok becomes_a_large_one python3 - "$book" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
rows = db.execute("SELECT * FROM submission ORDER BY id").fetchall()
for i in range(300 - len(rows)):
    row = list(rows[i % len(rows)])
    old, row[0], row[1], row[12] = row[0], None, f"s{i}", f"Student <{i}> & \"Söhne\""
    row[13] = str(7000 + i)
    new = db.execute("INSERT INTO submission VALUES(" + ",".join("?" * len(row)) + ")", row).lastrowid
    db.execute("INSERT INTO result SELECT ?, test, stage, verdict, score, points, seed, ticks, seconds, why, diagram FROM result "
               "WHERE submission = ?", (new, old))
db.commit()
END
page=$PWD/build/tests/class.html
mkdir -p build/tests
$tl report $lab --html --book "$book" >"$page"
ok the_page_is_written test -s "$page"
echo "# | the page has $(($(stat -c %s "$page") / 1024)) KB"
ok it_loads_nothing bash -c '! grep -nE "<(script|img|link|iframe)[^>]* (src|href)=\"?(http|//|file)|@import|url\(" "$1"' - "$page"
. tests/browser.sh
if [ -z "$browser" ]; then
	skip in_a_browser 'there is no chromium'
elif ! command -v node >/dev/null; then
	skip in_a_browser 'there is no node, by which Chromium is asked'
else
	[ -f $axe ] || axe=-
	mkdir "$tmp/shots"
	ok a_browser_opens_it timeout 620 node tests/grader/browser.js "$browser" "$page" $axe "$tmp/shots"
	cp "$tmp/out" "$tmp/probe"
	sed -n 's/^drawn: /# | drawn in /p' "$tmp/probe"
	said() { cat "$tmp/probe"; grep -qE -- "$1" "$tmp/probe"; }
	# By the processor's time, since others are at work here; on an idle machine it is the same.
	ok it_is_drawn_in_two_seconds said '^drawn: .* for (1?[0-9]{1,3}) ms$'
	ok all_students_are_in_the_table said '^rows: 300$'
	ok a_filter_leaves_some said '^filtered: ([1-9]|[1-9][0-9]|1[0-9][0-9])$'
	ok a_column_sorts_both_ways said '^sorted: descending ascending$'
	ok each_student_has_a_page said '^page: .*Student'
	ok with_the_picture_of_a_failure said '^picture: [1-9]'
	ok and_a_page_that_steps_to_it said '^player: true$'
	ok and_back_the_focus_is_where_it_was said '^back: #student-'
	ok everything_is_reached_by_keyboard said '^unreachable: 0$'
	ok a_pair_is_shown_side_by_side said '^sides: [1-9]'
	ok names_are_text_and_nothing_else said '^injected: 0$'
	if [ $axe != - ]; then
		ok axe_finds_nothing_in_the_class said '^axe class: 0$'
		ok axe_finds_nothing_in_a_students_page said '^axe student: 0$'
	else
		skip axe 'there is no axe-core in build/axe, and npm could not fetch it'
	fi
	ok in_the_dark_it_is_dark said '^dark: rgb.20, 23, 27.$'
	[ $axe = - ] || ok and_can_be_read_there bash -c 'for what in class student; do grep -x "dark $what: 0" "$1" || exit 1; done' - "$tmp/probe"
	ok on_paper_all_columns_are_there_and_named_and_it_is_light said '^paper: 0 too wide, 0 buttons, rgb.255, 255, 255.$'
	ok it_prints test "$(stat -c %s "$tmp/shots/class.pdf")" -gt 50000
	[ -z "${SHOTS:-}" ] || cp "$tmp"/shots/*.p?? "$SHOTS/"
fi
done_testing
