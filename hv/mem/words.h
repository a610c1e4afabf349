/*
 * words.h: the three kinds of memory, as types that do not mix.
 *
 * A linear address is a plain vaddr_t. A frame of guest-physical memory is a pfn_t, a frame of
 * machine memory an mfn_t: handing one where the other belongs does not compile.
 */
#ifndef HV_WORDS_H
#define HV_WORDS_H

#include <trapline/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096u
#define PAGE_MASK  0xFFFFF000u

typedef u32 vaddr_t; /* linear address */
typedef struct {
	u32 n;
} pfn_t; /* guest-physical frame number */
typedef struct {
	u32 n;
} mfn_t; /* machine frame number */
typedef struct {
	u32 a;
} paddr_t; /* guest-physical address */
typedef struct {
	u32 a;
} maddr_t; /* machine address */

static inline pfn_t pfn(u32 n)
{
	return (pfn_t){n};
}
static inline mfn_t mfn(u32 n)
{
	return (mfn_t){n};
}
static inline paddr_t paddr(u32 a)
{
	return (paddr_t){a};
}
static inline maddr_t maddr(u32 a)
{
	return (maddr_t){a};
}
static inline pfn_t paddr_pfn(paddr_t p)
{
	return (pfn_t){p.a >> PAGE_SHIFT};
}
static inline paddr_t pfn_paddr(pfn_t f)
{
	return (paddr_t){f.n << PAGE_SHIFT};
}
static inline mfn_t maddr_mfn(maddr_t m)
{
	return (mfn_t){m.a >> PAGE_SHIFT};
}
static inline maddr_t mfn_maddr(mfn_t f)
{
	return (maddr_t){f.n << PAGE_SHIFT};
}

#define INVALID_FRAME 0xFFFFFFFFu
#define NO_FRAMES     0x80000000u /* numbers from here on are no frames: domain.h, P2M_ */
static inline bool pfn_valid(pfn_t f)
{
	return f.n != INVALID_FRAME;
}
static inline bool mfn_valid(mfn_t f)
{
	return f.n < NO_FRAMES;
}

#endif
