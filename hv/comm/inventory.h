/* inventory.h: all frames of the machine, told to the trace where recording begins and where it
 * ends, so that `tltrace map --check` can hold the sum of all changes against the frame table. */
#ifndef HV_INVENTORY_H
#define HV_INVENTORY_H

#include <trapline/types.h>

/** Tell of all frames, those that are alike in one event: about ten instructions a frame.
 * @param inventory INVENTORY_begin or INVENTORY_end: recording begins now, or ends */
void record_inventory(u8 inventory);

#endif
