#!/usr/bin/env bash
# script.sh: what `tltrace draw` writes for Mermaid and PlantUML is drawn by them without a change, and says what the pictures say; whatever a
# title, a file's name or a label holds, it is only text. Without a browser, node, npm or PlantUML that part is said to be skipped.
. "$(dirname "$0")/../lib.sh"
. tests/browser.sh
tl=build/bin/tltrace
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"

for mmu in shadow direct; do ok "a_walk_$mmu" tools/run MMU=$mmu SCENARIO=walk SEED="$seed" OUT="$tmp/$mmu"; done
va=$(sed -n 's/^walk: touching va=\(0x[0-9a-f]*\).*/\1/p' "$tmp/shadow.console")
evil=$'wrap: <b>#; end\n@enduml %getenv("HOME") !include /etc/passwd <img:x> [[http://x y]] $a `~^*|{{}} %%{init}%% </svg><script>alert(1)</script> -- __ ** // \\n "\''
cp -r "$tmp/shadow.ctf" "$tmp/x; end %getenv(HOME) @enduml.ctf"
printf 'msgid "resume"\nmsgstr "%s"\nmsgid "Hardware"\nmsgstr "%s"\n' '; end\\n %%getenv(HOME) </script> <<x>> #x' 'Hard;ware \"as a9\" #50;' >"$tmp/evil.po"
write() { # NAME ARGUMENTS...
	local name=$1 f
	shift
	for f in mmd puml; do $tl draw "$@" -o "$tmp/$name.$f" || return 1; done
	$tl draw "$@" --size 16:9 -o "$tmp/$name-%03d.svg"
}
names=(both one run evil name label)
mmd=("${names[@]/#/$tmp/}") && puml=("${mmd[@]/%/.puml}") && mmd=("${mmd[@]/%/.mmd}")
ok both_designs write both "$tmp/shadow.ctf" "$tmp/direct.ctf" --fault "va=$va"
ok one_design write one "$tmp/direct.ctf" --fault "va=$va" --title 'A page fault'
ok a_part_of_a_run write run "$tmp/shadow.ctf" --from 1 --to 900
ok a_hostile_title write evil "$tmp/shadow.ctf" --fault "va=$va" --title "$evil"
ok a_hostile_name write name "$tmp/x; end %getenv(HOME) @enduml.ctf" --from 800 --to 850
ok hostile_labels write label "$tmp/shadow.ctf" --fault "va=$va" --labels "$tmp/evil.po"
refuses() { $tl draw "$tmp/shadow.ctf" "$@" >"$tmp/said" 2>&1; [ $? = 2 ]; }
ok steps_are_for_pictures refuses --steps -o "$tmp/x.mmd"

mermaid=build/mermaid/package/dist/mermaid.min.js
if [ ! -f $mermaid ] && command -v npm >/dev/null; then
	(mkdir -p build/mermaid && cd build/mermaid && timeout 120 npm pack --silent mermaid@10.9.1 && tar -xzf mermaid-10.9.1.tgz package/dist/mermaid.min.js) >"$tmp/npm" 2>&1
fi
if [ -n "$browser" ] && command -v node >/dev/null && [ -f $mermaid ]; then
	mkdir "$tmp/shots"
	ok mermaid_draws_them bash -c 'out=$1; shift; timeout 240 node tests/boot/script/mermaid.js "$@" >"$out"' - "$tmp/mermaid" "$browser" "$tmp/shots" $mermaid "${mmd[@]}"
	[ -z "${SHOTS:-}" ] || cp "$tmp"/shots/*.png "$SHOTS/"
	for name in "${names[@]}"; do ok "mermaid_says_what_is_written_$name" tests/boot/script/same.py "$tmp/$name.mmd" "$tmp/$name-*.svg" "$tmp/mermaid"; done
else
	skip mermaid_draws_them 'there is no Chromium, no node, or no Mermaid in build/mermaid, and npm could not fetch it'
fi
if QUIET=1 tools/doctor script >"$tmp/doctor" 2>&1; then
	ok plantuml_draws_them timeout 240 plantuml -charset UTF-8 -tsvg "${puml[@]}"
	for name in "${names[@]}"; do ok "plantuml_says_what_is_written_$name" tests/boot/script/same.py "$tmp/$name.puml" "$tmp/$name-*.svg" "$tmp/$name.svg"; done
else
	skip plantuml_draws_them "PlantUML is not here and cannot be installed: $(tail -n 1 "$tmp/doctor")"
fi
done_testing
