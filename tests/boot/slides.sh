#!/usr/bin/env bash
# slides.sh: `tltrace draw --steps`, and pages of given size: a walk in both designs and a run of programs, as slides: cumulative,
# 12 points or more, nothing on something else, told in words, the last footer what `tltrace stats` says (slides.py).
. "$(dirname "$0")/../lib.sh"
tl=build/bin/tltrace
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"

for mmu in shadow direct; do ok "a_walk_$mmu" tools/run MMU=$mmu SCENARIO=walk SEED="$seed" OUT="$tmp/$mmu"; done
ok programs_in_shadow_mode tools/run MMU=shadow SCENARIO=procs SEED="$seed" OUT="$tmp/procs"
va=$(sed -n 's/^walk: touching va=\(0x[0-9a-f]*\).*/\1/p' "$tmp/shadow.console")
slides() { # SIZE W H ARGUMENTS...: PDF, SVG and PNG agree, page by page
	local size=$1 w=$2 h=$3
	shift 3
	rm -f "$tmp"/s-*.svg "$tmp"/s-*.png
	$tl draw "$@" --steps --size "$size" -o "$tmp/s.pdf" && $tl draw "$@" --steps --size "$size" -o "$tmp/s-%03d.svg" && tests/boot/slides.py steps "$tmp/s.pdf" "$tmp/s-*.svg" "$w" "$h"
}
both=("$tmp/shadow.ctf" "$tmp/direct.ctf" --fault "va=$va")
ok both_designs slides 16:9 960 540 "${both[@]}"
sed -n 's/^[0-9]* pages, .*/# | &/p' "$tmp/out"
footer() {
	for mmu in shadow direct; do
		$tl stats "$tmp/$mmu.ctf" --fault "va=$va" | tail -n 2 | while read -r line; do
			grep -qF "$(sed -n 's/^VMM instructions: \(.*\)/\1/p;s/^\(VMM entries.*\)/\1/p' <<<"$line" | sed ':a;s/^\([0-9]\{1,\}\)\([0-9]\{3\}\)/\1,\2/;ta')" "$tmp/footer" || { echo "$line"; cat "$tmp/footer"; exit 1; }
		done || return 1
	done
}
grep '^footer' "$tmp/out" >"$tmp/footer"
ok the_last_footer_is_what_stats_says footer
ok in_the_dark slides 16:9 960 540 "${both[@]}" --theme dark
ok in_print slides 4:3 960 720 "${both[@]}" --theme print
ok one_design slides 16:9 960 540 "$tmp/direct.ctf" --fault "va=$va" --title "A & <b> \"title\", 'quoted'"
ok its_title_is_there grep -q 'A &#38; &#60;b&#62; &#34;title&#34;, '"'quoted'" "$tmp/s-001.svg"
ok larger_letters slides 16:9 960 540 "$tmp/shadow.ctf" --fault "va=$va" --font-scale 1.4
ok a_part_of_a_run slides 16:9 960 540 "$tmp/procs.ctf" --from 1500 --to 1600
numbered() { $tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/n.png" && [ -s "$tmp/n-01.png" ] && [ -s "$tmp/n-$(printf %02d "$($tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/n.svg" 2>&1 | grep -oE '[0-9]+')").svg" ] && [ ! -e "$tmp/n.svg" ]; }
ok files_are_numbered numbered

# Nothing overlaps, on any page of any size, whatever the guests did.
room() { rm -f "$tmp"/r*.dot; $tl draw "$@" -o "$tmp/r-%03d.dot" && tests/boot/slides.py room "$tmp"/r-*.dot; }
for size in 16:9 4:3 a4 fit; do ok "nothing_overlaps_${size/:/_}" room "${both[@]}" --size $size; done
ok nor_in_a_run room "$tmp/procs.ctf" --from 1 --to 2500 --size 16:9
ok nor_upright room "$tmp/procs.ctf" --from 1 --to 2500 --size a4
ok nor_in_large_letters room "$tmp/procs.ctf" --from 1 --to 1000 --size 16:9 --font-scale 1.5

# A whole run in one PDF: an entry for each episode, on the page where it begins; how far it is, is told.
whole() { $tl draw "$tmp/direct.ctf" --all --size 16:9 -o "$tmp/all.pdf" && tests/boot/slides.py outline "$tmp/all.pdf" >"$tmp/outline" && cat "$tmp/outline"; }
ok a_whole_run_in_one_file whole
entries() { [ "$(sed 's/^[0-9]* Episode \([0-9]*\) .*/\1/' "$tmp/outline" | sort -nu)" = "$($tl dump "$tmp/direct.ctf" --json | sed -n 's/.*"fault": *\([1-9][0-9]*\).*/\1/p' | sort -nu)" ]; }
ok each_episode_has_an_entry entries
ok of_a_long_one_it_is_told_how_far_it_is bash -c '"$@" -o "$0" 2>&1 | grep -q "page [0-9]* of [0-9]*$"' "$tmp/long.pdf" $tl draw "$tmp/procs.ctf" --all --size 16:9
done_testing
