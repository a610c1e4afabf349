#!/usr/bin/env bash
# export.sh: `tltrace export --chrome` fits a schema of the format, and its numbers are those of `tltrace dump` and `stats` (export.py): of
# both designs, of many programs, of several domains.
. "$(dirname "$0")/../lib.sh"
tl=build/bin/tltrace
seed=${SEED:-$((RANDOM + 1))}
echo "# SEED=$seed"
exported() { tools/run SEED="$seed" OUT="$tmp/t" "$@" >"$tmp/log" 2>&1; $tl info "$tmp/t.ctf" >/dev/null && $tl export "$tmp/t.ctf" --chrome -o "$tmp/t.json" && tests/boot/export.py "$tmp/t.ctf" "$tmp/t.json"; }
ok a_walk_in_shadow_mode exported MMU=shadow SCENARIO=walk
ok programs_in_direct_mode exported MMU=direct SCENARIO=procs MEM=8
ok two_domains exported MMU=direct GUEST_ELF=build/tests/pair.elf SCENARIO=share EXTRA=together=2 TRACE=trap,hcall,dom
sed -n 's/^[0-9]* events, .*/# &/p' "$tmp/out"
ok two_vcpus exported MMU=direct GUEST_ELF=build/tests/smp.elf SCENARIO=none MEM=8 LIMIT=120 EXTRA="vcpus=2 allowance=100" TRACE=trap,hcall,dom
# A trace that was made up, of which events are missing.
lossy() { build/tests/trace_synth_write "$tmp" && $tl export "$tmp/long.ctf" --chrome -o "$tmp/long.json" && tests/boot/export.py "$tmp/long.ctf" "$tmp/long.json" && grep -q ', [1-9][0-9]* lost' "$tmp/out"; }
ok where_events_are_missing_nobody_ran lossy
refuses() { $tl export "$@" >"$tmp/said" 2>&1; [ $? = 2 ]; }
ok it_must_be_said_as_what refuses "$tmp/t.ctf" -o "$tmp/x.json"
ok and_where_to refuses "$tmp/t.ctf" --chrome
ok to_where_nothing_can_be_written refuses "$tmp/t.ctf" --chrome -o /nonexistent/x.json
ok a_full_disk_is_noticed refuses "$tmp/t.ctf" --chrome -o /dev/full
done_testing
