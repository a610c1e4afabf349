/*
 * lab03_written.c: 03.4: random writes to page tables, as if they were plain memory.
 *
 * When a table is out of its directory, the guest may write into it what it likes, as long as
 * that is gone before anybody looks; when it is in use, no such write gets through. So the guest
 * knows from outside which of both it is, and it knows which it should be. What it cannot see of
 * the references it sees when it pins the pages that the tables map.
 */
#include "lab03_ops.h"

#define NR_TABLES_HERE 2u
#define NR_MAPPED      6u
#define NR_HOOKS       5u
#define SECOND	       500u /* the slot where the kernel's table is mapped once more */
#define ENTRY_COST     100u /* instructions: into the hypervisor and back takes more */
#define FOREIGN	       (0x100u * PAGE | PRESENT_RW)

static const u32 slots[NR_HOOKS] = {0, 1, 300, 1006, 1007};
static const u32 places[] = {0, 1, 2, 511, 1022, 1023};

struct table {
	u32 mfn, entry[ARRAY_SIZE(places)];
	bool hooked[NR_HOOKS], pinned;
	u32 nr_hooks;
	u32 hook;	   /* the one where it is, HV_SLOT if it was ever in two at once */
	u32 pde[NR_HOOKS]; /* what the slots hold */
	u32 va, pte;	   /* by which it is written, or by another slot's */
	bool out;
};
static struct table tables[NR_TABLES_HERE];
static u32 mapped[NR_MAPPED]; /* frames of data */
static enum { OFF, EMULATED, UNHOOKED } assist;

/* Where each can be written: entries in the middle and at the end of the kernel's table. */
static u32 alias_of(u32 t)
{
	return t ? 0xC03FE000u : ALIASES;
}

static u32 way(u32 t)
{
	u32 va = alias_of(t);

	return draw(2) ? va : SECOND << 22 | (va & 0x3FFFFF);
}

static u32 instructions(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

/* Has it its place in a slot, in none, or do we not know? Only then it stays where it is. */
static bool slot_taken(u32 n, u32 h)
{
	for (u32 i = 0; i < NR_TABLES_HERE; i++)
		if (i != n && tables[i].hooked[h])
			return true;
	return false;
}

static bool can_leave(const struct table *t)
{
	return assist == UNHOOKED && (!t->nr_hooks || (t->nr_hooks == 1 && t->hook != HV_SLOT));
}

static void all_in(void)
{
	for (u32 t = 0; t < NR_TABLES_HERE; t++)
		tables[t].out = false;
}

static void set_assist(u32 mode)
{
	static const u32 type[] = {0, VMASST_TYPE_emulate_pagetables,
				   VMASST_TYPE_unhook_pagetables};

	request("vm_assist, the other one (0 none, 1 emulated, 2 unhooked)", mode, 0, 0);
	if (assist)
		compare(HCALL(vm_assist, VMASST_CMD_disable, type[assist], 0, 0), 0);
	if (mode)
		compare(HCALL(vm_assist, VMASST_CMD_enable, type[mode], 0, 0), 0);
	assist = mode;
	all_in();
}

/* Bits that the hypervisor must leave as they are. */
static u32 any_hook(void)
{
	return P | RW | A | (draw(2) ? US : 0) | draw(8) << 9;
}

static void hook(u32 n, u32 h)
{
	struct table *t = &tables[n];
	u32 at = pages[HOME].mfn * PAGE + slots[h] * 4;

	if (slot_taken(n, h))
		return;
	request("mmu_update of a directory's entry", at, t->mfn, !t->hooked[h]);
	all_in();
	if (t->hooked[h]) {
		compare(refusal(update(at, 0)), 0);
		t->nr_hooks--;
	} else {
		t->pde[h] = t->mfn * PAGE | any_hook();
		compare(refusal(update(at, t->pde[h])), 0);
		t->hook = ++t->nr_hooks == 1 ? h : HV_SLOT;
	}
	t->hooked[h] = !t->hooked[h];
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
}

/* Bits of the directory's entry that change nothing: the table is where it was. */
static void mark_hook(struct table *t)
{
	for (u32 h = 0; h < NR_HOOKS; h++)
		if (t->hooked[h]) {
			u32 at = pages[HOME].mfn * PAGE + slots[h] * 4;

			all_in();
			request("mmu_update of a directory's entry", at, t->mfn, 0);
			t->pde[h] = t->mfn * PAGE | any_hook();
			compare(refusal(update(at, t->pde[h])), 0);
		}
}

static void pin(struct table *t)
{
	request(t->pinned ? "unpin" : "pin as page table", t->mfn, 0, 0);
	all_in();
	if (t->pinned)
		compare(refusal(mmuext(MMUEXT_UNPIN_TABLE, t->mfn)), 0);
	else
		compare(refusal(mmuext(MMUEXT_PIN_L1_TABLE, t->mfn)), 0);
	t->pinned = !t->pinned;
}

/* A page that is a table by nothing would not be one. */
static bool is_table(const struct table *t)
{
	return t->pinned || t->nr_hooks;
}

/* @return true if the write took effect; `entered`: not without the hypervisor */
static bool write(u32 va, u32 val, bool *entered)
{
	u32 start = instructions();
	bool wrote = can_write(va, val);

	*entered = instructions() - start >= ENTRY_COST;
	return wrote;
}

static u32 read(u32 va)
{
	u32 val = 0;

	return can_read(va, &val) ? val : ~0u;
}

/* Another one of the kind that is out goes in, before this one goes out. */
static void goes_out(struct table *t)
{
	for (u32 i = 0; i < NR_TABLES_HERE; i++)
		if (!tables[i].nr_hooks == !t->nr_hooks)
			tables[i].out = false;
	t->out = true;
}

static u32 any_entry(void)
{
	u32 m = mapped[draw(NR_MAPPED)] * PAGE;

	return draw(4) ? m | P | A | D | (draw(2) ? RW : 0) : draw(2) ? 0 : m;
}

static void write_table(u32 n)
{
	struct table *t = &tables[n];
	u32 i = draw(ARRAY_SIZE(places)), va = way(n) + places[i] * 4, val = any_entry();
	u32 bad = draw(2) ? FOREIGN : t->mfn * PAGE | PRESENT_RW;
	bool was_out = t->out, entered, wrote;

	request("write (va, value)", va, val, 0);
	wrote = write(va, val, &entered);
	if (!assist)
		val = t->entry[i];
	if (wrote != !!assist)
		differs(wrote ? "a page table in use was written" : "it faults");
	if (assist && !entered && !was_out)
		differs("nobody noticed: the table must be read-only until it is written");
	if (same && (read(va) ^ val) & ~(A | D))
		differs("it reads otherwise");
	t->entry[i] = val;
	if (can_leave(t) && !was_out)
		goes_out(t);
	else if (!was_out && assist)
		all_in(); /* one write is carried out, in tables that are in order */
	if (draw(2))
		return;
	/* What must never be in use, for a moment. */
	request(t->out ? "write what is bad, for a moment (va, value)"
		       : "write what is bad (va, value)",
		va, bad, 0);
	wrote = write(va, bad, &entered);
	if (wrote && t->out)
		write(va, val, &entered);
	if (wrote && !t->out)
		differs("it got into a page table in use");
	if (!wrote && t->out)
		differs("the table should be out of its directory, and free to be written");
	if (same && (read(va) ^ val) & ~(A | D))
		differs("the entry reads otherwise");
}

/* By a slot where the table is: it must be there again, with what was written. */
static void use_at(struct table *t, u32 h, u32 i)
{
	u32 va = slots[h] << 22 | places[i] << 12, want = ~0u, start, cost, got;

	for (u32 k = 0; k < NR_MAPPED; k++)
		if ((t->entry[i] & P) && t->entry[i] >> 12 == mapped[k])
			want = 0x51600000 | k * 2;
	request("read (va, entry)", va, t->entry[i], 0);
	start = instructions();
	got = read(va + SIGNATURE * 4);
	cost = instructions() - start;
	if (got != want)
		differs("another page is there, or none");
	if ((directory()[slots[h]] ^ t->pde[h]) & ~(A | D))
		differs("the directory's entry is not as it was");
	if ((table_of(t->va)[t->va >> 12 & 1023] ^ t->pte) & ~(A | D))
		differs("the entry by which it was written is not as it was");
	if (t->out && cost < ENTRY_COST)
		differs("the table is in use, but was not looked at after it was written");
	t->out = false;
}

/* One of the slots where it is. */
static u32 hook_of(const struct table *t)
{
	u32 h = draw(NR_HOOKS);

	while (!t->hooked[h])
		h = (h + 1) % NR_HOOKS;
	return h;
}

static void use(u32 n)
{
	struct table *t = &tables[n];

	if (!t->nr_hooks)
		return;
	if (!t->out && draw(2))
		mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0), all_in();
	else if (!t->out)
		return;
	use_at(t, hook_of(t), draw(ARRAY_SIZE(places)));
}

/* What the processor remembers of a table it must have forgotten when that may be written. */
static void write_remembered(u32 n)
{
	struct table *t = &tables[n];
	u32 h, i = draw(ARRAY_SIZE(places));

	if (!t->nr_hooks || t->out) {
		write_table(n);
		return;
	}
	h = hook_of(t);
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
	all_in();
	use_at(t, h, i);
	write_table(n);
	if (t->out)
		use_at(t, h, i);
}

/* After it was hooked again no way to it may be writable, nor be thought so by the processor. */
static void in_use(u32 n)
{
	u32 va = alias_of(n), mode = assist, first = draw(2);

	set_assist(OFF);
	request("write to a table in use (mfn)", tables[n].mfn, 0, 0);
	for (u32 i = 0; i < 2; i++)
		if (can_write((first ^ i ? va : SECOND << 22 | (va & 0x3FFFFF)) + 300 * 4, 0))
			differs("it can be written");
	set_assist(mode);
}

static bool maps_writable(u32 mfn)
{
	for (u32 n = 0; n < NR_TABLES_HERE; n++)
		for (u32 i = 0; i < ARRAY_SIZE(places); i++)
			if ((tables[n].entry[i] & (P | RW)) == (P | RW) &&
			    tables[n].entry[i] >> 12 == mfn && is_table(&tables[n]))
				return true;
	return false;
}

/* A page that a table maps writable is no page table, and any other page may be. */
static void ask(void)
{
	u32 mfn = mapped[draw(NR_MAPPED)], val;

	request("read of the M2P table", mfn, 0, 0);
	if (!can_read(MACH2PHYS_VIRT_START + mfn * 4, &val))
		differs("it is not there: its slot is none of the guest's tables");
	all_in();
	request("pin as page table", mfn, 0, 0);
	if (maps_writable(mfn))
		why = "a table that was written maps it writable";
	if (compare(refusal(mmuext(MMUEXT_PIN_L1_TABLE, mfn)), maps_writable(mfn) ? 22 : 0) &&
	    !maps_writable(mfn))
		mmuext(MMUEXT_UNPIN_TABLE, mfn);
}

/* One entry by a hypercall, which finds the table in use. */
static void by_call(u32 n)
{
	struct table *t = &tables[n];
	u32 i = draw(ARRAY_SIZE(places)), val = draw(3) ? any_entry() : FOREIGN;

	if (!is_table(t))
		return;
	all_in();
	request("mmu_update", t->mfn * PAGE + places[i] * 4, val, 0);
	if (val == FOREIGN)
		why = "the frame is not the domain's";
	if (compare(refusal(update(t->mfn * PAGE + places[i] * 4, val)), val == FOREIGN ? 22 : 0) &&
	    val != FOREIGN)
		t->entry[i] = val;
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
}

/* One to make or to undo: mostly a table has one, sometimes none or two. */
static u32 some_hook(const struct table *t)
{
	u32 h = draw(NR_HOOKS);

	while (t->nr_hooks && draw(4) && !t->hooked[h])
		h = (h + 1) % NR_HOOKS;
	return h;
}

static void step(void)
{
	u32 n = draw(NR_TABLES_HERE), r = draw(100);

	if (r < 42 && is_table(&tables[n]))
		write_table(n);
	else if (r < 50 && is_table(&tables[n]))
		write_remembered(n);
	else if (r < 70)
		use(n);
	else if (r < 78)
		ask();
	else if (r < 84 && is_table(&tables[n]))
		in_use(n);
	else if (r < 88)
		by_call(n);
	else if (r < 90)
		mark_hook(&tables[n]);
	else if (r < 94)
		hook(n, some_hook(&tables[n]));
	else if (r < 97)
		pin(&tables[n]);
	else
		set_assist(draw(8) ? UNHOOKED : draw(2) ? EMULATED : OFF);
}

static void begin(void)
{
	model_init();
	map_at(ALIASES - PAGE, 0);
	for (u32 k = 0; k < NR_MAPPED; k++) {
		mapped[k] = spare_mfn(100 + k);
		map_at(ALIASES - PAGE, mapped[k] * PAGE | PRESENT_RW);
		((volatile u32 *)(ALIASES - PAGE))[SIGNATURE] = 0x51600000 | k * 2;
	}
	map_at(ALIASES - PAGE, 0);
	for (u32 n = 0; n < NR_TABLES_HERE; n++) {
		tables[n].mfn = spare_mfn(200 + n);
		tables[n].va = alias_of(n);
		tables[n].pte = tables[n].mfn * PAGE | (any_hook() & ~RW);
		map_at(tables[n].va, tables[n].pte);
		hook(n, n);
	}
	update(pages[HOME].mfn * PAGE + SECOND * 4, pages[KERNEL].mfn * PAGE | PRESENT_RW);
	set_assist(UNHOOKED);
}

/* What is forgotten each time is noticed in the end: a mapping of the table in the hypervisor. */
static void again_and_again(void)
{
	struct table *t = &tables[0];

	set_assist(UNHOOKED);
	if (!is_table(t))
		pin(t);
	request("write, and flush, again and again", alias_of(0), t->entry[0], 0);
	for (u32 i = 0; i < 300 && same; i++) {
		if (!can_write(alias_of(0) + places[0] * 4, t->entry[0]))
			differs("it faults");
		mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
	}
}

/* Nothing is left: no page is held by anything that was written. */
static void end(void)
{
	again_and_again();
	set_assist(OFF);
	for (u32 n = 0; n < NR_TABLES_HERE; n++) {
		for (u32 h = 0; h < NR_HOOKS; h++)
			if (tables[n].hooked[h])
				hook(n, h);
		if (tables[n].pinned)
			pin(&tables[n]);
	}
	for (u32 k = 0; k < NR_MAPPED && same; k++)
		do_give_frame(mapped[k]);
	request("set_gdt of none", 0, 0, 0);
	compare(refusal(HCALL(set_gdt, 0, 0, 0, 0)), 0);
}

void lab03_written(void)
{
	u32 n;

	if (!scenario_is("written"))
		return;
	traps_init();
	begin();
	for (n = 0; n < 2500 && same; n++)
		step();
	if (same)
		end();
	if (same)
		say("random: rounds=%u differences=0\n", n);
	finish(0);
}
