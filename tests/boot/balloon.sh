#!/usr/bin/env bash
# balloon.sh: memory that guests give and take, and that the hypervisor takes behind their backs: nothing is lost, nothing
# is seen that another has left, and no guest notices the swap disk.
. "$(dirname "$0")/../lib.sh"
scale=${TRAPLINE_TEST_SCALE:-1}
swap() { echo "overcommit=swap swap-victim=$1 resident=$2 audit=1"; } # VICTIM KB

# Kernels that give and take pages at random, and try what must be refused (tests/boot/balloon/race.h).
native=build/tests/balloon/native.elf pv=build/tests/balloon/pv.elf
race() { # WORDS...
	tools/run SCENARIO=race MEM=4 TRACE=off OUT="$tmp/race" LIMIT=200 "$@" && tail -n 8 "$tmp/race.console" &&
		grep -q '^trapline: audit: .* bad=0$' "$tmp/race.console" && ! grep -q 'bad=[1-9]' "$tmp/race.console"
}
nothing_leaked() { grep -q ' leaked frames=0 heap pages=0 mappings=0$' "$tmp/race.console"; }
together() { race HOST_MEM=64 "$@" && nothing_leaked; }
for seed in $(seq $((1 + scale / 5))); do
	ok "pages_go_and_come_shadow_$seed" race MMU=shadow GUEST_ELF=$native SEED="$seed" EXTRA=audit=1
	ok "pages_go_and_come_direct_$seed" race MMU=direct GUEST_ELF=$pv SEED="$seed" EXTRA=audit=1
	ok "four_at_once_direct_$seed" together MMU=direct GUEST_ELF=$pv SEED="$seed" \
		EXTRA="together=4 domid=1 allowance=100 audit=1"
	ok "four_at_once_shadow_swapping_$seed" together MMU=shadow GUEST_ELF=$native SEED="$seed" SWAP=16 \
		EXTRA="together=4 domid=1 allowance=100 $(swap random 300)"
	ok "what_one_design_leaves_the_other_does_not_see_$seed" race GUEST_ELF=$native INITRD=$pv SEED="$seed" SWAP=16 \
		EXTRA="selftest=8 allowance=100 $(swap clock 300)"
	ok "and_all_is_there_again_$seed" nothing_leaked
done

# With far less memory than it uses, an unmodified kernel does what it does on the bare machine.
guest_lines() { grep -avE '^trapline: |^finch: port=' "$1"; }
for scenario in procs forktest stress; do
	ok "${scenario}_bare" tools/run MMU=none SCENARIO=$scenario OUT="$tmp/bare"
	guest_lines "$tmp/bare.console" >"$tmp/bare.lines"
	for victim in clock random; do
		ok "${scenario}_swapping_$victim" tools/run MMU=shadow SCENARIO=$scenario TRACE=off SWAP=32 \
			EXTRA="$(swap $victim 768)" OUT="$tmp/swap"
		guest_lines "$tmp/swap.console" >"$tmp/swap.lines"
		ok "${scenario}_does_the_same_$victim" diff "$tmp/bare.lines" "$tmp/swap.lines"
		ok "${scenario}_frames_add_up_$victim" grep -E '^trapline: audit: .* [1-9][0-9]* on the swap disk, bad=0$' "$tmp/swap.console"
	done
done
same() { # NAME WORDS...
	tools/run GUEST_ELF=build/tests/same.elf SCENARIO=same OUT="$tmp/$1" TRACE=off "${@:2}" && grep -av '^trapline: ' "$tmp/$1.console" >"$tmp/$1.lines"
}
ok a_guest_that_prints_its_machine_bare same plain MMU=shadow
ok and_swapping same swapping MMU=shadow SWAP=16 EXTRA="$(swap random 64)"
ok sees_the_same_machine diff "$tmp/plain.lines" "$tmp/swapping.lines"
ok in_bochs_too tools/run EMU=bochs MMU=shadow SCENARIO=forktest TRACE=off SWAP=16 EXTRA="$(swap clock 768)" OUT="$tmp/bochs"
ok and_pages_were_on_the_disk_there grep -E ' [1-9][0-9]* on the swap disk, bad=0$' "$tmp/bochs.console"

# A disk that is full: the guest has more in memory than it should, and goes on.
ok a_full_disk_is_no_harm tools/run MMU=shadow SCENARIO=stress TRACE=off SWAP=1 EXTRA="$(swap clock 256)" OUT="$tmp/full"
ok and_it_was_full grep ' 256 on the swap disk, bad=0$' "$tmp/full.console"

# The trace tells each page that goes and comes, and draws it.
ok a_run_is_traced tools/run MMU=shadow SCENARIO=forktest TRACE=all SWAP=32 EXTRA="$(swap random 768)" OUT="$tmp/traced"
count() { build/bin/tltrace dump "$tmp/traced.ctf" | grep -c " $1 "; }
on_disk() { sed -n 's/^trapline: audit: .* \([0-9]*\) on the swap disk, bad=0$/\1/p' "$tmp/traced.console"; }
forgotten() { [ $(($(count swap_out) - $(count swap_in))) = "$(on_disk)" ] && [ "$(count swap_in)" -gt 20 ]; }
ok its_events_are_the_disk_s_pages forgotten
drawn() {
	local fault
	fault=$(build/bin/tltrace dump "$tmp/traced.ctf" | sed -n 's/.* f\([1-9][0-9]*\)\.[0-9 ]*vmm  *swap_in .*/\1/p' | head -n 1)
	build/bin/tltrace draw "$tmp/traced.ctf" --fault "$fault" -o "$tmp/in.svg" && grep -h "read a page from the machine" "$tmp"/in*.svg
}
ok a_page_that_comes_back_is_drawn drawn
ok and_the_processor_confirms_the_trace bash -c 'tools/run MMU=shadow SCENARIO=walk TRACE=all INTLOG=1 SWAP=32 EXTRA="$2" OUT="$1/w" &&
	build/bin/tltrace witness "$1/w.ctf" "$1/w.int.log"' - "$tmp" "$(swap clock 512)"

# One double page-in, and the same instruction where the balloon has given the memory back.
ok a_double_page_in_is_drawn tools/double_paging
ok it_shows_the_page_that_came grep -q 'an instruction wants it that is carried out' build/balloon/double.svg
ok the_balloon_s_way_is_without bash -c 'grep -q "rep outs" build/balloon/alone.svg && ! grep -qE "(from|to) the machine" build/balloon/alone.svg'

# What cannot be, is said.
refused() { # TEXT WORDS...
	! tools/run SCENARIO=walk TRACE=off OUT="$tmp/no" "${@:2}" >"$tmp/no.said" 2>&1 && grep -qF "$1" "$tmp/no.console"
}
ok no_disk_is_said refused 'SWAP=MB of tools/run' MMU=shadow EXTRA=overcommit=swap
nothing='says nothing without'
ok a_limit_without_a_disk_is_said refused "resident= $nothing overcommit=swap and mmu=shadow" MMU=shadow EXTRA=resident=1024
ok a_limit_in_direct_mode_is_said refused "resident= $nothing overcommit=swap and mmu=shadow" MMU=direct SWAP=8 EXTRA="overcommit=swap resident=1024"
ok a_victim_without_a_limit_is_said refused "swap-victim= $nothing resident=" MMU=shadow SWAP=8 EXTRA="overcommit=swap swap-victim=random"
ok another_victim_is_said refused 'not one of clock|random' MMU=shadow SWAP=4 EXTRA='overcommit=swap swap-victim=oldest'

# Domain 0 makes one that swaps; its channel of the disk is not Domain 0's.
rm -rf "$tmp/room" && cp -r build/guest/room "$tmp/room"
cat >"$tmp/room/script.sh" <<'END'
tl create finch name=tight mmu=shadow mem=8 resident=1024 swap-victim=random scenario=forktest
tl create finch name=other mmu=shadow mem=8 scenario=procs seed=4
tl mem-set other 6
tl info other
tl mem-max other 8
tl mem-resident other 2048
tl list
tl wait tight other
tl info tight
tl info other
tl destroy tight other
END
(cd "$tmp/room" && printf '%s\n' * | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$tmp/room.cpio"
ok domain_0_makes_one_that_swaps tools/run MMU=direct INITRD="$tmp/room.cpio" SCENARIO=script MEM=24 HOST_MEM=128 TRACE=off SWAP=32 \
	EXTRA="overcommit=swap audit=1" OUT="$tmp/tl"
says() { ok "$1" grep -aE "$2" "$tmp/tl.console"; }
says it_ends_well '^\(d1\) init: scenario=forktest status=0$'
says and_tl_tells_where_its_memory_is '^has=8192 KB resident=10[0-9][0-9] KB of at most 1024 KB, swapped=[1-9][0-9]* KB, pages swapped out=[1-9][0-9]* in=[1-9]'
says a_target_is_set '^name=other id=2 mmu=shadow .* max=8192 KB target=6144 KB'
says less_of_it_may_be_in_memory '^has=8192 KB resident=20[0-9][0-9] KB of at most 2048 KB, swapped=[1-9][0-9]* KB'
says and_a_limit '^other +2 shadow +[0-9]+ +8192 +6144 '
says and_at_the_end_all_adds_up '^trapline: audit: .* 0 pages of shadow mode, 0 on the swap disk, bad=0$'
done_testing
