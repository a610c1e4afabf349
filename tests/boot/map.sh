#!/usr/bin/env bash
# map.sh: what the trace says of machine memory adds up to the hypervisor's own frame table, frame by frame, when a run ends:
# with random guests of both designs, with many domains that come and go, and whatever they grant each other.
. "$(dirname "$0")/../lib.sh"

seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
# recorded NAME WORD...: a run that records memory; NAME.sum is what the check says.
recorded() {
	local name=$1
	shift
	tools/run SEED="$seed" TRACE=life,mem OUT="$tmp/$name" "$@" </dev/null >"$tmp/$name.said" 2>&1 || true
	build/bin/tltrace map "$tmp/$name.ctf" --check >"$tmp/$name.sum" 2>&1 || { tail -n 12 "$tmp/$name.said" "$tmp/$name.sum"; return 1; }
}
adds_up() { recorded "$@" && grep -qE '^[0-9]+ frames, [0-9]+ inventor(y|ies): 0 differences$' "$tmp/$1.sum"; }
big="trace-kb=16384"

ok programs_in_direct_mode adds_up direct MMU=direct SCENARIO=procs
ok programs_in_shadow_mode adds_up shadow MMU=shadow SCENARIO=procs
ok random_hypercalls adds_up calls MMU=direct ISOLATION=paging GUEST_ELF=build/tests/fuzz-pv.elf SCENARIO=fuzz-2000 EXTRA="$big"
ok random_edits_of_page_tables adds_up edits MMU=shadow GUEST_ELF=build/tests/fuzz-native.elf SCENARIO=fuzz-1000 EXTRA="$big"
ok tables_out_of_sync adds_up lazy MMU=shadow TABLES=outofsync GUEST_ELF=build/tests/fuzz-native.elf SCENARIO=fuzz-1000-prefetch EXTRA="$big"
ok four_that_grant_each_other_and_domain_0 adds_up crowd MMU=direct ISOLATION=paging GUEST_ELF=build/tests/fuzz-pv.elf MEM=8 \
	SCENARIO=fuzz-500-crowd-master EXTRA="together=5 domid=0 allowance=100 $big"

# Domains are made and destroyed, in both designs; one gives pages back while another runs.
mkdir -p "$tmp/initrd" && cp -r build/guest/room/. "$tmp/initrd"
cat >"$tmp/initrd/memory.sh" <<'END'
tl create finch name=one mmu=direct mem=8 scenario=spin
tl create finch name=two mmu=shadow mem=8 scenario=procs
tl create finch name=three mmu=direct mem=8 scenario=procs
tl wait two three
tl destroy two one
tl create finch name=four mmu=shadow mem=8 scenario=spin
tl create finch name=five mmu=direct mem=8 paused=1
tl destroy three
END
(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/memory.cpio"
ok domains_that_come_and_go adds_up memory MMU=direct INITRD="$tmp/memory.cpio" SCENARIO=memory MEM=24 HOST_MEM=160 EXTRA="$big"
# Guests that are ended in the midst of their work, when tables of theirs are out of sync.
printf '%s\n' 'tl create finch name='{one,two,three}' mmu=shadow mem=8 scenario=stress' 'sleep 9' 'tl destroy one' 'sleep 2' 'tl destroy two' \
	'sleep 2' 'tl destroy three' >"$tmp/initrd/midst.sh"
(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/midst.cpio"
ok in_the_midst_of_their_work adds_up midst MMU=direct TABLES=outofsync INITRD="$tmp/midst.cpio" SCENARIO=midst MEM=24 HOST_MEM=160 EXTRA="$big"
map() { build/bin/tltrace map "$tmp/memory.ctf" "$@"; }
ok those_that_are_left_have_memory_at_the_end bash -c 'grep -q "^domain 5  *2048 " && exit 0; exit 1' <<<"$(map --at end)"
ok and_those_that_are_not_have_none bash -c '! grep -qE "^domain [123] "' <<<"$(map --at end)"
all_of_it() { map --at "$1" | awk '$1 == "all" { all = $2; next } / [0-9]+ +[0-9]+ +[0-9]+ / { n += $(NF - 5) + 0 == $(NF - 5) && $NF != "ended" ? $(NF - 5) : $(NF - 6) } END { exit !(n == all && n) }'; }
ok at_any_event_they_add_up_to_the_machine all_of_it 9000
ok by_time_too all_of_it 50ms
picture() { map "$@" -o "$tmp/map.svg" && xmllint --noout "$tmp/map.svg" 2>/dev/null || grep -q '</svg>' "$tmp/map.svg"; }
ok it_is_drawn picture --at end
ok the_picture_has_a_line_for_each grep -q '>domain 5<' "$tmp/map.svg"
ok over_time_too picture --strip
# Wherever it begins, what is written at an axis are multiples of their distance, which is 1, 2 or 5 times a power of ten.
round() { # PICTURE HEIGHT: that of the labels
	python3 - "$@" <<-'END'
		import re, sys
		from decimal import Decimal as D
		at = [D(t) for t in re.findall(rf'y="{sys.argv[2]}"[^>]*text-anchor="middle">([\d.]+)<', open(sys.argv[1]).read())]
		step = at[1] - at[0]
		print(*at)
		sys.exit(any(b - a != step for a, b in zip(at, at[1:])) or at[0] % step != 0 or step.normalize().as_tuple().digits not in ((1,), (2,), (5,)) or not 4 <= len(at) <= 13)
	END
}
ok its_axis_has_round_numbers round "$tmp/map.svg" 572.0
ok with_all_that_there_were grep -q '>domain 1<' "$tmp/map.svg"
# What its table says first and last of each is what is counted after the first inventory, and at the end.
first=$(build/bin/tltrace dump "$tmp/memory.ctf" --event frames | awk '/inventory=begin/ { n = $1; next } { exit } END { print n }')
figures() { # COLUMN EVENT
	diff <(tr -d '\n' <"$tmp/map.svg" | sed 's/<text/\n/g' | awk -v k="$1" -F'[<>]' '/>(domain [0-9]+|free|the hypervisor)</ { name = $2; n = NR } n && NR == n + k && $2 > 0 { print name, $2 }' | sort) \
		<(map --at "$2" | sed -nE 's/^(domain [0-9]+|free|the hypervisor) +([0-9]+) .*/\1 \2/p' | sort) && grep -q '^free' <(map --at "$2")
}
ok at_first_is_right_after_the_first_inventory figures 1 "$first"
ok at_last_is_the_end figures 4 end

# The check notices: what the last change says is forged.
build/tests/forge "$tmp/direct.ctf/stream" frames
notices() { build/bin/tltrace map "$tmp/direct.ctf" --check >"$tmp/forged"; [ $? = 1 ] && grep -q ': [1-9][0-9]* differences$' "$tmp/forged"; }
ok one_change_that_is_told_wrongly_is_noticed notices
refused() { build/bin/tltrace map "$@" >"$tmp/refused" 2>&1; [ $? = 2 ]; }
ok a_trace_without_memory_is_told bash -c 'tools/run MMU=direct SCENARIO=hello TRACE=life OUT="$1/none" >/dev/null 2>&1; build/bin/tltrace map "$1/none.ctf" 2>&1 | grep -q "TRACE=life,mem"' - "$tmp"
ok an_event_that_is_not_there refused "$tmp/memory.ctf" --at 99999999
ok a_time_that_is_none refused "$tmp/memory.ctf" --at soon
done_testing
