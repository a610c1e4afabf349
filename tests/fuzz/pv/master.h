/*
 * master.h: Domain 0 among the random guests. It makes and ends domains of its own, its victims,
 * and of these the model knows all that can be asked for. Of the others, the members of the crowd,
 * it only asks, and stops them for a moment: what they print must be what they print without it.
 */
#ifndef FUZZ_MASTER_H
#define FUZZ_MASTER_H

#include <trapline/xen/domctl.h>
#include <trapline/xen/memory.h>
#include "crowd.h"

#define EPERM  1
#define ESRCH  3
#define EFAULT 14
#define EBUSY  16
#define EEXIST 17
#define EINVAL 22

#define NR_VICTIMS   5u
#define VICTIM_PAGES 12u
#define NR_VIEWS     6u	      /* places of ours where pages of theirs are mapped */
#define SCRATCH	     NR_VIEWS /* one more, for a moment */
#define CODE_PAGES   3u	      /* of one that runs: directory, table, code */
#define NOBODY	     0x4242u

enum table { NO_TABLE, PINNED_L1, PINNED_L2 };

struct page {
	bool there;	 /* charged to its owner */
	bool given_back; /* the owner has let go of it, but a view holds it */
	bool was_dir;	 /* what the hypervisor wrote into it is no page table */
	u8 table;	 /* enum table */
	u32 frame;	 /* as foreign mappings call it: shadow mode's number, or the machine's */
	u32 word;	 /* what it holds at its beginning; all else is 0 */
};

struct victim {
	bool there, zombie; /* zombie: destroyed, while views were left */
	bool shadow, ready, paused;
	u16 serial;			 /* marks what is written into its pages */
	u32 id, max, vcpus, mcu_advance; /* max 0: not set yet */
	u8 name[16];
	struct page page[VICTIM_PAGES];
	u32 code; /* pages that it runs in: CODE_PAGES or 0 */
};

struct view {
	struct victim *of; /* NULL: nothing is there */
	u32 page;
	bool writable;
};

/** How often what was tried succeeded. */
struct done {
	u32 created, destroyed, zombies, given, taken, mapped, pinned, ran, stopped;
};
extern struct done done;
extern struct victim victim[NR_VICTIMS];
extern struct view view[NR_VIEWS + 1];
extern u32 view_page[NR_VIEWS + 1][PTES];

/* master.c */
s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid);
s32 sysctl(struct xen_sysctl *op, u32 cmd);
struct victim *any_victim(void);
bool same(const void *a, const void *b, u32 bytes);
bool master_main(const struct fuzz_options *o);

/* victims.c: their life. Each step returns NULL, or what differs. */
const char *create_step(void), *destroy_step(void), *limit_step(void), *vcpus_step(void);
const char *pause_step(void), *ready_step(void), *info_step(void), *list_step(void);
const char *share_step(void);
/** Pages that are charged to it. */
u32 pages_of(const struct victim *v);
const char *destroy(struct victim *v);

/* views.c: their memory */
const char *memory_step(void), *view_step(void), *unview_step(void), *pin_step(void);
const char *write_step(void), *read_step(void);
/** Views of this page; of any. */
u32 views_of(const struct victim *v, u32 page), views_of_any(const struct victim *v);
/** Nothing is mapped there any more. */
const char *drop_view(u32 n);
/** Map this frame of a domain's in view n, whatever the model says. */
s32 map_view(u32 n, u32 domid, u32 frame, u32 flags);

/* members.c: the crowd, and what makes no sense */
const char *member_step(void), *nonsense_step(void), *trace_step(void);
const char *let_all_go(void);

#endif
