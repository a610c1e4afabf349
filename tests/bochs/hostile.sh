#!/usr/bin/env bash
# hostile.sh: the hostile guests on a processor that checks segment limits, so that no case is left
# out: among them limit-is-checked, a ring-1 read behind the end of its segment.
. "$(dirname "$0")/../lib.sh"
EMU=bochs
. tests/rogue/hostile.sh

# How most domains end is the hypervisor's doing, and QEMU's runs have seen it. What remains is what
# the processor has to do with.
hostile direct segments all never 'limits|limits-always|may-end'
hostile direct paging all never may-end
# A kernel in ring 1 is a supervisor to the paging unit, and shadow mode gives it segments without
# an end: so it can read the gate.
hostile shadow paging all-paging limits-always may-end
done_testing
