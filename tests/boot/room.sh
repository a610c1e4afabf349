#!/usr/bin/env bash
# room.sh: Domain 0 makes other domains, looks at them, and ends them, with `tl` (guest/apps/tl.c). Nothing of them stays.
. "$(dirname "$0")/../lib.sh"

# script NAME [RUN-ARGUMENT...]: Domain 0 runs these lines (standard input) instead of guest/room/room.sh.
script() {
	local name=$1
	shift
	rm -rf "$tmp/initrd" && cp -r build/guest/room "$tmp/initrd" && cat >"$tmp/initrd/$name.sh"
	(cd "$tmp/initrd" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/$name.cpio"
	tools/run MMU=direct INITRD="$tmp/$name.cpio" SCENARIO="$name" MEM=24 HOST_MEM=160 TRACE=off OUT="$tmp/$name" "$@" >"$tmp/$name.said" 2>&1
}
says() { # NAME TEST LINE
	ok "$2" grep -qE "$3" "$tmp/$1.console"
}
# Of the machine's memory the same is free at the end as before.
free_again() { # NAME
	[ "$(grep -c '^memory: ' "$1")" -ge 2 ] && [ "$(grep '^memory: ' "$1" | sort -u | wc -l)" = 1 ]
}
# What the programs print does not depend on who else there is.
alone() { # MMU SEED
	tools/run MMU="$1" MEM=8 SCENARIO=procs SEED="$2" TRACE=off OUT="$tmp/alone" >/dev/null 2>&1
	grep -E '^(procs|init): ' "$tmp/alone.console"
}
same_as_alone() { # NAME ID MMU SEED
	diff <(sed -n "s/^(d$2) //p" "$tmp/$1.console" | grep -E '^(procs|init): ') <(alone "$3" "$4")
}

for isolation in paging segments; do
	ok "three_domains_work_side_by_side_$isolation" tools/room OUT="$tmp/$isolation" TRACE=off ISOLATION=$isolation
	ok "the_first_prints_what_it_prints_alone_$isolation" same_as_alone $isolation 1 shadow 3
	ok "the_second_prints_what_it_prints_alone_$isolation" same_as_alone $isolation 2 direct 4
	says $isolation "the_third_walks_$isolation" '^\(d3\) walk: read back 0xc0ffee07 ok$'
	says $isolation "the_list_tells_memory_state_and_time_$isolation" '^second +2 direct +8192 +8192 +8192 ended +1[0-9][0-9]$'
	says $isolation "the_console_is_told_without_marks_$isolation" '^walk: read back 0xc0ffee07 ok$'
	ok "nothing_of_them_stays_$isolation" free_again "$tmp/$isolation.console"
done
drawn() {
	tools/room OUT="$tmp/drawn/room" >"$tmp/drawn.said" && grep -q ': 0 differences$' "$tmp/drawn.said" && grep -q '</svg>' "$tmp/drawn/cpu.svg" "$tmp/drawn/io-request.svg" "$tmp/drawn/ring.svg"
}
ok who_had_the_processor_is_drawn_and_a_request drawn
# What a request has cost up to each step only grows, to what it has cost.
grows() {
	build/bin/tltrace draw "$tmp/drawn/room.ctf" --io one --steps -o "$tmp/one.pdf" && pdftotext "$tmp/one.pdf" - | tr -d , >"$tmp/one" &&
		sed -n 's/.*so far: //p' "$tmp/one" >"$tmp/far" && sort -nc "$tmp/far" && [ "$(sort -u "$tmp/far" | wc -l)" -gt 5 ] &&
		[ "$(tail -n 1 "$tmp/far")" -le "$(sed -n 's/^VMM instructions: \([0-9]*\).*/\1/p' "$tmp/one" | tail -n 1)" ]
}
ok what_a_request_has_cost_so_far_grows grows
# The privileged instructions told are Domain 0's #GP that were carried out between the request's put and its end.
carried_out() {
	build/bin/tltrace draw "$tmp/drawn/room.ctf" --io one -o "$tmp/one.svg" &&
		told=$(sed -nE 's/.*>([0-9]+) privileged instructions?<.*/\1/p' "$tmp/one.svg" | awk '{ n += $1 } END { print n + 0 }') &&
		front=$(sed -nE 's/.*>1 request of 4 KB: domain ([0-9]+),.*/\1/p' "$tmp/one.svg" | head -n 1) &&
		build/bin/tltrace dump "$tmp/drawn/room.ctf" | awk -v front="$front" -v told="$told" '
			done { next }
			/ ring / && $3 ~ "^d" front "v" {
				match($0, /requests=[0-9]+/); requests = substr($0, RSTART + 9, RLENGTH - 9)
				match($0, /responses=[0-9]+/); responses = substr($0, RSTART + 10, RLENGTH - 10)
				if (/what=put/) { begun = requests == before + 1; aim = requests; n = 0 }
				done = /what=done/ && begun && responses == aim
				before = requests
			}
			/ trap .*vec=13 / && $3 ~ /^d0v/ { trapped = 1 }
			/ (resume|inject|hcall_ret) / { n += trapped && / resume /; trapped = 0 }
			END { print told, n; exit !(n && told == n) }'
}
ok its_privileged_instructions_are_those_that_were_carried_out carried_out
ok nothing_of_that_was_lost bash -c 'build/bin/tltrace info "$1" | grep -q ", 0 discarded"' - "$tmp/drawn/room.ctf"
# Of several kernels, one has the lines: whose it cannot be, has none.
of_others() {
	build/bin/tltrace play "$tmp/drawn/room.ctf" --all --to 99 --guest-elf "build/guest/finch-$1.elf" -o "$tmp/part.html" 2>&1 | tee "$tmp/whose" | grep -c "is not the kernel of domain"
}
ok another_kernels_lines_are_left_out test "$(of_others native)" -gt 5
ok and_its_own_are_there test "$(of_others pv)" = 0
# Each has a disk and reads the same from it as the others; three have an interface, too: what one sent, the next has got.
sums() { sed -n 's/^(d[4567]) blocks: 64 of .*: //p' "$tmp/drawn/room.console"; }
ok four_disks_hold_what_was_written test "$(grep -cE '^\(d[4567]\) diskwork: w1 to w6 are there$' "$tmp/drawn/room.console")" = 4
ok and_that_is_the_same test "$(sums | wc -l) $(sums | sort -u | wc -l)" = "4 1"
asked() { sed -nE "s/^\(d$1\) udp: 100 of 100 came back, [0-9]+ asked again, (sum [0-9a-f]+)$/\1/p" "$tmp/drawn/room.console"; }
got() { sed -nE "s/^\(d$1\) udp: 100 sent back, (sum [0-9a-f]+)$/\1/p" "$tmp/drawn/room.console"; }
sums_agree() { for way in 5:6 6:7 7:5; do
	[ -n "$(asked "${way%:*}")" ] && [ "$(asked "${way%:*}")" = "$(got "${way#*:}")" ] || return 1
done; }
ok datagrams_of_each_came_to_the_next_as_they_were_sent sums_agree
ok all_have_ended_well test "$(grep -cE '^\(d([1-9]|10)\) init: .* status=0$' "$tmp/drawn/room.console")" = 10
# Memory goes ten times from one to another: each has what it is to have when it is told the next time; what they compute is right.
moved() { # NAME: of each change what it had before the next one
	sed -nE "s/^tl: domain [0-9]+ \($1\) has ([0-9]+) KB, .* is to have ([0-9]+) KB$/\1 \2/p" "$tmp/drawn/room.console"
}
follows() { # NAME TIMES
	[ "$(moved "$1" | wc -l)" = "$2" ] && moved "$1" | awk '(NR == 1 ? 8192 : aim) != $1 { print "had " $1 ", not " aim; bad = 1 } { aim = $2 } END { exit bad }'
}
ok red_follows follows red 4
ok green_follows follows green 2
ok blue_follows_a_shadow_domain follows blue 4
ok they_have_all_in_the_end test "$(grep -cE '^(red|green|blue) +[0-9]+ [a-z]+ +[0-9]+ +8192 +8192 ended' "$tmp/drawn/room.console")" = 3
sums_are_right() { # ID SEED
	local k
	for k in 0 1 2 3 4 5 6 7; do
		grep -qxFf <(tests/boot/work.py $(($2 + k)) 500 20) <(sed -n "s/^(d$1) //p" "$tmp/drawn/room.console" | tr -d '\r') || return 1
	done
}
ok red_computes_what_is_right sums_are_right 8 21
ok green_does sums_are_right 9 31
ok blue_does sums_are_right 10 41
in_picture() { grep -qE -- "$2" "$tmp/drawn/$1.svg" || { grep -oE '>[^<>]+<' "$tmp/drawn/$1.svg" | head -80; false; }; }
ok a_request_goes_from_the_ring_to_the_upcall in_picture io-request 'puts 1 request into the ring'
ok beside_it_a_batch in_picture io-request 'puts 32 requests into the ring'
ok the_ring_is_full_once in_picture ring '>32<'
ok the_kernel_of_a_shadow_domain_is_the_native_one cmp build/guest/finch-native.elf build/guest/room/finch-native.elf

script verbs <<'END'
tl info
tl create finch name=one mmu=direct mem=8 scenario=spin
tl create finch name=two mmu=shadow mem=8 paused=1 scenario=procs seed=9
tl list
tl info two
tl sched-bvt one 20
tl sched-bvt one
tl pause one
tl info one
tl unpause two
tl wait two
tl unpause one
tl info one
tl mem-max one 16
tl list
tl mem-set one 4
xs read /local/domain/1/memory/target
tl list
tl mem-set one 12
xs read /local/domain/1/memory/target
tl destroy one two
tl list
tl info
END
ok each_verb_does_what_it_says test $? = 0
says verbs a_domain_can_be_made_paused '^two +2 shadow +[0-9]+ +8192 +8192 paused +0$'
says verbs and_runs_when_it_is_unpaused '^\(d2\) init: scenario=procs status=0$'
says verbs parameters_are_kept '^mcuadv=20 warpback=0 '
says verbs a_pause_stops_it '^name=one id=1 mmu=direct state=paused '
says verbs and_it_goes_on '^name=one id=1 mmu=direct state=(ready|blocked) '
says verbs a_maximum_is_set '^one +1 direct +8192 +16384 +8192 '
says verbs the_limit_falls_to_what_it_has '^tl: domain 1 \(one\) has 8192 KB, may have 8192 KB, and is to have 4096 KB$'
says verbs and_is_kept '^one +1 direct +8192 +8192 +4096 '
says verbs and_rises '^tl: domain 1 \(one\) has 8192 KB, may have 12288 KB, and is to have 12288 KB$'
ok the_store_says_what_it_is_to_have test "$(grep -xE '4096|12288' "$tmp/verbs.console" | xargs)" = '4096 12288'
ok what_was_running_is_gone test "$(sed -n '/^. tl destroy/,$p' "$tmp/verbs.console" | grep -cE '^(one|two) ')" = 0
ok and_its_memory_is_free free_again "$tmp/verbs.console"

# Thirty. What is free of the hypervisor's heap is told, too.
{
	echo 'tl create finch name=a mmu=shadow mem=8 scenario=true' # what the hypervisor makes once, it keeps
	echo 'tl destroy a'
	echo 'tl info'
	for i in $(seq 10); do
		printf 'tl create finch name=a mmu=%s mem=8 paused=1\ntl create finch name=b mmu=direct mem=8 scenario=procs\n' \
			"$([ $((i % 2)) = 0 ] && echo shadow || echo direct)"
		printf 'tl create finch name=c mmu=shadow mem=8 scenario=procs\ntl wait c\ntl destroy c\ntl destroy a b\n'
	done
	echo 'tl info'
} | script thirty
ok domains_come_and_go test $? = 0
ok and_leave_nothing free_again "$tmp/thirty.console"

# Errors: what they say, and their codes.
wrong() { # TEST CODE TEXT LINE
	script wrong <<<"$4"
	ok "$1" grep -q "^exit code $2$" "$tmp/wrong.console"
	ok "$1_is_said" grep -qF "$3" "$tmp/wrong.console"
}
wrong no_such_file 1 'there is no file nothing.elf: `ls` shows which there are' 'tl create nothing.elf mmu=direct'
wrong memory_of_shadow 1 'not more than it was made with' $'tl create finch name=s mmu=shadow mem=8 paused=1\ntl mem-set s 9'
wrong limit_of_shadow 1 'it has more, or was made with less' $'tl create finch name=s mmu=shadow mem=8 paused=1\ntl mem-max s 9'
wrong resident_in_direct 2 'are for mmu=shadow' 'tl create finch name=s mmu=direct mem=8 resident=1024'
wrong resident_without_a_disk 1 'the hypervisor has no swap disk' 'tl create finch name=s mmu=shadow mem=8 resident=1024'
wrong nor_later 1 'the hypervisor has no swap disk' $'tl create finch name=s mmu=shadow mem=8 paused=1\ntl mem-resident s 1024'
wrong nor_for_direct_mode 1 'in direct mode a domain has the frames it has' 'tl mem-resident 0 1024'
wrong no_such_domain 1 'there is no domain 7: `tl list` shows which there are' 'tl pause 7'
wrong no_such_verb 2 'what is `dance`' 'tl dance'
wrong no_such_mode 2 'mmu=nested is neither shadow nor direct' 'tl create finch mmu=nested'
wrong no_number 2 'mem=12x is not a number from 4 to 512' 'tl create finch mem=12x'
wrong too_large 1 'not enough memory' 'tl create finch mmu=direct mem=256'
wrong not_for_xen 1 'is not made for Xen' 'tl create finch-native.elf mmu=direct'
wrong no_kernel 1 'is no 32-bit x86 ELF file' 'tl create motd mmu=shadow'
wrong said_twice 2 'mem=8 and mem=9: which?' 'tl create finch mem=8 seed=1 mem=9'
wrong too_many_words 2 'tl: too many words for one program' 'tl create finch a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1 j=1 k=1 l=1 m=1 n=1'
wrong itself 2 'Domain 0 cannot destroy itself' 'tl destroy Domain-0'
ok a_script_that_fails_is_no_crash bash -c '! grep -q "eip " "$1"' - "$tmp/wrong.console"
# In a domain of its own, tl is nobody.
tools/run MMU=direct INITRD="$tmp/wrong.cpio" SCENARIO=wrong EXTRA=domid=3 TRACE=off OUT="$tmp/nobody" >/dev/null 2>&1
ok only_domain_0_has_the_tool grep -q "this kernel is not Domain 0's" "$tmp/nobody.console"
script line <<<"echo $(seq -s ' ' 32)"
says line far_too_many_words_for_a_line '^sh: a line has at most 32 words$'
script line <<<"echo $(seq -s '' 99)$(seq -s '' 99)"
says line a_line_that_is_too_long '^sh: a line has at most 255 characters, this one has 38[0-9]$'
done_testing
