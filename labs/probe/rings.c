/* rings.c: the probe of lab 04: its scenarios. */
#include "rings.h"

const char probe_name[] = "rings";

void scenarios(void)
{
	rings_arithmetic();
	rings_front();
	rings_back();
	rings_grants();
	rings_turns();
	rings_rules();
	rings_play();
}
