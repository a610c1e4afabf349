/* cells.c: one program after the other, and what each did. */
#include "cells.h"

void cells_begin(bool low, bool free)
{
	world.low = low;
	world.free = free;
	asm volatile("lldt %w0" : : "r"(0));
	for (u32 n = 0; n < NR_FRAMES; n++)
		memset(frame(n), 0xCC, PAGE);
	memset((void *)LARGE_PA, 0, PAGE); /* without CR4.PSE, a table of nothing */
	world_draw();
}

static void tell(u32 n, const struct program *p)
{
	const u32 *r = (const u32 *)&in;

	print("%u: ring %u wp=%u pse=%u at %x dr %x %x %x %x %x code", n, p->user ? 3 : 0, p->wp,
	      p->pse, (u32)p->at, p->dr[0], p->dr[1], p->dr[2], p->dr[3], p->dr7);
	for (u32 i = 0; i < p->len; i++)
		print(" %x", p->bytes[i]);
	print("\n  in ");
	for (u32 i = 0; i < 16; i++)
		print(" %x", r[i]);
	print("\n  out");
}

static u32 modes(const struct program *p)
{
	u32 cr0 = read_cr0() & ~(CR0_WP | CR0_TS), cr4 = read_cr4() & ~CR4_PSE;

	write_cr0(cr0 | (p->wp ? CR0_WP : 0));
	write_cr4(cr4 | (p->pse ? CR4_PSE : 0));
	return cr4;
}

u32 cell(u32 n, bool told)
{
	const u32 *r = (const u32 *)&out;
	struct program p = {.dr7 = 0};
	u32 sum = 2166136261u, dr6, at, controls;

	if (one_in(2))
		world_change();
	memset(stack_page, 0, PAGE);
	program_draw(&p);
	if (told)
		tell(n, &p);
	memcpy(p.at, p.bytes, (p.len + 3) & ~3u);
	asm volatile("movl %0, %%cr2" : : "r"(0));
	modes(&p);
	asm volatile("movl %0, %%dr6" : : "r"(0));
	write_debug(p.dr, p.dr7);
	run();
	dr6 = take_debug(p.dr7);
	controls = read_cr0() ^ read_cr4();
	modes(&(struct program){.wp = true});
	settle_out();
	at = out.cs & SEL_RPL ? 0 : out.at;
	out.at = out.vec == VEC_PF ? read_cr2() : 0;
	program_done();
	world_settle();
	for (u32 i = 0; i < sizeof(out) / 4; i++)
		sum = (sum ^ (r[i] + i)) * 16777619;
	sum = (sum ^ dr6 ^ controls) * 16777619;
	sum = (sum ^ world_sum()) * 16777619;
	if (told) {
		for (u32 i = 0; i < sizeof(out) / 4; i++)
			print(" %x", r[i]);
		print(" dr6=%x controls=%x world=%x", dr6, controls, world_sum());
	}
	sum ^= windows_settle(at, at ? 20 : 0, told);
	if (told)
		print("\n");
	return sum;
}
