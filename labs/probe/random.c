/* random.c: the random probe: start, tables, paging, interrupts, and drawing. */
#include <trapline/spoken.h>
#include "random.h"

#define CR0_ON	0x80010011u /* PG, WP, ET, PE */
#define CR4_PSE 0x10u
enum { P = 1, RW = 2, US = 4, A = 0x20, D = 0x40, PS = 0x80 };
#define MACHINES 24 /* tables, one after the other */

/* Pages of their own: in a domain, writes to what lies beside a descriptor that is in use are
 * traps. */
static struct {
	u32 gdt[512], ldt[512];
} tables[MACHINES] __attribute__((aligned(4096)));
static u32 pd[1024] __attribute__((aligned(4096))), pt[1024] __attribute__((aligned(4096)));
static u32 nr_tables;
u32 random_state, *gdt, *ldt, idt[512], tss[26];
u8 *code = (u8 *)FRESH;
void random_start(const u32 *info);

static char line[512];
char *line_end = line;

/* say(), for what is said once. */
void put(char c)
{
	*line_end++ = c;
	if (c == '\n')
		end_line();
}

/* In a domain each character alone would be a trap. EDI is for who listens (spoken.h). */
void end_line(void)
{
	const char *at = line;
	u32 n = (u32)(line_end - line), sum = spoken(line, n);

	asm volatile("rep outsb" : "+S"(at), "+c"(n) : "d"(0x3F8), "D"(sum) : "memory");
	line_end = line;
}

void finish(u32 code)
{
	outb(0xF4, (u8)code);
	for (;;)
		asm volatile("hlt");
}

void emit_end(void)
{
	emit(1, 0xE9);
	emit(4, (u32)cell_end - ((u32)code + 4));
}

/* 8 MB of tables and pages at their own addresses; and three with a meaning. */
static void paging_on(void)
{
	for (u32 i = 0; i < 8; i++)
		pd[i] = i << 22 | P | RW | US | A | D | PS;
	pt[1] = FRESH | P | US | A | D;
	pt[2] = FRESH | P | RW | A | D;
	pt[3] = STACKS | P | RW | A | D; /* and behind it NO_STACK */
	pd[PAGE_NONE >> 22] = (u32)pt | P | RW | US | A;
	asm volatile("movl %0, %%cr4\n\t"
		     "movl %1, %%cr3\n\t"
		     "movl %2, %%cr0"
		     :
		     : "r"(CR4_PSE), "r"(pd), "r"(CR0_ON)
		     : "memory");
}

static void pic_init(void)
{
	outb(0x20, 0x11); /* edge triggered, with a slave, ICW4 */
	outb(0x21, 0x20); /* vectors from 32 */
	outb(0x21, 0x04);
	outb(0x21, 0x01);
	outb(0x21, 0xFF);
	outb(0xA1, 0xFF);
}

static bool irq_waits(void)
{
	u8 irr;

	outb(0x20, 0x0A); /* the next read is of the request register */
	asm volatile("inb $0x20, %0" : "=a"(irr));
	return irr & 1;
}

void irq_pending(void)
{
	asm volatile("cli"); /* through a trap gate we come with the cell's IF */
	outb(0x21, 0xFE);
	outb(0x43, 0x30); /* once */
	outb(0x40, 100);
	outb(0x40, 0);
	while (!irq_waits())
		;
}

void irq_off(void)
{
	outb(0x21, 0xFF);
	outb(0x20, 0x20); /* end of interrupt */
}

NO_CALL void descriptor(u32 *table, u32 slot, u32 base, u32 limit, u32 bits)
{
	table[2 * slot] = base << 16 | (limit & 0xFFFF);
	table[2 * slot + 1] = (base & 0xFF000000) | (base >> 16 & 0xFF) | (limit & 0xF0000) | bits;
}

/* 16 bytes for each vector: push it, and go to `trapped`. */
static void stubs_init(void)
{
	u8 *there = code;

	for (u32 vec = 0; vec < 256; vec++) {
		code = (u8 *)STUBS + 16 * vec;
		emit(1, 0x68);
		emit(4, vec);
		emit(1, 0xE9);
		emit(4, (u32)trapped - ((u32)code + 4));
	}
	code = there;
}

void plain_gates(void)
{
	for (u32 vec = 0; vec < 256; vec++) {
		idt[2 * vec] = SEL_CODE << 16 | (STUBS + 16 * vec);
		idt[2 * vec + 1] = 0x8E00;
	}
}

/* An LDT, a TSS (of which one is busy), a gate of no use in this table, or nothing. */
NO_CALL void draw_system(u32 *table, u32 slot, u32 bits)
{
	static const u8 types[] = {2, 2, 9, 9, 11, 14, 8};
	u32 type = types[pick(ARRAY_SIZE(types))];
	u32 base = type == 2 ? (u32)ldt : (u32)tss, limit = type == 2 ? 8 * pick(NR_LDT) + 7 : 103;

	descriptor(table, slot, base, limit + one_in(2) * pick(99), bits | type << 8);
}

/*
 * Mostly code and data that can be used. All are 32 bits wide (but for a stack's pointer) and
 * marked as used: where a bare QEMU forgets to do that, it is no judge of it.
 */
NO_CALL void draw_descriptor(u32 *table, u32 slot)
{
	u32 type = pick(8) << 1 | 1, dpl = pick(2) ? 0 : pick(4);
	u32 bits = 0xC09000 | type << 8 | dpl << 13, limit = one_in(2) ? 0xFFFFF : pick(1 << 20);

	if (type & 4 && !(type & 8))
		limit = 0; /* expand-down: from its limit up */
	if (one_in(8))
		bits &= ~0x8000u;	/* not present */
	if (!(type & 8) && one_in(4)) { /* a stack with a 16-bit pointer */
		descriptor(table, slot, STACKS, 0xFFFF, (bits & ~0xC00000u) & ~0x400u);
		return;
	}
	if (one_in(6)) { /* of the system's */
		draw_system(table, slot, bits & 0xE000);
		return;
	}
	descriptor(table, slot, 0, limit, bits);
}

void draw_descriptors(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr, idtr;

	gdt = tables[nr_tables % MACHINES].gdt;
	ldt = tables[nr_tables++ % MACHINES].ldt;
	for (u32 slot = FIRST_SEL / 8; slot < NR_GDT; slot++)
		draw_descriptor(gdt, slot);
	for (u32 slot = 0; slot < NR_LDT; slot++)
		draw_descriptor(ldt, slot);
	descriptor(gdt, 0, 0, 0, 0);
	for (u32 slot = 1; slot <= 4; slot++)
		descriptor(gdt, slot, 0, 0xFFFFF,
			   0xCF9300 | (slot & 1 ? 0x800 : 0) | (slot > 2 ? 0x6000 : 0));
	descriptor(gdt, SEL_TSS / 8, (u32)tss, sizeof(tss) - 1, 0x8900);
	descriptor(gdt, SEL_LDT / 8, (u32)ldt, 8 * NR_LDT - 1, 0x8200);
	gdtr.base = (u32)gdt;
	gdtr.limit = 8 * NR_GDT - 1 - pick(24);
	idtr.base = (u32)idt;
	idtr.limit = 8 * (0x50 + pick(16)) - 1 - one_in(2);
	asm volatile("lgdt %0\n\t"
		     "ljmp $0x08, $1f\n"
		     "1:\n\t"
		     "movl %1, %%ss\n\t"
		     "movl %1, %%ds\n\t"
		     "movl %1, %%es\n\t"
		     "lidt %2\n\t"
		     "lldt %w3\n\t"
		     "ltr %w4"
		     :
		     : "m"(gdtr), "r"(SEL_DATA), "m"(idtr), "r"(SEL_LDT), "r"(SEL_TSS)
		     : "memory");
}

u32 draw_selector(void)
{
	u32 rpl = one_in(3) ? pick(4) : 0;

	switch (pick(8)) {
	case 0:
		return rpl; /* null */
	case 1:
		return pick(NR_LDT + 2) * 8 | 4 | rpl;
	case 2:
		return NR_GDT * 8 - 32 + pick(64) / 8 * 8 + rpl; /* about the end of the table */
	case 3:
		return (1 + pick(4)) * 8 | rpl;
	default:
		return FIRST_SEL + pick(NR_GDT - FIRST_SEL / 8) * 8 + rpl;
	}
}

bool selector_is_outer(u32 selector)
{
	const u32 *table = selector & 4 ? ldt : gdt;
	u32 hi = table[2 * (selector >> 3) + 1];

	if (selector >> 3 >= (selector & 4 ? NR_LDT : NR_GDT) || (hi & 0x1800) != 0x1800)
		return false;
	return hi & 0x6400;
}

bool selector_leads_away(u32 selector)
{
	const u32 *table = selector & 4 ? ldt : gdt;
	u32 slot = selector >> 3, rpl = selector & 3;

	if (rpl == 1 || rpl == 2) /* a return to such a ring ends a domain */
		return true;
	return slot < (selector & 4 ? NR_LDT : NR_GDT) && !(table[2 * slot + 1] & 0x1000) &&
	       (table[2 * slot + 1] & 0xF00) != 0x200;
}

u32 draw_stack(void)
{
	for (u32 i = 0; i < 16; i++) {
		u32 slot = FIRST_SEL / 8 + pick(NR_GDT - FIRST_SEL / 8 - 3), hi = gdt[2 * slot + 1];

		if ((hi & 0xFE00) == 0x9200 && (!(hi & 0x800000) || (hi & 0xF0000)))
			return slot * 8; /* data, ring 0, writable, present, 16 MB or 64 KB of it */
	}
	return SEL_DATA;
}

void machine_init(void)
{
	stubs_init();
	plain_gates();
	tss[1] = (u32)stack_top - 8192;
	tss[2] = SEL_DATA;
	draw_descriptors();
	paging_on();
	pic_init();
}

void random_start(const u32 *info)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"random_gates", random_gates}, {"random_flags", random_flags},
	    {"random_insns", random_insns}, {"each_insn", each_insn},
	    {"random_code", random_code},   {"full", full_code},
	};

	if (info[0] & 4)
		probe_options((const char *)info[4]);
	random_state = draw(1 << 24);
	machine_init();
	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (scenario_is(scenarios[i].name))
			scenarios[i].run();
	say("probe: no such scenario\n");
	finish(2);
}
