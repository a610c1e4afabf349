#!/usr/bin/env bash
# swap.sh: programs with more pages than there is memory, on the bare machine and in domains of both designs, and a balloon
# that goes up and down meanwhile. What they compute is what work.py computes, which knows no pages.
. "$(dirname "$0")/../lib.sh"
here=tests/boot

pack() { # DIR: its files as an initrd, DIR.cpio
	(cd "$tmp/$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc >"$tmp/$1.cpio")
}
programs() { # NAME: an initrd with this script (standard input)
	rm -rf "${tmp:?}/$1" && mkdir "$tmp/$1" && cp build/guest/initrd/* "$tmp/$1/" && cat >"$tmp/$1/$1.sh" && pack "$1"
}
disk() { rm -f "$tmp/hda.img" && truncate -s 64M "$tmp/hda.img"; }
bare() { # RUN-ARGUMENTS: the script `bare`
	disk && tools/run MMU=none SCENARIO=bare INITRD="$tmp/bare.cpio" GUEST_ELF=build/guest/finch-native.elf DISK="$tmp/hda.img" \
		OUT="$tmp/bare" LIMIT=300 "$@"
}
# Domain 0 does what comes in; guests find their programs in one.cpio, two.cpio, ...
host() { # RUN-ARGUMENTS
	disk && rm -rf "$tmp/host" && mkdir "$tmp/host" && cp build/guest/room/* "$tmp/host/" && cp "$tmp"/{direct,shadow}.cpio "$tmp/host/" &&
		cat >"$tmp/host/host.sh" && pack host &&
		tools/run MMU=direct SCENARIO=host INITRD="$tmp/host.cpio" MEM=24 HOST_MEM=160 DISK="$tmp/hda.img" TRACE=off OUT="$tmp/host" LIMIT=600 "$@"
}
says() { # NAME LINE
	grep -qE -- "$2" "$tmp/$1.console" || { tail -n 40 "$tmp/$1.console"; false; }
}
right() { # NAME PREFIX SEED PAGES ROUNDS [FILE-PAGES]: was that the sum?
	local line
	line=$($here/work.py "${@:3}") && { grep -qxF -- "$2$line" <(tr -d '\r' <"$tmp/$1.console") || { echo "should be: $line"; tail -n 40 "$tmp/$1.console"; false; }; }
}

# More pages than memory; two at a time; children that share pages with their parent. The same in every design.
work() { # DISK
	printf '%s\n' "swapon $1:65536+32768" "mkfs $1:0+32768" "mount $1:0+32768" 'work 5 2500 1 100' 'work 6 1200 1 &' 'work 7 1200 1 50' \
		'sleep 3000' 'forktest' 'stress 3' 'free' 'mount -u'
}
work hda | programs bare
ok bare_machine bare MEM=8
ok it_is_right_there right bare '' 5 2500 1 100
ok and_of_two_at_a_time right bare '' 6 1200 1
ok the_other_one right bare '' 7 1200 1 50
ok pages_went_to_the_disk says bare '^swap: .* written [1-9][0-9]{3,}'
cp "$tmp/bare.console" "$tmp/first.console"

# What programs print, without what memory did for it.
results() { grep -E '^(work: seed|forktest|stress|init)' | sort; }
{ echo vbd; work xvda; } | programs direct
work hda | programs shadow
both() {
	host "$@" <<-'END'
		tl info
		blkback &
		sleep 20
		tl create finch name=direct mem=8 vbd=hda:0+98304 initrd=direct.cpio scenario=direct
		tl wait direct
		tl destroy direct
		tl create finch name=shadow mmu=shadow mem=8 vbd=hda:0+98304 initrd=shadow.cpio scenario=shadow
		tl wait shadow
		tl destroy shadow
		tl info
	END
}
same() { diff <(sed 's/scenario=[a-z]*/scenario=/' "$tmp/first.console" | tr -d '\r' | results) <(sed -n "s/^(d$1) //p" "$tmp/host.console" | sed 's/scenario=[a-z]*/scenario=/' | tr -d '\r' | results); }
for isolation in paging segments; do
	ok "domains_of_both_designs_$isolation" both ISOLATION=$isolation
	ok "direct_mode_computes_the_same_$isolation" same 1
	ok "and_shadow_mode_$isolation" same 2
done

# Without a disk the end of memory is the end of the program that wants more, and of no other.
printf '%s\n' 'swapon hdb' 'work 1 200 1' 'work 5 2500 1 &' 'sleep 300' 'work 6 900 2' 'free' | programs bare
ends() { bare MEM=8; says bare '^work\[[0-9]+\]: killed: out of memory at '; }
printf '%s\n' 'work 5 2500 1 &' 'sleep 300' 'work 6 900 2' | programs bare
ok memory_ends ends
ok and_others_go_on right bare '' 6 900 2
printf '%s\n' 'swapon hdb' | programs bare
refused() { bare MEM=8; says bare "$1"; }
ok no_such_disk refused '^swapon: hdb: no such disk'
printf '%s\n' 'swapon hda:0+9' | programs bare
ok no_such_part refused '^swapon: hda:0\+9: no such disk'
printf '%s\n' 'mkfs hda' 'mount hda' 'swapon hda' | programs bare
ok not_what_is_mounted refused '^swapon: hda: in use'
# Not the part that is swapped to, nor one block of it; nor the other way round. What lies beside it may be used (above).
in_use() { # WHO LINE...
	printf '%s\n' "${@:2}" | programs bare
	bare MEM=8
	says bare "^$1: .*: in use: .*(mounted|swapped to)"
}
ok no_file_system_where_pages_are in_use mkfs 'swapon hda:65536+32768' 'mkfs hda'
ok nor_over_their_last_block in_use mkfs 'swapon hda:65536+32768' 'mkfs hda:98296+8192'
ok nor_over_the_first in_use mkfs 'swapon hda:65536+32768' 'mkfs hda:0+65544'
ok nor_on_all_of_it in_use mkfs 'swapon hda' 'mkfs hda:65536+8192'
ok none_is_mounted_there in_use mount 'mkfs hda:0+65536' 'swapon hda:65528+8192' 'mount hda:0+65536'
ok and_no_pages_go_where_files_are in_use swapon 'mkfs hda:0+65536' 'mount hda:0+65536' 'swapon hda:65528+8192'
ok nor_over_all_of_it in_use swapon 'mkfs hda:65536+8192' 'mount hda:65536+8192' 'swapon hda'
# Four parts can be in use at a time. Whoever has done with one gives its place back, also who could not use it.
{
	for start in 0 8192 16384 24576 32768; do
		printf '%s\n' "mkfs hda:$start+8192" "cmp dev/hda:$start+16 dev/hda:$start+16" "mount hda:$start+8192" 'mount -u' "mount hda:$((start + 40960))+1024 &" 'sleep 5'
	done
	echo 'swapon hda:98304+4096'
	printf 'swapon hda:%s+8192 &\n' 0 8192 16384 24576
	printf '%s\n' 'sleep 5' 'mkfs hda:32768+4096' 'mount hda:32768+4096' 'cp sh disk/last' 'ls disk'
} | programs bare
ok parts_come_and_go refused '^ *[0-9]+ last'
printf '%s\n' 'balloon' | programs bare
ok the_bare_machine_has_no_balloon refused '^balloon: nobody here wants memory back'
# A swap area that is too small: dirty pages cannot go, so somebody ends; what was swapped is still right.
printf '%s\n' 'swapon hda:0+2048' 'work 6 1400 1 &' 'work 5 2500 1' | programs bare
ok a_small_swap_area_fills_up refused '^work\[[0-9]+\]: killed: out of memory at '
ok and_the_other_is_right right bare '' 6 1400 1
host <<<'swapon hda'
ok domain_0_does_not_swap says host '^swapon: hda: not in Domain 0'

# The balloon: ten times down and up again, each time as far as it should, however long that takes; the program works
# meanwhile. How often within its work, the machine below decides: a disk that is late in the host's time is late by many ticks
# of the guest's. So the guest stays some time when its work is done, and what is left then needs no disk. The rest of the
# machine gets what it gives.
for way in direct shadow; do
	d=hda first=()
	[ $way = shadow ] || d=xvda first=(vbd)
	printf '%s\n' "${first[@]}" "swapon $d:65536+32768" "mkfs $d:0+32768" "mount $d:0+32768" 'balloon -v &' 'work 5 1800 16 200' 'sleep 8000' 'free' | programs $way
done
updown() { # MMU RUN-ARGUMENTS
	local way=$1 i
	shift
	{
		printf '%s\n' 'tl info' 'blkback &' 'sleep 20' "tl create finch name=one mmu=$way mem=8 vbd=hda:0+98304 initrd=$way.cpio scenario=$way" 'sleep 60'
		for i in $(seq 10); do
			printf '%s\n' "tl mem-set one $(((4 + i % 3) * 1024 + i % 4))K" 'tl mem-wait one 3600' 'tl mem-set one 8' 'tl mem-wait one 3600'
		done
		printf '%s\n' 'tl wait one' 'tl list' 'tl destroy one' 'tl info'
	} | host "$@"
}
free_again() { [ "$(grep -c '^memory: ' "$tmp/host.console")" = 2 ] && [ "$(grep '^memory: ' "$tmp/host.console" | sort -u | wc -l)" = 1 ]; }
less_meanwhile() { # before the program told its sum
	[ "$(sed '/^(d1) work: seed/,$d' "$tmp/host.console" | grep -c '^(d1) balloon: holds [1-9]')" -ge 2 ]
}
for way in direct shadow; do
	ok "${way}_up_and_down_ten_times" updown $way
	ok "${way}_what_it_computes_is_right" right host '(d1) ' 5 1800 16 200
	ok "${way}_it_had_less_each_time" test "$(grep -cE '^tl: domain 1 \(one\) has [4-6][0-9]{3} KB.?$' "$tmp/host.console")" = 10
	ok "${way}_and_while_it_computed" less_meanwhile
	ok "${way}_and_all_again_in_the_end" says host '^\(d1\) memory: .* balloon 0$'
done
ok nothing_stays free_again
done_testing
