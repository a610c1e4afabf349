/* contiguous.c: looking for free frames that lie one behind the other. */
#include "mem/contiguous.h"
#include "dom/domain.h"
#include "mem/frame.h"
#include "mem/record.h"

static bool all_free(u32 first, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (frame_table[first + i].owner != DOM_FREE)
			return false;
	return true;
}

mfn_t alloc_contiguous(u16 owner, u32 order, u32 end)
{
	u32 n = 1u << order, first = 0;

	if (end > nr_frames)
		end = nr_frames;
	while (first + n <= end && !all_free(first, n))
		first += n;
	if (first + n > end)
		return mfn(INVALID_FRAME);
	take_frames(first, n);
	for (u32 i = first; i < first + n; i++)
		frame_begin(&frame_table[i], owner, false);
	frames_changed(&frame_table[first], n);
	return mfn(first);
}
