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
ok a_title_says_what_ran grep -q "^<title>walk, seed $seed: a page fault at $va[.] " "$tmp/s-001.svg"
of_two() { # BESIDE TITLE...: of two traces a title says what each ran, once if that is the same
	$tl draw "$tmp/shadow.ctf" "$tmp/$1.ctf" --size 16:9 "${@:3}" -o "$tmp/two.svg" 2>&1 && grep -q "^<title>$2" "$tmp"/two*.svg
}
ok a_title_of_two_runs_names_both of_two procs "walk, seed $seed / procs, seed [0-9]*: episodes va=$va and 1[.] " --fault "va=$va" --fault 1
ok in_the_dark slides 16:9 960 540 "${both[@]}" --theme dark
ok in_print slides 4:3 960 720 "${both[@]}" --theme print
ok one_design slides 16:9 960 540 "$tmp/direct.ctf" --fault "va=$va" --title "A & <b> \"title\", 'quoted'"
no_text() { $tl draw "$tmp/direct.ctf" --title $'\xff' -o "$tmp/x.svg" 2>"$tmp/said"; [ $? = 2 ] && grep -qx 'tltrace draw: --title is no UTF-8' "$tmp/said"; }
ok a_title_that_is_no_text_is_refused no_text
ok its_title_is_there grep -q 'A &#38; &#60;b&#62; &#34;title&#34;, '"'quoted'" "$tmp/s-001.svg"
too_large() { $tl draw "${both[@]}" --steps --font-scale 3 -o "$tmp/l.pdf" 2>"$tmp/said"; [ $? = 2 ] && grep -q "(--font-scale 1.1 at most)" "$tmp/said"; }
ok how_large_they_may_be_is_said too_large
ok and_so_large_they_may_be slides 16:9 960 540 "${both[@]}" --font-scale 1.1
ok larger_letters slides 16:9 960 540 "$tmp/shadow.ctf" --fault "va=$va" --font-scale 1.4
ok a_part_of_a_run slides 16:9 960 540 "$tmp/procs.ctf" --from 1500 --to 1600
numbered() { $tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/n.png" && [ -s "$tmp/n-01.png" ] && [ -s "$tmp/n-$(printf %02d "$($tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/n.svg" 2>&1 | grep -oE '[0-9]+')").svg" ] && [ ! -e "$tmp/n.svg" ]; }
# As with gettext, a guess is left out, and only that.
guesses() {
	printf '#, fuzzy\nmsgid "Hardware"\nmsgstr "Guessed"\n\nmsgid "Application"\nmsgstr "Known"\n\n#, c-format, fuzzy\nmsgid "%%s insns"\nmsgstr "%%s guessed"\n' >"$tmp/guess.po"
	$tl draw "$tmp/shadow.ctf" --fault "va=$va" --labels "$tmp/guess.po" -o "$tmp/guess.svg" && ! grep -i guessed "$tmp/guess.svg" && grep -q '>Known<' "$tmp/guess.svg" && grep -q '>Hardware<' "$tmp/guess.svg"
}
ok a_guessed_label_is_left_out guesses
# Each slide says which it is, however long the title.
counted() {
	local n=0 slides=("$tmp"/c-*.svg)
	rm -f "${slides[@]}"
	$tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps --title "$1" -o "$tmp/c-%02d.svg" || return
	slides=("$tmp"/c-*.svg)
	for slide in "${slides[@]}"; do n=$((n + 1)) && grep -q ">$2 ($n of ${#slides[@]})<" "$slide" || return; done
}
ok each_slide_is_counted counted 'A fault' 'A fault'
ok and_by_its_design counted '' 'ESX: shadow page tables'
ok a_title_too_long_is_counted_too counted "$(printf 'long %.0s' {1..80})" 'long .*[.][.]'
ok files_are_numbered numbered
in_folder() { mkdir "$tmp/a%d" && $tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/a%d/n-%d.svg" && [ -s "$tmp/a%d/n-1.svg" ]; }
ok a_folders_name_is_none in_folder
# A folder that is not there is named; what a longer run has left is told, and left.
no_folder() { $tl "${@:2}" -o "$tmp/no/da/$1" 2>&1 && return 1; grep -q "^tltrace $2: $tmp/no/da/$1: there is no folder $tmp/no/da; make it with mkdir -p$" "$tmp/out"; }
for type in svg pdf png dot mmd; do ok "a_folder_that_is_not_there_$type" no_folder "x.$type" draw "$tmp/direct.ctf"; done
ok nor_for_play no_folder x.html play "$tmp/direct.ctf"
ok nor_for_export no_folder x.json export "$tmp/direct.ctf" --chrome
older() { # TOLD NAME OLD...: drawn as NAME, beside those
	rm -rf "$tmp/older" && mkdir "$tmp/older" && (cd "$tmp/older" && touch . "${@:3}") && $tl draw "$tmp/shadow.ctf" --fault "va=$va" --steps -o "$tmp/older/$2" 2>"$tmp/said" || return
	[ "$(sed -n "s|^tltrace draw: $tmp/older/\(.*\) not of these pages: .* there before$|\1|p" "$tmp/said" | sed -E 's/-[1-9][0-9]/-N/; s/[0-9]+ more/N more/')" = "$1" ] || { cat "$tmp/said"; false; }
}
ok of_an_older_run_is_told older 's-N.svg and N more are' s.svg s-{01..22}.svg
ok by_its_numbers older '8-N-s.svg and N more are' 8-%d-s.svg 8-{1..22}-s.svg
ok and_of_a_much_longer_one older 's-001.svg is' s.svg s-001.svg
ok nor_are_those_of_an_odd_name older '' x-%s.svg
ok new_ones_are_no_older_ones older '' s.svg s-01.svg s-02.svg s.svg s-001.png
# Two of one design: by what they differ.
tools/run MMU=shadow TABLES=outofsync SCENARIO=walk SEED="$seed" OUT="$tmp/sync" >/dev/null 2>&1
ok two_of_one_design_are_told_apart bash -c '"$@" -o "$0" && [ "$(grep -cE ">ESX: shadow page tables, tables=(traced|outofsync)<" "$0")" = 2 ]' "$tmp/apart.svg" $tl draw "$tmp/shadow.ctf" "$tmp/sync.ctf"
# Text has no pages, and what limits those does not limit it.
long_text() {
	tools/run MMU=shadow GUEST_ELF=build/tests/fuzz-native.elf SCENARIO=fuzz-1500 SEED="$seed" EXTRA=trace-kb=16384 OUT="$tmp/many" && ! $tl draw "$tmp/many.ctf" --all -o "$tmp/many.svg" || return
	for type in mmd puml; do $tl draw "$tmp/many.ctf" --all -o "$tmp/many.$type" && [ "$(wc -l <"$tmp/many.$type")" -gt 20000 ] || return; done
}
ok text_has_no_pages long_text
# A disk that is full, for all that writes a file.
full() { # FILE COMMAND...
	ln -sf /dev/full "$tmp/$1" && $tl "${@:2}" -o "$tmp/$1" 2>&1 && return 1
	[ $? = 2 ] && grep -qE "^tltrace [a-z]*: .*$1: (No space left on device|error while writing to output stream)" "$tmp/out"
}
for type in svg pdf png dot mmd puml; do ok "a_full_disk_is_said_$type" full "full.$type" draw "$tmp/direct.ctf"; done
ok a_full_disk_is_said_to_play full full.html play "$tmp/direct.ctf"
ok a_full_disk_is_said_to_map full map.svg map "$tmp/direct.ctf"
ok a_full_disk_is_said_to_export full chrome.json export "$tmp/direct.ctf" --chrome

# Other words: what the file gives is said, and nothing of what it replaces; what it may not say is refused, with its line.
german() {
	$tl draw "${both[@]}" --steps --labels trace/draw/de.po -o "$tmp/de-%02d.svg" && $tl draw "${both[@]}" --steps -o "$tmp/en-%02d.svg" && python3 - trace/draw/de.po "$tmp" <<-'END'
		import glob, html, re, sys
		de = [(k, v) for k, v in re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', open(sys.argv[1]).read(), re.M) if "%" not in k and k != v]
		words = lambda n: {html.unescape(t) for p in glob.glob(f"{sys.argv[2]}/{n}-*.svg") for t in re.findall(r">([^<>]+)</text>", open(p).read())}
		there, before = words("de"), words("en")
		said = [(k, v) for k, v in de if k in before]
		left = [k for k, v in said if k in there]
		print(len(said), "texts of the file are in these pictures; still English:", left)
		sys.exit(bool(left) or len(said) < 20)
	END
}
ok the_words_can_be_german german
ok and_still_fit slides 16:9 960 540 "${both[@]}" --labels trace/draw/de.po --title 'Ein Seitenfehler'
template() {
	$tl draw --labels-template >"$tmp/all.po" && python3 -c 'import re, sys; sys.stdout.write(re.sub(r"^(msgid (\".+\")\nmsgstr )\"\"$", r"\1\2", sys.stdin.read(), flags=re.M))' <"$tmp/all.po" >"$tmp/same.po" &&
		[ "$(grep -cE '^msgstr "..' "$tmp/same.po")" -gt 200 ] && $tl draw "${both[@]}" --labels "$tmp/same.po" --size a4 -o "$tmp/same.svg" && $tl draw "${both[@]}" --size a4 -o "$tmp/plain.svg" && cmp "$tmp/same.svg" "$tmp/plain.svg"
}
ok a_template_of_all_words_changes_none template
# With an accent on each vowel of each text: nothing else is said, in titles and outlines neither, but names.
accents() { # MODE
	$tl draw --labels-template | tests/boot/slides.py accents >"$tmp/accents.po" && rm -f "$tmp"/x-*.svg || return
	$tl draw "$tmp/$1.ctf" --all --size 16:9 --labels "$tmp/accents.po" -o "$tmp/x.pdf" && $tl draw "$tmp/$1.ctf" --all --size 16:9 --labels "$tmp/accents.po" -o "$tmp/x-%d.svg" || return
	$tl draw "${both[@]}" --steps --labels "$tmp/accents.po" -o "$tmp/x-both-%d.svg" && $tl draw "$tmp/procs.ctf" --from 1 --to 90 --size a4 --labels "$tmp/accents.po" -o "$tmp/x-part-%d.svg" || return
	$tl draw "$tmp/shadow.ctf" "$tmp/direct.ctf" --fault 3 --fault 4 --size a4 --labels "$tmp/accents.po" -o "$tmp/x-two-%d.svg" && $tl draw "$tmp/direct.ctf" --fault 4 --size a4 --labels "$tmp/accents.po" -o "$tmp/x-one-%d.svg" || return
	tests/boot/slides.py accented "$tmp/$1.ctf" "$tmp/x.pdf" "$tmp"/x-*.svg
}
for mmu in shadow direct; do ok "every_word_can_be_another_$mmu" accents $mmu; done
# What is too long is cut between letters, in whatever is written.
whole_letters() {
	for odd in 0 1; do
		rm -f "$tmp"/w-* && $tl draw --labels-template | tests/boot/slides.py umlauts $odd >"$tmp/umlauts.po" || return
		$tl draw "${both[@]}" --steps --labels "$tmp/umlauts.po" -o "$tmp/w-%d.svg" || return
		for type in pdf svg dot mmd puml; do $tl draw "$tmp/procs.ctf" --from 1 --to 300 $([[ $type == mmd || $type == puml ]] || echo --size a4) --labels "$tmp/umlauts.po" -o "$tmp/w-x.$type" && $tl draw "${both[@]}" --labels "$tmp/umlauts.po" -o "$tmp/w-y.$type" || return; done
		rm "$tmp"/w-*.pdf && cat "$tmp"/w-* | iconv -f UTF-8 -t UTF-8 >/dev/null || return
	done
}
ok what_is_too_long_is_cut_between_letters whole_letters
thousand() { # TEXT SAID
	printf 'msgid "1,000"\nmsgstr "%s"\n' "$1" >"$tmp/thousand.po" && $tl draw "${both[@]}" --labels "$tmp/thousand.po" -o "$tmp/thousand.svg" && [ "$(grep -c ">[^<]*11$2[0-9][0-9][0-9]<" "$tmp/thousand.svg")" -ge 1 ] && ! grep '[0-9],[0-9][0-9][0-9][^,]' "$tmp/thousand.svg"
}
ok a_point_between_thousands thousand 1.000 '[.]'
ok or_nothing thousand 1000 ''
ok or_a_narrow_space thousand '1 000' ' '
refused() { # FILE-TEXT LINE WORDS
	printf "$1" >"$tmp/bad.po"
	$tl draw "$tmp/shadow.ctf" --labels "$tmp/bad.po" -o "$tmp/x.svg" 2>"$tmp/why"
	[ $? = 2 ] && grep -q "bad.po:$2: .*$3" "$tmp/why" || { cat "$tmp/why"; false; }
}
ok an_unknown_text_is_refused refused '# a\n\nmsgid "Aplication"\nmsgstr "x"\n' 3 'no picture says this.*Aplication'
ok other_conversions_are_refused refused 'msgid "err=%%u"\nmsgstr "err=%%s"\n' 1 'not the same'
ok more_conversions_are_refused refused 'msgid "err=%%u"\nmsgstr "err=%%u %%n"\n' 1 'not the same'
# Of no text a conversion can be made one that writes.
writes() {
	local n=0 text
	$tl draw --labels-template | sed -n 's/^msgid "\(.*%.*\)"$/\1/p' >"$tmp/texts" && while IFS= read -r text; do
		printf 'msgid "%s"\nmsgstr "%s"\n' "$text" "$(sed 's/\(%[^% ]*\)[a-z]/\1n/' <<<"$text")" >"$tmp/bad.po"
		n=$((n + 1))
		$tl draw "$tmp/none" --labels "$tmp/bad.po" -o "$tmp/x.svg" 2>"$tmp/why"
		[ $? = 2 ] && grep -q 'not the same' "$tmp/why" || { cat "$tmp/bad.po" "$tmp/why"; return 1; }
	done <"$tmp/texts"
	echo "$n texts" && [ $n -gt 80 ]
}
ok no_conversion_can_write writes
ok precisions_are_no_words refused 'msgid "%%.*s"\nmsgstr "%%.*n"\n' 1 'no picture says this'
ok conversions_in_plain_texts_are_refused refused 'msgid "resume"\nmsgstr "%%s"\n' 1 'not the same'
ok a_percent_at_the_end_is_refused refused 'msgid "resume"\nmsgstr "100 %%"\n' 1 'not the same'
for no in 2.000 1,00 10.000 1 '1,000 '; do ok "no_thousand_is_refused_$no" refused "msgid \"1,000\"\nmsgstr \"$no\"\n" 1 'this is not 1 and 000'; done
ok a_second_text_is_refused refused 'msgid "resume"\nmsgstr "a"\nmsgid "resume"\nmsgstr "b"\n' 3 'given before'
ok a_text_without_end_is_refused refused 'msgid "resume\nmsgstr "a"\n' 1 'does not end'
ok bytes_that_are_no_text_are_refused refused 'msgid "resume"\nmsgstr "\\xff"\n' 2 'no character'
ok anything_else_is_refused refused 'msgid "resume"\nmsgstr "a"\nresume=b\n' 3 'none of msgid'
ok a_key_alone_is_refused refused 'msgid "resume"\n\nmsgid "iret"\nmsgstr "x"\n' 1 'no msgstr'
ok text_has_no_letters_to_scale bash -c '! "$@" -o "$0.mmd" --font-scale 2 2>"$0" && grep -q "no size, and no letters to scale" "$0"' "$tmp/said" $tl draw "$tmp/shadow.ctf"
# A file of labels as some editors save it.
{ printf '\xEF\xBB\xBF'; cat trace/draw/de.po; } >"$tmp/bom.po"
printf 'msgid "iret"\nmsgstr "z\xfcr\xfcck"\n' >"$tmp/latin.po"
ok labels_may_begin_with_a_mark $tl draw "$tmp/shadow.ctf" --labels "$tmp/bom.po" -o "$tmp/bom.svg"
ok labels_of_another_encoding_are_named bash -c '! "$@" 2>"$0" && grep -q "latin.po:2: this is not UTF-8" "$0"' "$tmp/said" $tl draw "$tmp/shadow.ctf" --labels "$tmp/latin.po" -o "$tmp/latin.svg"
ok a_file_that_is_not_there_is_refused bash -c '"$@" -o /dev/null/x.svg 2>&1 | grep "No such file"' - $tl draw "$tmp/shadow.ctf" --labels "$tmp/none.po"

# Letters that no font has are painted as boxes: it is said, and what to install.
boxes() { # TITLE U+NUMBER PACKAGE
	local want=''
	[ -n "$(fc-list ":charset=${2#U+}" file)" ] || want="tltrace draw: no font here has $2 and others like it, which are drawn as boxes; on Debian, apt-get install $3"
	for type in png pdf svg; do
		[ $type != svg ] || want='' # who opens that may have other fonts
		$tl draw "$tmp/shadow.ctf" --fault "va=$va" --title "$1" -o "$tmp/boxes.$type" 2>"$tmp/said" && [ "$(grep 'no font' "$tmp/said")" = "$want" ] || { cat "$tmp/said"; return 1; }
	done
}
if command -v fc-list >/dev/null; then
	ok letters_without_a_font_are_told boxes $'\U12000\U12001' U+12000 fonts-noto-core
	ok those_of_chinese_are_in_another_package boxes 页 U+9875 fonts-noto-cjk
	ok those_that_have_one_are_not boxes 'Übersicht → ×' U+00DC none
else
	tests=$((tests + 1)) && echo "ok $tests - letters_without_a_font_are_told # SKIP there is no fc-list"
fi

# Nothing overlaps, on any page of any size, whatever the guests did.
room() { rm -f "$tmp"/r*.dot; $tl draw "$@" -o "$tmp/r-%03d.dot" && tests/boot/slides.py room "$tmp"/r-*.dot; }
for size in 16:9 4:3 a4 fit; do ok "nothing_overlaps_${size/:/_}" room "${both[@]}" --size $size; done
ok nor_in_a_run room "$tmp/procs.ctf" --from 1 --to 2500 --size 16:9
ok nor_upright room "$tmp/procs.ctf" --from 1 --to 2500 --size a4
ok nor_in_large_letters room "$tmp/procs.ctf" --from 1 --to 1000 --size 16:9 --font-scale 1.5

# Where the words are in fact: in large letters, with long words.
clear() { rm -f "$tmp"/k-*.svg; $tl draw "$@" -o "$tmp/k.pdf" && $tl draw "$@" -o "$tmp/k-%04d.svg" && tests/boot/slides.py clear "$tmp/k.pdf" "$tmp/k-*.svg"; }
ok words_are_clear_in_the_largest_letters clear "${both[@]}" --steps --size fit --font-scale 3
ok in_large_ones_of_a_slide clear "$tmp/procs.ctf" --from 1000 --to 1200 --size 4:3 --font-scale 1.5
long='Donaudampfschifffahrtsgesellschaftskapitän und sein Wörterbuch'
for text in Application 'Guest OS' fault decide 'VMM instructions: ' 'ESX: shadow page tables' 'page table is mapped read-only' 'iret to application'; do printf 'msgid "%s"\nmsgstr "%s"\n' "$text" "$long"; done >"$tmp/long.po"
ok with_long_words clear "${both[@]}" --steps --labels "$tmp/long.po"
ok and_on_paper clear "${both[@]}" --size a4 --labels "$tmp/long.po"

# A whole run in one PDF: an entry for each episode, on the page where it begins; how far it is, is told.
whole() { $tl draw "$tmp/direct.ctf" --all --size 16:9 -o "$tmp/all.pdf" && tests/boot/slides.py outline "$tmp/all.pdf" >"$tmp/outline" && cat "$tmp/outline"; }
ok a_whole_run_in_one_file whole
entries() { [ "$(sed 's/^[0-9]* Episode \([0-9]*\) .*/\1/' "$tmp/outline" | sort -nu)" = "$($tl dump "$tmp/direct.ctf" --json | sed -n 's/.*"fault": *\([1-9][0-9]*\).*/\1/p' | sort -nu)" ]; }
ok each_episode_has_an_entry entries
ok of_a_long_one_it_is_told_how_far_it_is bash -c '"$@" -o "$0" 2>&1 | grep "page [0-9]* of [0-9]*$"' "$tmp/long.pdf" $tl draw "$tmp/procs.ctf" --all --size 16:9
# What all costs is on the last page alone; the others say what it has cost up to there, which only grows.
sums() {
	local pages
	pages=$(pdfinfo "$tmp/long.pdf" | sed -n 's/^Pages: *//p')
	pdftotext "$tmp/long.pdf" - | tr -d ',' >"$tmp/words" && sed -n 's/.*VMM instructions so far: //p' "$tmp/words" >"$tmp/far"
	[ "$(wc -l <"$tmp/far")" = $((pages - 1)) ] && sort -nc "$tmp/far" && [ "$(tail -n 1 "$tmp/far")" -le "$(sed -n 's/^VMM instructions: //p' "$tmp/words")" ]
}
ok sums_of_all_are_on_the_last_page sums

# The same act is in the same phase in both designs, in every fault of a run.
phases() {
	tools/run MMU=direct SCENARIO=procs SEED="$seed" OUT="$tmp/other" && $tl play "$tmp/procs.ctf" -o "$tmp/a.html" && $tl play "$tmp/other.ctf" -o "$tmp/b.html" && python3 - "$tmp"/[ab].html <<-'END'
		import collections, json, re, sys
		acts = {"touch": 0, "write to read-only": 0, "walk guest PT: not present": 1, "walk guest PT: protection": 1, "inject #PF": 2, "copy frame": 2, "iret to guest handler": 2,
		        "TRAP #GP: read cr2": 3, "read cr2": 3, "TRAP #PF: write PTE": 4, "hypercall mmu_update": 4, "validate": 4, "alloc MA": 4, "iret to application": 5}
		seen = collections.defaultdict(collections.Counter)
		for path in sys.argv[1:]:
		    for line in re.search(r' id="pages">\n(.*?)</script>', open(path).read(), re.S)[1].split("\n"):
		        for row in json.loads(line)["rows"] if line else []:
		            for step in row[3:5]:
		                for act in acts if step else []:
		                    if step[6].startswith(act):
		                        seen[act][row[2]] += 1
		print({a: dict(c) for a, c in seen.items()})
		sys.exit(any(set(c) != {acts[a]} for a, c in seen.items()) or len(seen) < 12)
	END
}
ok an_act_has_one_phase phases
done_testing
