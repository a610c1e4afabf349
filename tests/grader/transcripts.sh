#!/usr/bin/env bash
# transcripts.sh: what the handouts show of a run, or tell to type in the debugger, is so: their commands are
# carried out with the reference, as they stand there.
. "$(dirname "$0")/lib.sh"

# What a guest prints: the lines of a README that begin with the name of a scenario.
runs() { sed -n 's/^    \(make run\|tools\/run\) \(.*\)/\2/p' "$1" | sed 's/ *[#|].*//; s/ *OUT=[^ ]*//; s/ *HV=[^ ]*//' | grep 'SCENARIO=[a-z]' | sort -u; }
shown() { grep -vF ... "$1" | grep -E '^    (alias|fault|map|walk:|ad|types|updates|batch|unhook|insn|rings: tried=[0-9]+|balloon: (tried|transfers)=[0-9]+) ' | sed 's/^    //; s/ *|\t/\n/'; }
# A handout's `make run` has the words of its lab.conf. What the probes of labs 04 and 05 print of their units is the same on
# the bare machine, in a third of the time.
all_printed() { # README
	local words given
	given=$(sed -n '/^\[lab\]/,/^$/s/^run *= *//p' "${1%/*}/lab.conf" | sed 's/SCENARIO=[^ ]*//')
	[[ $1 != */0[45]-* ]] || given+=' MMU=none'
	runs "$1" | while read -r words; do
		# shellcheck disable=SC2086 # a list of words
		tools/run LIMIT=60 $given $words </dev/null 2>/dev/null | tr -d '\r'
	done >"$tmp/printed"
	shown "$1" | grep -vxF -f "$tmp/printed" >"$tmp/wrong"
	cat "$tmp/wrong"
	[ "$(shown "$1" | wc -l)" -gt 0 ] && [ ! -s "$tmp/wrong" ]
}

# Each "make gdb" of a README, with the commands behind it; "# N times" stands for itself.
sessions() { # README: writes $tmp/N.words and $tmp/N.gdb
	awk -v dir="$tmp" '/^    make gdb .*GUEST_ELF/ { n++; sub(/^    make gdb /, ""); print >(dir "/" n ".words"); next }
		n && /^    \(gdb\) / { sub(/^    \(gdb\) /, ""); times = match($0, /# [0-9]+ times/) ? substr($0, RSTART + 2) + 0 : 1
			sub(/ *#.*/, ""); while (times--) print >(dir "/" n ".gdb") }
		END { print n + 0 }' "$1"
}
# Which frame it is, depends on how big the hypervisor is.
typed() { # N
	local words frame
	words=$(cat "$tmp/$1.words")
	if grep -q 0x1e16 "$tmp/$1.gdb"; then
		grep '^hv trap' "$tmp/$1.gdb" >"$tmp/first.gdb"
		# shellcheck disable=SC2086 # a list of words
		frame=$(tools/gdb $words LIMIT=100 -batch -x "$tmp/first.gdb" 2>&1 | sed -n 's/.* MMUEXT_PIN_L1_TABLE \([0-9a-f]*\)$/\1/p')
		sed -i "s/0x1e16/0x$frame/" "$tmp/$1.gdb"
	fi
	# shellcheck disable=SC2086
	tools/gdb $words LIMIT=100 -batch -x "$tmp/$1.gdb" >"$tmp/session" 2>&1
	cat "$tmp/session"
	! grep -E 'Error|No symbol|not defined|optimized out>?$|here the run ends|Cannot' "$tmp/session"
}
for lab in "${labs[@]}"; do
	readme=labs/$lab/README.md
	ok "what_a_run_prints_is_so_in_$lab" all_printed "$readme"
	rm -f "$tmp"/*.gdb "$tmp"/*.words
	number=$(sessions "$readme")
	ok "there_is_a_session_in_$lab" test "$number" -gt 0
	for n in $(seq "$number"); do ok "session_${n}_of_${lab}_can_be_typed" typed "$n"; done
done
done_testing
