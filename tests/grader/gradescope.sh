#!/usr/bin/env bash
# gradescope.sh: the autograder's zip, in a folder laid out as Gradescope's: set up once, then run for
# the reference, for the starter, and where there is no bubblewrap.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
export AUTOGRADER=$tmp/autograder
mkdir -p "$AUTOGRADER/source" "$AUTOGRADER/results"
ok the_zip_is_written make -s gradescope LAB=$lab SEED=5 HANDOUT="$tmp/handed"
ok with_the_scripts_at_its_top bash -c 'python3 -m zipfile -l "$1" | grep -cE "^(setup.sh|run_autograder) " | grep -qx 2' - build/gradescope/$lab.zip
python3 -m zipfile -e build/gradescope/$lab.zip "$AUTOGRADER/source"
chmod +x "$AUTOGRADER/source/run_autograder"
cp "$AUTOGRADER/source/run_autograder" "$AUTOGRADER/"
ok setup_builds_all timeout 500 bash "$AUTOGRADER/source/setup.sh"
score() { python3 tests/grader/results.py "$AUTOGRADER/results/results.json"; }
run() { # DIR: what it scores
	rm -rf "$AUTOGRADER/submission" "$AUTOGRADER/results/results.json"
	cp -r "$1" "$AUTOGRADER/submission"
	timeout 300 "$AUTOGRADER/run_autograder" >"$tmp/stdout" 2>&1
}
reference $lab "$tmp/reference"
ok the_reference_is_run run "$tmp/reference"
ok it_scores_100 test "$(score)" = 100
ok the_starter_is_run run "$tmp/handed/$lab/labs/$lab"
ok it_scores_0 test "$(score)" = 0
mkdir "$tmp/bin" && printf '#!/bin/sh\nexit 1\n' >"$tmp/bin/bwrap" && chmod +x "$tmp/bin/bwrap"
PATH=$tmp/bin:$PATH run "$tmp/reference"
ok without_bubblewrap_it_says_so grep -q 'the container alone confines' "$tmp/stdout"
ok and_scores_the_same test "$(score)" = 100
# Root of a namespace with no other users: bubblewrap works there, but nobody else can be become.
alone=(unshare -Urm --pid --fork --mount-proc)
if "${alone[@]}" true 2>/dev/null; then
	graded=$AUTOGRADER/$lab/build/grade # nobody's, and then root's
	rm -rf "$AUTOGRADER/results/results.json" "$graded"
	alone() { timeout 300 "${alone[@]}" "$AUTOGRADER/run_autograder" >"$tmp/stdout" 2>&1; }
	ok root_without_other_users_is_run alone
	ok that_is_said grep -q 'the container alone confines' "$tmp/stdout"
	ok and_scores_as_much test "$(score)" = 100
	rm -rf "$graded"
fi

# Stopped in the middle, as by a time-out: the file is whole, and has what was earned.
rm -f "$AUTOGRADER/results/results.json"
(cd "$AUTOGRADER/$lab" && exec build/bin/tlgrade grade $lab --seed 5 -j 1 --submission "$AUTOGRADER/submission" \
	--gradescope "$AUTOGRADER/results/results.json") >"$tmp/stopped" 2>&1 &
pid=$!
until_true 300 eval '[ "$(grep -c "^  ok" "$tmp/stopped")" -ge 2 ] || ! kill -0 $pid'
kill -KILL $pid
wait $pid 2>/dev/null
partial=$(score)
ok a_timeout_leaves_a_whole_file test -n "$partial"
ok with_what_was_earned test "${partial:-0}" -gt 0 -a "${partial:-0}" -lt 100
done_testing
