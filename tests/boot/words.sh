#!/usr/bin/env bash
# words.sh: what programs of Domain 0 refuse: numbers that are none, or larger than 32 bits; what domains need; a second one.
. "$(dirname "$0")/../lib.sh"

cp -r build/guest/room "$tmp/room" && cat >"$tmp/room/words.sh" <<'END'
tl create finch name=one mmu=direct mem=8 vbd=hda:0+64 scenario=spin paused=1 | cat
xs rm /local/domain/0 | cat
xs rm /local/domain/0/backend | cat
xs rm backend/vbd/1/51712 | cat
xs rm /local/domain/1/device | cat
xs rm /local/domain/1/store | cat
xs rm / | cat
xs watch name 4294967297 | cat
sleep 4294967297 | cat
kill 4294967298 | cat
kill -4294967296 2 | cat
tl info 4294967297 | cat
tl destroy one
kill 5
blkback &
netback &
sleep 30
tl net add in drop
tl net del 4294967296 | cat
tl net del -1 | cat
tl net del 1 | cat
tl net
tl capture 0 | cat
tl capture 4294967297 | cat
tl capture abc | cat
tl capture 5 | wc &
sleep 10
tl capture 5 | cat
udp sink 4294967303 | cat
udp echo 7 -1 | cat
END
(cd "$tmp/room" && printf '%s\n' * | cpio --quiet -o -H newc) >"$tmp/words.cpio"
truncate -s 1M "$tmp/hda.img"
ok a_pipe_ends_without_the_store_that_was_started_in_it timeout 300 tools/run MMU=direct INITRD="$tmp/words.cpio" SCENARIO=words \
	MEM=32 HOST_MEM=192 TRACE=off DISK="$tmp/hda.img" OUT="$tmp/words" >"$tmp/said"

# answer COMMAND: what it has said.
answer() { awk -v command="\$ $1 | cat" '$0 == command { on = 1; next } /^\$ / { on = 0 } on' "$tmp/words.console"; }
refuses() { # NAME COMMAND TEXT
	ok "$1" grep -qE -- "$3" <(answer "$2")
}
for path in /local/domain/0 /local/domain/0/backend backend/vbd/1/51712 /local/domain/1/device /local/domain/1/store /; do
	refuses "domains_need_$path" "xs rm $path" "^xs: rm $path: a domain needs what is there"
done
refuses times 'xs watch name 4294967297' '^xs: what is'
refuses ticks 'sleep 4294967297' '^usage'
refuses a_process 'kill 4294967298' 'no such process'
refuses a_signal 'kill -4294967296 2' 'no such signal'
refuses a_domain 'tl info 4294967297' 'no domain 4294967297'
for n in 4294967296 -1 1; do
	refuses "rule_$n" "tl net del $n" '^refused: '
done
ok the_rule_is_there grep -q '^rule 0: in drop' "$tmp/words.console"
for n in 0 4294967297 abc; do
	refuses "frames_$n" "tl capture $n" "^tl: FRAMES=$n is not a number"
done
refuses a_second_capture 'tl capture 5' '^refused: somebody captures already$'
refuses a_port 'udp sink 4294967303' .
refuses a_count 'udp echo 7 -1' '^usage'
ok two_who_start_the_store_are_no_fault test "$(grep -c 'another one runs' "$tmp/words.console")" = 0
done_testing
