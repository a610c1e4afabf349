/* pc.c: own.h on a PC: it has SSE, too, and what it has in CR4. Ends by port f4: 0 if all was
 * right. */
#include "../domains/pc.h"
#include "own.h"

asm("debug: incl struck\n"
    "	iret\n"
    "nm:	incl no_fpu\n"
    "	clts\n"
    "	iret\n");
extern u8 debug[], nm[];

static u64 ldt[512];
static u32 xmm[2][33];

static void watch(u32 control)
{
	asm volatile("movl %0, %%dr0\n\tmovl %1, %%dr1\n\tmovl %2, %%dr2\n\tmovl %3, %%dr3\n\t"
		     "movl %4, %%dr7"
		     :
		     : "r"(&watched[0]), "r"(&watched[1]), "r"(&watched[2]), "r"(&watched[3]),
		       "r"(control));
}

static void set_ts(void)
{
	u32 cr0;

	asm volatile("movl %%cr0, %0\n\torl $8, %0\n\tmovl %0, %%cr0" : "=&r"(cr0));
}

static void give_way(void)
{
	asm volatile("sti\n\thlt\n\tcli" : : : "memory");
}

static void save_xmm(u32 *to)
{
	asm volatile("movups %%xmm0, (%0)\n\tmovups %%xmm1, 16(%0)\n\tmovups %%xmm2, 32(%0)\n\t"
		     "movups %%xmm3, 48(%0)\n\tmovups %%xmm4, 64(%0)\n\tmovups %%xmm5, 80(%0)\n\t"
		     "movups %%xmm6, 96(%0)\n\tmovups %%xmm7, 112(%0)\n\tstmxcsr 128(%0)"
		     :
		     : "r"(to)
		     : "memory");
}

static const char *special(bool filling)
{
	u32 *x = xmm[0];

	if (!filling) {
		save_xmm(xmm[1]);
		for (u32 i = 0; i < 33; i++)
			if (xmm[0][i] != xmm[1][i])
				return "SSE";
		return (void *)0;
	}
	for (u32 i = 0; i < 32; i++)
		x[i] = rnd();
	x[32] = 0x1F80 | (rnd() & 0x603F);
	asm volatile("movups (%0), %%xmm0\n\tmovups 16(%0), %%xmm1\n\tmovups 32(%0), %%xmm2\n\t"
		     "movups 48(%0), %%xmm3\n\tmovups 64(%0), %%xmm4\n\tmovups 80(%0), %%xmm5\n\t"
		     "movups 96(%0), %%xmm6\n\tmovups 112(%0), %%xmm7\n\tldmxcsr 128(%0)"
		     :
		     : "r"(x)
		     : "memory");
	return (void *)0;
}

void main(const char *cmdline)
{
	u32 selectors[] = {0, 16, 0}, last;

	for (; *cmdline; cmdline++)
		state = state * 31 + *cmdline;
	own_word = rnd();
	last = 1 + rnd() % 511; /* the LDT ends with this entry: another's may be shorter */
	selectors[2] = last * 8 | 4;
	gdt[3] = (u64)0x82 << 40 | (u64)((u32)ldt & 0xFFFFFF) << 16 | (last * 8 + 7);
	ldt[last] = 0x00CF920000000000 | (u64)((u32)&own_word & 0xFFFFFF) << 16 | 0xFF;
	set_gate(1, debug);
	set_gate(7, nm);
	load_tables();
	asm volatile("lldt %w0" : : "r"(24) : "memory");
	asm volatile("movl %0, %%cr4" : : "r"(0x600));
	start_timer(0xFE, 1193);
	asm volatile("outl %0, $0xF4" : : "a"(live(selectors, 3) ? 1 : 0));
	for (;;)
		;
}
