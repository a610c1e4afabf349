#!/usr/bin/env bash
# own.sh: FPU, SSE, debug registers, LDT, segment registers, CR0.TS and bits of CR4 are each vcpu's own, whoever ran in
# between; seeded.
. "$(dirname "$0")/../lib.sh"
direct=(MMU=direct GUEST_ELF=build/tests/own-pv.elf INITRD=build/tests/own-pc.elf)
shadow=(MMU=shadow GUEST_ELF=build/tests/own-pc.elf INITRD=build/tests/own-pv.elf)

# The first that finds something wrong ends all; and the first that has done its rounds.
own() { # DOMAINS RUN-ARGUMENTS...
	tools/run SCENARIO=none MEM=4 TRACE=off GUEST_ARGS="seed=${SEED:-1}" EXTRA="allowance=100 share=$1" LIMIT=120 "${@:2}"
}
ok two_of_direct_mode own a10,b7 "${direct[@]}"
ok two_of_shadow_mode own a10,b7 "${shadow[@]}"
ok both_designs_side_by_side own a10,B7,c5 "${direct[@]}"
ok the_other_way_round own a10,B7,c5 "${shadow[@]}"
ok under_segments own a10,B7 "${direct[@]}" ISOLATION=segments
done_testing
