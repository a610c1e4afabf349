/* segments.c: LDTs of any size, and TSSs of both. */
#include "same.h"

static void ldts(void)
{
	static const struct {
		u32 limit, hi;
	} tables[] = {{0xFFFF, 0x8F0000}, {0xFFFF, 0}, {7, 0},	     {6, 0}, {0, 0}, {15, 0},
		      {0xFFF, 0},	  {0x1000, 0}, {0, 0x800000}};

	ldt[0] = ldt[1] = ldt[511] = (struct desc){0x0000FFFF, 0x00CF9300};
	for (u32 i = 0; i < ARRAY_SIZE(tables); i++) {
		load_ldt((u32)ldt, tables[i].limit, tables[i].hi);
		print("segments: ldt %x/%x:", tables[i].limit, tables[i].hi);
		for (u32 k = 0; k < 4; k++) {
			static const u16 selectors[] = {0x04, 0x0C, 511 << 3 | 4, 0xFFFC};
			u32 limit = 7, ok = 0;

			asm volatile("lsl %w2, %0\n\tsetz %b1"
				     : "+r"(limit), "+q"(ok)
				     : "r"((u32)selectors[k])
				     : "cc");
			print(" %x", ok ? limit : 0);
			if (ok && limit) {
				asm volatile("movl %0, %%fs\n\tmovl %%fs, %0"
					     : "+r"((u32){selectors[k]}));
				print("+");
			}
		}
		/* A write to the page of the GDT: whoever looks through tables does so now. */
		*(volatile u32 *)&gdt[9] = i;
		print(" %x\n", gdt[9].lo);
	}
	asm volatile("movl %0, %%fs\n\tlldt %w0" : : "r"(0));
}

static void tss(bool wide)
{
	extern u8 user_functions[];
	u32 vec;

	load_tss(wide);
	vec = user((u32)user_functions, EFL_FIXED);
	print("segments: tss of %u bits: vector %x, stack %s\n", wide ? 32 : 16, vec,
	      trap_esp < 0x10000 ? "low" : "high");
}

void segments(void)
{
	ldts();
	tss(false);
	tss(true);
}
