#!/usr/bin/env bash
# batch.sh: a class of sixty (TRAPLINE_TEST_SAMPLE=1: of 24), of all kinds, is graded; for every third of them again, killed in
# the middle and then at nine random moments (KILLS=SEED), and called again in another order, the book ends up the same.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
tl=build/bin/tlgrade class=$tmp/class
mkdir -p "$class"
ok there_is_a_kit make -s kit LAB=$lab
harmful $lab "$class"
size=60 some='[a-f]' # mutants.sh has all
[ "${TRAPLINE_TEST_SAMPLE:-0}" = 0 ] || size=24 some='b'
for patch in tests/mutants/$lab/$some*.patch; do
	grader/mutate $lab "$patch" "$class/$(basename "$patch" .patch)"
done
# The rest are starters, some that do not build, and some references, sent in all ways.
n=0 ways=(tgz tar.xz tar.bz2 tar zip dir)
while [ "$(ls -q "$class" | wc -l)" -lt $size ]; do
	name=student-$n way=${ways[n % ${#ways[@]}]}
	if ((n % 11 == 1)); then reference $lab "$tmp/$name"; else cp -r build/kit/$lab/labs/$lab "$tmp/$name"; fi
	((n % 3 || n % 11 == 1)) || echo '#error not yet' >>"$tmp/$name/$(basename "$(files_of $lab | head -1)")"
	case $way in
	dir) mv "$tmp/$name" "$class/" ;;
	zip) (cd "$tmp" && zip -qr "$class/$name.zip" "$name") ;;
	*) (cd "$tmp" && tar -caf "$class/$name.$way" "$name") ;;
	esac
	n=$((n + 1))
done

csv() { $tl report $lab --csv --book "$1" >"$1.csv"; }
# Who is not graded is said, should there be one.
lost() { grep -aE ': not graded|^tlgrade:' "$1"; }
whole() { nice $tl batch $lab "$class" --book "$tmp/one.db" --seed 8 -j 2 >"$tmp/one.log" 2>&1 || { lost "$tmp/one.log"; false; }; }
ok the_class_is_graded whole
ok all_of_it grep -q "^$size graded, 0 were already" "$tmp/one.log"
tail -n 2 "$tmp/one.log" | sed 's/^/# | /'

# Killed, not asked to stop; nothing it started may go on.
# (A folder without files, given by itself, is a class of nobody.)
mapfile -d '' third < <(find "$class" -mindepth 1 -maxdepth 1 ! -name empty -print0 | sort -z | sed -zn '1~3p')
nice $tl batch $lab "${third[@]}" --book "$tmp/two.db" --seed 8 -j 2 >"$tmp/two.log" 2>&1 &
pid=$!
until_true 1000 eval '[ "$(grep -c "^\[" "$tmp/two.log")" -ge $((size / 9)) ] || ! kill -0 $pid'
kill -KILL $pid
wait $pid 2>/dev/null
left() { grep -lsE "${tmp##*/}/[t]wo.db.work" /proc/[0-9]*/cmdline; }
until_true 60 eval '[ -z "$(left)" ]'
ok nothing_goes_on_after_the_kill bash -c 'for p; do tr "\\0" " " <"$p"; echo; done; [ $# = 0 ]' - $(left)
RANDOM=${KILLS:-7}
for moment in $(for _ in 1 2 3 4 5 6 7 8 9; do echo $((RANDOM % 50)); done); do
	nice $tl batch $lab "${third[@]}" --book "$tmp/two.db" --seed 8 -j 2 >>"$tmp/two.log" 2>&1 &
	pid=$!
	sleep "$((moment / 10)).$((moment % 10))"
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
done
until_true 60 eval '[ -z "$(left)" ]'
ok nor_after_nine_more bash -c 'for p; do tr "\\0" " " <"$p"; echo; done; [ $# = 0 ]' - $(left)
lost "$tmp/two.log"
ok it_was_killed_in_the_middle test "$(grep -c '^\[' "$tmp/two.log")" -lt $((size / 3))
again() { printf '%s\0' "${third[@]}" | sort -rz |
	xargs -0 nice $tl batch $lab --book "$tmp/two.db" --seed 99 -j 2 >"$tmp/three.log" 2>&1 || { lost "$tmp/three.log"; false; }; }
ok it_goes_on again
ok what_was_graded_is_not_graded_again \
	grep -qE '^[0-9]+ graded, [1-9][0-9]* were already' "$tmp/three.log"
ok and_none_is_in_the_book_twice test "$(python3 -c 'import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("SELECT count(*) - count(DISTINCT student) FROM submission").fetchone()[0])' "$tmp/two.db")" = 0
csv "$tmp/one.db"
csv "$tmp/two.db"
# Each row of the second book is in the first one, too.
same_rows() {
	python3 - "$@" <<-'END'
		import csv, sys
		one, two = ({r["student"]: r for r in csv.DictReader(open(p))} for p in sys.argv[1:3])
		size = int(sys.argv[3])
		assert len(one) == size and len(two) == size // 3, (len(one), len(two))
		differs = [name for name, row in two.items() if one.get(name) != row]
		assert not differs, differs
	END
}
ok the_gradebook_is_the_same same_rows "$tmp/one.db.csv" "$tmp/two.db.csv" $size
# What means harm, or is broken, in the class of any lab.
book=$tmp/one.db
ok a_zip_has_all_points test "$(score good)" = 100
ok and_so_has_a_name_with_quotes_and_newlines grep -q 'and broken",100,' "$book.csv"
stopped passwd '/etc/passwd: No such file' 0
stopped solution 'not found|No such file|incbin' 0
stopped reference-source 'No such file' 0
stopped much-output 'does not build' 0
stopped macro-bomb 'does not build' 0
stopped include-itself 'does not build' 0
stopped makefile 'Makefile and 1 more: not asked for' 100
stopped symlink 'is no regular file' 15
stopped big 'is bigger than 1 MB' 15
stopped empty 'empty: none of the lab' 0
stopped dotdot 'leads out of its archive' 0
stopped linked 'is no regular file' 15
stopped bomb 'expands to more than 64 MB' 0
stopped noise 'archive' 0
$tl show $lab macro-bomb --book "$book" >"$tmp/shown" 2>&1
fails no_tool_is_missing_where_it_is_built grep 'No such file' "$tmp/shown"
echo "# | hostile stopped $stopped/$hostile"
ok of_a_starter_one_run_tells_of_many test "$($tl show $lab student-2 --book "$tmp/one.db" | grep -c 'so this one was not run')" -ge 10
ok a_reference_has_all_points grep -qE '^"student-1",100,100,' "$tmp/one.db.csv"
[ $size -lt 60 ] || ok and_another_one grep -qE '^"student-12",100,100,' "$tmp/one.db.csv"
done_testing
