#!/usr/bin/env bash
# net.sh: Finch's network, on the bare machine and in Domain 0: the emulator's own network answers, a program of the
# host's does, and another machine does; what is sent, tcpdump finds whole.
. "$(dirname "$0")/../lib.sh"

initrd() { # NAME: a script of the shell, which comes in
	rm -rf "$tmp/initrd" && cp -r build/guest/initrd "$tmp/initrd" && cat >"$tmp/initrd/$1.sh" &&
		(cd "$tmp/initrd" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc >"$tmp/$1.cpio")
}
run() { # NAME MMU ARGUMENTS...: its console is NAME.console
	local name=$1 mmu=$2 kernel=native
	shift 2
	[ "$mmu" != direct ] || kernel=pv
	tools/run MMU="$mmu" SCENARIO="${name%%-*}" INITRD="$tmp/${name%%-*}.cpio" GUEST_ELF=build/guest/finch-$kernel.elf TRACE=off \
		OUT="$tmp/$name" LIMIT=300 "$@"
}
says() { grep -qE -- "$2" "$tmp/$1.console" || { cat "$tmp/$1.console"; false; }; }
dump() { echo "-object filter-dump,id=dump,netdev=net,file=$tmp/$1.pcap"; }
# Each checksum is looked at, and is right.
whole() { # NAME FRAMES-AT-LEAST
	tcpdump -nvvr "$tmp/$1.pcap" >"$tmp/$1.text" 2>/dev/null && [ "$(grep -cE '^[0-9]{2}:' "$tmp/$1.text")" -ge "$2" ] &&
		! grep -niE 'bad|wrong|incorrect|truncated|malformed' "$tmp/$1.text"
}
frames_are_counted() { # NAME: the last that `net` said is what was seen on the wire
	local rx tx
	rx=$(sed -n 's/.*received \([0-9]*\) frames.*/\1/p' "$tmp/$1.console" | tail -n 1)
	tx=$(sed -n 's/.*sent \([0-9]*\) frames.*/\1/p' "$tmp/$1.console" | tail -n 1)
	echo "received $rx, sent $tx" && [ $((rx + tx)) = "$(tcpdump -nr "$tmp/$1.pcap" 2>/dev/null | wc -l)" ]
}

initrd ping <<-'END'
	net ne0 10.0.2.15/24 10.0.2.2
	ping 10.0.2.2
	ping 10.0.2.2 20 1472
	ping 10.0.2.2 20 1
	net
END
for mmu in none direct; do
	ok "ping_$mmu" run ping-$mmu $mmu NET=user QEMU_ARGS="$(dump ping-$mmu)"
	ok "what_was_sent_is_whole_$mmu" whole ping-$mmu 90
	ok "frames_are_counted_$mmu" frames_are_counted ping-$mmu
	ok "ping_in_bochs_$mmu" run ping-bochs-$mmu $mmu NET=user EMU=bochs
	ok "and_it_counts_the_same_$mmu" diff <(sed -n '/gateway/,/sent/p' "$tmp/ping-$mmu.console") <(sed -n '/gateway/,/sent/p' "$tmp/ping-bochs-$mmu.console")
done

initrd nobody <<-'END'
	ping 10.0.2.15 1
END
not() { ! "$@"; }
ends_with_1() { run "$@"; [ $? = 1 ]; }
ok without_an_address_there_is_no_way ends_with_1 nobody none NET=user
ok and_that_is_said says nobody 'ping: 0: no way there'
initrd silent <<-'END'
	net ne0 10.0.2.15/24 10.0.2.2
	ping 10.0.2.99 1
END
ok nobody_answers_for_an_address_that_is_not_there ends_with_1 silent none NET=user
ok and_that_is_said_too says silent 'ping: 0: nobody there answers'
initrd told <<-'END'
	ping 10.0.2.2 1
END
for mmu in none direct; do
	ok "the_kernel_is_told_the_address_$mmu" run told-$mmu $mmu NET=user GUEST_ARGS=net=ne0,10.0.2.15/24,10.0.2.2
done
initrd none <<-'END'
	net
	net ne0 10.0.2.15/24
END
ok without_a_card_there_is_no_device ends_with_1 none none
ok and_in_another_domain not run none-1 direct NET=user EXTRA=domid=1
ok nor_is_there_one_in_shadow_mode ends_with_1 none-shadow shadow NET=user
ok all_say_so bash -c 'cd "$1" && grep -h "no such device" none.console none-1.console none-shadow.console | wc -l | grep -qx 3' - "$tmp"

# With a program of the host's, which is on loopback only.
far_end() { # WORDS...: started; its port is in $port, its pid in $far
	rm -f "$tmp/port"
	timeout 300 python3 tests/boot/net/host.py "$1" "$tmp/port" "${@:2}" >"$tmp/far" 2>&1 &
	far=$!
	until_true 60 test -s "$tmp/port"
	port=$(cat "$tmp/port")
}
# Each that is lost is asked for again, after a second; slow answers are let pass.
asked_again() {
	local again
	again=$(sed -n 's/^udp: 60 of 60 came back, \([0-9]*\) asked again, .*/\1/p' "$tmp/ask-$1.console")
	echo "again: $again" && [ "$again" -ge 2 ] && [ "$again" -le 20 ]
}
for mmu in none direct; do
	far_end echo 25
	initrd ask <<-END
		net ne0 10.0.2.15/24 10.0.2.2
		udp ask 10.0.2.2 $port 60
		net
	END
	ok "datagrams_come_back_$mmu" run ask-$mmu $mmu NET=user,restrict=off QEMU_ARGS="$(dump ask-$mmu)"
	kill "$far"
	wait "$far"
	ok "the_lost_were_asked_for_again_$mmu" asked_again $mmu
	ok "all_were_whole_$mmu" whole ask-$mmu 122
	ok "all_were_counted_$mmu" frames_are_counted ask-$mmu
	far_end sink
	initrd blast <<-END
		net ne0 10.0.2.15/24 10.0.2.2
		udp blast 10.0.2.2 $port 1000
	END
	ok "many_are_sent_$mmu" run blast-$mmu $mmu NET=user,restrict=off
	wait "$far"
	ok "they_come_once_and_in_order_$mmu" grep -qx '1000 came, 0 twice, 0 bad, in order' "$tmp/far"
done

# Two machines on one wire, which is a pair of sockets in a directory.
initrd sink <<-'END'
	net ne0 10.0.3.1/24
	udp sink 9 | cat
	net
END
initrd source <<-'END'
	net ne0 10.0.3.2/24
	ping 10.0.3.1 10 1000
	udp blast 10.0.3.1 9 2000
	net
END
wire() { echo "NET=dgram,local.type=unix,local.path=$tmp/$1.sock,remote.type=unix,remote.path=$tmp/$2.sock"; }
two() { # MMU-OF-THE-ONE MMU-OF-THE-OTHER
	local sink status
	rm -f "$tmp"/*.sock "$tmp/sink.console"
	run sink "$1" "$(wire a b)" >"$tmp/sink.out" 2>&1 &
	sink=$!
	until_true 60 grep -s 'port 9 waits' "$tmp/sink.console" || cat "$tmp/sink.console"
	run source "$2" "$(wire b a)" QEMU_ARGS="-global ne2k_isa.mac=52:54:00:12:34:57"
	status=$?
	wait "$sink"
	cat "$tmp/sink.out"
	return $status
}
# The faster one may outrun the other, whose card then drops. Of what the card took, beside ten echoes and the question for
# the address, each datagram is there once, in order.
what_came_is_counted() {
	local came rx dropped
	came=$(sed -n 's/^udp: \([0-9]*\) of 2000 came, 0 late, 0 twice, 0 bad;.*/\1/p' "$tmp/sink.console")
	read -r rx dropped < <(sed -n 's/.*received \([0-9]*\) frames.* dropped \([0-9]*\) of them/\1 \2/p' "$tmp/sink.console")
	cat "$tmp"/{sink,source}.console && [ "$came" -ge 8 ] && [ $((rx - dropped - came)) -ge 11 ] && [ $((rx - dropped - came)) -le 13 ]
}
for pair in "none none" "direct none" "none direct"; do
	# shellcheck disable=SC2086 # two words
	ok "two_machines_${pair/ /_}" two $pair
	ok "what_came_is_counted_${pair/ /_}" what_came_is_counted
done

refused() { run ping none "$@"; [ $? = 2 ]; }
ok another_kind_of_network_is_refused refused NET=users
ok so_it_is_in_bochs refused EMU=bochs NET=user,restrict=off
done_testing
