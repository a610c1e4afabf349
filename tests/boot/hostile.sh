#!/usr/bin/env bash
# hostile.sh: guests that attack the hypervisor, in direct and shadow mode, under both isolations.
# Each case is refused, or its domain is ended with a reason; tests/rogue/ has the cases.
. "$(dirname "$0")/../lib.sh"
. tests/rogue/hostile.sh

# QEMU's TCG does not check segment limits: what only they forbid is left to Bochs.
hostile direct paging all-paging limits-always
hostile direct segments all-nolimits 'limits|limits-always'
hostile shadow paging all-paging limits-always
done_testing
