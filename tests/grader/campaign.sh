#!/usr/bin/env bash
# campaign.sh: a class as each platform packs it is graded whole, one of them killed at random moments and resumed; each has what
# campaign.py knows beforehand, under the right name and id, with late days and resubmissions; copies are found.
#
# `make class-campaign` is 60 on each of five platforms, of which 22 have done the work. By itself it is 24 on one of them, which one by
# SEED. LAB=, LMS=, SIZE=, REAL= say otherwise; with SLURM=1 the last class is graded once more on a cluster of this machine alone.
. "$(dirname "$0")/lib.sh"
export TZ=UTC PYTHONDONTWRITEBYTECODE=1
lab=${LAB:-03-shadow-vs-direct} seed=${SEED:-7} size=${SIZE:-24} real=${REAL:-6}
[ "$real" -ge 4 ] || { echo "campaign: REAL=$real: at least 4, for two of them are copied" >&2; exit 2; }
all=(plain moodle canvas blackboard gradescope)
read -ra platforms <<<"${LMS:-${all[seed % 5]}}"
here=$PWD tl=$PWD/build/bin/tlgrade kit=$PWD/build/kit/$lab py=$PWD/tests/grader/campaign.py
trap 'stop_cluster; rm -rf "$tmp"' EXIT
stop_cluster() { :; }
ok there_is_a_kit make -s kit LAB="$lab"
# Where the policy is: that of campaign.py.
mkdir -p "$tmp/tree/labs" && cp -r "labs/$lab" "$tmp/tree/labs/" && touch "$tmp/tree/Makefile"
sed -i '0,/^title/s/^title/due = 2026-03-01 23:59 +0100\nlate_points = 10\nlate_most = 2\ntitle/' "$tmp/tree/labs/$lab/lab.conf"
for lms in "${platforms[@]}"; do
	ok "a_class_is_laid_out_$lms" python3 "$py" make "$lab" "$size" "$real" "$seed" "$lms" "$tmp/$lms"
done
cd "$tmp/tree" || exit 1

# batch BOOK FOLDER [COMMAND OPTION...]: grade it; what it says is added to BOOK.log
batch() { $run "$tl" "${3:-batch}" "$lab" "$tmp/$2" --kit "$kit" --book "$tmp/$1.db" --seed 8 "${@:4}" >>"$tmp/$1.log" 2>&1; }
run=
whole() { batch "$@" || { grep -aE ': not graded|^tlgrade:' "$tmp/$1.log"; false; }; }
rows_of() { grep -c '^\[' "$tmp/$1.log"; }
# report BOOK NAME OPTION...: to NAME
report() { "$tl" report "$lab" --book "$tmp/$1.db" "${@:3}" >"$tmp/$2" 2>"$tmp/$2.err" || { cat "$tmp/$2.err"; false; }; }
same_table() { report "$1" "$1.csv" --csv && report "$2" "$2.csv" --csv && cmp "$tmp/$1.csv" "$tmp/$2.csv"; }
# Each is in the book as often as it was graded: all once, `early` and `few` once more.
nothing_is_twice() {
	python3 - "$tmp/$1.db" "$tmp/$1/truth.json" "$2" <<-'END'
		import json, sqlite3, sys
		had = dict(sqlite3.connect(sys.argv[1]).execute("SELECT student, count(*) FROM submission GROUP BY student"))
		want = {t["account"] or t["name"]: 1 + t["again"] + (sys.argv[3] == "again" and t.get("few", False) and t["kind"] != "reference")
		        for t in json.load(open(sys.argv[2]))["students"]}
		print({k: (had.get(k), v) for k, v in want.items() if had.get(k) != v})
		sys.exit(had != want)
	END
}
earlier_ones_are_seen() {
	local id
	while IFS= read -r id; do
		"$tl" show "$lab" --book "$tmp/$1.db" -- "$id" | grep '^  grading [0-9]*: 0/100, handed in .*(--grading ' >"$tmp/seen" || { echo "$id"; return 1; }
	done < <(python3 -c 'import json, sys
for t in json.load(open(sys.argv[1]))["students"]:
    if t["again"]: print(t["account"] or t["name"])' "$tmp/$1/truth.json")
}
# killed BOOK FOLDER TIMES OPTION...: the caller is killed so often, in moments that are spread over the first two thirds of the class
# (the last third may be over before it can be hit), and called again.
hits=0
killed() {
	local book=$1 folder=$2 moment caller
	hits=0
	for moment in $(shuf -i "1-$((size * 2 / 3))" -n "$3" --random-source=<(yes "$seed $book") | sort -n); do
		run=exec batch "$book" "$folder" batch "${@:4}" &
		caller=$!
		until_true 1200 eval '[ "$(rows_of "$book")" -ge "$moment" ] || ! kill -0 $caller'
		sleep "0.$((RANDOM % 10))"
		kill -KILL $caller 2>/dev/null && hits=$((hits + 1))
		wait $caller 2>/dev/null
	done
	ok "it_was_killed_in_the_middle_$book" test $hits -gt $(($3 / 2))
}
left() { grep -lsE "${tmp##*/}/[$1]*[.]db.work" /proc/[0-9]*/cmdline; }
# all_is_right LMS: what the gradebook must be.
all_is_right() {
	local lms=$1
	report "$lms" "$lms.csv" --csv
	ok "each_has_what_he_must_$lms" python3 "$py" check "$tmp/$lms" "$tmp/$lms.csv"
	grep '^# |' "$tmp/out" | sed "s/^# |/# | $lms:/"
	ok "no_formula_and_no_control_character_$lms" python3 "$here/tests/grader/columns.py" csv "$tmp/$lms.csv" "$tmp/$lms/want"
	case $lms in moodle | canvas | blackboard)
		ok "its_gradebook_has_a_file_$lms" report "$lms" "$lms.upload" "--$lms"
		ok "with_its_columns_$lms" python3 "$here/tests/grader/columns.py" "$lms" "$tmp/$lms.upload" "$tmp/$lms/want"
		;;
	esac
	"$tl" copies "$lab" --kit "$kit" --book "$tmp/$lms.db" --percent 1 >"$tmp/$lms.pairs"
	ok "the_copies_are_found_and_nobody_else_$lms" python3 "$py" pairs "$tmp/$lms" "$tmp/$lms.pairs"
	grep '^# |' "$tmp/out" | sed "s/^# |/# | $lms:/"
	ok "each_is_in_the_book_as_often_as_he_was_graded_$lms" nothing_is_twice "$lms" once
	ok "every_earlier_grading_is_seen_$lms" earlier_ones_are_seen "$lms"
}
regraded() {
	local lms=$1
	cp "$tmp/$lms.csv" "$tmp/$lms.before"
	ok "what_failed_is_graded_again_$lms" whole "$lms" "$lms/few" regrade --failed
	ok "and_only_that_$lms" nothing_is_twice "$lms" again
	report "$lms" "$lms.csv" --csv
	ok "with_the_same_result_$lms" cmp "$tmp/$lms.before" "$tmp/$lms.csv"
}

first=
for lms in "${platforms[@]}"; do
	start=$SECONDS
	# Some have sent something before, which was graded.
	ok "what_was_sent_first_is_graded_$lms" whole "$lms" "$lms/early"
	: >"$tmp/$lms.log"
	# One class is killed, and those that are not must be as it is.
	hits=0
	if [ "$lms" = "${platforms[1]:-${platforms[0]}}" ]; then
		killed "$lms" "$lms/class" $((size / 6)) -j 2
		until_true 60 eval '[ -z "$(left "${lms:0:1}")" ]'
		ok "nothing_goes_on_after_the_kills_$lms" test -z "$(left "${lms:0:1}")"
	fi
	ok "the_class_is_graded_$lms" whole "$lms" "$lms/class" batch -j 2
	echo "# | $lms: $size graded in $((SECONDS - start)) s, killed $hits times; at the end: $(grep ' were already' "$tmp/$lms.log" | tail -n 1)"
	all_is_right "$lms"
	ok "called_again_nothing_is_left_to_do_$lms" bash -c '"$@" | grep "^0 graded"' - "$tl" batch "$lab" "$tmp/$lms/class" --kit "$kit" --book "$tmp/$lms.db"
	[ -z "$first" ] || ok "as_on_the_first_$lms" python3 "$py" same "$tmp/$first" "$tmp/$lms" "$tmp/$first.csv" "$tmp/$lms.csv"
	regraded "$lms"
	first=${first:-$lms}
done

if [ -n "${SLURM:-}" ]; then
	. "$here/tests/slurm/cluster.sh"
	cd "$tmp/tree" || exit 1
	stop_cluster() { cluster_stop; }
	start=$SECONDS
	ok a_cluster_starts_on_the_loopback cluster_start "$tmp/slurm"
	killed slurm "$lms/class" $((size / 6)) --engine slurm
	ok the_class_is_graded_by_slurm whole slurm "$lms/class" batch --engine slurm
	echo "# | slurm: $size graded in $((SECONDS - start)) s, killed $hits times"
	ok the_gradebook_is_the_same same_table "$lms" slurm
	stop_cluster
	ok and_what_that_started until_true 5 eval '[ -z "$(cluster_left)" ]'
fi
done_testing
