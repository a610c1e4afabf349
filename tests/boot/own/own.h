/*
 * own.h: what a vcpu has of the processor beside its general registers. Each round it is filled at
 * random; others run; then all must be as it was written. Both kernels (pc.c, pv.c) include this.
 */
#ifndef OWN_H
#define OWN_H

#include <trapline/types.h>

#define ROUNDS 60u
#define WORDS  4u /* that breakpoints watch */

/** The kernel's own part. @return what is not as it was, or NULL */
static const char *special(bool fill);
/** Take this breakpoint control, for watched[0] to [3]. */
static void watch(u32 dr7);
static void set_ts(void);
/** Let others run. */
static void give_way(void);

static volatile u32 watched[WORDS], struck, no_fpu, no_sse;
static u32 state, fpu[2][27], segment[3], own_word, dr7, expect_no_fpu;

static u32 rnd(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	return state ^= state << 5;
}

static void save_fpu(u32 *to)
{
	asm volatile("fnsave %0\n\tfrstor %0" : "+m"(*(u32(*)[27])to) : : "memory");
}

static void fill_fpu(void)
{
	u16 control = 0x3F | (rnd() & 0xF00);
	u64 n;

	asm volatile("fninit\n\tfldcw %0" : : "m"(control));
	for (u32 i = rnd() % 9; i; i--) {
		n = (u64)rnd() << 32 | rnd();
		asm volatile("fildll %0" : : "m"(n));
	}
	save_fpu(fpu[0]);
}

/* Of the words of fnsave, 3 to 6 say where the last instruction was: not each CPU keeps them. */
static bool fpu_is_ours(void)
{
	save_fpu(fpu[1]);
	for (u32 i = 0; i < 27; i++)
		if ((i < 3 || i > 6) && fpu[0][i] != fpu[1][i])
			return false;
	return true;
}

/** @param selectors that es, fs, gs may have; the last leads to own_word by the LDT */
static void fill(const u32 *selectors, u32 n)
{
	fill_fpu();
	for (u32 i = 0; i < 3; i++)
		segment[i] = selectors[rnd() % n];
	asm volatile("movl %0, %%fs\n\tmovl %1, %%gs" : : "r"(segment[1]), "r"(segment[2]));
	dr7 = 0x400;
	for (u32 i = 0; i < WORDS; i++)
		if (rnd() & 1)
			dr7 |= 2u << 2 * i | 0xDu << (16 + 4 * i); /* writes of 4 bytes */
	watch(dr7);
	struck = 0;
	special(true);
	no_fpu = 0;
	expect_no_fpu = rnd() & 1;
	if (expect_no_fpu)
		set_ts();
}

static u32 word_by(u32 sel)
{
	u32 val;

	asm volatile("pushl %%fs\n\tmovl %1, %%fs\n\tmovl %%fs:0, %0\n\tpopl %%fs"
		     : "=r"(val)
		     : "r"(sel));
	return val;
}

static u32 bits(u32 n)
{
	u32 k;

	for (k = 0; n; n &= n - 1)
		k++;
	return k;
}

/** @return what is not as it was, or NULL */
static const char *check(u32 ldt_sel)
{
	const char *wrong;
	u32 fs, gs;

	asm volatile("movl %%fs, %0\n\tmovl %%gs, %1" : "=r"(fs), "=r"(gs));
	if ((u16)fs != segment[1] || (u16)gs != segment[2])
		return "segment registers";
	if (word_by(ldt_sel) != own_word)
		return "LDT";
	if (!fpu_is_ours())
		return "FPU";
	if (no_fpu != expect_no_fpu)
		return "TS";
	wrong = special(false); /* before a breakpoint strikes */
	if (wrong)
		return wrong;
	for (u32 i = 0; i < WORDS; i++)
		watched[i] = i;
	return struck == bits(dr7 & 0xAA) ? (void *)0 : "breakpoints";
}

static const char *live(const u32 *selectors, u32 n)
{
	const char *wrong = (void *)0;

	for (u32 round = 0; round < ROUNDS && !wrong; round++) {
		fill(selectors, n);
		for (u32 i = rnd() % 3 + 1; i; i--) {
			give_way();
			for (volatile u32 spin = rnd() % 8192; spin; spin--)
				;
		}
		wrong = check(selectors[n - 1]);
	}
	return wrong;
}

#endif
