/*
 * cells.h: short random programs, on a machine that changes from one to the next: segments and LDTs
 * of any size, code and stacks of 16 and 32 bits, generated, copied and remapped code, several
 * mappings of a table, 4 MB pages, CR0.WP and CR4.PSE switched, breakpoints, single steps, refused
 * gates. What each did is summed up, as with single instructions.
 */
#ifndef CELLS_H
#define CELLS_H

#include "insns.h"

/* Frames that hold code, where the kernel writes them; and pages for all, each of which shows one
 * of them, at the same place of up to three slots. */
#define FRAMES_PA     0x00410000u
#define NR_FRAMES     6u
#define NR_PAGES      8u
#define PAGES_SLOT    0x141u
#define NR_SLOTS      3u
#define LARGE_SLOT    0x145u /* if CR4.PSE is set: the 4 MB in which the frames are */
#define LARGE_PA      0x00400000u
#define LDT_VIEW      0x0000D000u /* one of two tables is here */
#define PROGRAM_BYTES 512u	  /* each frame has four, then functions, then where gates lead */
#define FUNCTIONS     0x800u
#define FUNCTION_SIZE 64u
#define NR_FUNCTIONS  8u
#define LANDING	      0xF00u

/* Drawn descriptors, of the GDT from here on; then one that programs write, and some LDTs. */
#define FIRST_DRAWN 0x60u
#define NR_DRAWN    40u
#define SEL_WRITTEN (FIRST_DRAWN + NR_DRAWN * 8)
#define FIRST_LDT   (SEL_WRITTEN + 8)
#define NR_LDTS	    8u
#define NR_IN_LDT   24u

struct function {
	u8 size; /* of operands there: 2 or 4; 0: there is none */
	bool user, far;
};

extern struct world {
	bool low;  /* no segment reaches to the end of the address space, or around it */
	bool free; /* what only SENSITIVE=breakpoint can follow, too */
	u32 page_frame[NR_PAGES];
	bool linked[NR_SLOTS];
	struct function functions[NR_FRAMES][NR_FUNCTIONS];
} world;

static inline u8 *frame(u32 n)
{
	return (u8 *)(FRAMES_PA + n * PAGE);
}

/* world.c */
void world_draw(void);
/** Something of it becomes another. */
void world_change(void);
/** After a program: page_frame says what is so, and nobody remembers anything else. */
void world_settle(void);
u32 world_sum(void);
/** What a selector names now. @return false if nothing */
bool descriptor_of(u32 sel, struct desc *d);
u32 any_selector(void);
/** One by which code at `va` can be gone to, in this ring. @return 0 if none was found */
u32 code_selector(u32 va, bool user);
/** One of writable data that begins anywhere and has no end. */
u32 data_selector(bool user);
/** Is this one, in this ring? */
bool is_good_data(u32 sel, bool user);
struct desc any_descriptor(void);
/** An LDT's selector, or null. */
u32 ldt_selector(void);
/** The entry that maps a page of code, in the table. */
u32 *page_entry(u32 page);
/** An address at which all can read this byte of a frame. @return 0 if none was found */
u32 frame_va(u32 frame, u32 offset);

/* program.c */
struct program {
	u32 dr[4], dr7;
	const u8 *bytes;
	u32 len;
	u8 *at; /* where they are to be */
	bool user, wp, pse;
};
/** A new one, in a frame; what it begins with is in `in`. */
void program_draw(struct program *p);
/** It has run. */
void program_done(void);

/* cells.c */
void cells_begin(bool low, bool free);
/** One of them. @return a sum over what it did */
u32 cell(u32 n, bool told);

#endif
