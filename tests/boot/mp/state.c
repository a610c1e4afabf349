/* state.c: what each processor has for itself: FPU, debug registers, descriptor tables, TSS. Each
 * looks whether it still has its own. */
#include "mp.h"

#define DR7_WRITE_4 0xD0402u /* of DR0: a write of four bytes */
#define NR_DESCS    8u

static u64 gdt[MAX_CPUS][NR_DESCS], ldt[MAX_CPUS][2], idt[256];
static struct tss tss[MAX_CPUS];
static volatile u32 target[MAX_CPUS], changing, places[MAX_CPUS][4], place_of[MAX_CPUS];

static u64 segment(const volatile void *at, u32 limit, u32 type)
{
	u32 base = (u32)at;

	return (limit & 0xFFFF) | (u64)(base & 0xFFFFFF) << 16 | (u64)type << 40 |
	       (u64)(base >> 24) << 56;
}

static void set_gate(u32 vec, const u8 *handler, u32 type)
{
	idt[vec] = ((u32)handler & 0xFFFF) | (u64)SEL_CODE << 16 | (u64)type << 40 |
		   (u64)((u32)handler >> 16) << 48;
}

static void make_idt(void)
{
	for (u32 vec = 0; vec < 256; vec++)
		set_gate(vec, unexpected, 0x8E);
	set_gate(1, watchpoint, 0x8E);
	set_gate(7, not_there, 0x8E);
	set_gate(14, page_fault, 0x8E);
	set_gate(VEC_PIC, tick, 0x8E);
	set_gate(VEC_PIC + 7, spurious, 0x8E);
	set_gate(VEC_CALL, system_call, 0xEE);
	set_gate(VEC_LETTER, letter_entry, 0x8E);
	set_gate(VEC_FLUSH, flush_entry, 0x8E);
	set_gate(VEC_ALARM, alarm_entry, 0x8E);
	set_gate(VEC_UNUSUAL, spurious, 0x8E);
}

static void load_tables(u32 nr)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {sizeof(gdt[nr]) - 1, (u32)gdt[nr]},
				  idtr = {sizeof(idt) - 1, (u32)idt};

	asm volatile("lgdt %0\n\tlidt %1\n\tljmp %2, $1f\n"
		     "1:\tmovl %3, %%ds\n\tmovl %3, %%es\n\tmovl %3, %%ss\n\t"
		     "lldt %w4\n\tltr %w5"
		     :
		     : "m"(gdtr), "m"(idtr), "i"(SEL_CODE), "r"(SEL_DATA), "r"(SEL_LDT),
		       "r"(SEL_TSS)
		     : "memory");
}

static void load_selectors(void)
{
	asm volatile("movl %0, %%gs\n\tmovl %1, %%fs" : : "r"(SEL_OWN), "r"(SEL_IN_LDT));
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

void begin_state(void)
{
	struct me *m = me();
	u32 nr = m->nr, zeroes[4] = {(u32)&target[nr]};
	u64 *d = gdt[nr];

	if (nr == 0 && !idt[0])
		make_idt();
	for (u32 i = 0; i < 4; i++)
		places[nr][i] = nr * 10 + i;
	d[1] = 0x00CF9A000000FFFF;
	d[2] = 0x00CF92000000FFFF;
	d[3] = 0x00CFFA000000FFFF;
	d[4] = 0x00CFF2000000FFFF;
	d[SEL_TSS / 8] = segment(&tss[nr], sizeof(tss[nr]) - 1, 0x89);
	d[SEL_LDT / 8] = segment(ldt[nr], sizeof(ldt[nr]) - 1, 0x82);
	d[SEL_OWN / 8] = segment(&places[nr][3], 15, 0x92);
	lock(&changing); /* others may have begun long ago */
	ldt[nr][1] = segment(&places[nr][0], 15, 0x92);
	place_of[nr] = 0;
	unlock(&changing);
	tss[nr].ss0 = SEL_DATA;
	tss[nr].iomap = sizeof(struct tss);
	load_tables(nr);
	load_selectors();
	write_debug(zeroes, DR7_WRITE_4);
	write_dr6(0);
	m->fpu = nr * 1000;
	asm volatile("clts\n\tfninit\n\tfildl %0" : : "m"(m->fpu));
}

void check_state(void)
{
	const struct me *m = me();
	u16 tr, ldtr;
	s32 got;

	must(m->nr < nr_cpus && m == me_of(m->nr));
	must(by_gs() == m->nr * 10 + 3);
	must(by_fs() / 10 == m->nr);
	must((read_dr6() & 15) == 0);
	asm volatile("str %0" : "=r"(tr));
	asm volatile("sldt %0" : "=r"(ldtr));
	must(tr == SEL_TSS && ldtr == SEL_LDT);
	asm volatile("fistl %0" : "=m"(got));
	must(got == m->fpu);
}

void act_fpu(void)
{
	struct me *m = me();
	u32 before = m->not_there, lazy = below(2);

	m->fpu = m->nr * 1000 + below(1000);
	if (lazy)
		write_cr0(read_cr0() | CR0_TS);
	asm volatile("fninit\n\tfildl %0" : : "m"(m->fpu));
	must(m->not_there == before + lazy);
	must(!(read_cr0() & CR0_TS));
}

/* Of a write only the one hears that watches the place. */
void act_watch(void)
{
	struct me *m = me();
	u32 to = below(nr_cpus), before = m->watched;

	target[to] = m->rounds;
	must(m->watched == before + (to == m->nr));
	if (to != m->nr)
		return;
	must((read_dr6() & 15) == 1);
	write_dr6(0);
}

void act_ring3(void)
{
	struct me *m = me();
	u32 loops = 1 + below(2000);

	/* Interrupts from there come in below what waits on this stack. */
	tss[m->nr].esp0 = (u32)__builtin_frame_address(0) - 1024;
	ring3_trip(ring3, m, loops);
	load_selectors(); /* ring 3 may not have them */
}

/* One changes a descriptor of another's table: that sees it when it loads the selector. */
void act_descriptor(void)
{
	struct me *m = me();
	u32 whose = below(nr_cpus), place = below(3);

	lock(&changing);
	ldt[whose][1] = segment(&places[whose][place], 15, 0x92);
	place_of[whose] = place;
	load_selectors();
	must(by_fs() == m->nr * 10 + place_of[m->nr]);
	unlock(&changing);
}
