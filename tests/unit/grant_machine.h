/* grant_machine.h: a machine of a few domains, for host tests of what they share. */
#ifndef TESTS_GRANT_MACHINE_H
#define TESTS_GRANT_MACHINE_H

#include "comm/evtchn.h"
#include "comm/grant.h"
#include "mmu/direct/direct.h"

#define DOMAINS 4u
#define FRAMES	72u
#define PAGES	12u /* that a domain begins with, and may have */

/*
 * A domain's first frames: a directory, whose slot 0 hooks the table `LOW`; another table, pinned
 * and hooked nowhere; the rest is data. (Frame numbers are the machine's: of(d)->frame[].)
 */
#define DIRECTORY 0u
#define LOW	  1u
#define OTHER	  2u
#define DATA	  3u

struct guest {
	struct domain *d; /* NULL: there is none now */
	u32 frame[PAGES]; /* with which it began */
};
extern struct guest guests[DOMAINS]; /* by id */
extern u32 memory[FRAMES][1024];
extern u32 heap_pages; /* in use */
extern u32 pages_mapped;

/*
 * What the processor may remember of the one that runs: of each of the first pages of its table
 * LOW, every frame that the entry has led to, and how, since that was last dropped. (It remembers
 * one of them at most; which, nobody knows.) The hypervisor need not drop what leads to the guest's
 * own frames, until such a frame is somebody else's or becomes a page table.
 */
#define SLOTS 6u /* pages of LOW that are played with */
struct remembered {
	bool read, write;
	u16 owner; /* then, of the frame */
};
extern struct remembered tlb[SLOTS][FRAMES];
/** From now on this guest runs. */
void machine_run(u16 id);
/** It may have used all its pages. */
void machine_touch(void);

void machine_init(void);
/** A domain with this id. @return false: its last one is not gone yet, or memory is short */
bool machine_create(u16 id);
void machine_destroy(u16 id);
/** grant_table_op of one operation. @return what the call returns */
s32 grant_op(u16 id, u32 cmd, void *op, u32 size);
/** The table of a domain. */
struct grant_entry *entry(u16 id, u32 ref);
/** Where hypercalls of the guest have their arguments: GUEST_VA on; behind it is nothing. */
#define GUEST_VA 0x1000u
extern u8 guest_page[PAGE_SIZE];

#endif
