#!/usr/bin/env bash
# words.sh: what was not graded is not said to be, and what goes wrong is said.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
tl=$PWD/build/bin/tlgrade
hollow $lab "$tmp/tree"
cd "$tmp/tree" || exit 1

# One stage of many: here a hypervisor can be built, though no test can be run.
mkdir -p tools "$tmp/run"
sed -i 's/@.*/@touch $@/' Makefile
# As if an emulator had started, and ended with that status.
ends_with() {
	printf '#!/bin/sh\nfor word; do case $word in OUT=*) : >"${word#OUT=}.int.log" ;; esac; done\nexit %s\n' "$1" >tools/run
	chmod +x tools/run
}
ends_with 1
nr=$(grep -c '^\[test ' labs/$lab/lab.conf)
$tl grade $lab --stage alias --out "$tmp/run" --junit "$tmp/junit" --gradescope "$tmp/json" --tap "$tmp/tap" >"$tmp/log"
said() { grep -c -- "$2" "$1"; }
ok junit_skips_what_was_not_run test "$(said "$tmp/junit" '<skipped message="not run: not asked for"/>')" = $((nr - 1))
ok and_counts_it grep -q "tests=\"$nr\" failures=\"1\" errors=\"0\" skipped=\"$((nr - 1))\"" "$tmp/junit"
ok tap_does_the_same test "$(said "$tmp/tap" '# SKIP not run: not asked for')" = $((nr - 1))
ok gradescope_says_why test "$(said "$tmp/json" '"output": "not run: not asked for"')" = $((nr - 1))
ok a_stage_that_is_not_there_is_named dies 'no such stage or test: 02.9; there are 02.1a rights writes 02.1b alias ' $tl grade $lab --stage 02.9
ok so_it_is_with_an_emulator dies 'no such stage or test: 02.9' $tl grade $lab --stage 02.9 --emu qemu
ok no_test_for_an_emulator_is_no_success dies 'nothing that was asked for runs in bochs' $tl grade $lab --emu bochs

# A long excerpt of a trace, as tltrace tells it, is cut behind a line.
ends_with 0
mkdir -p build/bin && printf '#!/bin/sh\nseq -f "event %%g of some that are around the place, the end" 99; exit 1\n' >build/bin/tltrace
chmod +x build/bin/tltrace
$tl grade $lab --stage alias --out "$tmp/run" >"$tmp/log"
ok an_excerpt_is_long test "$(said "$tmp/log" 'event [0-9]* of some')" -gt 30
ok it_ends_with_a_line bash -c '! grep "  event" "$1" | grep -v "the end$"' - "$tmp/log"

# A class in which nothing builds, with names that would tell another story.
hollow $lab "$tmp/kit"
mkdir -p "$tmp/class/jürgen" "$tmp/class/bob" && touch "$tmp/class/bob/walk.c" "$tmp/class/jürgen/walk.c"
eve=$'eve\e]0;owned\a\n[9999] mallory  100'
printf 'x' >"$tmp/class/$eve.tar" && printf 'x' >"$tmp/class/$eve.zip"
$tl batch $lab "$tmp/class" --kit "$tmp/kit" --book "$tmp/book.db" -j 2 >"$tmp/batch" 2>&1
$tl show $lab "$eve" --book "$tmp/book.db" >"$tmp/shown"
plain() { ! LC_ALL=C grep -aP '[\x01-\x08\x0b-\x1f]' "$@"; }
ok a_name_writes_no_line_of_its_own test "$(said "$tmp/batch" '^\[')" = 3
ok nor_to_the_terminal plain "$tmp/batch" "$tmp/shown"
ok it_is_shown_on_one_line grep -qF 'eve?]0;owned??[9999] mallory  100.zip' "$tmp/batch"
ok letters_are_kept grep -q '^\[./3\] jürgen' "$tmp/batch"

# A spreadsheet takes some cells for formulas.
mkdir -p "$tmp/class/=cmd" "$tmp/class/@sum" && touch "$tmp/class/=cmd/walk.c" "$tmp/class/@sum/walk.c"
$tl batch $lab "$tmp/class" --kit "$tmp/kit" --book "$tmp/book.db" -j 2 >"$tmp/batch" 2>&1
$tl report $lab --csv --book "$tmp/book.db" >"$tmp/csv"
ok no_cell_begins_like_a_formula bash -c 'grep "'"'"'=cmd" "$1" && ! python3 -c "
import csv, sys
sys.exit(not [c for row in csv.reader(open(sys.argv[1])) for c in row if c[:1] in tuple(\"=+-@\")])" "$1"' - "$tmp/csv"
ok nor_holds_a_control_character plain "$tmp/csv"

# Reports of what is not there.
no_book() { dies "no gradebook $tmp/typo.db: tlgrade batch makes one" $tl "$@" --book "$tmp/typo.db"; }
ok a_table_needs_a_book no_book report $lab --csv
ok one_report_does no_book report $lab --gradescope --student bob
ok to_show_one_does no_book show $lab bob
ok and_none_is_made test ! -e "$tmp/typo.db"
ok nothing_of_a_student_is_an_error dies "nothing of zoe in $tmp/book.db" $tl report $lab --gradescope --student zoe --book "$tmp/book.db"
ok so_it_is_to_show_it dies "nothing of zoe in $tmp/book.db" $tl show $lab zoe --book "$tmp/book.db"
cp -r "$tmp/tree/labs/$lab" "$tmp/tree/labs/other"
ok nothing_of_a_lab_is_an_error dies "nothing of other in $tmp/book.db" $tl report other --csv --book "$tmp/book.db"
done_testing
