#!/usr/bin/env bash
# races.sh: pages that are given up while they are something else, too: granted, mapped by another domain, page tables, on the
# hypervisor's disk, in a transfer. No frame is lost, none is two pages, nobody sees what another has left.
#
# RACES=N, SEED=N: with this seed (1) and the next ones until each kind has been met so often (make balloon-campaign: 1,000). What was met is told at the
# end; a kind that was not is a failure.
. "$(dirname "$0")/../lib.sh"
races=${RACES:-60} first=${SEED:-1}
[[ $races =~ ^[1-9][0-9]{0,5}$ ]] || { echo "races.sh: RACES=$races is no number of races" >&2; exit 2; }
echo "# SEED=$first"
declare -A met
# What a run prints as KIND=N is added to the kinds' sums.
add() { # FAMILY KIND...: standard input
	local kind n
	while IFS='=' read -r kind n; do
		[[ " ${*:2} " != *" $kind "* ]] || met[$1 $kind]=$((${met[$1 $kind]:-0} + n))
	done < <(tr -d '\r' | grep -oE '[a-z]+=[0-9]+')
}
# Until each kind of the family has been met often enough, or in 400 runs was not.
until_met() { # FAMILY RUN KIND...
	local family=$1 run=$2 seed kind more
	shift 2
	for ((seed = first; seed < first + 400; seed++)); do
		ok "${family// /_}_seed_$seed" "$run" "$seed" || true
		add "$family" "$@" <"$tmp/said"
		more=
		for kind in "$@"; do
			[ "${met[$family $kind]:-0}" -ge "$races" ] || more=1
		done
		[ -n "$more" ] && [ "$failures" = 0 ] || break
	done
	for kind in "$@"; do
		echo "# | $family: $kind ${met[$family $kind]:-0}"
		ok "${family// /_}_met_$kind" test "${met[$family $kind]:-0}" -ge "$races"
	done
}
# Four domains, no Domain 0. What they print may be mixed, a line at a time or within one; the sums are of whole words.
four() { # RUN-ARGUMENTS
	: >"$tmp/said"
	tools/run SCENARIO=races MEM=4 HOST_MEM=64 OUT="$tmp/four" LIMIT=200 "$@" || return
	cp "$tmp/four.console" "$tmp/said"
	grep -q '^trapline: together=4 leaked frames=0 heap pages=0 mappings=0' "$tmp/said" &&
		! grep -qE '(bad|wrong|leaks)=[1-9]' "$tmp/said"
}
many="together=4 domid=1 allowance=100 audit=1"
# Two pairs that grant each other pages (tests/boot/balloon/meet.c).
meet() { four MMU=direct TRACE=off GUEST_ELF=build/tests/balloon/meet.elf SEED="$1" EXTRA="$many"; }
until_met 'direct mode' meet pinned table twice granted mapped written

# By the balloon device: page tables are refused; of the rest each page is mapped twice, and some are on the hypervisor's disk
# when they go, which the trace tells.
on_disk() {
	build/bin/tltrace dump "$tmp/four.ctf" | awk '
		{ for (i = 3; i < 8; i++) if ($i ~ /^(swap_out|swap_in|balloon)$/) break
		  d = $3; sub(/v.*/, "", d) }
		$i == "swap_out" { away[d, $(i + 1)] = 1 }
		$i == "swap_in" { delete away[d, $(i + 1)] }
		$i == "balloon" && /what=give/ && /answer=0 / { n += ((d, $(i + 2)) in away); delete away[d, $(i + 2)] }
		END { print "swapped=" n + 0 }'
}
device() {
	four MMU=shadow TRACE=mmu GUEST_ELF=build/tests/balloon/native.elf SEED="$1" SWAP=16 \
		EXTRA="$many trace-kb=16384 overcommit=swap swap-victim=random resident=300" || return
	on_disk >>"$tmp/said"
}
until_met 'shadow mode' device table twice swapped

# Finch pages to its disk, behind which is Domain 0's blkback, while its target changes all the time. That it computes what it
# should, and no frame is lost, is checked; how many pages were in a transfer at a change, the trace tells: Domain 0 has them mapped.
mkdir "$tmp/io" "$tmp/host" && cp build/guest/initrd/* "$tmp/io/" && cp build/guest/room/* "$tmp/host/"
pack() { (cd "$tmp/$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc >"$2"); }
printf '%s\n' vbd 'swapon xvda:65536+32768' 'balloon &' 'work 5 2500 2' 'sleep 8000' >"$tmp/io/io.sh"
pack io "$tmp/host/io.cpio"
transfers() { # SEED
	local i
	: >"$tmp/said"
	RANDOM=$1
	{
		printf '%s\n' 'blkback &' 'sleep 20' 'tl create finch name=one mmu=direct mem=8 vbd=hda:0+98304 initrd=io.cpio scenario=io' 'sleep 40'
		for i in $(seq 40); do
			printf '%s\n' "tl mem-set one $((4096 + RANDOM % 4096))K" "sleep $((1 + RANDOM % 4))"
		done
		printf '%s\n' 'tl wait one' 'tl destroy one'
	} >"$tmp/host/host.sh"
	pack host "$tmp/host.cpio"
	rm -f "$tmp/hda.img" && truncate -s 64M "$tmp/hda.img"
	tools/run MMU=direct SCENARIO=host INITRD="$tmp/host.cpio" MEM=24 HOST_MEM=160 DISK="$tmp/hda.img" TRACE=mem OUT="$tmp/io" LIMIT=200 \
		EXTRA="trace-kb=16384 audit=1" || return
	grep -qF "(d1) $(tests/boot/work.py 5 2500 2)" <(tr -d '\r' <"$tmp/io.console") || { tail -n 20 "$tmp/io.console"; return 1; }
	! grep -q 'bad=[1-9]' "$tmp/io.console" && build/bin/tltrace map "$tmp/io.ctf" --check || return
	build/bin/tltrace dump "$tmp/io.ctf" | awk '
		function value(name) { match($0, name "=[a-z0-9]*"); return substr($0, RSTART + length(name) + 1, RLENGTH - length(name) - 1) }
		!/ frames / || !/inventory=no/ { next }
		{ m = value("mfn"); owner = value("owner"); is_mapped = value("mapped") == 1 && owner == 1
		  if (m in mapped && !is_mapped) delete mapped[m]
		  if (!(m in mapped) && is_mapped) mapped[m] = 1
		  any = 0; for (k in mapped) { any = 1; break }
		  if (has[m] == 1 && owner != 1) out += any
		  if (has[m] != 1 && owner == 1) come += any
		  has[m] = owner }
		END { print "given=" out + 0, "taken=" come + 0 }' >"$tmp/said"
}
until_met 'others in a transfer' transfers given taken
done_testing
