/* lab03.c: what lab 03 is judged by. Each scenario needs only the stages that lab.conf names. */
#include "lab03_model.h"

#define PAGE_OF_ITS_OWN __attribute__((aligned(4096)))
static u32 data[1024] PAGE_OF_ITS_OWN, table[1024] PAGE_OF_ITS_OWN;
static struct mmu_update batch_of[2048];
/* An empty stretch of our own address space, in the table that maps us. */
#define EMPTY 0xC0300000u

static void told(const char *what, s32 ret)
{
	say("%s=%u\n", what, refusal(ret));
}

/* 03.1: what a page may be, one after the other: a page table, a directory, a page of the GDT, one
 * that a table maps writable, or read-only. */
enum { AS_TABLE, AS_DIRECTORY, AS_GDT, AS_WRITABLE, AS_READABLE, NR_USES };

static s32 use_as(u32 use, u32 page, u32 mapper, bool on)
{
	u32 pin[] = {[AS_TABLE] = MMUEXT_PIN_L1_TABLE, [AS_DIRECTORY] = MMUEXT_PIN_L2_TABLE};

	if (use == AS_TABLE || use == AS_DIRECTORY)
		return mmuext(on ? pin[use] : (u32)MMUEXT_UNPIN_TABLE, page);
	if (use == AS_GDT)
		return HCALL(set_gdt, &page, on ? 512 : 0, 0, 0);
	/* A table's entry, by two words of descriptors. */
	if (on)
		HCALL(update_descriptor, mapper * PAGE + 512, 0,
		      page * PAGE | (use == AS_WRITABLE ? RWPAGE : ROPAGE), 0);
	return mmuext(on ? MMUEXT_PIN_L1_TABLE : MMUEXT_UNPIN_TABLE, mapper);
}

/* A directory has the hypervisor's entries, which no other page may have. */
static void clear_page(u32 mfn)
{
	for (u32 at = 1008 * 4; at < PAGE; at += 8)
		HCALL(update_descriptor, mfn * PAGE + at, 0, 0, 0);
}

static void each_after_each(void)
{
	u32 page = spare_mfn(70 + draw(64)), mapper = spare_mfn(200), wrong = 0;

	for (u32 i = 0; i < NR_USES * NR_USES; i++) {
		u32 first = i / NR_USES, then = i % NR_USES, meanwhile, afterwards;
		bool both = first == AS_READABLE || then == AS_READABLE;

		if (first >= AS_WRITABLE && then >= AS_WRITABLE)
			continue; /* by the same table */
		use_as(first, page, mapper, true);
		meanwhile = first == then ? 22 : refusal(use_as(then, page, mapper, true));
		if (!meanwhile)
			use_as(then, page, mapper, false);
		use_as(first, page, mapper, false);
		if (first == AS_DIRECTORY)
			clear_page(page);
		afterwards = refusal(use_as(then, page, mapper, true));
		use_as(then, page, mapper, false);
		clear_page(page);
		if (!meanwhile == both && !afterwards)
			continue;
		say("types %u then %u: meanwhile=%u afterwards=%u\n", first, then, meanwhile,
		    afterwards);
		wrong++;
	}
	say("types each_after_each wrong=%u\n", wrong);
}

/* 03.1: what a frame may be used as. */
static void types(void)
{
	u32 l1 = table_mfn((u32)data), pd = mfn_of(directory()), fresh = spare_mfn(draw(64));

	say("types l1=%x fresh=%x\n", l1, fresh);
	told("types pin", mmuext(MMUEXT_PIN_L1_TABLE, l1));
	told("types pin_twice", mmuext(MMUEXT_PIN_L1_TABLE, l1));
	told("types pin_directory_as_table", mmuext(MMUEXT_PIN_L1_TABLE, pd));
	told("types pin_table_as_directory", mmuext(MMUEXT_PIN_L2_TABLE, l1));
	told("types pin_writable", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data)));
	told("types pin_foreign", mmuext(MMUEXT_PIN_L1_TABLE, 0x100 + draw(64)));
	told("types pin_nowhere", mmuext(MMUEXT_PIN_L1_TABLE, 0x100000 + draw(64)));
	told("types unpin", mmuext(MMUEXT_UNPIN_TABLE, l1));
	told("types unpin_twice", mmuext(MMUEXT_UNPIN_TABLE, l1));
	told("types fresh_table", mmuext(MMUEXT_PIN_L1_TABLE, fresh));
	told("types fresh_as_directory", mmuext(MMUEXT_PIN_L2_TABLE, fresh));
	told("types fresh_unpin", mmuext(MMUEXT_UNPIN_TABLE, fresh));
	told("types fresh_directory", mmuext(MMUEXT_PIN_L2_TABLE, fresh));
	told("types fresh_unpin_again", mmuext(MMUEXT_UNPIN_TABLE, fresh));
	each_after_each();
	finish(0);
}

/* 03.1: a directory that leads to many page tables, none of which is one yet. All that the guest
 * can write without changing an entry is descriptors: the even slots. */
#define MANY 60u
static void bounded(void)
{
	static struct multicall_entry call[MANY];
	u32 dir = spare_mfn(800), first = draw(300), bad = spare_mfn(801);
	struct mmuext_op op = {.cmd = MMUEXT_PIN_L1_TABLE, .arg1 = bad};

	for (u32 i = 0; i < MANY; i++)
		HCALL(update_descriptor, dir * PAGE + (first + i) * 8, 0,
		      spare_mfn(i) * PAGE | P | RW | US | A, 0);
	say("bounded dir=%x tables=%u\n", dir, MANY);
	told("bounded pin", mmuext(MMUEXT_PIN_L2_TABLE, dir));
	told("bounded unpin", mmuext(MMUEXT_UNPIN_TABLE, dir));
	told("bounded table_again", mmuext(MMUEXT_PIN_L1_TABLE, spare_mfn(draw(MANY))));
	/* Many pins that are refused are work as well. The last entry, or one before, is bad. */
	HCALL(update_descriptor, bad * PAGE + (1022 - 2 * draw(100)) * 4, 0,
	      spare_mfn(3) * PAGE | P | PS, 0);
	for (u32 i = 0; i < MANY; i++)
		call[i] = (struct multicall_entry){
		    __HYPERVISOR_mmuext_op, 0, {(u32)&op, 1, 0, DOMID_SELF}};
	told("bounded refused_pins", HCALL(multicall, call, MANY, 0, 0));
	told("bounded last_result", call[MANY - 1].result);
	finish(0);
}

/* Pin `table` with this entry in a drawn place; it is mapped read-only meanwhile. */
static void pin_with(const char *what, u32 entry)
{
	u32 at = 8 + draw(1000);

	for (u32 i = 0; i < 1024; i++)
		table[i] = 0;
	table[1] = spare_mfn(1) * PAGE | RWPAGE;
	table[at] = entry;
	remap(table, ROPAGE);
	told(what, mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table)));
	mmuext(MMUEXT_UNPIN_TABLE, mfn_of(table));
	remap(table, RWPAGE);
}

/* 03.2: what a table must hold to become one. */
static void pinning(void)
{
	u32 l1 = table_mfn((u32)data);

	pin_with("pinning good", spare_mfn(2) * PAGE | RWPAGE);
	pin_with("pinning table_writable", l1 * PAGE | RWPAGE);
	pin_with("pinning table_readonly", l1 * PAGE | ROPAGE);
	pin_with("pinning itself_writable", mfn_of(table) * PAGE | RWPAGE);
	pin_with("pinning itself_readonly", mfn_of(table) * PAGE | ROPAGE);
	pin_with("pinning foreign", (0x100 + draw(64)) * PAGE | ROPAGE);
	pin_with("pinning large_bit", spare_mfn(2) * PAGE | RWPAGE | PS);
	/* Each refusal must have let go of what it had taken: nobody writes this page any more. */
	told("pinning released", mmuext(MMUEXT_PIN_L1_TABLE, spare_mfn(1)));
	finish(0);
}

/* 03.2: changing one entry. */
static void updates(void)
{
	u32 va = EMPTY + draw(128) * PAGE, fresh = spare_mfn(draw(64)), value = draw(1 << 24);
	u32 l1 = table_mfn((u32)data);

	say("updates va=%x fresh=%x value=%x entry=%x\n", va, fresh, value, entry_of(va));
	told("updates map", map_at(va, fresh * PAGE | RWPAGE));
	*(volatile u32 *)va = value;
	say("updates read=%x\n", *(volatile u32 *)va);
	told("updates to_other", map_at(va, spare_mfn(70) * PAGE | RWPAGE));
	say("updates other=%u\n", *(volatile u32 *)va);
	told("updates table_writable", map_at(va, l1 * PAGE | RWPAGE));
	told("updates table_readonly", map_at(va, l1 * PAGE | ROPAGE));
	say("updates table=%u\n",
	    (u32)(*(volatile u32 *)(va + (va >> 12 & 1023) * 4) == (l1 * PAGE | ROPAGE)));
	told("updates made_writable", map_at(va, l1 * PAGE | RWPAGE));
	told("updates foreign", map_at(va, (0x100 + draw(64)) * PAGE | ROPAGE));
	told("updates nowhere", map_at(va, (0xF0000 + draw(64)) * PAGE | ROPAGE));
	told("updates large_bit", map_at(va, fresh * PAGE | RWPAGE | PS));
	told("updates harmless", map_at(va, l1 * PAGE | P | US));
	told("updates unmap", map_at(va, 0));
	finish(0);
}

/* 03.2: as long as one writable mapping is left, a frame is no table; afterwards it may be. */
static void counts(void)
{
	u32 va = EMPTY + draw(100) * PAGE, fresh = spare_mfn(draw(64)), n = 2 + draw(6);

	for (u32 i = 0; i < n; i++)
		map_at(va + i * PAGE, fresh * PAGE | RWPAGE);
	for (u32 i = 0; i < n; i++) {
		if (mmuext(MMUEXT_PIN_L1_TABLE, fresh) == 0)
			say("counts early=%u\n", i);
		map_at(va + i * PAGE, i % 2 ? 0 : fresh * PAGE | ROPAGE);
	}
	told("counts pin", mmuext(MMUEXT_PIN_L1_TABLE, fresh));
	told("counts writable", map_at(va, fresh * PAGE | RWPAGE));
	told("counts unpin", mmuext(MMUEXT_UNPIN_TABLE, fresh));
	told("counts writable_again", map_at(va, fresh * PAGE | RWPAGE));
	say("counts done=%u\n", n);
	finish(0);
}

/* 03.3: entries of the page directory, and of what is no page table. */
static void slots(void)
{
	u32 l1 = table_mfn((u32)data), pd = mfn_of(directory()), at = draw(1024),
	    value = draw(1 << 24), gdt = spare_mfn(draw(64));

	told("slots hypervisor_slot",
	     update(pd * PAGE + (1008 + draw(16)) * 4, l1 * PAGE | RWPAGE));
	told("slots slot_to_data", update(pd * PAGE + 4 * draw(256), mfn_of(data) * PAGE | RWPAGE));
	told("slots slot_to_itself_writable", update(pd * PAGE + 4 * 700, pd * PAGE | RWPAGE));
	told("slots slot_to_itself", update(pd * PAGE + 4 * 700, pd * PAGE | ROPAGE));
	told("slots slot_to_itself_made_writable", update(pd * PAGE + 4 * 700, pd * PAGE | RWPAGE));
	told("slots slot_cleared", update(pd * PAGE + 4 * 700, 0));
	/* A request for plain memory of one's own is as good as a write. */
	told("slots plain", update(mfn_of(data) * PAGE + at * 4, value));
	say("slots wrote=%x read=%x\n", value, data[at]);
	told("slots foreign", update((0x100 + draw(64)) * PAGE, value));
	told("slots nowhere", update((0xF0000 + draw(64)) * PAGE, value));
	/* A page of descriptors is none, as long as it is in use; afterwards it is again. */
	told("slots descriptors", HCALL(set_gdt, &gdt, 512, 0, 0));
	told("slots in_use", update(gdt * PAGE + at * 4, 0));
	told("slots no_descriptors", HCALL(set_gdt, 0, 0, 0, 0));
	told("slots plain_again", update(gdt * PAGE + at * 4, value));
	finish(0);
}

/* 03.3: entries in order, up to the first that is refused. */
static void batch(void)
{
	u32 n = 16 + draw(100), bad = 1 + draw(n - 2), done = 99999, right = 0;
	s32 ret;

	for (u32 i = 0; i < n; i++) {
		data[i] = table_of(EMPTY)[(EMPTY >> 12 & 1023) + i]; /* as it was */
		batch_of[i] =
		    (struct mmu_update){entry_of(EMPTY + i * PAGE),
					spare_mfn(i) * PAGE | (i == bad ? RWPAGE | PS : RWPAGE)};
	}
	say("batch n=%u bad=%u\n", n, bad);
	ret = HCALL(mmu_update, batch_of, n, &done, DOMID_SELF);
	for (u32 i = 0; i < n; i++)
		right += ((table_of(EMPTY)[(EMPTY >> 12 & 1023) + i] ^
			   (i < bad ? (u32)batch_of[i].val : data[i])) &
			  ~(A | D)) == 0;
	say("batch ret=%u done=%u right=%u\n", refusal(ret), done, right);
	told("batch other_domain", HCALL(mmu_update, batch_of, 1, &done, 7));
	told("batch bad_pointer", HCALL(mmu_update, 0x1000, 3, &done, DOMID_SELF));
	say("batch none=%u\n", refusal(HCALL(mmu_update, batch_of, 0, &done, DOMID_SELF)) + done);
	finish(0);
}

/* 03.3: a large batch costs few entries, but more than one: others must have their turn. */
static void batch_large(void)
{
	u32 n = 1100 + draw(900), done = 0, fresh = spare_mfn(900);
	s32 ret;

	mmuext(MMUEXT_PIN_L1_TABLE, fresh);
	for (u32 i = 0; i < n; i++)
		batch_of[i] = (struct mmu_update){fresh * PAGE + i % 1024 * 4,
						  spare_mfn(i % 512) * PAGE | RWPAGE};
	ret = HCALL(mmu_update, batch_of, n, &done, DOMID_SELF);
	say("large n=%u ret=%u done=%u\n", n, refusal(ret), done);
	finish(0);
}

/* A page table in use, that maps 4 MB from FAR on; we write it through our own mapping of it. */
#define FAR 0x20000000u
static void hook_far(void)
{
	remap(table, ROPAGE);
	told("far hook", update(mfn_of(directory()) * PAGE + (FAR >> 22) * 4,
				mfn_of(table) * PAGE | P | RW | US | A));
}

/* 03.4: many writes, two entries. */
static void unhook(void)
{
	u32 n = 8 + draw(500), sum = 0;

	HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0);
	hook_far();
	say("unhook table=%x n=%u far=%x\n", (u32)table, n, FAR);
	for (u32 i = 0; i < n; i++)
		((volatile u32 *)table)[i] = spare_mfn(i) * PAGE | RWPAGE;
	for (u32 i = 0; i < n; i++)
		*(volatile u32 *)(FAR + i * PAGE) = i;
	for (u32 i = 0; i < n; i++)
		sum += *(volatile u32 *)(FAR + i * PAGE) == i;
	say("unhook sum=%u\n", sum);
	/* And again: it was hooked once more, and read-only. */
	((volatile u32 *)table)[0] = spare_mfn(1) * PAGE | RWPAGE;
	say("unhook again=%u\n", *(volatile u32 *)FAR);
	/* What it let go of is free for another use: nothing was counted twice. (These hold an even
	 * number, which is no entry.) */
	for (u32 i = 0; i < n; i++)
		((volatile u32 *)table)[i] = 0;
	told("unhook pin", mmuext(MMUEXT_PIN_L1_TABLE, spare_mfn(2 + 2 * draw(3))));
	finish(0);
}

/* 03.4: what was written freely is validated before it is used, whatever the use is. */
static void unhook_bad(void)
{
	u32 at = draw(1000), how = draw(3), i = draw(5);
	u32 bad[] = {mfn_of(directory()) * PAGE | RWPAGE, mfn_of(table) * PAGE | RWPAGE,
		     0x100 * PAGE | RWPAGE, spare_mfn(3) * PAGE | RWPAGE | PS,
		     0xFFFFF * PAGE | ROPAGE};

	HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0);
	hook_far();
	say("bad at=%u entry=%x\n", at, bad[i]);
	((volatile u32 *)table)[at] = bad[i];
	if (how == 0)
		*(volatile u32 *)(FAR + at * PAGE) = 1;
	else if (how == 1)
		mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0);
	else
		mmuext(MMUEXT_NEW_BASEPTR, mfn_of(directory()));
	say("bad survived\n");
	finish(0);
}

/* 03.4: a hypercall about page tables ends the freedom as well. */
static void unhook_call(void)
{
	u32 at = draw(1000);
	s32 pinned;

	HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0);
	hook_far();
	((volatile u32 *)table)[at] = spare_mfn(3) * PAGE | RWPAGE;
	/* The table now holds a writable mapping of that frame: so it is no page table. */
	pinned = mmuext(MMUEXT_PIN_L1_TABLE, spare_mfn(3));
	say("call at=%u pin=%u\n", at, refusal(pinned));
	finish(0);
}

static u32 tsc(void)
{
	u32 low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return low;
}

/* Write the first n entries of the table that is mapped from FAR on, and use one of them. */
static void write_entries(const char *how)
{
	volatile u32 *entry = table;

	for (u32 n = 1; n <= 512; n *= 2) {
		u32 start = tsc();

		for (u32 i = 0; i < n; i++)
			entry[i] = spare_mfn(i) * PAGE | RWPAGE;
		(void)*(volatile u32 *)FAR;
		say("measure what=update how=%s n=%u start=%u end=%u\n", how, n, start, tsc());
		for (u32 i = 0; i < n; i++)
			entry[i] = 0;
		HCALL(mmu_update, batch_of, 0, 0, DOMID_SELF);
	}
}

/* 03.5: what entries cost, by how many go together, and by which way. */
static void measure(void)
{
	u32 fresh = spare_mfn(900);

	mmuext(MMUEXT_PIN_L1_TABLE, fresh);
	for (u32 n = 1; n <= 512; n *= 2) {
		u32 start = tsc();

		for (u32 i = 0; i < n; i++)
			batch_of[i] =
			    (struct mmu_update){fresh * PAGE + i * 4, spare_mfn(i) * PAGE | RWPAGE};
		HCALL(mmu_update, batch_of, n, 0, DOMID_SELF);
		say("measure what=update how=mmu_update n=%u start=%u end=%u\n", n, start, tsc());
		for (u32 i = 0; i < n; i++)
			update(fresh * PAGE + i * 4, 0);
	}
	hook_far();
	HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_emulate_pagetables, 0, 0);
	write_entries("emulated");
	HCALL(vm_assist, VMASST_CMD_disable, VMASST_TYPE_emulate_pagetables, 0, 0);
	HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0);
	write_entries("unhook");
	finish(0);
}

void lab03(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"types", types},	       {"pinning", pinning},	    {"bounded", bounded},
	    {"updates", updates},      {"counts", counts},	    {"slots", slots},
	    {"batch", batch},	       {"large", batch_large},	    {"unhook", unhook},
	    {"unhookbad", unhook_bad}, {"unhookcall", unhook_call}, {"measure", measure},
	};

	lab03_random();
	lab03_written();
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++) {
		if (!scenario_is(scenarios[i].name))
			continue;
		traps_init();
		scenarios[i].run();
	}
}
