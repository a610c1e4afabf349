#!/usr/bin/env bash
# copies.sh: hidden copies are found, of works without common work none is, and of the lab's mutants, which are all copies of
# the reference, each is.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
tl=$PWD/build/bin/tlgrade
read -ra files <<<"$(files_of $lab | xargs)"
hollow $lab "$tmp/kit"
stages=$(stages_of $lab)
for file in "${files[@]}"; do
	awk -f grader/regions.awk -v mode=starter -v stages="$stages" "$file" >"$tmp/kit/labs/$lab/${file##*/}"
done
batch() { $tl batch $lab "$tmp/$1" --kit "$tmp/kit" --book "$tmp/$1.db" --seed 1 -j 2 >"$tmp/$1.log" 2>&1; }
# copies CLASS: all pairs that have anything in common, to CLASS.pairs
copies() { $tl copies $lab --kit "$tmp/kit" --book "$tmp/$1.db" --percent 1 >"$tmp/$1.pairs"; }
# right CLASS: every pair of CLASS.truth has 40 % at least, no other has
right() {
	python3 - "$tmp/$1.truth" "$tmp/$1.pairs" <<-'END'
		import re, sys
		truth = {frozenset(x.split()[:2]): x.split()[2] for x in open(sys.argv[1])}
		found = {frozenset(m[1:]): int(m[0]) for m in re.findall(r"^ *(\d+) %  (?:equal  )?(\S+) and (\S+)$", open(sys.argv[2]).read(), re.M)}
		of = {how: found.get(pair, 0) for pair, how in truth.items()}
		others = max((p for pair, p in found.items() if pair not in truth), default=0)
		print("# | copies:", ", ".join(f"{how} {p} %" for how, p in of.items()) + f"; of those that are none {others} % at most")
		sys.exit(min(of.values()) < 40 or others >= 40)
	END
}
for seed in ${SEEDS:-1 2 3}; do
	python3 tests/grader/copies.py "$seed" $lab "${files[*]}" "$tmp/class-$seed" >"$tmp/class-$seed.truth"
	ok "a_class_is_collected_$seed" batch "class-$seed"
	ok "its_pairs_are_compared_$seed" copies "class-$seed"
	ok "the_copies_are_found_and_nobody_else_$seed" right "class-$seed"
	cat "$tmp/out"
done
# Who has the starter only, or a little of his own, is nobody's copy.
for i in 1 2 3; do
	mkdir -p "$tmp/starters/s$i"
	for file in "${files[@]}"; do cp "$tmp/kit/labs/$lab/${file##*/}" "$tmp/starters/s$i/"; done
done
batch starters && copies starters
ok starters_are_no_copies_of_each_other grep -q '^0 pairs' "$tmp/starters.pairs"
# Mutants are what somebody has who changes a line of another's. (Of more than ten, what they
# share would be what the lab leads to.)
mkdir "$tmp/mutants"
for patch in $(printf '%s\n' tests/mutants/$lab/*.patch | shuf -n 9 --random-source=<(yes 7)); do
	grader/mutate $lab "$patch" "$tmp/mutants/$(basename "$patch" .patch)"
done
batch mutants && copies mutants
ok nine_mutants_are_each_others_copies test "$(awk '$1 >= 80' "$tmp/mutants.pairs" | wc -l)" -ge 36
# A group has handed in one work, whoever else has the same.
group() { printf 'submission_%s:\n  :submitters:\n' "$1"; for who in "${@:2}"; do printf '  - :name: %s\n    :sid: %s\n' "$who" "$who"; done; }
mkdir "$tmp/groups" && { group 1 ann bob && group 2 cid; } >"$tmp/groups/submission_metadata.yml"
for i in 1 2; do cp -r "$(ls -d "$tmp"/mutants/* | head -1)" "$tmp/groups/submission_$i"; done
batch groups && copies groups
ok those_of_a_group_have_not_copied_each_other test "$(sed -n 's/^ *100 %  equal  //p' "$tmp/groups.pairs" | sort | xargs)" = 'ann and cid bob and cid'
# Book and .work moved together, as docs/course.md has it at a term's end: all is as before, but where it is.
html() { $tl report $lab --html --kit "$tmp/kit" --book "$1"; }
html "$tmp/mutants.db" >"$tmp/mutants.html"
mkdir "$tmp/last" && mv "$tmp/mutants.db" "$tmp/mutants.db.work" "$tmp/last/"
$tl copies $lab --kit "$tmp/kit" --book "$tmp/last/mutants.db" --percent 1 >"$tmp/moved.pairs"
ok in_a_book_that_was_moved_are_the_same_pairs cmp "$tmp/mutants.pairs" "$tmp/moved.pairs"
html "$tmp/last/mutants.db" >"$tmp/moved.html"
ok its_page_has_them cmp <(sed "s|$tmp/mutants.db.work|$tmp/last/mutants.db.work|g" "$tmp/mutants.html") "$tmp/moved.html"
one=$(basename "$(ls -d "$tmp"/mutants/* | head -1)")
evidence() { $tl show $lab "$one" --book "$tmp/last/mutants.db" | sed -n 's/^  evidence: //p'; }
ok the_evidence_is_where_it_says test -d "$(evidence)"
# Where it was lies another class's.
cp -r "$tmp/last/mutants.db.work" "$tmp/mutants.db.work"
ok and_not_where_it_was_before bash -c 'case $1 in "$2"/*) ;; *) false ;; esac' - "$(evidence)" "$tmp/last/mutants.db.work/$lab"
# What is gone is nobody's original work.
rm -rf "$tmp/mutants.db.work" "$tmp/last/mutants.db.work/$lab/$one-"*
one_gone() { ! $tl copies $lab --kit "$tmp/kit" --book "$tmp/last/mutants.db" >"$tmp/gone" 2>&1 && grep 'what 1 of 9 handed in is not there' "$tmp/gone"; }
ok if_one_is_gone_it_is_told one_gone
ok the_others_are_compared test "$(grep -c ' %  ' "$tmp/gone")" -ge 28
ok to_show_him_tells_too grep -q 'is not there any more' <(evidence)
rm -rf "$tmp/last/mutants.db.work"
ok if_all_are_gone_there_are_not_0_pairs dies 'what 9 of 9 handed in is not there' $tl copies $lab --kit "$tmp/kit" --book "$tmp/last/mutants.db"
html_gone() { html "$tmp/last/mutants.db" 2>"$tmp/gone" >"$tmp/gone.html"; [ $? = 2 ] && grep -q '"gone":9' "$tmp/gone.html" && grep -q '</html>' "$tmp/gone.html"; }
ok nor_a_page_without_a_word html_gone
ok for_which_there_is_a_count grep -q 'what 9 of 9 handed in is not there' "$tmp/gone"
# Without a starter nobody could tell what is everybody's.
ok without_a_kit_it_says_so dies 'no starter in /none' $tl copies $lab --kit /none --book "$tmp/last/mutants.db"
for percent in abc -5 101 '' 40%; do
	ok "a_percentage_is_a_number_up_to_100_$percent" dies "--percent $percent: only a whole number from 0 to 100" \
		$tl copies $lab --percent "$percent" --kit "$tmp/kit" --book "$tmp/last/mutants.db"
done
ok of_another_lab_there_is_nothing dies 'nothing of 02-pagefault in ' $tl copies 02-pagefault --kit "$tmp/kit" --book "$tmp/last/mutants.db"
done_testing
