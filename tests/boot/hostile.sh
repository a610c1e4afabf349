#!/usr/bin/env bash
# hostile.sh: guests that attack the hypervisor, in direct and shadow mode, under both isolations.
# Each case is refused, or its domain is ended with a reason; tests/rogue/ has the cases.
. "$(dirname "$0")/../lib.sh"
. tests/rogue/hostile.sh

# QEMU's TCG does not check segment limits: what only they forbid is left to Bochs.
hostile direct paging all-paging limits-always
hostile direct segments all-nolimits 'limits|limits-always'
hostile shadow paging all-paging limits-always

# A domain that is not Domain 0 manages nobody.
unprivileged() {
	tools/run MMU=direct GUEST_ELF=build/tests/rogue-pv.elf SCENARIO=rights- EXTRA=domid=5 TRACE=off OUT="$tmp/rights" &&
		grep -E '^rogue: cases=[1-9][0-9]* .* accepted=0$' "$tmp/rights.console" &&
		! grep '^case=' "$tmp/rights.console" | grep -v 'how=errno-1$'
}
ok whoever_is_not_domain_0_may_not_ask unprivileged
done_testing
