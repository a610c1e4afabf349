#!/usr/bin/env bash
# slurm.sh: a class of twenty is graded through Slurm job arrays, while tasks are killed and the caller
# is; the gradebook is the one that the local engine makes.
. "$(dirname "$0")/../grader/lib.sh"
. tests/slurm/cluster.sh
lab=03-shadow-vs-direct
tl=build/bin/tlgrade class=$tmp/class
if ! tools/doctor slurm >"$tmp/doctor" 2>&1; then
	if [ "${NEED_SLURM:-0}" = 1 ]; then
		sed 's/^/# /' "$tmp/doctor"
		echo "not ok 1 - slurm_is_installed"
	else
		echo "# | SKIP: Slurm is not here and cannot be installed: $(tail -n 1 "$tmp/doctor")"
		echo "ok 1 - slurm_is_installed # SKIP"
	fi
	exit 0
fi
ok there_is_a_kit make -s kit LAB=$lab

# Mostly such as are graded in no time: what they get is not the question here.
mkdir -p "$class"
unit=$(basename "$(files_of $lab | head -n 1)")
for n in $(seq 20); do
	mkdir "$class/student-$n" && cp build/kit/$lab/labs/$lab/*.[ch] "$class/student-$n/"
	echo "/* $n */" >>"$class/student-$n/$unit"
	case $n in 1 | 10 | 12 | 15 | 18) ;; *) echo "#error $n" >>"$class/student-$n/$unit" ;; esac
done
reference $lab "$class/student-7"
rm "$class/student-11"/*

csv() { $tl report $lab --csv --book "$1" >"$1.csv"; }
whole() { nice $tl batch $lab "$class" --book "$tmp/local.db" --seed 8 >"$tmp/local.log" 2>&1; }
ok the_local_engine_grades_twenty whole

trap 'cluster_stop; rm -rf "$tmp"' EXIT
ok a_cluster_starts_on_the_loopback cluster_start "$tmp/slurm"
started=("${cluster_pids[@]}")
grade() { exec timeout -k 5 300 $tl batch $lab "$class" --book "$tmp/slurm.db" --seed 8 --engine slurm >"$tmp/$1.log" 2>&1; }
array() { sed -n 's/^Slurm job \([0-9]*\):.*/\1/p;T;q' "$tmp/$1.log"; }
merged() { [ "$(grep -c '^\[' "$tmp/first.log")" -ge "$1" ]; }
task_pid() { # NUMBER
	local pid words
	for pid in /proc/[0-9]*; do
		mapfile -d '' -t words <"$pid/cmdline"
		[[ ${words[1]:-} = task && ${words[2]:-} = "$tmp"/slurm.db.work/* && ${words[3]:-} = "$1" ]] &&
			echo "${pid#/proc/}" && return
	done 2>/dev/null
	return 1
}
# Of the first two tasks, as soon as both run, one is killed and the other cancelled.
grade first &
caller=$!
until_true 60 eval 'task_pid 1 && task_pid 2'
ok a_task_is_killed kill -KILL "$(task_pid 2)"
ok another_is_cancelled scancel "$(array first)_1"
# The caller, too; then it is called again. What it had sent goes on, so that much is done twice.
ok some_results_are_in_the_book until_true 120 merged 3
ok the_caller_is_killed kill -KILL "$(pgrep -P $caller || echo $caller)"
wait $caller 2>/dev/null
grade second &
caller=$!
# What was lost is sent with the rest; and is lost once more.
until_true 200 task_pid 1
ok a_task_is_killed_again kill -KILL "$(task_pid 1)"
wait $caller
status=$?
sed 's/^/# /' "$tmp/first.log" "$tmp/second.log"
ok slurm_grades_twenty test $status = 0
ok what_was_in_the_book_is_not_graded_again \
	grep -qxE "$((20 - $(grep -c '^\[' "$tmp/first.log"))) graded, $(grep -c '^\[' "$tmp/first.log") were already; .*" "$tmp/second.log"
ok what_was_lost_is_sent_again grep -q '^1 did not come back: sent again' "$tmp/second.log"
csv "$tmp/local.db"
csv "$tmp/slurm.db"
ok the_gradebook_is_the_local_one cmp "$tmp/local.db.csv" "$tmp/slurm.db.csv"
ok it_has_all_kinds bash -c 'grep -q "^\"student-7\",100,100," "$1" && grep -q "not written" "$1" && grep -q "not built" "$1"' - \
	"$tmp/slurm.db.csv"
ok the_evidence_is_kept test -s "$tmp/slurm.db.work/$lab"/student-1-*/evidence/hv.elf
ok nothing_of_the_way_there_is_left bash -c '! compgen -G "$1/*.??????"' - "$tmp/slurm.db.work/$lab"
cluster_stop
ok what_was_started_is_stopped bash -c '! kill -0 "$@" 2>/dev/null' - "${started[@]}"
ok and_what_that_started until_true 5 eval '[ -z "$(cluster_left)" ]'
done_testing
