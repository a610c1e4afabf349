#!/usr/bin/env bash
# web.sh: the page with the machine in it: both designs run in a browser, what was recorded is what is expected, its tltrace makes the same pages as the
# host's, typing reaches the guest's shell, nothing is loaded from elsewhere; and Bochs boots the very ISO.
# Without a network, npm or Chromium, the part that needs it is said to be skipped.
. "$(dirname "$0")/../lib.sh"
. tests/browser.sh
tl=build/bin/tltrace site=build/web seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
# What is not there yet comes from Debian and npm.
if ! { QUIET=1 tools/doctor demo bochs web && timeout 300 make web-fetched; } >"$tmp/fetch" 2>&1; then
	skip web "what make web needs could not be had: $(grep -v '^ ' "$tmp/fetch" | tail -n 1)"
	done_testing
	exit
fi
ok the_site_is_made timeout 400 make web
ok it_is_small test "$(du -sm --apparent-size $site | cut -f1)" -lt 15
licensed() { (cd $site && test -s v86/LICENSE -a -s xterm/LICENSE -a -s wasi/LICENSE-MIT -a -s seabios/COPYRIGHT && awk 'NF > 2 && $NF ~ /\// { print $NF }' licences/LICENCES | xargs ls); }
ok each_part_has_its_licence licensed
# What it is made of, and when it is made anew: the same hashes.
ok npm_checks_the_hashes bash -c '[ "$(grep -c "\"integrity\": \"sha512-" web/package-lock.json)" = "$(grep -c "\"node_modules/" web/package-lock.json)" ]'

# walks TRACE esx|xen: it is the walk's expectation that holds, at the address of this seed.
tools/run MMU=shadow SEED="$seed" OUT="$tmp/here" >"$tmp/log" 2>&1
va=$(sed -n 's/^walk: touching va=\(0x[0-9a-f]*\).*/\1/p' "$tmp/here.console")
walks() { sed "s/^let VA = .*/let VA = $va/" "tests/expect/$2-pagefault.expect" >"$tmp/$2.expect" && $tl check "$1" "$tmp/$2.expect"; }

mkdir "$tmp/bochs"
in_bochs() { python3 tests/boot/web/bochs.py $site/trapline.iso "$tmp/bochs" 128 "mmu=$1 isolation=auto trace=all mem=32 scenario=walk seed=$seed transport=serial" &&
	$tl extract --stream "$tmp/bochs/trace" "$tmp/bochs/$1.ctf" && walks "$tmp/bochs/$1.ctf" "$2"; }
ok bochs_boots_the_same_iso in_bochs direct xen

if [ -z "$browser" ]; then
	skip in_a_browser 'there is no chromium'
	done_testing
	exit
fi
[ -f $axe ] || axe=-
python3 -u -m http.server 0 -b 127.0.0.1 -d $site >"$tmp/server" 2>&1 &
server=$!
trap 'kill $server; rm -rf "$tmp"' EXIT
until_true 60 grep '^Serving HTTP on' "$tmp/server"
port=$(sed -n 's/^Serving HTTP on .* port \([0-9]*\) .*/\1/p' "$tmp/server")
mkdir "$tmp/shots"
ok a_browser_runs_the_machine timeout 620 node tests/boot/web/browser.js "$browser" "$tmp/shots" $axe "http://127.0.0.1:$port/" "$seed"
cp "$tmp/out" "$tmp/probe"
said() { cat "$tmp/probe"; grep -qE -- "$1" "$tmp/probe"; }
sed -n 's/^\(walk [a-z]*: .*\)/# | \1/p' "$tmp/probe"
for mmu in shadow direct; do
	ok "it_ends_well_$mmu" said "^walk $mmu: .*It ended with code 0"
	ok "it_is_the_design_$mmu" said "^trapline: mmu=$mmu isolation=paging"
	ok "the_seed_has_arrived_$mmu" test "$(sed -n "/^printed $mmu:/,/^walk: touching/s/^walk: touching va=//p" "$tmp/probe" | cut -d' ' -f1)" = "$va"
	ok "the_walk_is_the_texts_$mmu" walks "$tmp/shots/$mmu.ctf" "$([ $mmu = shadow ] && echo esx || echo xen)"
done
# Its clock counts instructions: what the walk costs is what it costs in QEMU, but that clearing a page is one (of up to 1,300 in shadow mode).
costs_as() { # TRACE OF-QEMU
	local here there
	here=$($tl stats "$1" --fault va="$va" | sed -n 's/^VMM instructions: //p') there=$($tl stats "$2" --fault va="$va" | sed -n 's/^VMM instructions: //p')
	echo "here $here, in QEMU $there"
	[ $((4 * here)) -gt $((3 * there)) ] && [ $((4 * here)) -lt $((5 * there)) ]
}
tools/run MMU=direct SEED="$seed" OUT="$tmp/direct" >"$tmp/log" 2>&1
ok its_costs_are_instructions_shadow costs_as "$tmp/shots/shadow.ctf" "$tmp/here.ctf"
ok its_costs_are_instructions_direct costs_as "$tmp/shots/direct.ctf" "$tmp/direct.ctf"
fails a_walk_is_not_the_other_designs $tl check "$tmp/shots/direct.ctf" "$tmp/esx.expect"
# tltrace in the page, and tltrace here.
note=$(sed -n "s/^const NOTE = '\(.*\)';/\1/p" web/page.js)
here() { $tl play "$@" --note "$note" --elf build/hv.elf -o "$tmp/here.html"; }
same_both() { here "$tmp"/shots/{shadow,direct}.ctf --guest-elf build/guest/finch-native.elf --guest-elf build/guest/finch-pv.elf && cmp "$tmp/here.html" "$tmp/shots/both.html"; }
same_all() { here "$tmp/shots/shadow.ctf" --guest-elf build/guest/finch-native.elf --all && cmp "$tmp/here.html" "$tmp/shots/all.html"; }
ok the_players_page_is_what_tltrace_makes_here same_both
ok and_of_everything same_all
untarred() { mkdir "$tmp/tar" && tar -C "$tmp/tar" -xf "$tmp/shots/traces.tar" && diff -r "$tmp/tar/shadow.ctf" "$tmp/shots/shadow.ctf" && diff -r "$tmp/tar/direct.ctf" "$tmp/shots/direct.ctf"; }
ok a_saved_trace_is_whole untarred
ok the_player_begins said '^player begins: 1 of [1-9]'
ok it_says_how_it_was_recorded said '^player says: Recorded in a browser'
ok the_player_is_stepped_to_its_end bash -c 'grep -qE "^player ends: ([0-9]+) of \1 after" "$1" || ! cat "$1"' - "$tmp/probe"
ok the_terminal_is_no_trap_for_the_keyboard said '^Tab leads out of the terminal: true$'
ok a_machine_can_be_stopped said '^stopped: It was stopped'
ok a_refusal_is_told said '^refused: .*option sched=none: not one of'
ok and_it_goes_on said '^it goes on: .*It ended with code 0'
wrong_links() { cat "$tmp/probe"; [ "$(grep -cE '^wrong link: [^|]* \| alert null The address of this page is wrong: .*(it takes (shadow or direct|one of .*procs|a whole number from 0 to 4294967295)|a link may choose|more than once)' "$tmp/probe")" = 9 ]; }
ok a_wrong_link_is_told_of_and_runs_nothing wrong_links
ok a_right_one_chooses said '^right link: true direct procs 4294967295$'
ok from_a_file_it_says_what_to_do said '^from a file: .*python3 -m http.server'
ok no_error said '^errors: 0$'
ok no_request_leaves_it said '^requests elsewhere: 0$'
if [ $axe != - ]; then
	for way in light dark player running 'wrong link'; do ok "axe_finds_nothing_${way// /_}" said "^axe $way: 0$"; done
else
	skip axe 'there is no axe-core in build/axe, and npm could not fetch it'
fi
[ -z "${SHOTS:-}" ] || cp "$tmp"/shots/*.png "$SHOTS/"
done_testing
