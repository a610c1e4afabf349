/* world.c: what random programs run on: descriptor tables, pages of code, several views of each. */
#include "cells.h"

#define RIGHTS (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

struct world world;

static u32 pages_table[1024] PAGE_ALIGNED;
static struct desc other_ldt[512] PAGE_ALIGNED;
static u32 gdt_limit, ldtr;

static struct desc segment(u32 base, u32 limit, u32 hi)
{
	return (struct desc){.lo = base << 16 | (limit & 0xFFFF),
			     .hi = (base & 0xFF000000) | (base >> 16 & 0xFF) | (limit & 0xF0000) |
				   hi};
}

/* A gate that leads to the kernel's landing place, or to something that is no code. */
static struct desc any_gate(u32 hi)
{
	static const u8 types[] = {DESC_CALL_GATE, DESC_CALL_GATE, DESC_CALL_GATE & ~GATE_WIDE,
				   DESC_TASK_GATE, DESC_INTR_GATE};
	static const u16 bad[] = {SEL_KDATA, 0, SEL_TSS, SEL_UCODE16, 0xFFF8};
	u32 type = random_of(types), sel = one_in(3) ? random_of(bad) : SEL_KCODE;
	u32 to = FRAMES_PA + LANDING;

	if (type == (DESC_CALL_GATE & ~GATE_WIDE)) /* its offset has 16 bits */
		sel = one_in(2) ? SEL_KDATA : 0;
	return (struct desc){sel << 16 | (to & 0xFFFF),
			     (to & 0xFFFF0000) | hi | type << 8 | random_below(4)};
}

static u32 any_base(void)
{
	const u32 bases[] = {0, 0x00010000, BASED_BASE, PAGES_SLOT << 22, ~0xFFFu};

	return bases[random_below(ARRAY_SIZE(bases) - (world.low ? 2 : 0))];
}

struct desc any_descriptor(void)
{
	u32 dpl = one_in(3) ? random_below(4) : one_in(2) ? 3 : 0, type = random_below(12);
	u32 hi = dpl << DESC_DPL_SHIFT | (one_in(10) ? 0 : DESC_P), limit = 0xFFFFF;
	bool wide = !one_in(3);

	if (type == 0)
		return any_gate(hi);
	if (type == 1) /* a TSS, which nobody may use */
		return segment(0, 103,
			       (hi & ~(one_in(2) ? DESC_P : DESC_DPL)) |
				   (one_in(2) ? DESC_TSS_AVAIL : DESC_TSS_BUSY) << 8);
	hi |= DESC_S | DESC_G | (one_in(8) ? 0 : DESC_RW) | (wide ? DESC_DB : 0);
	if (type < 6) {
		if (one_in(6))
			hi |= DESC_EC;
		return segment(wide ? any_base() : (PAGES_SLOT + random_below(NR_SLOTS)) << 22,
			       limit, hi | DESC_CODE | DESC_A);
	}
	if (one_in(3)) {
		limit = one_in(2) ? random_below(1 << 20) : random_below(64);
		hi &= one_in(2) ? ~DESC_G : ~0u;
	}
	if (one_in(6) && !world.low)
		hi |= DESC_EC; /* reaches to the end */
	return segment(any_base(), limit, hi | (one_in(4) ? 0 : DESC_A));
}

static struct desc any_ldt(void)
{
	static const u32 limits[] = {0,	    6,	    7,	    15,	     0x3F, NR_IN_LDT * 8 - 1,
				     0xFFF, 0x1000, 0xFFFF, 0xFFFFF, 0xFF8};
	const u32 bases[] = {(u32)ldt, LDT_VIEW, (u32)ldt + 8, LDT_VIEW + 4, LDT_VIEW};

	return segment(random_of(bases), random_of(limits),
		       DESC_P | DESC_LDT << 8 | (one_in(2) ? DESC_G : 0));
}

u32 ldt_selector(void)
{
	return one_in(8) ? 0 : FIRST_LDT + random_below(NR_LDTS) * 8;
}

static void load_ldt(u32 sel)
{
	asm volatile("lldt %w0" : : "r"(sel));
	ldtr = sel;
}

static void load_gdt(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr;

	gdt_limit = one_in(2) ? PAGE - 1 : FIRST_LDT + NR_LDTS * 8 - 1 + random_below(16);
	gdtr.limit = gdt_limit;
	gdtr.base = (u32)gdt;
	asm volatile("lgdt %0" : : "m"(gdtr));
}

u32 *page_entry(u32 page)
{
	return &pages_table[page];
}

static void view_ldt(void)
{
	*(volatile u32 *)entry_of(LDT_VIEW) =
	    (one_in(2) ? (u32)ldt : (u32)other_ldt) | (RIGHTS & ~PTE_US);
	invlpg(LDT_VIEW);
}

static void link(u32 slot, bool on)
{
	world.linked[slot] = on;
	*(volatile u32 *)&directory[PAGES_SLOT + slot] = on ? (u32)pages_table | RIGHTS : 0;
	write_cr3((u32)directory);
}

static void show(u32 page, u32 n)
{
	world.page_frame[page] = n;
	*(volatile u32 *)&pages_table[page] =
	    (u32)frame(n) | (one_in(4) ? RIGHTS & ~PTE_RW : RIGHTS);
	for (u32 slot = 0; slot < NR_SLOTS; slot++)
		invlpg((PAGES_SLOT + slot) << 22 | page << 12);
}

void world_settle(void)
{
	for (u32 page = 0; page < NR_PAGES; page++)
		world.page_frame[page] = (pages_table[page] - FRAMES_PA) / PAGE;
	asm volatile("sldt %0" : "=r"(ldtr));
	write_cr3((u32)directory);
}

void world_draw(void)
{
	for (u32 i = 0; i < NR_DRAWN; i++)
		gdt[FIRST_DRAWN / 8 + i] = any_descriptor();
	for (u32 i = 0; i < NR_IN_LDT; i++) {
		ldt[i] = any_descriptor();
		other_ldt[i] = any_descriptor();
	}
	load_ldt(0);
	for (u32 i = 0; i < NR_LDTS; i++)
		gdt[FIRST_LDT / 8 + i] = any_ldt();
	load_gdt();
	view_ldt();
	load_ldt(ldt_selector());
	directory[LARGE_SLOT] = LARGE_PA | RIGHTS | PTE_PS;
	for (u32 slot = 0; slot < NR_SLOTS; slot++)
		link(slot, !slot || one_in(2));
	for (u32 page = 0; page < NR_PAGES; page++)
		show(page, page < NR_FRAMES ? page : random_below(NR_FRAMES));
	frame(0)[LANDING] = 0xCD;
	frame(0)[LANDING + 1] = 0x81;
}

void world_change(void)
{
	switch (random_below(8)) {
	case 0:
	case 1:
		show(random_below(NR_PAGES), random_below(NR_FRAMES));
		break;
	case 2:
		link(1 + random_below(NR_SLOTS - 1), one_in(2));
		break;
	case 3:
		gdt[FIRST_DRAWN / 8 + random_below(NR_DRAWN)] = any_descriptor();
		break;
	case 4:
		(one_in(2) ? ldt : other_ldt)[random_below(NR_IN_LDT)] = any_descriptor();
		break;
	case 5:
		load_ldt(ldt_selector());
		break;
	case 6:
		view_ldt();
		break;
	case 7:
		if (one_in(4))
			load_gdt();
	}
}

/* Which descriptors are marked as used, and what else programs do to them. */
u32 world_sum(void)
{
	u32 sum = ldtr;

	for (u32 i = 0; i < NR_DRAWN + 1 + NR_LDTS; i++)
		sum = (sum ^ gdt[FIRST_DRAWN / 8 + i].hi) * 16777619;
	for (u32 i = 0; i < NR_IN_LDT; i++)
		sum = (sum ^ ldt[i].hi ^ other_ldt[i].hi << 1) * 16777619;
	for (u32 page = 0; page < NR_PAGES; page++)
		sum = (sum ^ (pages_table[page] & ~PTE_A)) * 16777619;
	return sum;
}

bool descriptor_of(u32 sel, struct desc *d)
{
	const struct desc *table = gdt;
	u32 limit = gdt_limit, at = sel & ~7u;

	if (!(sel & ~3u))
		return false;
	if (sel & SEL_TI) {
		if (!ldtr)
			return false;
		table = (struct desc *)desc_base(gdt[ldtr / 8]);
		limit = desc_limit(gdt[ldtr / 8]);
	}
	if (limit < 7 || at > limit - 7)
		return false;
	*d = table[at / 8];
	return true;
}

u32 any_selector(void)
{
	static const u16 fixed[] = {SEL_KDATA, SEL_KCODE, SEL_UDATA, SEL_UCODE, SEL_TSS, SEL_LDT};
	u32 rpl = one_in(3) ? random_below(4) : one_in(2) ? 3 : 0;

	switch (random_below(8)) {
	case 0:
		return one_in(4) ? one_in(32) * rpl : random_of(fixed);
	case 1:
	case 2:
		return random_below(NR_IN_LDT + 2) * 8 | SEL_TI | rpl;
	case 3: /* about the end of the table */
		return ((gdt_limit + 1) & ~7u) - 8 + random_below(3) * 8 + rpl;
	case 4: /* not the one that programs write */
		return FIRST_LDT + random_below(NR_LDTS) * 8 + rpl;
	default:
		return FIRST_DRAWN + random_below(NR_DRAWN) * 8 + rpl;
	}
}

/* One for which `good` holds, from anywhere on; or 0. */
static u32 search(bool (*good)(u32 sel, u32 va, bool user), u32 va, bool user)
{
	u32 from = random_below(NR_DRAWN + NR_IN_LDT), rpl = user ? 3 : 0;

	for (u32 i = 0; i < NR_DRAWN + NR_IN_LDT; i++) {
		u32 n = (from + i) % (NR_DRAWN + NR_IN_LDT);
		u32 sel = n < NR_DRAWN ? FIRST_DRAWN + n * 8 : (n - NR_DRAWN) * 8 | SEL_TI;

		if (good(sel | rpl, va, user))
			return sel | rpl;
	}
	return 0;
}

static bool leads_to(u32 sel, u32 va, bool user)
{
	u32 cpl = user ? 3 : 0, offset;
	struct desc d;

	if (!descriptor_of(sel, &d) || !(d.hi & DESC_S) || !(d.hi & DESC_P) || !(d.hi & DESC_CODE))
		return false;
	if (d.hi & DESC_EC ? desc_dpl(d) > cpl : desc_dpl(d) != cpl)
		return false;
	offset = va - desc_base(d);
	if (world.low && offset > va)
		return false;
	return desc_limit(d) == ~0u && (d.hi & DESC_DB || offset < 0x10000 - PROGRAM_BYTES);
}

u32 code_selector(u32 va, bool user)
{
	u32 sel = one_in(4) ? 0 : search(leads_to, va, user);

	return sel ? sel : user ? SEL_UCODE : SEL_KCODE;
}

static bool good_data(u32 sel, u32 va, bool user)
{
	struct desc d;

	(void)va;
	return descriptor_of(sel, &d) && (d.hi & DESC_S) && (d.hi & DESC_P) &&
	       !(d.hi & (DESC_CODE | DESC_EC)) && (d.hi & DESC_RW) && desc_limit(d) == ~0u &&
	       desc_dpl(d) >= (user ? 3u : 0u) && desc_dpl(d) >= (sel & SEL_RPL);
}

bool is_good_data(u32 sel, bool user)
{
	return good_data(sel, 0, user);
}

u32 data_selector(bool user)
{
	u32 sel = one_in(3) ? 0 : search(good_data, 0, user);

	return sel ? sel : SEL_UDATA;
}

u32 frame_va(u32 n, u32 offset)
{
	u32 from = random_below(NR_PAGES * NR_SLOTS);

	for (u32 i = 0; i < NR_PAGES * NR_SLOTS; i++) {
		u32 k = (from + i) % (NR_PAGES * NR_SLOTS);

		if (world.page_frame[k % NR_PAGES] == n && world.linked[k / NR_PAGES])
			return (PAGES_SLOT + k / NR_PAGES) << 22 | k % NR_PAGES << 12 | offset;
	}
	return 0;
}
