#!/usr/bin/env bash
# play.sh: the player: a page of both designs is stepped through by keys in a browser; what it says at the end of each episode is
# what `tltrace stats` says, nothing is loaded, axe-core finds nothing, and a trace of more than 200,000 events can be looked at.
# Without Chromium or node, or if axe-core can neither be found nor fetched, that part is said to be skipped.
. "$(dirname "$0")/../lib.sh"
tl=build/bin/tltrace page=$tmp/walk.html
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"

for mmu in shadow direct; do ok "a_walk_$mmu" tools/run MMU=$mmu SCENARIO=walk SEED="$seed" OUT="$tmp/$mmu"; done
va=$(sed -n 's/^walk: touching va=\(0x[0-9a-f]*\).*/\1/p' "$tmp/shadow.console")
elves=(--elf build/hv.elf --guest-elf build/guest/finch-native.elf --guest-elf build/guest/finch-pv.elf)
ok a_page_of_both_designs $tl play "$tmp/shadow.ctf" "$tmp/direct.ctf" --fault va="$va" "${elves[@]}" -o "$page"
ok it_is_small test "$(stat -c %s "$page")" -lt 2000000
ok it_loads_nothing bash -c '! grep -nE "<(script|img|iframe)[^>]* (src|href)=|<link[^>]*(http|//|file)|@import|url\((http|//)" "$1"' - "$page"
again() { $tl play "$tmp/shadow.ctf" "$tmp/direct.ctf" --fault va="$va" "${elves[@]}" -o "$tmp/again.html" && cmp "$tmp/again.html" "$page"; }
ok the_same_bytes_again again
# The lines that are said to record an event are those of the source that call its emitter, no more and no fewer.
named() {
	sed -n '/id="data">/s/.*id="data">//p' "$page" | python3 tests/boot/play/lines.py
}
ok the_lines_are_those_that_record named
ok the_guests_line_is_the_one_that_traps grep -q 'movl\\t%cr2, %eax' "$page"
# Another kernel's lines would be wrong.
not_the_kernel() { $tl play "$tmp/$1.ctf" --guest-elf "build/guest/finch-$2.elf" -o "$tmp/x.html" >"$tmp/refused" 2>&1; [ $? = 2 ] && grep -q 'is not the kernel that ran' "$tmp/refused" && [ ! -e "$tmp/x.html" ]; }
ok another_kernel_is_refused_shadow not_the_kernel shadow pv
ok another_kernel_is_refused_direct not_the_kernel direct native
refuses() { $tl play "$tmp/shadow.ctf" --elf "$1" -o "$tmp/x.html" >"$tmp/refused" 2>&1; [ $? = 2 ] && grep -q "$2" "$tmp/refused"; }
ok a_file_without_dwarf_is_refused refuses README.md 'built with -g'
ok and_one_that_is_not_there refuses "$tmp/none.elf" 'No such file'
# A damaged one does no harm, whatever it makes the page say.
damaged() {
	python3 - "$seed" build/hv.elf "$tmp/bad.elf" $tl "$tmp" <<-'END'
		import random, subprocess, sys
		seed, elf, bad, tl, tmp = sys.argv[1:]
		random.seed(int(seed))
		good = open(elf, "rb").read()
		for i in range(12):
		    b = bytearray(good)
		    for k in range(1 + 200 * (i % 4)): b[random.randrange(len(b) if k else 400)] = random.randrange(256)
		    if i % 3 == 0: b = b[:random.randrange(len(b))]
		    open(bad, "wb").write(b)
		    r = subprocess.run([tl, "play", tmp + "/shadow.ctf", "--elf", bad, "--guest-elf", bad, "-o", tmp + "/bad.html"], capture_output=True, timeout=60)
		    if r.returncode not in (0, 2) or b"Sanitizer" in r.stderr: sys.exit(f"{i}: {r.returncode} {r.stderr[-3000:].decode(errors='replace')}")
	END
}
ok a_damaged_one_does_no_harm damaged
ok a_page_of_a_whole_run $tl play "$tmp/shadow.ctf" --all -o "$tmp/all.html"
ok two_megabytes_do_for_a_thousand_steps test "$(stat -c %s "$tmp/all.html")" -lt $((2000 * $(sed -n 's/.*: \([0-9]*\) steps.*/\1/p' "$tmp/out" | grep . || echo 1000)))
# What the pages hold, against what tltrace dump, faults and stats say: each event, told once with its own values; costs at each step.
agrees() { python3 tests/boot/play/data.py "$@"; }
ok both_designs_are_what_was_recorded agrees "$page" "$tmp/shadow.ctf" "$tmp/direct.ctf"
ok whichever_is_first bash -c '"$@" -o "$0" 2>/dev/null' "$tmp/other.html" $tl play "$tmp/direct.ctf" "$tmp/shadow.ctf"
ok and_the_rest_of_the_second_alone agrees "$tmp/other.html" "$tmp/direct.ctf" "$tmp/shadow.ctf"
ok so_is_a_whole_run agrees "$tmp/all.html" "$tmp/shadow.ctf"
procs() { tools/run MMU=$1 SCENARIO=procs SEED="$seed" OUT="$tmp/procs-$1" && $tl play "$tmp/procs-$1.ctf" "${@:2}" -o "$tmp/procs-$1.html" && agrees "$tmp/procs-$1.html" "$tmp/procs-$1.ctf"; }
ok so_are_programs_in_shadow_mode procs shadow
ok so_are_programs_in_direct_mode procs direct --all
# Of a part of a run, the cost leaves out stays that lie across its ends, and says so: in a page, and in a picture.
parts() {
	python3 - "$seed" "$tmp/shadow.ctf" $tl "$tmp/part" <<-'END'
		import json, random, re, subprocess, sys
		seed, trace, tl, out = sys.argv[1:]
		random.seed(int(seed))
		events = [json.loads(line) for line in subprocess.run([tl, "dump", "--json", trace], capture_output=True, text=True, check=True).stdout.splitlines()]
		stays, entry = [], None
		for e in events:
		    if e["event"] in ("trap", "irq", "hypercall") and e["from"] != e["to"]: entry = e["seq"]
		    elif e["event"] in ("resume", "inject", "hcall_ret") and entry: stays.append((entry, e["seq"])); entry = None
		seen = set()
		for i in range(14):
		    a = random.randrange(1, stays[-1][0])
		    b = min(a + random.choice((2, 4, 30)), stays[-1][1])
		    cut = any(x < a <= y for x, y in stays), any(x <= b < y for x, y in stays) or any(x < a and b < y for x, y in stays)
		    seen.add(cut)
		    want = {(0, 0): "", (1, 0): "; without the stay that began before", (0, 1): "; without the stay that ends later", (1, 1): "; without stays that began before or end later"}[cut]
		    for file in ("html", "mmd"): subprocess.run([tl, "play" if file == "html" else "draw", trace, "--from", str(a), "--to", str(b), "-o", f"{out}.{file}"], check=True, capture_output=True)
		    html, mmd = (open(f"{out}.{x}").read() for x in ("html", "mmd"))
		    said = re.search(r"VMM instructions: [\d,+= ]*\d(.*)", mmd)[1].replace("#59;", ";")
		    cuts = json.loads(re.search(r'"cut":(\[.*?\])', html)[1])
		    if said != want or cuts != list(cut): sys.exit(f"{a} to {b}: {said!r}, {cuts}, but {cut}")
		sys.exit(len(seen) < 2)
	END
}
ok a_part_of_a_run_says_which_stays_it_does_not_count parts
# Where a trace leaves what is expected of it, a page begins there.
$tl check "$tmp/direct.ctf" tests/expect/esx-pagefault.expect --diverge "$tmp/place.html" --diverge "$tmp/place.svg" >"$tmp/check"
begins() {
	python3 - "$tmp/place.html" "$(sed -n 's/.*because.*event \([0-9]*\).*/\1/p' "$tmp/check" | head -n 1)" <<-'END'
		import json, re, sys
		html = open(sys.argv[1]).read()
		data = json.loads(re.search(r' id="data">(.*?)</script>', html, re.S)[1])
		rows = [r for line in re.search(r' id="pages">\n(.*?)</script>', html, re.S)[1].split("\n") if line for r in json.loads(line)["rows"]]
		told = [e[0] for e in rows[data["at"]][3][12]]
		print(told, data["note"])
		sys.exit(int(sys.argv[2]) not in told or not data["note"])
	END
}
ok a_page_of_a_divergence_begins_there begins
ok and_the_picture_is_there_too test -s "$tmp/place.svg"
tools/run MMU=shadow SCENARIO=stress SEED="$seed" OUT="$tmp/large" HOST_MEM=256 EXTRA=trace-kb=16384 >"$tmp/log" 2>&1
events=$($tl info "$tmp/large.ctf" | awk '$1 == "events" { print $2 }')
ok a_long_run test "${events:-0}" -gt 200000
ok its_page $tl play "$tmp/large.ctf" --all -o "$tmp/large.html"
echo "# | $events events, $(($(stat -c %s "$tmp/large.html") >> 20)) MB"

# What is written has its name when it is whole: one that is stopped leaves what was there, and nothing beside it.
stopped() { # SIGNAL ENDING COMMAND...
	local pid
	rm -rf "$tmp/o" && mkdir "$tmp/o" && echo before >"$tmp/o/file.$2" || return 1
	$tl "${@:3}" -o "$tmp/o/file.$2" >"$tmp/said" 2>&1 &
	pid=$!
	until_true 300 eval '[ "$(ls "$tmp/o" | wc -l)" = 2 ] || ! kill -0 $pid'
	[ "$(ls "$tmp/o" | wc -l)" = 2 ] || { ls "$tmp/o"; echo 'it was not writing beside'; return 1; }
	kill -"$1" $pid
	wait $pid && return 1
	[ "$(cat "$tmp/o/file.$2")" = before ] && { [ "$1" = KILL ] || [ "$(ls "$tmp/o")" = "file.$2" ]; }
}
ok a_page_that_is_stopped_leaves_what_was_there stopped TERM html play "$tmp/large.ctf" --all
ok and_one_that_is_killed stopped KILL html play "$tmp/large.ctf" --all
ok so_does_an_export stopped TERM json export "$tmp/large.ctf" --chrome
no_room() ( # COMMAND...: its last argument is the file
	rm -rf "$tmp/o" && mkdir "$tmp/o" && echo before >"${!#}" && ulimit -f 8 || return 1
	$tl "$@" >"$tmp/said" 2>&1
	[ $? = 2 ] && grep -q 'File too large' "$tmp/said" && [ "$(ls "$tmp/o")" = "$(basename "${!#}")" ] && [ "$(cat "${!#}")" = before ]
)
ok without_room_it_says_so no_room play "$tmp/shadow.ctf" -o "$tmp/o/x.html"
for kind in pdf png svg; do ok "so_does_a_picture_$kind" no_room draw "$tmp/shadow.ctf" --all -o "$tmp/o/x.$kind"; done
# What is no plain file is written where it is.
elsewhere() {
	rm -rf "$tmp/o" && mkdir "$tmp/o" && ln -s /dev/full "$tmp/o/full.html" && ln -s real.html "$tmp/o/link.html" && ln -s /dev/stdout "$tmp/o/out.html" || return 1
	$tl play "$tmp/shadow.ctf" -o "$tmp/o/full.html" >"$tmp/said" 2>&1
	[ $? = 2 ] && grep -q 'No space left' "$tmp/said" && [ -L "$tmp/o/full.html" ] || return 1
	$tl play "$tmp/shadow.ctf" -o "$tmp/o/link.html" && [ -L "$tmp/o/link.html" ] && $tl play "$tmp/shadow.ctf" -o "$tmp/o/out.html" | cmp - "$tmp/o/real.html"
}
ok links_and_devices_stay_what_they_are elsewhere
rights() { echo >"$tmp/rights.html" && chmod 640 "$tmp/rights.html" && $tl play "$tmp/shadow.ctf" -o "$tmp/rights.html" && [ "$(stat -c %a "$tmp/rights.html")" = 640 ]; }
ok a_file_keeps_its_rights rights

. tests/browser.sh
if [ -z "$browser" ]; then
	skip in_a_browser 'there is no chromium'
elif ! command -v node >/dev/null; then
	skip in_a_browser 'there is no node, by which Chromium is asked'
else
	[ -f $axe ] || axe=-
	mkdir "$tmp/shots"
	ok a_browser_steps_through_it timeout 620 node tests/boot/play/browser.js "$browser" "$tmp/shots" $axe "$page" "$tmp/large.html"
	cp "$tmp/out" "$tmp/probe"
	said() { cat "$tmp/probe"; grep -qE -- "$1" "$tmp/probe"; }
	ok no_step_shows_more_or_less_than_it_should said '^wrong: 0$'
	# At the end of each episode, in each design: what tltrace stats says of it.
	stats() { $tl stats "$tmp/$1.ctf" "${@:2}" | sed -n '/^VMM instructions: /h; /^VMM entries: /{ G; s/\(.*\)\n\(.*\)/\2; \1/p; }'; }
	costs() {
		local n=0 where fault cost mmu
		while read -r where fault cost; do
			mmu=$([ "$where" = 0 ] && echo shadow || echo direct)
			[ "$(sed 's/\([0-9]\),\([0-9]\)/\1\2/g' <<<"$cost")" = "$(stats $mmu --fault "$fault")" ] ||
				{ echo "$mmu, fault $fault: $cost, but $(stats $mmu --fault "$fault")"; return 1; }
			n=$((n + 1))
		done < <(sed -n 's/^scene [0-9]*: //p' "$tmp/probe" | sed 's| / |\n|g')
		echo "$n"
		[ $n = "$(for mmu in shadow direct; do $tl faults "$tmp/$mmu.ctf" --json; done | wc -l)" ]
	}
	ok each_episode_costs_what_stats_says costs
	ok it_begins_where_it_is_told_to said "^begins: #e=[0-9]+&s=1$"
	ok a_link_leads_to_a_step said '^link: Step 3 of '
	ok one_that_leads_nowhere_is_told said '^lost link: The page has no step #e=1&s=9999; this is step #e=1&s='
	ok an_episode_is_found_by_its_number_alone said '^by number: 0$'
	ok the_find_key_leads_there said '^focus: find$'
	ok words_are_found said '^found: [1-9]'
	ok and_nothing_else said '^found others: 0$'
	ok hypercalls_are_found said '^hypercalls: ([1-9][0-9]*) \1$'
	ok so_is_a_lane said '^hardware: ([1-9][0-9]*) \1$'
	ok everything_is_reached_by_keyboard said '^unreachable: 0$'
	ok it_zooms said '^zoom: 2 .* in 1/16 of the time'
	# Now and then what is beside a step goes on overleaf: nothing is cut.
	ok each_step_is_a_printed_page awk '/^printed:/ { print; good = $2 >= $5 && $2 <= $5 + 3 } END { exit !good }' "$tmp/probe"
	ok a_remotes_keys_and_those_of_the_field_of_words said '^keys: 3 true true$'
	ok the_table_of_keys_shuts_as_it_opens said '^table of keys: false$'
	ok on_a_telephone_it_is_read_by_going_along test "$(grep -c '^narrow: true true true true$' "$tmp/probe")" = 6
	ok presented_its_letters_are_those_of_a_slide bash -c '[ "$(grep -cE "^presented at [0-9]+: 1[2-9]\.[0-9]*$" "$1")" = 3 ]' - "$tmp/probe"
	ok no_error said '^errors: 0$'
	ok no_request_leaves_it said '^requests: 0$'
	if [ $axe != - ]; then
		for way in light dark presented keys; do ok "axe_finds_nothing_$way" said "^axe $way: 0$"; done
	else
		skip axe 'there is no axe-core in build/axe, and npm could not fetch it'
	fi
	# Bounds for a machine where others are at work; the figures are those of the line that is printed.
	sed -n 's/^large: /# | /p' "$tmp/probe"
	ok a_long_run_opens_soon said '^large: .* \([0-9]{1,4} ms of the processor\)'
	ok and_steps_at_once said '^large: .* a step takes [0-9]{1,3}(\.[0-9])? ms'
	ok the_list_has_each_episode_in_sight said '^not in sight: 0 of [1-9] among [0-9]{4,}$'
	ok it_costs_what_stats_says_too bash -c 'grep -qxF "large cost: $1" <(sed "s/\([0-9]\),\([0-9]\)/\1\2/g; s/\([0-9]\),\([0-9]\)/\1\2/g" "$2")' - "$(stats large)" "$tmp/probe"
	[ -z "${SHOTS:-}" ] || cp "$tmp"/shots/*.p?? "$SHOTS/"
fi
done_testing
