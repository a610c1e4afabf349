#!/usr/bin/env bash
# copies.sh: hidden copies are found, of works without common work none is, and of the lab's mutants, which are all copies of
# the reference, each is.
. "$(dirname "$0")/lib.sh"
lab=03-shadow-vs-direct
tl=$PWD/build/bin/tlgrade
read -ra files <<<"$(files_of $lab | xargs)"
hollow $lab "$tmp/kit"
stages=$(sed -n 's/^\[stage \(.*\)\]/\1/p' labs/$lab/lab.conf | xargs)
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
# Without a starter nobody could tell what is everybody's.
ok without_a_kit_it_says_so dies 'no starter in /none' $tl copies $lab --kit /none --book "$tmp/mutants.db"
for percent in abc -5 101 '' 40%; do
	ok "a_percentage_is_a_number_up_to_100_$percent" dies "--percent $percent: only a whole number from 0 to 100" \
		$tl copies $lab --percent "$percent" --kit "$tmp/kit" --book "$tmp/mutants.db"
done
ok of_another_lab_there_is_nothing dies 'nothing of 02-pagefault in ' $tl copies 02-pagefault --kit "$tmp/kit" --book "$tmp/mutants.db"
done_testing
