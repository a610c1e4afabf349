/*
 * record.h: machine memory in the trace (class mem): who owns each frame, and what it is used as.
 * Whoever changes either calls frame_changed().
 */
#ifndef HV_MEM_RECORD_H
#define HV_MEM_RECORD_H

#include "mem/frame.h"
#include "trace/trace.h"

/** What a frame is used as, enum ptype of event.def. Ordinary memory, FT_WRITABLE too, is FT_NONE.
 */
static inline u8 frame_use(const struct frame *f)
{
	if (f->flags & FRAME_TRACED)
		return FT_PAGE_TABLE;
	return f->type_count && f->type != FT_WRITABLE ? f->type : FT_NONE;
}

/** Is any of it recorded? */
static inline bool memory_recorded(void)
{
	return trace_nobody.records & TRACE_CLASS_mem;
}

/** Record that `n` frames from `f` on are as the first of them is, but used as `use`.
 * @param inventory enum inventory of event.def */
void __attribute__((cold)) record_frames(const struct frame *f, u32 n, u8 use, u8 inventory);

/** `n` frames from `f` on have another owner now. */
static inline void frames_changed(const struct frame *f, u32 n)
{
	if (memory_recorded())
		record_frames(f, n, frame_use(f), INVENTORY_no);
}
/** A frame has another owner or use now, or is about to be used as `use`. */
static inline void frame_changed(const struct frame *f)
{
	frames_changed(f, 1);
}
static inline void frame_used(const struct frame *f, u8 use)
{
	if (memory_recorded())
		record_frames(f, 1, use, INVENTORY_no);
}

#endif
