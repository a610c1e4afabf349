#!/usr/bin/env bash
# batch.sh: a class of sixty, of all kinds, is graded; for every third of them again, killed in
# the middle and called again in another order, the book ends up the same.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
tl=build/bin/tlgrade class=$tmp/class
mkdir -p "$class"
ok there_is_a_kit make -s kit LAB=$lab
harmful $lab "$class"
for patch in tests/mutants/$lab/[a-f]*.patch; do # some of them: mutants.sh has them all
	grader/mutate $lab "$patch" "$class/$(basename "$patch" .patch)"
done
# The rest are starters, some that do not build, and some references, sent in all ways.
n=0 ways=(tgz tar.xz tar.bz2 tar zip dir)
while [ "$(ls -q "$class" | wc -l)" -lt 60 ]; do
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
ok sixty_are_graded whole
ok all_sixty_of_them bash -c 'grep -q "^60 graded, 0 were already" "$1"' - "$tmp/one.log"
tail -n 1 "$tmp/one.log" | sed 's/^/# | /'

# Killed, not asked to stop; nothing it started may go on.
# (A folder without files, given by itself, is a class of nobody.)
mapfile -d '' third < <(find "$class" -mindepth 1 -maxdepth 1 ! -name empty -print0 | sort -z | sed -zn '1~3p')
nice $tl batch $lab "${third[@]}" --book "$tmp/two.db" --seed 8 -j 2 >"$tmp/two.log" 2>&1 &
pid=$!
for _ in $(seq 6000); do
	[ "$(grep -c '^\[' "$tmp/two.log")" -lt 7 ] && kill -0 $pid 2>/dev/null || break
	sleep 0.1
done
kill -KILL $pid
wait $pid 2>/dev/null
left() { grep -lsE "${tmp##*/}/[t]wo.db.work" /proc/[0-9]*/cmdline; }
for _ in $(seq 200); do
	[ -n "$(left)" ] || break
	sleep 0.1
done
ok nothing_goes_on_after_the_kill bash -c 'for p; do tr "\\0" " " <"$p"; echo; done; [ $# = 0 ]' - $(left)
lost "$tmp/two.log"
ok it_was_killed_in_the_middle test "$(grep -c '^\[' "$tmp/two.log")" -lt 20
again() { printf '%s\0' "${third[@]}" | sort -rz |
	xargs -0 nice $tl batch $lab --book "$tmp/two.db" --seed 99 -j 2 >"$tmp/three.log" 2>&1 || { lost "$tmp/three.log"; false; }; }
ok it_goes_on again
ok what_was_graded_is_not_graded_again \
	grep -qE '^[0-9]+ graded, [1-9][0-9]* were already' "$tmp/three.log"
csv "$tmp/one.db"
csv "$tmp/two.db"
# Each row of the second book is in the first one, too.
same_rows() {
	python3 - "$@" <<-'END'
		import csv, sys
		one, two = ({r["student"]: r for r in csv.DictReader(open(p))} for p in sys.argv[1:])
		assert len(one) == 60 and len(two) == 20, (len(one), len(two))
		differs = [name for name, row in two.items() if one.get(name) != row]
		assert not differs, differs
	END
}
ok the_gradebook_is_the_same same_rows "$tmp/one.db.csv" "$tmp/two.db.csv"
ok references_have_all_points bash -c 'grep -qE "^\"student-1\",100,100," "$1" && grep -qE "^\"student-12\",100,100," "$1"' - "$tmp/one.db.csv"
done_testing
