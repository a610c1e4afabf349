/*
 * lab03_model.h: a model of page types that keeps no counts, and a guest of random requests that
 * holds the hypervisor against it.
 *
 * The model knows what the guest asked for: what is in each page, which pages are pinned, which
 * directory is the base, which pages were given back. Whether a request is right it finds by
 * looking at everything: if it were carried out, with the entry that it replaces still counted,
 * each page would have to play one part only, and hold nothing that is refused.
 */
#ifndef LAB03_MODEL_H
#define LAB03_MODEL_H

#include "pv.h"

enum { HOME, KERNEL, DATA, POOL }; /* the first directory, the kernel's table, a page of its data */
#define NR_DIRS	  3u		   /* of the pool, what page is mostly used as */
#define NR_TABLES 6u
#define NR_PAGES  (POOL + NR_DIRS + NR_TABLES + 8)
#define NR_WORDS  16u
#define HV_SLOT	  1008u
#define SIGNATURE 600u /* the word of each page by which it is known */

enum part { PLAIN, TABLE, DIRECTORY, WRITABLE, NR_PARTS };

struct page {
	u32 mfn;
	bool allocated; /* not given back */
	bool dead;	/* given back, and nothing holds it: it may be anybody's */
	bool alias;	/* mapped read-only at alias_va(), so that it can be read */
	bool stained;	/* the hypervisor's slots were filled in: no page table any more */
	enum part pinned;
	u32 word[NR_WORDS]; /* at indices[]; all others are 0 */
};
extern struct page pages[NR_PAGES];
extern u32 base;
extern u32 indices[NR_WORDS];
#define KERNEL_WORD 2u /* the index of the slot by which the kernel is mapped */
extern u32 nr_machine_frames;

/** How often a page plays each part, and how many references it has beside its allocation. */
struct parts {
	u32 as[NR_PARTS], refs;
};
extern struct parts held[NR_PAGES];  /* as things stand */
extern struct parts tried[NR_PAGES]; /* in the last state that was looked at */

/** Why the last state was refused; and where the entry is that it is about, if a page holds it. */
extern const char *why;
extern u32 why_entry;

void model_init(void);
/** @return NR_PAGES if the frame is none of the game's */
u32 page_of(u32 mfn);
u32 index_of(u32 page, u32 word);

/** An entry, a pin or a base that is held besides what the pages hold. */
struct besides {
	u32 entry; /* 0: none */
	u32 dir;   /* it is of this directory; NR_PAGES: of a page table */
	u32 page;  /* NR_PAGES: none */
	enum part part;
};
/** May it be so? Then `tried` has the counts. */
bool sound(const struct besides *b);
/** It is so: take it over, and find which pages have died. */
void settle(void);

/** What must come of a change of the entry: 0 or 22. If 0, the model has changed. */
u32 model_update(u32 page, u32 word, u32 val);
u32 model_pin(u32 page, enum part part);
u32 model_unpin(u32 page);
/** 0 also if it is the base already. */
u32 model_base(u32 page);
u32 model_alias(u32 page, bool on);

/* lab03_random.c */
void lab03_random(void);
/* lab03_written.c */
void lab03_written(void);

#endif
