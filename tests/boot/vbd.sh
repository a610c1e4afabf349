#!/usr/bin/env bash
# vbd.sh: virtual disks through Domain 0's back end: what lies on the real disk in the end is, in each virtual disk's
# place, what the same work leaves on a disk of its own on the bare machine.
#
#   SCALE=N tests/boot/vbd.sh     two domains write, the back end is killed three times: N times as many files as else
#                                 (make disk-campaign: 200 MB)
. "$(dirname "$0")/../lib.sh"
SCALE=${SCALE:-1}

pack() { # DIR: its files as an initrd, DIR.cpio
	(cd "$tmp/$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc >"$tmp/$1.cpio")
}
work() { # DISK FILES: what is done with it
	printf '%s\n' "mkfs $1" "mount $1" "cp sh disk/sh" "diskwork write 5 $2" "diskwork check 5 $2" "cmp sh disk/sh" "mount -u"
}
more() { # DISK FILES: what is done with it then
	printf '%s\n' "mount $1" "cmp sh disk/sh" "rm disk/sh" "diskwork write 6 $2" "diskwork check 6 $2" "mount -u"
}
disk() { rm -f "$tmp/$1.img" && truncate -s "$2" "$tmp/$1.img"; }

# A script (standard input) on the bare machine: bare DISK
bare() {
	rm -rf "$tmp/native" && mkdir "$tmp/native" && cp build/guest/initrd/* "$tmp/native/" && cat >"$tmp/native/native.sh" && pack native &&
		tools/run MMU=none SCENARIO=native INITRD="$tmp/native.cpio" GUEST_ELF=build/guest/finch-native.elf DISK="$tmp/$1.img" \
			OUT="$tmp/native" LIMIT=$((60 * SCALE))
}
native() { disk "bare-$1" "$1" && work hda "$2" | bare "bare-$1"; } # SIZE FILES
# Domain 0 does what comes in; guests do what $1 says: host SCRIPT RUN-ARGUMENTS... On a disk that is there, unless it is new.
host() {
	rm -rf "$tmp/guest" "$tmp/host" && mkdir "$tmp/guest" "$tmp/host" && cp build/guest/initrd/* "$tmp/guest/" &&
		echo "$1" >"$tmp/guest/guest.sh" && pack guest &&
		cp build/guest/room/* "$tmp/host/" && cp "$tmp/guest.cpio" "$tmp/host/programs.cpio" && cat >"$tmp/host/host.sh" && pack host &&
		shift &&
		tools/run MMU=direct SCENARIO=host INITRD="$tmp/host.cpio" GUEST_ELF=build/guest/finch-pv.elf MEM=32 HOST_MEM=192 \
			DISK="$tmp/real.img" TRACE=off OUT="$tmp/host" LIMIT=$((100 * SCALE)) "$@"
}
says() { grep -qE -- "$1" "$tmp/host.console" || { tail -n 40 "$tmp/host.console"; false; }; }
part() { dd if="$tmp/real.img" bs=512 skip="$1" count="$2" status=none; }
is_bare() { # SIZE EXTENT...: as START COUNT
	local size=$1 extent
	shift
	cmp <(for extent; do part ${extent/+/ }; done) "$tmp/bare-$size.img"
}

ok the_bare_machine_does_it native 16M 12
alone() {
	disk real 64M && host "vbd
$(work xvda 12)" <<-'END'
		tl list
		blkback &
		sleep 20
		tl create finch name=one mem=8 vbd=hda:8192+32768 scenario=guest
		tl wait one
		tl destroy one
	END
}
ok a_virtual_disk alone
ok what_is_on_it_is_what_the_bare_machine_leaves is_bare 16M 8192+32768
rest_is_zero() { cmp -n $((8192 * 512)) "$tmp/real.img" /dev/zero && cmp -i $((40960 * 512)):0 -n $((90112 * 512)) "$tmp/real.img" /dev/zero; }
ok nothing_else_was_written rest_is_zero

# Copy on write: two domains go on with that disk, each with an overlay; the back end is killed meanwhile.
cow() {
	host "vbd
$(more xvda 10)" <<-'END'
		tl list
		blkback &
		sleep 20
		tl create finch name=one mem=8 vbd=cow:8192+32768:49152+16384 scenario=guest
		tl create finch name=two mem=8 vbd=cow:8192+32768:65536+8192,81920+8192 scenario=guest
		sleep 10
		kill 4
		blkback &
		tl wait one two
		tl destroy one two
	END
}
# What such a disk shows: overlay EXTENT...
overlay() {
	for extent; do part ${extent/+/ }; done >"$tmp/overlay" && part 8192 32768 >"$tmp/base" && python3 - "$tmp" <<-'END'
		import struct, sys
		base = bytearray(open(sys.argv[1] + "/base", "rb").read())
		over = open(sys.argv[1] + "/overlay", "rb").read()
		blocks = len(base) // 4096
		data = (512 + (blocks * 4 + 511) // 512 * 512 + 4095) // 4096 * 4096
		for block, at in enumerate(struct.unpack_from(f"<{blocks}I", over, 512)):
		    if at:
		        base[block * 4096:block * 4096 + 4096] = over[data + (at - 1) * 4096:data + at * 4096]
		open(sys.argv[1] + "/shown", "wb").write(base)
	END
	cmp "$tmp/shown" "$tmp/more.img"
}
ok on_a_copy_of_it_two_go_on cow
ok the_base_is_as_it_was is_bare 16M 8192+32768
ok the_bare_machine_goes_on_too bash -c 'cp "$1/bare-16M.img" "$1/more.img"' - "$tmp"
goes_on() { more hda 10 | bare more; }
ok with_the_same_work goes_on
ok the_first_copy_shows_the_same overlay 49152+16384
ok and_the_second overlay 65536+8192 81920+8192

# An unmodified kernel in shadow mode has an ATA disk, whose sectors come from the same back end; that is killed, too.
shadow() {
	disk real 64M && host "$(work hda 12)" "$@" <<-'END'
		tl list
		blkback &
		sleep 20
		tl create finch name=one mmu=shadow mem=8 vbd=hda:8192+16384,40960+16384 scenario=guest
		sleep 2
		kill 4
		sleep 3
		blkback &
		tl wait one
		tl destroy one
	END
}
# The second one came before the last file was written.
midway() { [ "$(sed -n '/synced w12$/q; /^blkback: domain 1 has a disk/p' "$tmp/host.console" | wc -l)" = 2 ]; }
for isolation in paging segments; do
	ok "a_virtual_pc_has_an_ata_disk_$isolation" shadow ISOLATION=$isolation
	ok "by_a_second_back_end_in_the_end_$isolation" midway
	ok "on_it_is_the_same_$isolation" is_bare 16M 8192+16384 40960+16384
done

# Two write at once, on disks in parts; the back end is killed three times, and started again.
files=$((40 * SCALE))
ok the_bare_machine_does_more native 16M $files
ok and_on_a_larger_disk native 20M $files
killed() {
	disk real 64M && host "vbd
$(work xvda $files)" "$@" <<-END
		tl list
		blkback &
		sleep 20
		tl create finch name=one mem=8 vbd=hda:8192+32768 scenario=guest
		tl create finch name=two mem=8 vbd=hda:40960+32768,0+8192 scenario=guest
		sleep $((25 * SCALE))
		kill 4
		sleep 2
		blkback &
		sleep $((15 * SCALE))
		kill 14
		blkback &
		sleep $((10 * SCALE))
		kill 17
		sleep 3
		blkback &
		tl wait one two
		ps
		tl destroy one two
	END
}
for isolation in paging segments; do
	ok "the_back_end_is_killed_three_times_$isolation" killed ISOLATION=$isolation
	ok "it_was_$isolation" test "$(grep -c ' Z .* blkback' "$tmp/host.console")" = 3
	ok "nothing_was_lost_of_one_$isolation" is_bare 16M 8192+32768
	ok "nor_of_two_$isolation" is_bare 20M 40960+32768 0+8192
done
done_testing
