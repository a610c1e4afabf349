/*
 * random.h: the random probe: a kernel that does what nobody chose, and prints what came of it.
 * What it prints on the bare machine, it must print in a domain.
 *
 * It runs cells. A cell is a few drawn instructions, run in ring 0 or 3 with drawn registers; what
 * is known afterwards is how it ended and what was in all registers then.
 */
#ifndef PROBE_RANDOM_H
#define PROBE_RANDOM_H

#include "probe.h"

#define NR_GDT	  64u
#define NR_LDT	  8u
#define SEL_CODE  0x08u
#define SEL_DATA  0x10u
#define SEL_CODE3 0x1Bu
#define SEL_DATA3 0x23u
#define SEL_TSS	  0x28u
#define SEL_LDT	  0x30u
#define SEL_SPARE 0x38u
#define FIRST_SEL 0x40u	 /* descriptors from here on are drawn */
#define ENDED	  0x100u /* end_vec of a cell that came to its end */

/* Linear addresses of pages with a meaning. */
#define PAGE_NONE      0x40000000u /* not present */
#define PAGE_READ_ONLY 0x40001000u
#define PAGE_KERNEL    0x40002000u /* not for ring 3 */
#define STUBS	       0x00008000u /* below 64 KB, where a 16-bit gate leads, too */
#define NO_STACK       0x40004000u /* not present; the page below is */
#define STACKS	       0x00200000u /* 64 KB that cells use as stack; the 16-bit segment's */
#define FRESH	       0x00400000u /* pages for generated code */

/** With what a cell begins. */
struct start {
	u32 eax, ecx, edx, ebx, unused, ebp, esi, edi, eflags, cs, esp, ss, eip, data;
};
extern struct start start;
void enter_cell(void);
void jump_cell(void);
/** How it ended: the vector; EFLAGS in the handler (if look_at_flags), ESP and SS there. */
extern u32 end_vec, end_flags, end_esp, end_ss;
extern u32 end_segs[4];	 /* gs, fs, es, ds */
extern u32 end_regs[8];	 /* edi, esi, ebp, esp, ebx, edx, ecx, eax */
extern u32 end_words[8]; /* what the handler found on its stack */
extern u32 look_at_flags;
extern u8 trapped[], cell_end[], stack_top[];

extern u32 *gdt, *ldt, idt[512], tss[26];
/** Tables, paging, PIC: once. */
void machine_init(void);
/** Other descriptors, in a table that nobody has looked at yet. */
void draw_descriptors(void);
/** One of the selectors that mean something; or, now and then, nothing. */
u32 draw_selector(void);
/** Is it code with which a gate does not lead from ring 3 to ring 0? */
bool selector_is_outer(u32 selector);
/** May a far jump to it switch tasks, or go through a gate? */
bool selector_leads_away(u32 selector);
/** One of ring 0's stack segments. */
u32 draw_stack(void);
/** Each vector's gate: an interrupt gate to its stub. */
void plain_gates(void);
/** A cell's line is at its end: out with it. */
void end_line(void);
/** IRQ 0 waits for IF; and is forgotten. */
void irq_pending(void);
void irq_off(void);

/*
 * What follows is done many times for each cell, and not by calls: with SENSITIVE=breakpoint each
 * way back is two traps, each of which takes its time in the CPU's log.
 */
#define NO_CALL static inline __attribute__((always_inline))

/** draw(), in the same way. */
extern u32 random_state;
NO_CALL u32 pick(u32 below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return (random_state >> 8) % below;
}
NO_CALL bool one_in(u32 n)
{
	return pick(n) == 0;
}
/** A general register's worth: small, or large. */
NO_CALL u32 draw_word(void)
{
	u32 low = pick(1 << 16), high = pick(1 << 16);

	return one_in(3) ? low : high << 16 | low;
}

/** What a cell's line is made of: words, and numbers with a space in front. */
extern char *line_end;
NO_CALL void text(const char *s)
{
	while (*s)
		*line_end++ = *s++;
}
/** Four digits, the highest first in memory: a byte each, then '0' to '9' or 'a' to 'f'. */
NO_CALL u32 four_digits(u32 n)
{
	n = (n | n << 8) & 0x00FF00FF;
	n = (n | n << 4) & 0x0F0F0F0F;
	n += 0x30303030 + ((n + 0x06060606) >> 4 & 0x01010101) * ('a' - '9' - 1);
	return __builtin_bswap32(n);
}
NO_CALL void hex(u32 n)
{
	line_end[0] = ' ';
	*(u32 *)(line_end + 1) = four_digits(n >> 16);
	*(u32 *)(line_end + 5) = four_digits(n & 0xFFFF);
	line_end += 9;
}

/** Code is put here; emit() appends bytes, the lowest first. */
extern u8 *code;
NO_CALL void emit(u32 n, u32 bytes)
{
	while (n--) {
		*code++ = (u8)bytes;
		bytes >>= 8;
	}
}
/** Behind a cell's last instruction: jump to cell_end. */
void emit_end(void);

static inline void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}

/* The scenarios. */
void random_gates(void), random_flags(void), random_insns(void), each_insn(void), random_code(void),
    full_code(void);

#endif
