/* record.c: frames in the trace. */
#include "mem/record.h"

void record_frames(const struct frame *f, u32 n, u8 use, u8 inventory)
{
	trace_frames(&trace_nobody, LANE_VMM, LANE_VMM, frame_mfn(f).n, n, f->owner, use,
		     !!(f->flags & FRAME_MAPPED), inventory);
}
