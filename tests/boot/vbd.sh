#!/usr/bin/env bash
# vbd.sh: virtual disks through Domain 0's back end: what lies on the real disk in the end is, in each virtual disk's
# place, what the same work leaves on a disk of its own on the bare machine.
. "$(dirname "$0")/../lib.sh"

pack() { # DIR: its files as an initrd, DIR.cpio
	(cd "$tmp/$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc >"$tmp/$1.cpio")
}
work() { # DISK: what is done with it
	printf '%s\n' "mkfs $1" "mount $1" "cp sh disk/sh" "diskwork write 5 $2" "diskwork check 5 $2" "cmp sh disk/sh" "mount -u"
}
disk() { rm -f "$tmp/$1.img" && truncate -s "$2" "$tmp/$1.img"; }

# The same work on the bare machine, on a disk of SIZE: native SIZE FILES
native() {
	rm -rf "$tmp/native" && mkdir "$tmp/native" && cp build/guest/initrd/* "$tmp/native/" && work hda "$2" >"$tmp/native/native.sh" &&
		pack native && disk "bare-$1" "$1" &&
		tools/run MMU=none SCENARIO=native INITRD="$tmp/native.cpio" GUEST_ELF=build/guest/finch-native.elf DISK="$tmp/bare-$1.img" OUT="$tmp/native"
}
# Domain 0 does what comes in, with guests that do that work on their xvda: host FILES RUN-ARGUMENTS...
host() {
	local files=$1
	shift
	rm -rf "$tmp/guest" "$tmp/host" && mkdir "$tmp/guest" "$tmp/host" && cp build/guest/initrd/* "$tmp/guest/" &&
		{ echo vbd && work xvda "$files"; } >"$tmp/guest/guest.sh" && pack guest &&
		cp build/guest/room/* "$tmp/host/" && cp "$tmp/guest.cpio" "$tmp/host/programs.cpio" && cat >"$tmp/host/host.sh" && pack host &&
		disk real 64M &&
		tools/run MMU=direct SCENARIO=host INITRD="$tmp/host.cpio" GUEST_ELF=build/guest/finch-pv.elf MEM=32 HOST_MEM=192 \
			DISK="$tmp/real.img" TRACE=off OUT="$tmp/host" LIMIT=100 "$@"
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
	host 12 <<-'END'
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
ok nothing_else_was_written bash -c 'cmp -n $((8192 * 512)) "$1" /dev/zero && cmp -i $((40960 * 512)):0 -n $((90112 * 512)) "$1" /dev/zero' - "$tmp/real.img"

# Two write at once, on disks in parts; the back end is killed three times, and started again.
ok the_bare_machine_does_more native 16M 40
ok and_on_a_larger_disk native 20M 40
killed() {
	host 40 "$@" <<-'END'
		tl list
		blkback &
		sleep 20
		tl create finch name=one mem=8 vbd=hda:8192+32768 scenario=guest
		tl create finch name=two mem=8 vbd=hda:40960+32768,0+8192 scenario=guest
		sleep 25
		kill 4
		sleep 2
		blkback &
		sleep 15
		kill 14
		blkback &
		sleep 10
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
