#!/usr/bin/env bash
# disk.sh: files on a disk, on the bare machine: both emulators leave the same disk behind, and when the power
# goes (QEMU is killed), what was synced is there.
. "$(dirname "$0")/../lib.sh"

# An initrd with this script of the shell. @param NAME; the script comes in.
initrd() {
	mkdir -p "$tmp/$1" && cp build/guest/initrd/* "$tmp/$1/" && cat >"$tmp/$1/$1.sh" &&
		(cd "$tmp/$1" && LC_ALL=C ls | cpio --quiet -o -H newc >"$tmp/$1.cpio")
}
disk() { rm -f "$tmp/$1.img" && truncate -s "$2" "$tmp/$1.img"; }
# run NAME DISK RUN-ARGUMENTS...: leaves NAME.console
run() {
	local name=$1 disk=$2
	shift 2
	tools/run MMU=none SCENARIO="$name" INITRD="$tmp/$name.cpio" GUEST_ELF=build/guest/finch-native.elf DISK="$tmp/$disk.img" \
		OUT="$tmp/$name" "$@"
}
says() { grep -qE -- "$2" "$tmp/$1.console" || { cat "$tmp/$1.console"; false; }; }

initrd files <<-'END'
	mkfs hda
	mount hda
	cp motd disk/motd
	cp sh disk/sh
	cp diskwork disk/again
	cp disk/sh disk/again
	cmp disk/sh disk/again
	cmp motd disk/motd
	ls disk
	rm disk/motd
	mount -u
	mount hda
	ls disk
	cmp sh disk/again
	df
	mount -u
END
disk hda 32M
ok files_come_and_stay run files hda
ok they_are_listed says files '^ *[0-9]+ motd$'
ok a_removed_one_is_gone test "$(grep -c ' motd$' "$tmp/files.console")" = 1
sum=$(md5sum <"$tmp/hda.img")
disk hda 32M
ok files_in_bochs run files hda EMU=bochs
ok both_leave_the_same_disk test "$(md5sum <"$tmp/hda.img")" = "$sum"

# Domain 0 drives the disk of the machine itself: it leaves the same there.
in_domain_0() { disk hda 32M && run files hda MMU=direct GUEST_ELF=build/guest/finch-pv.elf TRACE=off "$@" && [ "$(md5sum <"$tmp/hda.img")" = "$sum" ]; }
for isolation in paging segments; do ok "domain_0_leaves_the_same_$isolation" in_domain_0 ISOLATION=$isolation; done
ok domain_0_in_bochs in_domain_0 EMU=bochs
# Another domain has none of the machine's devices.
other() { run files hda MMU=direct GUEST_ELF=build/guest/finch-pv.elf TRACE=off EXTRA=domid=1; says files 'mkfs: hda: no such disk'; }
ok another_domain_sees_no_disk other
shadow() { run files hda MMU=shadow TRACE=off; says files 'mkfs: hda: no such disk'; }
ok nor_does_a_native_kernel_in_shadow_mode shadow

initrd wrong <<-'END'
	mount hda
END
disk none 1M
ends_with_1() { run "$@"; [ $? = 1 ]; }
ok a_disk_without_a_file_system_is_refused ends_with_1 wrong none
ok and_that_is_said says wrong 'mount: hda: .*no file system there'
initrd nodisk <<-'END'
	mount hdb
END
ok a_disk_that_is_not_there_is_refused ends_with_1 nodisk none
ok and_that_is_said_too says nodisk 'mount: hdb: no such disk'

# The power goes: QEMU is killed some time after the first file was synced.
seed=${TRAPLINE_TEST_SEED:-1}
RANDOM=$seed
initrd write <<-END
	mkfs hda
	mount hda
	diskwork write $seed 100000
END
cut() {
	local pid
	disk cut 16M && rm -f "$tmp/pid" "$tmp/write.console" # of the last cut
	run write cut QEMU_ARGS="-pidfile $tmp/pid" &
	until_true 100 grep -s '^synced w1$' "$tmp/write.console"
	sleep 0.$((RANDOM % 900 + 100))
	pid=$(cat "$tmp/pid") && kill -KILL "$pid"
	wait
	last=$(sed -n 's/^synced w//p' "$tmp/write.console" | tail -n 1)
	echo "synced up to ${last:-none}" && [ "${last:-0}" -gt 0 ]
}
check() {
	printf 'mount hda\ndiskwork check %s %s\nmount -u\n' "$seed" "$last" | initrd check && run check cut &&
		says check "^diskwork: w[0-9]+ to w$last are there\$"
}
for n in 1 2 3; do
	ok "the_power_goes_$n" cut
	ok "what_was_synced_is_there_$n" check
done
done_testing
