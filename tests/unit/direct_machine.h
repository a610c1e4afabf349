/* direct_machine.h: a machine of a few frames, on which the direct MMU runs in a host test. */
#ifndef TESTS_DIRECT_MACHINE_H
#define TESTS_DIRECT_MACHINE_H

#include <setjmp.h>

#include "mmu/direct/direct.h"

#define FRAMES	40u
#define FOREIGN 38u /* a frame of another domain */
#define SHARED	39u /* the domain's shared_info page, which is the hypervisor's */

extern u32 memory[FRAMES][1024];
extern struct domain guest;
extern u32 flushes, freed_pages;
extern jmp_buf *panicked; /* where panic() goes, if not to the end */

/** A domain 1 that owns frames 0 to FOREIGN - 1, all zero. */
void machine_init(void);
/** Mappings that were made and not released. */
extern u32 pages_mapped;
/** Build a page-table entry. */
static inline u32 pte(u32 frame, u32 flags)
{
	return frame << 12 | flags;
}
/** Call again until it is done, as a guest would. */
#define finish(call)                                                                               \
	({                                                                                         \
		int err_;                                                                          \
		do {                                                                               \
			guest.direct->work = 0;                                                    \
			err_ = (call);                                                             \
		} while (err_ == HCALL_AGAIN);                                                     \
		err_;                                                                              \
	})
/** mmu_update of one entry in a table that is in use. */
int set_l1(u32 table, u32 index, u32 val);
int set_l2(u32 directory, u32 index, u32 val);

#endif
