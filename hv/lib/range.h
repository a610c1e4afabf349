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

/** How many whole elements of `size` bytes (2 or more) a table has whose last byte is `limit`. */
static inline u32 elements_within(u32 limit, u32 size)
{
	return limit / size + (limit % size == size - 1);
}

/** Do the `len` bytes from `a` on have one in common with the `n` from `b` on? Either may go on at
 * 0 behind the end of the address space, as linear addresses do. */
static inline bool ranges_meet(u32 a, u32 len, u32 b, u32 n)
{
	return b - a < len || a - b < n;
}

#endif
