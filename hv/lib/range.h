/* range.h: sums of sizes and addresses that a guest chose. Where 32 bits are not enough they say
 * so, instead of beginning at 0 again. */
#ifndef HV_RANGE_H
#define HV_RANGE_H

#include <trapline/types.h>

/** start + count * size: the end of an array, or the place of its element `count`.
 * @return false, with *end undefined, if that does not fit 32 bits */
static inline bool range_end(u32 start, u32 count, u32 size, u32 *end)
{
	u32 bytes;

	return !__builtin_mul_overflow(count, size, &bytes) &&
	       !__builtin_add_overflow(start, bytes, end);
}

/** Do `len` bytes from `offset` on lie within a segment or table whose last byte is `limit`? */
static inline bool within_limit(u32 offset, u32 len, u32 limit)
{
	return !len || (offset <= limit && len - 1 <= limit - offset);
}

#endif
