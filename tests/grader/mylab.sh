#!/usr/bin/env bash
# mylab.sh: a handout, unpacked in a directory with a blank in its name: it builds (twice at once), runs, is
# debugged.
. "$(dirname "$0")/lib.sh"
lab=02-pagefault
ok handout_is_written make -s handout LAB=$lab HANDOUT="$tmp/handed"
mkdir "$tmp/my lab"
tar -xzf "$tmp/handed/$lab.tar.gz" -C "$tmp/my lab"
reference $lab "$tmp/my lab/$lab/labs/$lab"
cd "$tmp/my lab/$lab" || exit 1
mkdir build
# Two at once: one builds, the other waits and finds everything made.
timeout 400 make all >"$tmp/one" 2>&1 &
ok it_builds_there bash -c 'timeout 400 make -j2 all >"$1" 2>&1 || { cat "$1"; false; }' - "$tmp/two"
wait $!
ok twice_at_once test $? = 0
ok whoever_came_second_found_everything_made test "$(grep -lE '^  (CC|LD) ' "$tmp/one" "$tmp/two" | wc -l)" = 1
git init -q . && git add -A
ok what_is_built_is_not_git_s_concern bash -c '! git status --short | grep -E "^.. build/" && ! git ls-files | grep ^build/'
for mmu in shadow direct; do
	ok "it_runs_$mmu" timeout 60 tools/run MMU=$mmu OUT="$PWD/build/my/$mmu"
	tools/gdb $mmu walk 1 -batch -nx -ex "hv trap pf 0x40001000" -ex "hv trace 10000" -ex "hv finish" \
		-ex "hv walk 0x40001000" -ex "hv regs" -ex "hv domains" -ex continue >"$tmp/gdb-$mmu" 2>&1
	ok "gdb_has_no_complaint_$mmu" bash -c 'cat "$1"; ! grep -E "Traceback|rror:|not know|Undefined|no build" "$1"' - "$tmp/gdb-$mmu"
	ok "the_end_is_reached_$mmu" bash -c 'cat "$1"; grep -q "^hv: here the run ends" "$1"' - "$tmp/gdb-$mmu"
	# The ring as GDB reads it is the trace that tltrace reads, event by event.
	grep -E '^ +[0-9]+ (d[0-9]|--) ' "$tmp/gdb-$mmu" | tr -s ' ' >"$tmp/ring"
	ok "hv_trace_shows_the_trace_$mmu" test "$(wc -l <"$tmp/ring")" -gt 100
done
ok a_name_with_a_blank_may_be_given timeout 60 tools/run HV="$PWD/build/lab/$lab/hv.elf" \
	GUEST_ELF="$PWD/build/guest/finch-native.elf" INITRD="$PWD/build/guest/initrd.cpio" OUT=build/my/run
done_testing
