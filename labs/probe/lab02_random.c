/*
 * lab02_random.c: a kernel whose page tables, edits and accesses nobody chose. It says what it saw;
 * on the bare machine it says what it should have seen.
 *
 * The memory that it plays with: four page tables and eight pages of data in the pool, two areas
 * of 4 MB, and pages that it has never touched when it maps them. Any table may be mapped at any
 * slot, more than once, and as data. Each word that is looked at holds its own address, so that no
 * page is taken for another; as an entry it is not present.
 */
#include "lab02.h"

#define NR_TABLES    4
#define NR_PAGES     12 /* the tables, then data */
#define ROUNDS	     3	/* each with tables, slots and indices of its own */
#define LARGE	     0x01000000u
#define LARGE_SIZE   0x00400000u
#define NR_LARGE     2
#define UNTOUCHED    0x01900000u
#define NR_UNTOUCHED 64
#define PAT	     0x1000u  /* in the entry of a page of 4 MB: no bit of its address */
#define WP	     0x10000u /* of CR0 */
#define PSE	     0x10u    /* of CR4 */
#define DE	     0x08u
#define GATE_SLOTS                                                                                 \
	0x3E0u /* from here on ring 0 may find the hypervisor's gate where nothing is mapped */

static u32 pd_other[1024] __attribute__((aligned(4096)));
static u32 *directory;
static const char *scenario;
static bool with_bits, with_faults, with_edits;
static u32 line;

/* Slots and entries: the first but the kernel's own, the last, the ones around where a hypervisor
 * might be, and one that is drawn. */
static u32 slots[] = {1, 2, 0x155, 0x2FF, 0x3EF, 0x3FE, 0x3FF, 3};
static u32 indices[] = {0, 1, 1022, 1023, 2};
static u32 offsets[] = {0, 4, 0xFFC, 8};

static u32 page_pa(u32 n)
{
	return POOL + n * PAGE;
}
static u32 *table(u32 n)
{
	return (u32 *)page_pa(n);
}

static u32 marks(u32 entry, bool last)
{
	if (!with_bits)
		return entry | A | (last ? D : 0);
	return entry | (one_in(3) ? A : 0) | (last && one_in(3) ? D : 0);
}

static u32 random_rights(void)
{
	return (one_in(12) ? 0 : P) | (one_in(5) ? 0 : RW) | (one_in(5) ? 0 : US) | draw(8) << 9 |
	       (one_in(4) ? draw(4) << 3 : 0);
}

static u32 random_pte(void)
{
	u32 pa = one_in(4)   ? LARGE + draw(2 * 1024) * PAGE
		 : one_in(8) ? UNTOUCHED + draw(NR_UNTOUCHED) * PAGE
			     : page_pa(draw(NR_PAGES));

	return marks(pa | random_rights(), true);
}

static u32 random_pde(void)
{
	if (one_in(3))
		return marks((LARGE + draw(NR_LARGE) * LARGE_SIZE) | PS | (one_in(2) ? PAT : 0) |
				 random_rights(),
			     true);
	return marks((one_in(10) ? (u32)directory : page_pa(draw(NR_TABLES))) | random_rights(),
		     false);
}

static void set_cr4(u32 val)
{
	asm volatile("movl %0, %%cr4" : : "r"(val) : "memory");
}
static u32 cr0 = 0x80010011u;
static void set_cr0(u32 val)
{
	asm volatile("movl %0, %%cr0" : : "r"(val) : "memory");
	cr0 = val;
}
static u32 the_cr4;

static void load_directory(u32 *pd_now)
{
	directory = pd_now;
	asm volatile("movl %0, %%cr3" : : "r"(pd_now) : "memory");
}

/* Where the entry that maps `va` is: in a table, or the directory; NULL if the directory has none.
 */
static u32 *leaf(u32 va)
{
	u32 pde = directory[va >> 22];

	if (!(pde & P))
		return NULL;
	if ((pde & PS) && (the_cr4 & PSE))
		return &directory[va >> 22];
	return (u32 *)(pde & ~(PAGE - 1)) + (va >> 12 & 1023);
}

#define NOWHERE 0xFFFFFFFFu
static bool is_large(u32 va)
{
	return leaf(va) == &directory[va >> 22];
}
static u32 address_of(u32 va)
{
	u32 *entry = leaf(va);

	/* With CR4.PSE off, an area of 4 MB is taken for a table: no word of it is present. */
	if (!entry || !(is_large(va) || (u32)entry < LARGE) || !(*entry & P))
		return NOWHERE;
	return is_large(va) ? (*entry & 0xFFC00000) | (va & 0x3FFFFF)
			    : (*entry & ~(PAGE - 1)) | (va & (PAGE - 1));
}
static bool in_tables(u32 pa)
{
	return pa - POOL < NR_TABLES * PAGE;
}
static bool in_playground(u32 pa)
{
	return pa - POOL < NR_PAGES * PAGE || pa - LARGE < NR_LARGE * LARGE_SIZE ||
	       pa - UNTOUCHED < NR_UNTOUCHED * PAGE;
}

static void say_entries(u32 va)
{
	u32 *entry = leaf(va);

	say(" pde=%x", directory[va >> 22] & 0xFFF);
	if (entry && !is_large(va) && (u32)entry < LARGE)
		say(" pte=%x", *entry & 0xFFF);
}

/* Of an access that is refused, processors may mark the directory's entry, or not. */
static void level_marks(u32 va)
{
	u32 *pde = &directory[va >> 22];

	if ((*pde & (P | A)) == P && !is_large(va))
		*pde |= A;
}

static const enum snippet on_data[] = {READ32, READ16, READ8, READ32, MOV32, MOV16, MOV8,    XCHG,
				       OR,     AND,    XOR,   ADD,    SUB,   XADD,  CMPXCHG, STOS};

static void access_at(u32 va)
{
	u32 pa = address_of(va), val = draw32() & ~1u, vec, old = 0, ecx = val ^ 2;
	bool ring3 = one_in(2);
	enum snippet s = draw_of(on_data);

	if (va >> 22 >= GATE_SLOTS && !(directory[va >> 22] & P))
		ring3 = true;
	if (pa != NOWHERE && !in_playground(pa))
		return;
	if (pa != NOWHERE && in_tables(pa) && s >= MOV32 && !with_edits)
		s = READ32;
	if (pa != NOWHERE && in_tables(pa) && s >= MOV32) {
		s = MOV32; /* what goes on within a table that maps itself, nobody promises */
		old = *(u32 *)pa;
		val = random_pte();
	}
	if (s == CMPXCHG && one_in(2))
		ecx = READ32; /* hardly what is there */
	vec = touch(s, va, val, ecx, ring3);
	say("%s %u ring=%u %s va=%x ", scenario, line++, ring3 ? 3 : 0, snippet_names[s], va);
	if (vec == 128)
		say("value=%x", s == MOV32 || s == STOS ? val : trap_eax);
	else if (with_faults)
		say("vec=%u err=%u cr2=%x", vec, trap_err, read_cr2(line));
	else
		say("refused");
	if (vec != 128)
		level_marks(va);
	if (with_bits)
		say_entries(va);
	say("\n");
	if (vec == 128 && s == MOV32 && (old & P))
		load_directory(directory);
}

static u32 random_va(void)
{
	return draw_of(slots) << 22 | draw_of(indices) << 12 | draw_of(offsets);
}

static bool leads_to(u32 slot, u32 n)
{
	return (directory[slot] & (~(PAGE - 1) | P | PS)) == (page_pa(n) | P);
}

/* Use it, so that whoever remembers it must forget it when it changes. */
static void peek(u32 va)
{
	if (touch(READ32, va, 0, 0, one_in(2)) != 128)
		level_marks(va);
}

static void edit(void)
{
	u32 n = draw(NR_TABLES), *entry, val, old, operand, ecx;
	bool of_directory = one_in(3);
	enum snippet s;

	if (of_directory) {
		entry = &(one_in(4) ? pd_other : directory)[draw_of(slots)];
		val = random_pde();
	} else {
		entry = &table(n)[draw_of(indices)];
		val = one_in(5) ? 0 : random_pte();
	}
	if (!of_directory)
		for (u32 i = 0; i < ARRAY_SIZE(slots); i++)
			if (leads_to(slots[i], n))
				peek(slots[i] << 22 | ((u32)entry / 4 & 1023) << 12);
	old = *entry;
	if (one_in(3)) /* only the bits */
		val = (old & 0xFFFFF080) | (val & 0xF7F);
	s = snippet_to(old, val, &operand, &ecx);
	if (touch(s, (u32)entry, operand, ecx, false) != 128 || *entry != val)
		say("%s %u %s at %x made %x, not %x\n", scenario, line, snippet_names[s],
		    (u32)entry, *entry, val);
	if (old & P)
		load_directory(directory);
	if (of_directory) {
		for (u32 i = 0; i < 3; i++)
			access_at(((u32)entry / 4 & 1023) << 22 | draw_of(indices) << 12 |
				  draw_of(offsets));
		return;
	}
	/* Wherever it is mapped now. */
	for (u32 i = 0; i < ARRAY_SIZE(slots); i++)
		if (leads_to(slots[i], n))
			access_at(slots[i] << 22 | ((u32)entry / 4 & 1023) << 12 |
				  draw_of(offsets));
}

/* An entry that maps its own table, and by which it is itself written. */
static void edit_itself(void)
{
	u32 slot = draw_of(slots), i = draw_of(indices), pde = directory[slot], va;

	if (!(pde & P) || (pde & PS) || !in_tables(pde))
		return;
	((u32 *)(pde & ~(PAGE - 1)))[i] = (pde & ~(PAGE - 1)) | P | RW | US | A | D;
	load_directory(directory);
	va = slot << 22 | i << 12 | i * 4;
	for (u32 k = 0; k < 3; k++)
		access_at(va);
}

static void unpaged_edit(void)
{
	u32 *entry = &table(draw(NR_TABLES))[draw_of(indices)], val = random_pte();

	asm volatile("movl %0, %%cr0\n\t"
		     "movl %2, (%3)\n\t"
		     "movl %1, %%cr0"
		     :
		     : "r"(cr0 & ~0x80000000u), "r"(cr0), "r"(val), "r"(entry)
		     : "memory");
}

static void change_mode(void)
{
	switch (draw(12)) {
	case 0:
		set_cr0(cr0 ^ WP);
		break;
	case 1:
	case 5:
		set_cr4(the_cr4 ^= PSE | (one_in(2) ? DE : 0)); /* not any bit of it tells */
		break;
	case 2:
	case 3:
		load_directory(directory == pd ? pd_other : pd);
		break;
	case 4:
		unpaged_edit();
		break;
	}
}

static void mark_words(u32 pa)
{
	for (u32 i = 0; i < ARRAY_SIZE(offsets); i++)
		*(u32 *)(pa + offsets[i]) = (pa + offsets[i]) ^ 0x5A000000;
}

static void fill(void)
{
	/* Into the physical memory as it is: the kernel's own slot reaches but the first 4 MB. */
	set_cr4(the_cr4 = PSE);
	set_cr0(0x00010011);
	slots[7] = 4 + draw(0x300);
	indices[4] = 2 + draw(1020);
	offsets[3] = 8 + draw(1000) * 4;
	for (u32 n = NR_TABLES; n < NR_PAGES; n++)
		mark_words(page_pa(n));
	for (u32 n = 0; n < NR_LARGE; n++)
		for (u32 i = 0; i < ARRAY_SIZE(indices); i++)
			mark_words(LARGE + n * LARGE_SIZE + indices[i] * PAGE);
	for (u32 n = 0; n < NR_TABLES; n++)
		for (u32 i = 0; i < ARRAY_SIZE(indices); i++)
			table(n)[indices[i]] = random_pte();
	directory = pd;
	for (u32 i = 0; i < ARRAY_SIZE(slots); i++) {
		pd[slots[i]] = random_pde();
		pd_other[slots[i]] = random_pde();
	}
	pd_other[0] = (u32)pt_low | P | RW | US | A;
	load_directory(pd);
	set_cr0(0x80010011);
}

/* 02.1: tables that stay as they are. Each word is where it should be, or refused. */
static void walks(void)
{
	for (u32 i = 0; i < 80; i++)
		access_at(random_va());
}

/* 02.1e: with CR0.WP on and off, what the kernel may write, and what the others may. */
static void writes(void)
{
	for (u32 i = 0; i < 25; i++) {
		u32 va = random_va();

		if (one_in(3))
			set_cr0(cr0 ^ WP);
		/* By whom it may be written, must not depend on who has written it. */
		for (u32 k = 0; k < 4; k++)
			access_at(va);
	}
}

/* 02.3 and the rest: tables that change all the time. */
static void edits(void)
{
	for (u32 i = 0; i < 35; i++) {
		change_mode();
		edit();
		if (one_in(3))
			edit_itself();
		access_at(random_va());
	}
}

void lab02_random(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
		bool faults, bits, edits;
	} all[] = {
	    {"rights", walks, false, false, false},  {"faults", walks, true, false, false},
	    {"writes", writes, false, false, false}, {"edits", edits, false, false, true},
	    {"bits", edits, false, true, true},
	};

	for (u32 i = 0; i < ARRAY_SIZE(all); i++) {
		if (!scenario_is(all[i].name))
			continue;
		scenario = all[i].name;
		with_faults = all[i].faults;
		with_bits = all[i].bits;
		with_edits = all[i].edits;
		paging_on();
		for (u32 round = 0; round < ROUNDS; round++) {
			fill();
			all[i].run();
		}
		finish(0);
	}
}
