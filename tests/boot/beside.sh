#!/usr/bin/env bash
# beside.sh: hostile domains, one for each interface (tests/rogue), beside two ordinary ones, of which each must print what
# it prints alone. What is hostile gets errors, or is ended with a reason; and nothing of it stays. (The store's is in store.sh.)
. "$(dirname "$0")/../lib.sh"

alone() { # MMU SEED
	tools/run MMU="$1" MEM=8 SCENARIO=procs SEED="$2" TRACE=off OUT="$tmp/alone" >/dev/null 2>&1
	grep -E '^(procs|init): ' "$tmp/alone.console" | tee "$tmp/alone-$1"
	grep -q '^init: scenario=procs status=0' "$tmp/alone-$1"
}
said_by() { # NAME ID
	sed -n "s/^(d$2) //p" "$tmp/$1.console"
}
same_as_alone() { # NAME ID MMU
	diff <(said_by "$1" "$2" | grep -E '^(procs|init): ') "$tmp/alone-$3"
}
free_again() { # NAME
	[ "$(grep -c '^memory: ' "$tmp/$1.console")" = 2 ] && [ "$(grep '^memory: ' "$tmp/$1.console" | sort -u | wc -l)" = 1 ]
}
ok the_first_works_alone alone shadow 3
ok the_second_works_alone alone direct 4

# beside NAME WAIT: the two, and a hostile domain for each line of standard input: a scenario of tests/rogue,
# which is one case, or all whose names begin so. WAIT: what Domain 0 does until all have ended.
beside() {
	local name=$1 wait=$2 n=0 group rogues=
	rm -rf "$tmp/room" && cp -r build/guest/room "$tmp/room" && cp build/tests/rogue-pv.elf "$tmp/room"
	{
		echo 'tl info'
		echo 'tl create finch name=first mmu=shadow mem=8 paused=1 scenario=procs seed=3'
		echo 'tl create finch name=second mmu=direct mem=8 paused=1 scenario=procs seed=4'
		while read -r group; do
			n=$((n + 1))
			rogues+=" rogue$n"
			echo "tl create rogue-pv.elf name=rogue$n mmu=direct mem=4 paused=1 scenario=$group"
			echo "$((n + 2)) $group" >>"$tmp/$name.rogues"
		done
		# The last begins when all others have, whatever that takes, and have had a turn.
		printf 'tl unpause %s\n' first $rogues
		echo 'sleep 20'
		echo 'tl unpause second'
		echo 'tl wait first second'
		echo "${wait/ROGUES/$rogues}"
		echo 'tl list'
		echo "tl destroy first second$rogues"
		echo 'tl info'
	} >"$tmp/room/$name.sh"
	(cd "$tmp/room" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/$name.cpio"
	tools/run MMU=direct INITRD="$tmp/$name.cpio" SCENARIO="$name" MEM=32 HOST_MEM=256 TRACE=off OUT="$tmp/$name" LIMIT=200 >"$tmp/$name.said" 2>&1
}
# Each that is hostile says something before one of the two has ended.
at_the_same_time() { # NAME
	local id group end
	end=$(grep -nE '^\(d[12]\) init: scenario' "$tmp/$1.console" | tail -n 1 | cut -d: -f1)
	while read -r id group; do
		grep -q "^(d$id) " <(head -n "$end" "$tmp/$1.console") || { echo "$group came late"; return 1; }
	done <"$tmp/$1.rogues"
}
unharmed() { # NAME
	ok "all_run_at_the_same_time_$1" at_the_same_time "$1"
	ok "the_first_is_unharmed_$1" same_as_alone "$1" 1 shadow
	ok "and_so_is_the_second_$1" same_as_alone "$1" 2 direct
	ok "and_nothing_stays_$1" free_again "$1"
}
all_refused() { # NAME ID
	said_by "$1" "$2" | grep -E 'ACCEPTED|^rogue: '
	grep -qE '^rogue: cases=[1-9][0-9]* .* accepted=0$' <(said_by "$1" "$2")
}
refused() {
	local name=refused id group
	beside $name 'tl wait ROGUES' <<<"$groups"
	ok "who_is_refused_ends_by_itself" test $? = 0
	unharmed $name
	while read -r id group; do
		ok "nothing_is_granted_${group%-}" all_refused $name "$id"
	done <"$tmp/$name.rogues"
}
# Event channels, grants, what Domain 0 may (domctl, sysctl and with it the trace, others' memory and page tables), scheduler,
# timers, memory, page tables, console.
groups=$(printf '%s-\n' event grant rights sched timer vcpu memory map m2p console)
refused

# What cannot go on is ended with a reason, and Domain 0 hears of it.
groups=$(printf '%s\n' iret-call-stack-in-hv no-handler handler-unmapped stack-in-gate unhooked-twice)
ended() {
	local name=ended id group
	beside $name 'sleep 20' <<<"$groups"
	ok "who_is_ended_does_not_end_the_others" test $? = 0
	unharmed $name
	while read -r id group; do
		ok "it_is_told_why_${group//-/_}" grep -q "^trapline: domain $id ended: " "$tmp/$name.console"
	done <"$tmp/$name.rogues"
	ok "all_of_them_are" test "$(grep -cE '^rogue[0-9] .* crashed ' "$tmp/$name.console")" = 5
}
ended
done_testing
