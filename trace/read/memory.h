/* memory.h: machine memory frame by frame, as the events of class mem say that it is. */
#ifndef TLTRACE_MEMORY_H
#define TLTRACE_MEMORY_H

#include "read/trace.h"

#define MEMORY_MOST    (1u << 20) /* frames: what 32 bits of address reach */
#define OWNER_HV       0xFFFFu
#define OWNER_FREE     0xFFFEu
#define OWNER_NONE     0xFFFDu /* no memory */
#define OWNER_UNTOLD   0xFFFCu /* nothing has been said of the frame yet */
#define OWNER_RESERVED 0x7FF0u /* from here on no domain */

struct machine_frame {
	u16 owner;
	u8 type;   /* enum ptype of event.def */
	u8 mapped; /* 1: another domain has mapped it */
};

struct memory {
	struct machine_frame *v;
	u32 frames;
};

/** What a frame is shown and counted as: mapped by another comes before what its owner makes of it.
 */
enum memory_use {
	USE_ORDINARY,
	USE_PAGE_TABLE,
	USE_PAGE_DIRECTORY,
	USE_DESCRIPTORS,
	USE_MAPPED,
	NR_USES
};
enum memory_use memory_use(const struct machine_frame *f);

/** Of one owner. */
struct memory_share {
	u16 owner;
	u32 frames, use[NR_USES];
	u32 pages;  /* that it was begun with; 0: the trace does not say */
	bool ended; /* its end is in the trace, before that event */
};
/** All of memory by owners: the hypervisor, the domains in order, what is free, what is none. */
struct memory_census {
	struct memory_share *v;
	size_t count;
};

/** Memory of which nothing is known yet, as large as the trace's first inventory. 0, or -1: there
 * is none, or it makes no sense. */
int memory_begin(const struct trace *t, struct memory *m, struct err *err);
/** Take in one event; those that say nothing of frames change nothing. 0, or -1: of no such frames
 */
int memory_apply(struct memory *m, const struct event *e, struct err *err);
/** Memory after event number @at, 1 for the first. 0, or -1 */
int memory_at(const struct trace *t, u32 at, struct memory *m, struct err *err);
/** The first event after which the fewest frames are free. 0, or -1 */
int memory_fullest(const struct trace *t, u32 *at, struct err *err);
void memory_free(struct memory *m);
/** Count. Owners that have nothing are left out. */
void memory_count(const struct memory *m, const struct trace *t, u32 at, struct memory_census *out);
void memory_census_free(struct memory_census *c);

/** Hold what the events add up to against each inventory with which a recording ends: @inventories
 * of them, @differences in frames; what is wrong with the first ones is added to @text. 0, or -1:
 * the trace cannot tell. */
struct sb;
int memory_check(const struct trace *t, u32 *inventories, u32 *frames, u32 *differences,
		 struct sb *text, struct err *err);
/** "domain 3", "the hypervisor", "free"; at most 24 bytes */
const char *memory_owner_name(u16 owner, char *buf);

#endif
