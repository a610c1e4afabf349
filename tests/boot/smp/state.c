/*
 * state.c: what each vcpu has for itself: FPU, debug registers, descriptor tables, page directory,
 * and the stack for ring 3. Each looks whether it still has its own.
 */
#include "smp.h"

#define DR7_WRITE_4 0xD0001u  /* of DR0: a write of four bytes */
#define CPL1_DATA   0x4FB200u /* a descriptor's high word: data, DPL 1, 32 bits */
#define SEL_GDT	    0x09
#define SEL_LDT	    0x0D

static u32 gdt[MAX_VCPUS][1024] PAGE_ALIGNED, ldt[MAX_VCPUS][1024] PAGE_ALIGNED;
u32 directory[MAX_VCPUS][1024] PAGE_ALIGNED;
static u32 table[MAX_VCPUS][1024] PAGE_ALIGNED;
static volatile u32 page[MAX_VCPUS][1024] PAGE_ALIGNED;
static u32 large[MAX_VCPUS][1024] PAGE_ALIGNED, tables[MAX_VCPUS][NR_TABLES][1024] PAGE_ALIGNED;
static volatile u32 target[MAX_VCPUS], changing, places[MAX_VCPUS][4], place_of[MAX_VCPUS];

static void set_descriptor(u32 d[2], const volatile void *base)
{
	u32 at = (u32)base;

	d[0] = at << 16 | 15;
	d[1] = (at & 0xFF000000) | (at >> 16 & 0xFF) | (CPL1_DATA & ~0xF0000u);
}

static void make_read_only(const volatile void *va)
{
	must(set_pte(va, mfn_of(va) << 12 | READ_ONLY, UVMF_INVLPG | UVMF_ALL) == 0);
}

static void load_selectors(void)
{
	asm volatile("movl %0, %%gs\n\tmovl %1, %%fs" : : "r"(SEL_GDT), "r"(SEL_LDT));
}

static u32 by_fs(void)
{
	u32 val;

	asm volatile("movl %%fs:0, %0" : "=r"(val) : : "memory");
	return val;
}

static u32 by_gs(void)
{
	u32 val;

	asm volatile("movl %%gs:0, %0" : "=r"(val) : : "memory");
	return val;
}

/* A page directory as the first one, but for a page of its own at PRIVATE. */
u32 make_directory(u32 nr)
{
	const u32 *first = (const u32 *)si->pt_base;

	page[nr][0] = nr + 100;
	table[nr][0] = mfn_of(page[nr]) << 12 | READ_ONLY;
	for (u32 i = 0; i < HYPERVISOR_VIRT_START >> 22; i++)
		directory[nr][i] = first[i];
	directory[nr][PRIVATE >> 22] = mfn_of(table[nr]) << 12 | READ_ONLY;
	make_read_only(table[nr]);
	make_read_only(directory[nr]);
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(directory[nr]), 0) == 0);
	return mfn_of(directory[nr]);
}

/* It takes more than one entry into the hypervisor to validate. */
static void make_large(u32 nr)
{
	for (u32 i = 0; i < NR_TABLES; i++) {
		for (u32 k = 0; k < 1024; k++)
			tables[nr][i][k] = mfn_of(page[nr]) << 12 | READ_ONLY;
		make_read_only(tables[nr][i]);
		large[nr][i] = mfn_of(tables[nr][i]) << 12 | READ_ONLY;
	}
	make_read_only(large[nr]);
}

void begin_state(void)
{
	struct me *m = me();
	u32 mfn = mfn_of(gdt[m->nr]);

	m->own_base = m->nr != 0; /* make_context() and make_directory() */
	if (m->nr == 0)
		make_directory(0);
	for (u32 i = 0; i < 4; i++)
		places[m->nr][i] = m->nr * 10 + i;
	set_descriptor(&gdt[m->nr][2], &places[m->nr][3]);
	make_read_only(gdt[m->nr]);
	/* Others may have begun long ago, and change it already. */
	lock(&changing);
	set_descriptor(&ldt[m->nr][2], &places[m->nr][0]);
	place_of[m->nr] = 0;
	make_read_only(ldt[m->nr]);
	unlock(&changing);
	must(HCALL(set_gdt, (u32)&mfn, 512, 0, 0) == 0);
	must(mmuext(MMUEXT_SET_LDT, (u32)ldt[m->nr], 512) == 0);
	load_selectors();
	must(HCALL(set_debugreg, 0, (u32)&target[m->nr], 0, 0) == 0);
	must(HCALL(set_debugreg, 7, DR7_WRITE_4, 0, 0) == 0);
	must(HCALL(set_debugreg, 6, 0, 0, 0) == 0);
	m->fpu = m->nr * 1000;
	asm volatile("fninit\n\tfildl %0" : : "m"(m->fpu));
	make_large(m->nr);
}

void check_state(void)
{
	const struct me *m = me();
	s32 got;

	must(m->nr < nr_vcpus && m == me_of(m->nr));
	must(by_gs() == m->nr * 10 + 3);
	must(by_fs() / 10 == m->nr);
	must(HCALL(get_debugreg, 0, 0, 0, 0) == (s32)&target[m->nr]);
	must((HCALL(get_debugreg, 6, 0, 0, 0) & 15) == 0);
	if (m->own_base)
		must(*(const volatile u32 *)PRIVATE == m->nr + 100);
	asm volatile("fistl %0" : "=m"(got));
	must(got == m->fpu);
}

void act_fpu(void)
{
	struct me *m = me();
	u32 before = m->not_there;

	m->fpu = m->nr * 1000 + below(1000);
	if (below(2)) {
		must(HCALL(fpu_taskswitch, 1, 0, 0, 0) == 0);
		if (below(2))
			yield();
		asm volatile("fninit\n\tfildl %0" : : "m"(m->fpu));
		must(m->not_there == before + 1);
	} else {
		asm volatile("fninit\n\tfildl %0" : : "m"(m->fpu));
		must(m->not_there == before);
	}
}

/* Of a write only the one hears that watches the place. */
void act_watch(void)
{
	struct me *m = me();
	u32 to = below(nr_vcpus), before = m->watched;

	target[to] = m->rounds;
	must(m->watched == before + (to == m->nr));
	if (to != m->nr)
		return;
	if (below(2))
		yield();
	must((HCALL(get_debugreg, 6, 0, 0, 0) & 15) == 1);
	must(HCALL(set_debugreg, 6, 0, 0, 0) == 0);
}

void act_base(void)
{
	struct me *m = me();

	if (nr_vcpus > 1 && m->nr == nr_vcpus - 1) /* base_in_use() */
		return;
	m->own_base = !m->own_base;
	must(
	    mmuext(MMUEXT_NEW_BASEPTR,
		   mfn_of(m->own_base ? (const void *)directory[m->nr] : (const void *)si->pt_base),
		   0) == 0);
	must(read_faults((const volatile u32 *)PRIVATE) == !m->own_base);
}

void act_ring3(void)
{
	ring3_trip(below(2) ? ring3_fast : ring3_slow, me(), 1 + below(2000));
	load_selectors(); /* ring 3 may not have them */
}

/* The directory of each is its own; what the hypervisor has of it unfinished is in turn
 * everybody's.
 */
void act_pin(void)
{
	u32 mfn = mfn_of(large[me()->nr]);

	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0) == 0);
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn, 0) == -EINVAL);
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == 0);
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0) == -EINVAL);
	/* And it may be written again. */
	must(set_pte(large[me()->nr], mfn << 12 | WRITABLE, UVMF_INVLPG | UVMF_ALL) == 0);
	large[me()->nr][NR_TABLES] = 0;
	make_read_only(large[me()->nr]);
}

/* One changes a descriptor of another's table: that sees it when it loads the selector. */
void act_descriptor(void)
{
	struct me *m = me();
	u32 whose = below(nr_vcpus), place = below(3), d[2];
	u32 at = mfn_of(ldt[whose]) << 12 | 8;

	lock(&changing);
	set_descriptor(d, &places[whose][place]);
	must(HCALL(update_descriptor, at, 0, d[0], d[1]) == 0);
	place_of[whose] = place;
	load_selectors();
	must(by_fs() == m->nr * 10 + place_of[m->nr]);
	unlock(&changing);
}
