#!/usr/bin/env bash
# devices.sh: which disks and interfaces a domain is refused, and who says why: `tl` of words, the back end of what only it knows;
# and those who wait for the router, or for one disk, have their turn.
. "$(dirname "$0")/../lib.sh"

pack() { # DIRECTORY FILE
	(cd "$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc) >"$2"
}
truncate -s 64M "$tmp/hda.img" && mkdir "$tmp/guest" && cp build/guest/initrd/* "$tmp/guest/" && echo vbd >"$tmp/guest/guest.sh"
printf '%s\n' vbd 'blocks xvda 256 1 &' 'blocks xvda 8 1' >"$tmp/guest/ring.sh"
printf '%s\n' 'blocks hda 256 1 &' 'blocks hda 8 1' >"$tmp/guest/ata.sh"
cp -r build/guest/room "$tmp/room" && pack "$tmp/guest" "$tmp/room/programs.cpio"

wrong=(vbd= vbd=foo vbd=hda: vbd=hda:0+0 vbd=hdb:0+8 vbd=hda:4294975488+2048 vbd=hda:8388600+16 vbd=hda:8+8,0+9 vbd=cow:0+8 vbd=cow:8192+4096:8192+4096
	vif= vif=foo vif=ip= vif=ip=999.1.1.1 vif=ip=10.1.0.300 vif=ip=224.0.0.1 vif=ip=10.1.0.1, vif=ip=10.1.0.1,mac=01:00:00:00:00:00
	vif=ip=10.1.0.1,mac=00:16:3e:00:00 vif=ip=10.1.0.1,foo=1 "mmu=shadow vif=ip=10.1.0.1")
create() { echo "tl create finch paused=1 mem=4 name=$1 $2 | cat"; } # NAME WORDS
{
	echo tl list
	for words in "${wrong[@]}"; do create w "$words"; done
	# Who comes before its back end hears of it from there.
	echo "tl create finch name=late mem=8 vbd=hda:131064+4096 scenario=guest"
	printf '%s\n' 'blkback &' 'netback &' 'sleep 20' 'tl wait late | cat' 'tl destroy late'
	for i in 1 2 3 4 5; do echo 'cat /var/run/netback &'; done # they say nothing
	printf '%s\n' 'sleep 5' 'tl net'
	for i in ring ata; do
		echo "tl create finch name=$i mmu=$([ $i = ata ] && echo shadow || echo direct) mem=8 vbd=hda:0+2048 scenario=$i"
		printf '%s\n' "tl wait $i | cat" "tl destroy $i"
	done
	create base vbd=cow:8192+2048,16384+2048:65536+8192
	create far vbd=hda:131064+4096
	create far "mmu=shadow vbd=hda:131064+4096"
	create small vbd=cow:0+8192:40000+16
	create writes vbd=hda:10239+1
	create written vbd=cow:20000+8,65536+8:40000+64
	create shares vbd=cow:0+10240:40000+2048
	echo 'tl destroy base' # and at once
	create other vbd=cow:8192+2048,32768+2048:65536+8192
	create parts vbd=cow:8192+2048,16384+2048:65536+4096,80000+4096
	create again vbd=cow:8192+2048,16384+2048:65536+8192
	for i in {3..14}; do create "n$i" "vbd=hda:$((90000 + i * 8))+8 vif=ip=10.1.0.$i,mac=02:00:00:00:00:$i"; done
	create ip "vif=ip=10.1.0.9"
	create mac "vif=ip=10.1.0.99,mac=02:00:00:00:00:09"
	for i in {15..17}; do create "n$i" "vif=ip=10.1.0.$i"; done
	create last "vif=ip=10.1.0.18"
	for i in {20..21}; do create "n$i" "vbd=hda:$((90000 + i * 8))+8"; done
	create seventeenth vbd=hda:99992+8
	printf '%s\n' 'tl list' 'tl destroy n3'
	create room "vbd=hda:90024+8 vif=ip=10.1.0.3"
	echo 'tl list'
} >"$tmp/room/devices.sh"
pack "$tmp/room" "$tmp/devices.cpio"

ok domain_0_makes_them tools/run MMU=direct INITRD="$tmp/devices.cpio" SCENARIO=devices MEM=32 HOST_MEM=192 DISK="$tmp/hda.img" TRACE=off LIMIT=200 \
	OUT="$tmp/devices"
said() { # HOW-OFTEN LINE
	[ "$(grep -cE -- "$2" "$tmp/devices.console")" = "$1" ] || { cat "$tmp/devices.console"; false; }
}
ok each_wrong_word_is_named said ${#wrong[@]} '^tl: v(bd|if)=.*: (it is|what is written|with mmu)'
ok none_has_made_a_domain said 0 '\(w\)'
ok the_back_end_is_missed said 1 '^tl: vbd=: no back end has looked at it yet: does `blkback` run'
ok and_tells_the_guest_then said 1 '^\(d1\) the back end refuses: the real disk ends'
ok beyond_the_end_of_the_disk said 2 '^tl: vbd=: the back end refuses: the real disk ends'
ok no_room said 1 '^tl: vbd=: the back end refuses: the overlay has no room'
ok what_another_writes_or_reads said 2 '^tl: vbd=: the back end refuses: another domain has some of these sectors'
ok a_base_is_shared said 1 '^tl: domain [0-9]+ \(shares\) is made'
ok an_overlay_of_another_base said 2 '^tl: vbd=: the back end refuses: the overlay was begun'
ok of_this_one said 1 '^tl: domain [0-9]+ \(again\) is made'
ok an_address_twice said 2 '^tl: vif=: the back end refuses: another interface has this (IP|MAC)'
ok too_many_disks said 1 '^tl: vbd=: the back end refuses: there are 16'
ok too_many_interfaces said 1 '^tl: vif=: the back end refuses: there are 16'
ok until_one_goes said 1 '^tl: domain [0-9]+ \(room\) is made'
ok who_is_silent_holds_up_nobody said 1 '^vif0 '
has_its_turn() { sed -n "/^(d[0-9]*) blocks: .* of $1/{p;q}" "$tmp/devices.console" | grep ' 8 of' || { grep blocks: "$tmp/devices.console"; false; }; }
ok each_has_its_turn_at_a_ring has_its_turn xvda
ok and_at_an_ata_disk has_its_turn hda
ok each_is_told_once bash -c '! sed "s/\r//" "$1" | grep -E "^(blk|net)back: .*(: the|: another)" | sort | uniq -d | grep .' - "$tmp/devices.console"
done_testing
