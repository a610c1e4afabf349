#!/usr/bin/env bash
# hostile.sh: the hostile guests on a processor that checks segment limits, so that no case is left
# out: among them limit-is-checked, a ring-1 read behind the end of its segment.
. "$(dirname "$0")/../lib.sh"
EMU=bochs
. tests/rogue/hostile.sh

hostile direct segments all
# How a domain ends is the hypervisor's doing, and was seen; but whether it must is the processor's.
hostile direct paging all never may-end
# A kernel in ring 1 is a supervisor to the paging unit, and shadow mode gives it segments without
# an end: so it can read the gate.
hostile shadow paging all-paging limits-always may-end
done_testing
