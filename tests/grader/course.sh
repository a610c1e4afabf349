#!/usr/bin/env bash
# course.sh: the commands of docs/course.md, in their order, for a small class that Moodle has packed.
. "$(dirname "$0")/lib.sh"
export HOME=$tmp
lab=03-shadow-vs-direct here=$PWD
# The page says how lab.conf is changed: so in a tree of its own, in which all is built as here.
mkdir "$tmp/trapline"
cp -a Makefile docs grader guest hv include labs tests tools trace README.md LICENSE "$tmp/trapline/" 2>/dev/null
(cd build && tar -cf - --exclude=./kit --exclude=./tests/log --exclude=./ccache --exclude=./grade --exclude=./plain .) | (mkdir "$tmp/trapline/build" && cd "$tmp/trapline/build" && tar -xf -)
reference $lab "$tmp/files"
python3 tests/grader/lms.py moodle "$tmp/files" "$tmp/moodle" zip,upper-zip,tgz,files,junk >"$tmp/want"
(cd "$tmp/moodle" && zip -qr "$tmp/download.zip" .)
python3 - docs/course.md "$tmp" <<-'END'
	import re, sys
	text = open(sys.argv[1]).read()
	open(sys.argv[2] + "/commands", "w").write("\n".join(re.findall(r"^    (\S.*)$", text, re.M)) + "\n")
	open(sys.argv[2] + "/policy", "w").write("".join(re.findall(r"^```\n(.*?)^```$", text, re.M | re.S)))
END
ok the_policy_is_lab_conf_s test "$(grep -c = "$tmp/policy")" = 4
sed -i "/^title = Shadow/r $tmp/policy" "$tmp/trapline/labs/$lab/lab.conf"
cd "$tmp" || exit 1
n=0
while IFS= read -r command; do
	n=$((n + 1))
	case $command in
	export*) eval "$command" ;;
	unzip*) mv "$tmp/download.zip" "$tmp/course/" ;;
	esac
	# Each in a shell of its own, as pasted.
	run() { timeout 500 bash -c "$1" </dev/null; }
	ok "command_$n: ${command//#/}" run "$command"
	case $command in
	*batch* | *regrade*) cp "$tmp/out" "$tmp/batch-$n" && grep -E '^[0-9]+ graded' "$tmp/out" | sed 's/^/# | /' ;;
	esac
	case $command in *'--csv'*lab03.csv) cp "$tmp/course/lab03.csv" "$tmp/final.csv" ;; esac
	case $command in *'--moodle'*) cp "$tmp/course/upload03.csv" "$tmp/upload.csv" ;; esac
done <"$tmp/commands"
ok all_of_the_page_was_run test $n -ge 18
ok the_table_has_each_with_his_late_days python3 "$here/tests/grader/columns.py" moodle "$tmp/upload.csv" "$tmp/want"
row() { python3 -c 'import csv, sys; print(*[next(r for r in csv.DictReader(open(sys.argv[1])) if r["student"] == sys.argv[2])[c] for c in sys.argv[3:]])' "$tmp/final.csv" "$@"; }
ok full_work_in_time_has_all_points test "$(row 100 score 'days late' answers total)" = '100 0 17 117'
ok a_day_late_costs_ten test "$(row 102 score 'days late' total)" = '100 1 90'
ok an_excuse_costs_nothing test "$(row 103 score 'days late' answers total)" = '100 0 12 112'
ok the_second_call_had_nothing_to_do grep -q '^0 graded, 5 were already' "$(ls -v "$tmp"/batch-* | sed -n 2p)"
done_testing
