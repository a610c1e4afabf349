#!/usr/bin/env bash
# handout.sh: what students get holds no line of a solution, and all that is needed.
. "$(dirname "$0")/lib.sh"

# Marks that are wrong are refused.
stages=$(stages_of 02-pagefault)
refuses() { # NAME REASON: the source is on standard input
	cat >"$tmp/source.c"
	ok "$1" bash -c '! awk -f grader/regions.awk -v mode=ids -v stages="$1" "$2" 2>"$2.err" >"$2.out" && grep -q "$3" "$2.err"' \
		- "$stages" "$tmp/source.c" "$2"
}
b3='/* LAB 02.3 BEGIN */' e3='/* LAB 02.3 END */' b2='/* LAB 02.2 BEGIN */' e2='/* LAB 02.2 END */'
refuses nested_marks_are_refused 'begins within' <<<"$b3"$'\n'"$b2"$'\n'"$e2"$'\n'"$e3"
refuses an_unterminated_mark_is_refused 'does not end' <<<"$b3"$'\nx'
refuses a_mark_that_occurs_twice_is_refused 'occurs twice' <<<"$b3"$'\n'"$e3"$'\n'"$b3"$'\n'"$e3"
refuses a_mark_of_no_stage_is_refused 'no lab' <<<$'/* LAB 02.9 BEGIN */\n/* LAB 02.9 END */'
refuses an_end_without_a_beginning_is_refused 'had begun' <<<"$e3"
refuses a_hint_in_the_mark_is_refused 'stages/02.3.c' <<<$'/* LAB 02.3 BEGIN\n * HINT: so\n */\n'"$e3"
refuses a_mark_behind_code_is_refused 'a line of its own' <<<"x; $b3"$'\n'"$e3"
ok the_marks_in_the_tree_are_in_order grader/handout --check

# So are hints and stubs that are not where they belong: each region's in a file of the lab, and only there.
check_refuses() { # NAME REASON EDIT: what is done to a copy
	rm -rf "$tmp/tree" && mkdir "$tmp/tree" && cp -r grader labs hv guest "$tmp/tree"
	(cd "$tmp/tree" && eval "$3")
	ok "$1" bash -c '! "$1/grader/handout" --check 2>"$1/said" && grep -qF -- "$2" "$1/said" || ! cat "$1/said"' - "$tmp/tree" "$2"
}
at=labs/02-pagefault/stages
check_refuses a_region_without_its_text_is_refused "region 02.2a: there is no $at/02.2a.c" "rm $at/02.2a.c"
check_refuses so_is_a_text_without_a_region "$at/02.7.c: no file of the lab has a region 02.7" "cp $at/02.2a.c $at/02.7.c"
check_refuses so_is_that_of_another_lab "01.1a.c: no file of the lab has a region" "cp labs/01-rings/stages/01.1a.c $at"
check_refuses so_is_the_text_of_another_region 'does not begin with "Stage 02.2a of the lab:"' "cp $at/02.2b.c $at/02.2a.c"
check_refuses so_is_a_text_that_is_in_the_source_as_well 'only there' "sed 's/^/\t/' $at/02.2a.c >$at/x
	sed -i '/LAB 02.2a BEGIN/r $at/x' hv/dom/inject.c && rm $at/x"
check_refuses so_is_a_stub_that_was_left_there 'only there' "sed -i '/LAB 02.2a BEGIN/a lab_todo(\"02.2a\");' hv/dom/inject.c"

# What a hint tells to call, the reference calls. It may also speak of what the student's file has,
# and of what is to be read: "name() (where)".
for lab in "${labs[@]}"; do
	for file in $(files_of "$lab"); do
		awk 'FNR == 1 { comment = 0; id = FILENAME; sub(/.*\//, "", id); sub(/\.c$/, "", id) }
			FILENAME ~ /\/stages\// { if (/^\/\*$/) comment = 1; if (/^ \*\/$/) comment = 0; if (comment) hints[id] = hints[id] $0; next }
			{ all = all $0 "\n" }
			/LAB [0-9.a-z]+ BEGIN/ { code = ""; id = $3 }
			{ code = code $0 "\n" }
			/LAB [0-9.a-z]+ END/ { codes[id] = code }
			END { for (id in codes) for (h = hints[id]; match(h, /[a-z_0-9]+\(/); h = substr(h, RSTART + RLENGTH)) {
				name = substr(h, RSTART, RLENGTH)
				if (substr(h, RSTART + RLENGTH, 3) != ") (" && !index(codes[id], name) && all !~ ("\n[a-z][^\n;]*[ *]" substr(name, 1, length(name) - 1) "\\("))
					print FILENAME ": the hint of " id " says " name "), the reference does without" } }' labs/"$lab"/stages/*.c "$file"
	done
done >"$tmp/hints"
cat "$tmp/hints"
ok hints_tell_what_the_reference_does test ! -s "$tmp/hints"

# All lines of all solutions, without blanks; not counted are lines that stand elsewhere as well.
trimmed() { sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | awk 'length($0) >= 12' | LC_ALL=C sort -u; }
for lab in "${labs[@]}"; do
	stages=$(stages_of "$lab")
	for file in $(files_of "$lab"); do
		awk -f grader/regions.awk -v mode=body -v stages="$stages" "$file" >>"$tmp/body"
		awk -f grader/regions.awk -v mode=given -v stages="$stages" "$file" >>"$tmp/elsewhere"
		echo "$file" >>"$tmp/units"
	done
done
git ls-files hv guest labs/probe tests/{matrix,fuzz,rogue} | grep '\.[chS]$' | grep -vxF -f "$tmp/units" | xargs cat >>"$tmp/elsewhere"
trimmed <"$tmp/body" >"$tmp/body.lines"
trimmed <"$tmp/elsewhere" >"$tmp/elsewhere.lines"
LC_ALL=C comm -23 "$tmp/body.lines" "$tmp/elsewhere.lines" >"$tmp/solution"
ok there_are_solutions_to_hide test "$(wc -l <"$tmp/solution")" -gt 100

for lab in "${labs[@]}"; do
	ok "handout_is_written_$lab" make -s handout LAB="$lab" HANDOUT="$tmp/handed"
	mkdir -p "$tmp/$lab"
	ok "handout_unpacks_$lab" tar -xzf "$tmp/handed/$lab.tar.gz" -C "$tmp/$lab"
	# Objects by their strings.
	find "$tmp/$lab" -type f ! -name '*.o' -print0 | xargs -0 cat | trimmed >"$tmp/given.lines"
	find "$tmp/$lab" -name '*.o' -print0 | xargs -0 -r strings | trimmed >>"$tmp/given.lines"
	LC_ALL=C sort -u -o "$tmp/given.lines" "$tmp/given.lines"
	LC_ALL=C comm -12 "$tmp/solution" "$tmp/given.lines" >"$tmp/leaked"
	ok "no_line_of_a_solution_is_in_it_$lab" bash -c 'cat "$1"; [ ! -s "$1" ]' - "$tmp/leaked"
	ok "nor_is_a_unit_of_its_own_there_$lab" bash -c 'cd "$1" && shift && for file; do
		ls "$file" "${file%.c}.o" "ref/${file%.c}.o" 2>/dev/null && exit 1; done; true' - "$tmp/$lab/$lab" $(files_of "$lab")
	ok "its_links_lead_to_what_is_there_$lab" bash -c 'cd "$1" && grep -roE "\]\([^)#:]+" --include="*.md" . |
		while IFS=: read -r page link; do [ -e "$(dirname "$page")/${link#](}" ] || echo "$page: ${link#](}"; done |
		tee "$2" && [ ! -s "$2" ]' - "$tmp/$lab/$lab" "$tmp/dead"
	for file in $(files_of "$lab"); do
		ok "starter_of_$(basename "$file")" grep -q 'of the lab:' "$tmp/$lab/$lab/labs/$lab/$(basename "$file")"
	done
done

# A student's way, in an empty folder: it builds, and stops by the first stage's name.
lab=02-pagefault
cd "$tmp/$lab/$lab" || exit 1
touch build 2>/dev/null; rm -f build; mkdir -p build
timeout 400 make run MMU=shadow </dev/null >"$tmp/run" 2>&1
ok an_unwritten_stage_stops_by_its_name grep -q 'lab stage 02.1c is not written yet' "$tmp/run"
ok and_says_where_to_read grep -q 'read:   labs/02-pagefault/README.md, "1. True and hidden faults"' "$tmp/run"
timeout 400 make grade SEED=1 >"$tmp/grade" 2>&1
ok make_grade_works_there_and_gives_nothing grep -q '02-pagefault: 0/100' "$tmp/grade"
timeout 400 make grade SEED=1 STAGE=ad >"$tmp/grade" 2>&1
ok it_tells_of_the_stage_that_stopped_it bash -c \
	'grep -A1 "stopped at 02.1c" "$1" | grep -q "to do: find_verdict() tells"' - "$tmp/grade"
ok and_where_that_is_explained grep -q 'read: README.md of the lab, "1. True and hidden faults"' "$tmp/grade"
cp labs/$lab/walk.c "$tmp/" && echo 'int f(void) { return nothing; }' >>labs/$lab/walk.c
LC_ALL=C.UTF-8 timeout 400 make grade SEED=1 >"$tmp/broken" 2>&1
ok the_compilers_words_come_through grep -q "'nothing' undeclared" "$tmp/broken"
mv "$tmp/walk.c" labs/$lab/
# Files of an earlier lab count only where the student says so.
mkdir -p labs/01-rings && echo '#error this is mine' >labs/01-rings/rings.c
ok without_mine_the_earlier_lab_is_the_references timeout 400 make all
timeout 400 make all MINE=1 >"$tmp/mine" 2>&1
ok with_mine_it_is_the_students grep -q 'this is mine' "$tmp/mine"
timeout 400 make grade SEED=1 MINE=1 >"$tmp/mine" 2>&1
ok and_so_it_is_graded grep -q 'this is mine' "$tmp/mine"
done_testing
