#!/usr/bin/env bash
# store.sh: domains exchange values through the store that a process of Domain 0 keeps (guest/apps/xenstored.c).
. "$(dirname "$0")/../lib.sh"

pack() { # DIRECTORY FILE
	(cd "$1" && printf '%s\n' * | cpio --quiet -o -H newc) >"$2"
}
# guest NAME: a domain's programs, with NAME.sh (standard input) among them; Domain 0 finds them as NAME.cpio.
mkdir "$tmp/room"
cp build/guest/room/* build/tests/store/hostile.elf "$tmp/room"
guest() {
	rm -rf "$tmp/guest" && cp -r build/guest/initrd "$tmp/guest" && cat >"$tmp/guest/$1.sh"
	pack "$tmp/guest" "$tmp/room/$1.cpio"
}
# script NAME: Domain 0 runs the lines of standard input.
script() {
	cat >"$tmp/room/$1.sh"
	pack "$tmp/room" "$tmp/$1.cpio"
	tools/run MMU=direct INITRD="$tmp/$1.cpio" SCENARIO="$1" MEM=32 HOST_MEM=192 TRACE=off LIMIT=120 OUT="$tmp/$1" >"$tmp/$1.said" 2>&1
}
says() { # NAME TEST LINE
	ok "$2" grep -qE "$3" "$tmp/$1.console"
}
free_again() { # NAME
	[ "$(grep -c '^memory: ' "$tmp/$1.console")" = 2 ] && [ "$(grep '^memory: ' "$tmp/$1.console" | sort -u | wc -l)" = 1 ]
}
said_by() { # NAME ID
	sed -n "s/^(d$2) //p" "$tmp/$1.console"
}

# The last line of each is refused: so its domain ends with status 1.
guest left <<'END'
xs read name
xs write data/hello 1
xs perms data/hello n1 r2
xs wait /local/domain/2/data/answer 42
xs ls data
xs write /local/domain/2/data/answer 43
END
guest right <<'END'
xs wait /local/domain/1/data/hello 1
xs write data/answer 42
xs perms data/answer n2 r1
xs perms data/answer
xs read /local/domain/1/name
END
# Process 3 has the ring, and is killed with a watch; 6 finds everything in order.
guest killed <<'END'
xs watch name &
sleep 5
kill 3
xs write name changed
xs wait name changed
END
guest busy <<'END'
xs watch name &
sleep 5
xs read name
END

script exchange <<'END'
tl info
tl create finch name=left mmu=direct mem=8 initrd=left.cpio scenario=left
tl create finch name=right mmu=direct mem=8 initrd=right.cpio scenario=right
tl create finch name=killed mmu=direct mem=8 initrd=killed.cpio scenario=killed
tl create finch name=busy mmu=direct mem=8 initrd=busy.cpio scenario=busy
tl create finch name=shadow mmu=shadow mem=8 scenario=true paused=1
xs wait /local/domain/2/data/answer 42
xs wait /local/domain/3/name changed
xs watch /local/domain/9/a 2 &
sleep 2
xs write /local/domain/9/a/b/c 1
xs rm /local/domain/9
sleep 2
xs ls /local/domain/1
xs ls /local/domain/5
xs check
tl destroy left right killed busy shadow
xs ls /local
xs check
tl info
END
ok domains_exchange_values test $? = 0
ok a_watch_ends_a_wait grep -q '^hello = "1"$' <(said_by exchange 1)
ok a_domain_writes_only_its_own grep -q '^xs: write /local/domain/2/data/answer: EACCES$' <(said_by exchange 1)
ok permissions_are_as_set grep -q '^n2 r1$' <(said_by exchange 2)
ok a_domain_reads_only_what_it_may grep -q '^xs: read /local/domain/1/name: EACCES$' <(said_by exchange 2)
ok one_program_has_the_ring grep -q '^xs: another program of this domain' <(said_by exchange 4)
says exchange what_changes_below_is_told '^/local/domain/9/a/b/c$'
says exchange and_what_goes '^/local/domain/9/a$'
says exchange a_direct_domain_finds_its_ring '^store = ""$'
ok a_shadow_domain_has_none test "$(grep -c '^ ring-ref = ' "$tmp/exchange.console")" = 2
ok what_is_destroyed_has_no_nodes test "$(sed -n '/^. xs ls .local$/,/^. xs check/p' "$tmp/exchange.console" | sed -n 2p)" = 'domain = ""'
ok nothing_stays free_again exchange

# Somebody who is not nice: at the others' side from the beginning, and still when they have ended.
script hostile <<'END'
tl info
tl create finch name=left mmu=direct mem=8 initrd=left.cpio scenario=left paused=1
tl create finch name=right mmu=direct mem=8 initrd=right.cpio scenario=right paused=1
tl create hostile.elf name=hostile mmu=direct mem=4
xs wait /local/domain/3/state 1
tl unpause left
tl unpause right
xs wait /local/domain/2/data/answer 42
xs check
sleep 20
tl list
tl destroy left right hostile
xs ls /local
xs check
tl info
END
ok a_hostile_domain_harms_nobody test $? = 0
says hostile it_was_refused_what_it_asked_for '^\(d3\) hostile: refused, and goes on$'
says hostile and_lives '^hostile +3 direct +4096 +4096 +4096 (ready|blocked) '
ok the_others_say_the_same diff <(said_by hostile 1; said_by hostile 2) <(said_by exchange 1; said_by exchange 2)
ok nothing_of_it_stays free_again hostile

# Process 4 is the store. A new one knows only who comes after it.
script again <<'END'
tl info
xenstored &
sleep 2
tl create finch name=before mmu=direct mem=8 scenario=spin
xs read /local/domain/1/name
kill 4
sleep 2
tl create finch name=left mmu=direct mem=8 initrd=left.cpio scenario=left
tl create finch name=right mmu=direct mem=8 initrd=right.cpio scenario=right
xs ls /local/domain
tl destroy before left right
tl info
END
ok a_store_that_was_killed_is_started_again test $? = 0
says again it_was_there '^before$'
ok the_new_one_does_not_know_it test "$(grep -c '^1 = ' "$tmp/again.console")" = 0
says again and_serves_those_who_come '^2 = '
ok nothing_of_the_old_one_stays free_again again

# What domains need goes only if it is meant.
script remove <<'END'
tl create finch name=one mmu=direct mem=8 scenario=true paused=1
xs write /local/domain/7/name free
xs rm /local/domain/7
xs rm /local/domain/1/name
xs rm -f /local/domain/1
xs rm /local/domain
END
says remove what_domains_need_is_not_removed_unawares '^xs: rm /local/domain: a domain needs what is there'
ok all_else_is test "$(grep -c '^xs: ' "$tmp/remove.console")" = 1
script remove <<'END'
tl create finch name=one mmu=direct mem=8 scenario=true paused=1
xs rm /local/domain/1
END
says remove nor_what_one_needs '^xs: rm /local/domain/1: a domain needs what is there'

script none <<<'xs ls'
says none without_a_store_it_says_so '^xs: there is no store: in Domain 0, `tl create` starts it'
done_testing
