#!/usr/bin/env bash
# sentences.sh: what the pictures say is what was recorded: each sentence of pictures of seeded guests is read back and held
# against the events (sentences.py). SEEDS=50: of so many guests; else of one of each kind.
. "$(dirname "$0")/../lib.sh"

kinds=('MMU=shadow' 'MMU=direct' 'MMU=shadow SENSITIVE=breakpoint' 'MMU=direct ISOLATION=segments' 'MMU=shadow TABLES=outofsync'
	'MMU=direct GUEST_ELF=build/tests/fuzz-pv.elf SCENARIO=fuzz-400' 'MMU=shadow GUEST_ELF=build/tests/fuzz-native.elf SCENARIO=fuzz-400'
	'MMU=direct GUEST_ELF=build/tests/pair.elf SCENARIO=share EXTRA=together=2'
	'MMU=direct GUEST_ELF=build/tests/smp.elf SCENARIO=none EXTRA=vcpus=4')
recorded() { tools/run SCENARIO=procs MEM=8 TRACE=all SEED="$1" "${@:2}" OUT="$tmp/guest" >"$tmp/said" 2>&1; build/bin/tltrace info "$tmp/guest.ctf" >/dev/null; }
for seed in $(seq "${SEEDS:-${#kinds[@]}}"); do
	read -ra kind <<<"${kinds[(seed - 1) % ${#kinds[@]}]}"
	recorded "$seed" "${kind[@]}"
	ok "each_sentence_has_its_event_seed_${seed}" tests/boot/sentences.py "$tmp/guest.ctf" "$seed" "${PICTURES:-20}"
	sed -n 's/^[0-9]* pictures,.*/# &/p' "$tmp/out"
done
# The reader notices: a picture of one trace held against another's events.
recorded 1 MMU=shadow && cp -r "$tmp/guest.ctf" "$tmp/other.ctf" && recorded 2 MMU=shadow
other() { [ "$(TLTRACE_EVENTS=$tmp/other.ctf tests/boot/sentences.py "$tmp/guest.ctf" 1 10 | grep -c '^--')" -gt 5 ]; }
ok and_those_of_another_trace_have_none other
done_testing
