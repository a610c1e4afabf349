# run_qemu.sh: the machine in QEMU. Part of tools/run.
# shellcheck shell=bash disable=SC2154 # its variables are that script's
log=$work/log
[ "$INTLOG" = 0 ] || log=${OUT:-$work/run}.int.log
# What is logged of each run: that the machine began, and how it ended.
what=cpu_reset
[ "$INTLOG" = 0 ] || what=cpu_reset,int

# QEMU takes commas and blanks in these names for its own.
plain_name() { # FILE LINK
	case $1 in
	*[,\ ]*) ln -sf "$(realpath "$1")" "$work/$2" && echo "$work/$2" ;;
	*) echo "$1" ;;
	esac
}

# The machine's memory is a file, so that the trace can be read with no help from it. It gets its room
# now: a page for which there is none would end QEMU by a bus error. Only where memory has the room
# three times over, is it taken page by page. In /dev/shm the file has no name: it goes with whoever has it open.
make_memory() {
	local dir fd
	rm -f "$work/ram"
	if [ -z "${TMPDIR:-}" ] && in_memory /dev/shm && dir=$(mktemp -d /dev/shm/trapline.XXXXXX 2>/dev/null); then
		exec {fd}<>"$dir/ram"
		rm -rf "$dir"
		ln -s "/proc/self/fd/$fd" "$work/ram"
		truncate -s "${HOST_MEM}M" "$work/ram"
	elif in_memory "$work"; then
		truncate -s "${HOST_MEM}M" "$work/ram"
	elif ! fallocate -l "${HOST_MEM}M" "$work/ram" 2>"$work/why"; then
		{ grep -q 'not supported' "$work/why" && head -c "${HOST_MEM}M" /dev/zero >"$work/ram"; } ||
			fail "no room for the machine's memory: $HOST_MEM MB, in ${TMPDIR:-/tmp} (TMPDIR= names another folder)"
	fi
}
in_memory() { # DIR: is it in memory, with room?
	local type free size
	read -r type free size < <(stat -f -c '%T %a %S' "$1" 2>/dev/null) &&
		[ "$type" = tmpfs ] && [ $((free * size >> 20)) -gt $((3 * HOST_MEM)) ]
}

# Of itself nothing gets out of the machine.
network_words() { case $NET in *,*) echo "${NET#*,}" ;; *) echo restrict=on ;; esac }

start_qemu() { # LOG WHAT: in the background, with our input and output
	# Time leaps while nobody runs: but then no answer from outside would ever be in time.
	local sleep=off
	[ -z "$NET" ] || sleep=on
	local args=(-nodefaults -display none -serial stdio -no-reboot
		-cpu pentium3,-vme,-apic,-mce,-mca,-mtrr,-pat,-sep,-pae,-pse36
		-accel "tcg,thread=single" -icount "shift=0,sleep=$sleep" -rtc "base=2003-10-19,clock=vm"
		-device "isa-debug-exit,iobase=0xf4,iosize=4" -D "$1" -d "$2" -trace vm_state_notify
		-m "$HOST_MEM")
	if [ "$MMU" = none ]; then
		args+=(-kernel "$(plain_name "$kernel" kernel)" -append "$guest_line")
		[ -z "$initrd" ] || args+=(-initrd "$(plain_name "$initrd" initrd)")
	else
		make_memory
		args+=(-M "pc,memory-backend=ram" -kernel "$(plain_name "$HV" hv)" -append "$hv_line"
			-object "memory-backend-file,id=ram,size=${HOST_MEM}M,mem-path=$work/ram,share=on"
			-initrd "$(plain_name "$kernel" kernel)${initrd:+,$(plain_name "$initrd" initrd)}")
	fi
	[ -z "$DISK" ] || args+=(-drive "file=$(plain_name "$DISK" disk),format=raw,if=ide,index=0,cache=unsafe")
	[ "$SWAP" = 0 ] || args+=(-drive "file=$work/swap,format=raw,if=ide,index=2,cache=unsafe")
	[ -z "$NET" ] || args+=(-netdev "${NET%%,*},id=net,$(network_words)" -device ne2k_isa,netdev=net,iobase=0x300,irq=10)
	# Its instructions are counted by QEMU itself from the guest's first one on.
	[ -z "$OUT" ] || [ "$INTLOG" = 0 ] || [ ! -r "$B/bin/icount.so" ] ||
		args+=(-plugin "$B/bin/icount.so,from=$(od -An -tu4 -j24 -N4 "$kernel" | tr -d ' '),out=$work/insns")
	# shellcheck disable=SC2086 # QEMU_ARGS is a list of words
	"${bound[@]}" qemu-system-i386 "${args[@]}" $QEMU_ARGS <&0 2>&1 &
	machine=$!
}

run_qemu() {
	[ -n "$OUT" ] && exec </dev/null
	show_console
	start_qemu "$log" $what >"$work/output"
	local status=0
	finish "$machine" || status=$?
	[ ! -s "$work/insns" ] || cp "$work/insns" "$OUT.insns"
	return "$status"
}

extract_qemu() { "$B/bin/tltrace" extract --command-line "$started" "$work/ram" "$1"; }

# The agreed end is the guest's: by QEMU's isa-debug-exit its code N is the status 2 N + 1. QEMU's own
# status is 1 when it cannot start, and 0 when the machine ends by itself, for which it would be
# started anew if that were allowed.
explain_qemu() { # STATUS
	case $1 in
	124 | 137)
		if [ "$LIMIT" != 0 ] && [ "$SECONDS" -ge "$LIMIT" ]; then
			say "stopped after $LIMIT s"
			return 124
		fi ;;
	esac
	if ! grep -aqm 1 '^vm_state_notify running 1' "$log" 2>/dev/null; then
		say "QEMU did not start (it ended with status $1)"
		[ -z "$OUT" ] || console | tail -n 3 >&2 # without OUT= it has been seen
		return 2
	elif [ "$1" = 0 ] && grep -aq '^Triple fault' <(tail -c 4096 "$log"); then
		say "the machine triple-faulted"
		last_entries
		return 5
	elif [ "$1" = 0 ]; then
		say "the machine was reset or switched off, and the guest had not ended"
		return 5
	elif [ "$1" -gt 128 ] && [ "$1" -lt 160 ]; then
		say "QEMU was ended by $(kill -l $(($1 - 128)))"
		return "$1"
	elif [ $(($1 % 2)) = 1 ]; then
		return $((($1 - 1) / 2))
	fi
	say "QEMU gave up (status $1)"
	return 5
}

# The CPU's last entries. Without a log of them the same run is made again: it is the same, unless
# somebody typed.
last_entries() {
	if [ "$INTLOG" = 0 ] && [ -z "$QEMU_ARGS" ]; then
		mkfifo "$work/entries"
		tail -n 400 <"$work/entries" >"$work/last" &
		local tail=$!
		bound=(setpriv --pdeathsig TERM timeout -k 5 60 setpriv --pdeathsig KILL)
		start_qemu "$work/entries" cpu_reset,int </dev/null >/dev/null
		finish "$machine" || true
		machine=''
		finish $tail || true
		log=$work/last
		grep -aq '^Triple fault' "$log" || { say "without its input it does not do so again"; return; }
	fi
	say "the CPU's last entries:"
	tail -n 400 "$log" | grep -aE '^ *[0-9]+: v=|^check_exception|^Triple' | tail -n 8 | cut -c 1-110 >&2
}
