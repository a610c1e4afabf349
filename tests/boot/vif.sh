#!/usr/bin/env bash
# vif.sh: network interfaces of domains, and the router of Domain 0 between them: pings, rules, counters, tcpdump.
# TRAPLINE_NET=COUNT sends so many datagrams of each of three domains (make bench-net), TRAPLINE_TEST_SEED=N others.
. "$(dirname "$0")/../lib.sh"
count=${TRAPLINE_NET:-700} seed=${TRAPLINE_TEST_SEED:-1}

pack() { # DIRECTORY FILE
	(cd "$1" && LC_ALL=C ls | LC_ALL=C sort | cpio --quiet -o -H newc) >"$2"
}
cp -r build/guest/room "$tmp/room"
# guest NAME: a domain's programs, with NAME.sh (standard input) among them.
guest() {
	rm -rf "$tmp/guest" && cp -r build/guest/initrd "$tmp/guest" && cat >"$tmp/guest/$1.sh"
	pack "$tmp/guest" "$tmp/room/$1.cpio"
}
# host NAME ARGUMENTS...: Domain 0 runs the lines of standard input.
host() {
	local name=$1
	shift
	cat >"$tmp/room/$name.sh"
	pack "$tmp/room" "$tmp/$name.cpio"
	tools/run MMU=direct INITRD="$tmp/$name.cpio" SCENARIO="$name" MEM=32 HOST_MEM=192 TRACE=off LIMIT=300 OUT="$tmp/$name" "$@"
}
says() { # NAME LINE [HOW-OFTEN]
	[ "$(grep -cE -- "$2" "$tmp/$1.console")" -ge "${3:-1}" ] || { tail -n 40 "$tmp/$1.console"; false; }
}

# ---- Each finds the others, Domain 0, and who is on the wire; one gets copies, the other pages. ----
guest asks <<'END'
vif
net vif0 10.0.2.21/24 10.0.2.2
sleep 150
ping 10.0.2.22 40 1472
ping 10.0.2.15 3
ping 10.0.2.2 3
udp ask 10.0.2.22 7 30
sleep 400
END
guest answers <<'END'
vif flip
net vif0 10.0.2.22/24 10.0.2.2
udp echo 7 30
ping 10.0.2.2 3 1000
ping 10.0.2.21 40 1400
free
sleep 100
END
truncate -s 4M "$tmp/hda.img"
ping() {
	host ping NET=user DISK="$tmp/hda.img" <<-'END'
		netback &
		sleep 10
		net tap0 10.0.2.15/24 10.0.2.2
		ping 10.0.2.2 3
		tl capture 100 &
		sleep 2
		kill 8
		tl capture 20 &
		tl create finch name=asks mem=8 vif=ip=10.0.2.21 initrd=asks.cpio scenario=asks
		tl create finch name=answers mem=8 vif=ip=10.0.2.22,mac=02:00:00:00:12:34 initrd=answers.cpio scenario=answers
		tl wait asks answers
		tl net
		tl destroy asks answers
		sleep 10
		tl net
		mkfs hda
		mount hda
		tl capture 4 disk/cap &
		sleep 10
		ping 10.0.2.2 2
		sleep 20
		mount -u
	END
}
ok pings_and_datagrams ping
for line in '^ping: 10.0.2.2: 3 of 3' '^\(d1\) ping: 10.0.2.22: 40 of 40' '^\(d1\) ping: 10.0.2.15: 3 of 3' '^\(d1\) ping: 10.0.2.2: 3 of 3' \
	'^\(d1\) udp: 30 of 30 came back' '^\(d2\) ping: 10.0.2.2: 3 of 3' '^\(d2\) ping: 10.0.2.21: 40 of 40'; do
	ok "says_${line//[^a-z0-9]/_}" says ping "$line"
done
ok an_interface_has_the_address_it_was_given says ping '^vif2 02:00:00:00:12:34 10.0.2.22 flip'
ok and_goes_with_its_domain says ping '^netback: vif[12]: it has gone' 2
captured() { # by the second: the first was killed when it had only begun
	sed -n 's/^pcap //p' "$tmp/ping.console" | tail -n +2 | python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' >"$tmp/ping.pcap"
	tcpdump -nr "$tmp/ping.pcap" 2>/dev/null >"$tmp/ping.packets"
	[ "$(wc -l <"$tmp/ping.packets")" = 20 ] && grep -q 'ARP, Request who-has 10.0.2.22' "$tmp/ping.packets" &&
		grep -q 'IP 10.0.2.21 > 10.0.2.22: ICMP echo request' "$tmp/ping.packets" || { cat "$tmp/ping.packets"; false; }
}
ok tcpdump_reads_what_was_captured captured

# A file on a disk: its blocks lie one after the other on a new one.
kept() {
	python3 -c 'import sys; b = open(sys.argv[1], "rb").read(); sys.stdout.buffer.write(b[b.index(bytes.fromhex("d4c3b2a1")):])' "$tmp/hda.img" >"$tmp/kept.pcap"
	tcpdump -nr "$tmp/kept.pcap" -c 4 2>/dev/null >"$tmp/kept.packets"
	[ "$(grep -cE 'IP 10.0.2.(15 > 10.0.2.2: ICMP echo request|2 > 10.0.2.15: ICMP echo reply), .* length 64$' "$tmp/kept.packets")" = 4 ] ||
		{ cat "$tmp/kept.packets"; false; }
}
ok and_what_was_kept_on_a_disk kept

# ---- Random frames of all kinds: what the senders say should become of each, the router says, too. ----
guest mix <<END
vif
sleep 200
network mix 3 $seed $count
END
guest flips <<END
vif flip
sleep 200
network mix 3 $seed $count
END
mix() {
	host rules <<-'END'
		netback &
		sleep 10
		tl net add out accept udp to any:1004
		tl net add in vif2 drop udp from 10.0.2.21
		tl net insert 1 out drop udp to 10.0.2.0/24:1002-1005
		tl net insert 0 in drop icmp
		tl net add in drop udp from any:2003
		tl net del 0
		tl net policy in drop
		tl net policy in accept
		tl net add in drop 47
		tl create finch name=one mem=8 vif=ip=10.0.2.21 initrd=mix.cpio scenario=mix
		tl create finch name=two mem=8 vif=ip=10.0.2.22 initrd=flips.cpio scenario=flips
		tl create finch name=three mem=8 vif=ip=10.0.2.23 initrd=mix.cpio scenario=mix
		tl wait one two three
		tl net
	END
}
ok random_frames mix
counters_agree() {
	awk -v all="$count" '
		function bad(what) { print what; wrong = 1 }
		{ sub(/\r$/, "") }
		/^\(d[123]\) network: sent/ { d = substr($1, 3, 1); n++
			for (i = 4; i < NF; i += 2) should[d, $i] = $(i + 1) }
		/^\(d[123]\) network: received/ { d = substr($1, 3, 1); came[d] = $4 + 0
			if ($8 != 0) bad("forbidden ones came to " d) }
		/^vif[123] / { d = substr($1, 4, 1) }
		/^  (sent|received) / { gsub(/[:,]/, ""); sum = 0
			for (i = 3; i < NF; i += 2) { is[d, $1, $i] = $(i + 1); sum += $(i + 1) }
			if (sum != $2) bad($0 " does not add up") }
		END { if (n != 6) bad("not all have said what they sent")
			for (d = 1; d <= 3; d++) {
				for (k in should) { split(k, p, SUBSEP)
					if (p[1] != d) continue
					total += should[k]
					if (p[2] == "free") { if (is[d, "sent", "passed"] + is[d, "sent", "no-buffer"] != should[k]) bad("free ones of " d) }
					else if (is[d, "sent", p[2]] + 0 != should[k]) bad(p[2] " of " d ": " is[d, "sent", p[2]] " for " should[k]) }
				if (is[d, "received", "passed"] != came[d]) bad(d " got " came[d])
				passed += is[d, "sent", "passed"]; got += came[d] }
			if (total != 3 * all) bad("sent " total)
			if (passed != got) bad("passed " passed ", came " got)
			print total " datagrams, " got " delivered"
			exit wrong }' "$tmp/rules.console"
}
ok each_fares_as_the_rules_say_and_all_counts_add_up counters_agree
[ "$count" = 700 ] || { counters_agree && sed -n '/^vif1/,$p' "$tmp/rules.console"; } | sed 's/^/# /'

# ---- Two send to a third as fast as they can: it gets as much of the one as of the other. ----
guest floods <<'END'
vif
sleep 200
network flood 3000 3
END
guest drains <<'END'
vif flip
network drain 3000
END
flood() {
	host flood <<-'END'
		netback &
		sleep 10
		tl create finch name=one mem=8 vif=ip=10.0.2.21 initrd=floods.cpio scenario=floods
		tl create finch name=two mem=8 vif=ip=10.0.2.22 initrd=floods.cpio scenario=floods
		tl create finch name=three mem=8 vif=ip=10.0.2.23 initrd=drains.cpio scenario=drains
		tl wait one two three
		tl net
	END
}
ok two_send_as_fast_as_they_can flood
fair() {
	awk '/network: of domain 1/ { n++; a = $6 + 0; b = $10 + 0
		printf "of two floods %u and %u come in the same time: %.2f %% more of the one\n", a, b, (a > b ? a / b : b / a) * 100 - 100
		if (a > b * 1.05 || b > a * 1.05 || a < 500) exit 1 } END { exit !n }' "$tmp/flood.console"
}
ok and_have_equal_shares fair
[ "$count" = 700 ] || fair | sed 's/^/# /'
no_bad() { ! grep -E '^  (sent|received) .* bad' "$tmp/flood.console"; }
ok each_buffer_is_of_use_also_the_last no_bad

# ---- What Domain 0 has is no domain's address. ----
taken() {
	host taken NET=user <<-'END'
		netback &
		sleep 10
		net tap0 10.0.2.15/24 10.0.2.2
		tl create finch paused=1 name=l mem=4 vif=ip=10.0.2.15
	END
	says taken '^finch: exit code=1'
}
ok a_domain_does_not_get_it taken
ok and_it_is_said_why says taken '^tl: vif=: the back end refuses: another interface has this IP address'

# ---- The router is killed while they talk, and started again. ----
guest talks <<'END'
vif
net vif0 10.0.2.21/24
sleep 100
udp ask 10.0.2.22 7 12000 400
END
guest listens <<'END'
vif flip
net vif0 10.0.2.22/24
udp echo 7 100000
END
killed() {
	host killed <<-'END'
		netback &
		sleep 10
		tl create finch name=talks mem=8 vif=ip=10.0.2.21 initrd=talks.cpio scenario=talks
		tl create finch name=listens mem=8 vif=ip=10.0.2.22 initrd=listens.cpio scenario=listens
		sleep 150
		kill 3
		sleep 20
		netback &
		tl wait talks
		ps
		tl destroy talks listens
	END
}
ok the_router_is_killed killed
ok it_was says killed ' Z .* netback'
ok what_was_on_its_way_is_lost_and_asked_again says killed '^\(d1\) udp: 12000 of 12000 came back, [1-9][0-9]* asked again'
done_testing
