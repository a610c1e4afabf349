#!/usr/bin/env bash
# student.sh: each lab's first stage, as a student meets it: the archive alone, in an empty folder;
# make run, which names the stage; it is written; make grade. What docs/labs.md shows of that is what
# is printed. `student.sh LAB...`: only those.
. "$(dirname "$0")/lib.sh"
unset MAKELEVEL MAKEFLAGS MFLAGS # of make test: a student's shell has none
repo=$PWD
[ $# = 0 ] || labs=("$@")

# write_stage LAB STAGE: what the student would write, into his files
write_stage() {
	local file stages
	stages=$(sed -n 's/^\[stage \(.*\)\]/\1/p' "$repo/labs/$1/lab.conf" | tr '\n' ' ')
	for file in $(files_of "$1"); do
		awk -f "$repo/grader/regions.awk" -v mode=starter -v stubs="$repo/labs/$1/stages" -v stages="$stages" \
			-v written="$2" "$repo/$file" >"labs/$1/$(basename "$file")"
	done
}
# What differs from run to run, or with each change of a Makefile.
masked() { tr -d '\r' | sed -E 's/\([0-9]+ instructions\)/(N instructions)/; s/:[0-9]+(:|$)/:N\1/; s/[[:space:]]+$//'; }
# replay N LOG: the commands of docs/labs.md's Nth block; what they print goes to LOG
replay() {
	sed -n "/^## A student's first stage/,/^## [^A]/p" "$repo/docs/labs.md" |
		awk -v n="$1" '/^    / { if (!in_block) block++; in_block = 1; if (block == n) print substr($0, 5); next } /./ { in_block = 0 }' >"$tmp/block"
	sed -n 's/^\$ //p' "$tmp/block" >"$tmp/commands"
	while read -r command; do
		eval "$command" </dev/null 2>&1
	done <"$tmp/commands" | masked >"$2"
	while read -r command; do case $command in *"cd "*) eval "${command##*&& }" ;; esac; done <"$tmp/commands"
}
# shown LOG: each line that the block shows was printed (tests end in an order of their own)
shown() {
	grep -v '^\$ \|^ *\.\.\.$' "$tmp/block" | masked >"$tmp/want"
	! grep -vxF -f "$1" "$tmp/want" && [ -s "$tmp/want" ]
}

told=$(sed -n 's/^    \$ tar -xzf \([^ ]*\)\.tar\.gz.*/\1/p' docs/labs.md)
ok docs_tell_of_one_lab test -f "labs/$told/lab.conf"
for lab in "${labs[@]}"; do
	cd "$repo" || exit 1
	begun=$SECONDS number=${lab%%-*}
	ok "${number}_handed_out" make -s handout LAB="$lab" HANDOUT="$tmp/handed"
	mkdir "$tmp/$number" && cp "$tmp/handed/$lab.tar.gz" "$tmp/$number" && cd "$tmp/$number" || exit 1
	if [ "$lab" = "$told" ]; then
		replay 1 "$tmp/run"
		ok "${number}_the_page_shows_the_first_run" shown "$tmp/run"
	else
		tar -xzf "$lab.tar.gz" && cd "$lab" || exit 1
		make run </dev/null 2>&1 | masked >"$tmp/run"
	fi
	named=$(sed -n 's/^trapline: lab stage \([0-9a-z.]*\) is not written yet$/\1/p' "$tmp/run")
	ok "${number}_make_run_names_the_first_stage" grep -qE "^$number\.1[a-z]?\$" <<<"$named"
	where=$(sed -n 's/^  where:  \(.*\):N$/\1/p' "$tmp/run")
	ok "${number}_and_the_file" grep -q "lab_todo(\"$named\")" "$where"
	read=$(sed -n 's/^  read:   \([^,]*\), "\(.*\)"$/\1 \2/p' "$tmp/run")
	ok "${number}_and_where_to_read" grep -qxF "## ${read#* }" "${read%% *}"
	ok "${number}_it_is_all_that_goes_wrong" bash -c '! grep -iE "warning|error:|not found|No such file" "$1"' - "$tmp/run"
	ok "${number}_help_lists_nothing_that_is_not_here" bash -c \
		'make help | sed -n "s/^  make \([a-z-]*\) .*/\1/p" >"$1"; grep -q grade "$1" && xargs -a "$1" -n 1 make -n' - "$tmp/targets"
	ok "${number}_the_debugger_knows_its_commands" bash -c \
		'printf "hv domains\nquit\n" | timeout 300 make gdb 2>&1 | tee "$1"; ! grep -E "Undefined|Error|Traceback" "$1"' - "$tmp/gdb"

	# All that the number's first section is about, be it one stage or several.
	first=$(sed -n "s/^\[stage \($number\.1[a-z]*\)\]/\1/p" "labs/$lab/lab.conf" | tr '\n' ' ')
	write_stage "$lab" "$first"
	make run </dev/null >"$tmp/again" 2>&1
	ok "${number}_written_it_is_not_named_again" bash -c '! grep "lab stage $2" "$1"' - "$tmp/again" "$number.1"
	if [ "$lab" = "$told" ]; then
		replay 2 "$tmp/grade"
		ok "${number}_the_page_shows_how_it_is_graded" shown "$tmp/grade"
	else
		make grade SEED=1 2>&1 | masked >"$tmp/grade"
	fi
	ok "${number}_nothing_goes_wrong_in_grading" bash -c '! grep -iE "No such file|command not found" "$1"' - "$tmp/grade"
	# But for what can be seen only with a later stage, which is said.
	ok "${number}_the_first_stage_is_green" bash -c \
		'grep -qE "^ +ok +$2\.1" "$1" && ! grep -E "^ +[^ ]+ +$2\.1" "$1" | grep -vE "^ +(ok|todo|skip) "' - "$tmp/grade" "$number"
	points=$(sed -nE "s/^ +$number\.1[a-z]? +([0-9]+)\/.*/\1/p" "$tmp/grade" | awk '{ n += $1 } END { print n + 0 }')
	ok "${number}_and_only_that" grep -qE "^ +$lab: $points/100" "$tmp/grade"
	ok "${number}_what_is_next_is_named" grep -qE "stopped at $number\.[2-9]" "$tmp/grade"
	if [ "$lab" = 02-pagefault ]; then
		# 02.5 is not written either, and says so first; but the guest goes on without it.
		write_stage "$lab" "02.1a 02.1b 02.1c 02.1d 02.1e 02.2 02.3"
		make grade SEED=1 STAGE=user >"$tmp/stopped" 2>&1
		ok "${number}_make_grade_names_the_stage_that_stopped_it" grep -q 'stopped at 02.4,' "$tmp/stopped"
		ok "${number}_and_what_is_to_do" grep -q 'to do: emulate_iret' "$tmp/stopped"
	fi
	echo "# | $lab: $((SECONDS - begun)) s"
done
done_testing
