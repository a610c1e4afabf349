# run_bochs.sh: the machine in Bochs. Part of tools/run.
# shellcheck shell=bash disable=SC2154 # its variables are that script's
bound[2]=KILL # to less neither `script` nor Bochs listens at once

# Bochs itself, with its screen out of sight, and with that on the other end of the guest's COM1.
bochs_alone() { # COM1
	local status=0 disk= swap= cd=master net=
	[ -z "$DISK" ] || disk="ata0-master: type=disk, path=\"$(realpath "$DISK")\", mode=flat"
	[ "$SWAP" = 0 ] || swap="ata1-master: type=disk, path=\"$work/swap\", mode=flat" cd=slave
	# Of itself nothing gets out of the machine.
	[ -z "$NET" ] || { printf '# slirp config\nrestricted = 1\n' >"$work/slirp" &&
		net="ne2k: ioaddr=0x300, irq=10, mac=52:54:00:12:34:56, ethmod=slirp, ethdev=$work, script=$work/slirp"; }
	sed -e "s|@NET@|$net|; s|@DISK@|$disk|; s|@SWAP@|$swap|; s|@CD@|$cd|; s|@ISO@|$work/run.iso|; s|@DIR@|$work|g; s|@IPS@|$IPS|; s|@MEGS@|$HOST_MEM|; s|@COM1@|$1|" \
		tools/bochsrc.in >"$work/bochsrc"
	"${bound[@]}" script -qec "echo \$\$ >$work/pid; TERM=vt100 exec bochs -q -f $work/bochsrc -rc $work/rc" \
		/dev/null </dev/null >"$work/screen" 2>&1 || status=$?
	rm -f "$work/pid"
	return "$status"
}

# within_60_s COMMAND...: wait until it succeeds.
within_60_s() {
	for _ in $(seq 600); do
		"$@" && return
		sleep 0.1
	done
	return 1
}
is_raw() { grep -q -- -icanon <(stty -F "$1" -a 2>/dev/null); }

# The same with the user's terminal as COM1. `script` relays between it and a terminal of its own,
# which Bochs opens, and keeps what was printed. Nothing but a placeholder runs there: Ctrl-C ends
# that, and so the relay; and so does the end of Bochs.
bochs_on_terminal() {
	local status=0 terminal machine
	(
		within_60_s test -s "$work/terminal"
		terminal=$(cat "$work/terminal")
		# Bochs would pass Ctrl-C on to the guest.
		(within_60_s is_raw "$terminal" && stty -F "$terminal" isig intr ^C) &
		bochs_alone "mode=term, dev=$terminal" || echo $? >"$work/status"
		[ ! -s "$work/holder" ] || kill "$(cat "$work/holder")" 2>/dev/null
	) &
	machine=$!
	script -qfc "echo \$\$ >$work/holder; tty >$work/terminal; exec sleep infinity" "$work/console" || true
	rm -f "$work/holder"
	if kill -0 $machine 2>/dev/null && [ -s "$work/pid" ]; then
		kill -KILL "$(cat "$work/pid")" 2>/dev/null || true
	fi
	wait $machine || true
	[ ! -s "$work/status" ] || status=$(cat "$work/status")
	# Whoever typed Ctrl-C wanted that.
	grep -qE '\(code [0-9]+\)|exit code=' "$work/console" || [ "$status" = 124 ] || : >"$work/interrupted"
	return "$status"
}

make_iso() {
	local files=(kernel="$kernel") module= words
	if [ -n "$initrd" ]; then
		files+=(initrd="$initrd")
		module='module /boot/initrd'
	fi
	if [ "$MMU" = none ]; then
		words="multiboot /boot/kernel $guest_line"
	else
		files+=(hv.elf="$HV")
		# Sending the trace takes its time: only where somebody will read it.
		words="multiboot /boot/hv.elf $hv_line${OUT:+ transport=serial}"$'\nmodule /boot/kernel'
	fi
	printf 'set timeout=0\nmenuentry x {\n%s\n%s\n}\n' "$words" "$module" >"$work/grub.cfg"
	TMPDIR=$work tools/iso "$work/run.iso" "$work/grub.cfg" "${files[@]}" >"$work/iso.log" 2>&1
}

# With the symbols of hypervisor and kernel, and, as GDB would, its prompt before each command.
debugger_commands() {
	[ -n "$DEBUG" ] || { echo c; return; }
	tools/i386 nm "$kernel" $([ "$MMU" = none ] || echo "$HV") | awk '$2 ~ /^[TtDdBb]$/ { print $1, $3 }' >"$work/symbols"
	echo "ldsym global \"$work/symbols\" 0"
	grep -v '^#' "$DEBUG"
	echo q
}
# What the debugger said, from its first stop on.
debugger_said() { tr -d '\r' <"$work/screen" | sed 's/\x1b[^a-zA-Z]*[a-zA-Z]//g' | sed -n '/^Next at t=0/,$p' | sed 1,2d; }

run_bochs() {
	local status=0
	make_iso || { cat "$work/iso.log" >&2; fail "no ISO image could be made in $work"; }
	# The log of crossings, for the witness, is what Bochs' debugger says of them on its terminal.
	[ "$INTLOG" = 0 ] || echo "show int" >"$work/rc"
	debugger_commands >>"$work/rc"
	if [ -z "$DEBUG" ] && [ -t 0 ] && [ -t 1 ] && [ -z "$OUT" ]; then
		bochs_on_terminal <&0 &
	else
		bochs_alone "mode=file, dev=$work/serial" &
	fi
	machine=$!
	finish "$machine" || status=$?
	[ -z "$OUT" ] || cp "$work/bochs.log" "$OUT.bochs.log" || true
	[ -z "$OUT" ] || [ "$INTLOG" = 0 ] || tr -d '\r' <"$work/screen" >"$OUT.int.log"
	[ -z "$DEBUG" ] || debugger_said >&2
	if [ -s "$work/serial" ]; then
		show_console
		tr -d '\r' <"$work/serial" >"$work/output"
	fi
	return "$status"
}

extract_bochs() { "$B/bin/tltrace" extract --command-line "$started" --stream "$work/trace" "$1"; }

# Bochs tells no exit code: what was printed does.
explain_bochs() { # STATUS
	local last
	[ -z "$DEBUG" ] || return 0
	[ ! -e "$work/interrupted" ] || return 0
	if [ "$1" = 124 ]; then
		say "stopped after $LIMIT s"
		return 124
	elif [ ! -s "$work/bochs.log" ]; then
		say "Bochs did not start (it ended with status $1)"
		tail -n 5 "$work/screen" >&2
		return 2
	elif grep -aq 'exception with no resolution' "$work/bochs.log"; then
		say "the machine triple-faulted; Bochs' last words:"
		grep -a 'CPU0' "$work/bochs.log" | tail -n 4 >&2
		return 5
	fi
	last=$(console | grep -aoE 'lab stage .* is not written|PANIC|domain [0-9]+ ended.*|exit code=[0-9]+|\(code [0-9]+\)' | tail -n 1)
	case $last in
	lab*) return 4 ;;
	*ended*) return 2 ;;
	PANIC) return 3 ;;
	*code*) last=${last##*[ =]}; return "${last%)}" ;;
	esac
	say "Bochs ended (status $1), and the guest had not: $(grep -a '>>PANIC<<' "$work/bochs.log" | tail -n 1)"
	return 5
}
