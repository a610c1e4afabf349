/* tables.c: the descriptors that cells may name: one of each kind; and the IDT. */
#include "machine.h"

#define KIND(type, dpl) (DESC_P | DESC_S | DESC_A | (type) | (dpl) << DESC_DPL_SHIFT)
#define CODE		(DESC_CODE | DESC_RW)
#define DATA		DESC_RW
#define BIG		(DESC_DB | DESC_G)
#define SYSTEM(type)	(DESC_P | (type) << 8)
#define FLAT		0xFFFFF
#define TYPE_TSS16	1
#define TYPE_TASK_GATE	5
#define TYPE_INTR16	6
#define TYPE_TRAP16	7
#define TYPE_RESERVED	8

struct desc gdt[NR_GDT], ldt[NR_LDT], idt[NR_GATES];
static struct desc gdt_template[NR_GDT];
struct task tss, tss_other;

static struct desc descriptor(u32 base, u32 limit, u32 kind)
{
	return (struct desc){base << 16 | (limit & 0xFFFF),
			     (base & 0xFF000000) | (limit & 0xF0000) | kind | (base >> 16 & 0xFF)};
}

static struct desc gate(u16 sel, u32 offset, u32 type, u32 dpl)
{
	return (struct desc){(u32)sel << 16 | (offset & 0xFFFF),
			     (offset & 0xFFFF0000) | DESC_P | dpl << DESC_DPL_SHIFT | type << 8};
}

static void put(u32 sel, u32 base, u32 limit, u32 kind)
{
	gdt_template[sel / 8] = descriptor(base, limit, kind);
}

void tables_init(void)
{
	u32 tss_size = sizeof(struct task) - 1;

	put(SEL_KCODE, 0, FLAT, KIND(CODE, 0) | BIG);
	put(SEL_KDATA, 0, FLAT, KIND(DATA, 0) | BIG);
	put(SEL_UCODE, 0, FLAT, KIND(CODE, 3) | BIG);
	put(SEL_UDATA, 0, FLAT, KIND(DATA, 3) | BIG);
	put(SEL_TSS, (u32)&tss, tss_size, SYSTEM(DESC_TSS_AVAIL));
	put(SEL_LDT, (u32)ldt, sizeof(ldt) - 1, SYSTEM(DESC_LDT));
	put(SEL_DATA_NP, 0, FLAT, (KIND(DATA, 0) | BIG) & ~DESC_P);
	put(SEL_CODE_NP, 0, FLAT, (KIND(CODE, 0) | BIG) & ~DESC_P);
	put(SEL_DATA_RO, 0, FLAT, KIND(0, 0) | BIG);
	put(SEL_CODE_XO, 0, FLAT, KIND(DESC_CODE, 0) | BIG);
	put(SEL_CONFORM, 0, FLAT, KIND(CODE | DESC_EC, 0) | BIG);
	put(SEL_DATA_DOWN, 0, 0x00000, KIND(DATA | DESC_EC, 0) | BIG);
	put(SEL_UDATA_NP, 0, FLAT, (KIND(DATA, 3) | BIG) & ~DESC_P);
	put(SEL_DATA_DPL1, 0, FLAT, KIND(DATA, 1) | BIG);
	gdt_template[SEL_CALL_GATE / 8] = gate(SEL_KCODE, PAD, DESC_CALL_GATE, 0);
	put(SEL_TSS_BUSY, (u32)&tss_other, tss_size, SYSTEM(DESC_TSS_BUSY));
	put(SEL_TSS16, (u32)&tss_other, tss_size, SYSTEM(TYPE_TSS16));
	gdt_template[SEL_TASK_GATE / 8] = gate(SEL_TSS_BUSY, 0, TYPE_TASK_GATE, 0);
	gdt_template[SEL_INTR_GATE / 8] = gate(SEL_KCODE, PAD, DESC_INTR_GATE, 0);
	put(SEL_DATA_TINY, 0, 15, KIND(DATA, 0) | DESC_DB);
	put(SEL_DATA_BASE, (u32)mem, MEM_SIZE - 1, KIND(DATA, 0) | DESC_DB);
	put(SEL_TSS_NP, (u32)&tss_other, tss_size, SYSTEM(DESC_TSS_AVAIL) & ~DESC_P);
	put(SEL_LDT_NP, (u32)ldt, sizeof(ldt) - 1, SYSTEM(DESC_LDT) & ~DESC_P);
	put(SEL_DATA_FRESH, 0, FLAT, (KIND(DATA, 0) | BIG) & ~DESC_A);
	put(SEL_CODE16, 0, 0xFFFF, KIND(CODE, 0));
	put(SEL_UCONFORM, 0, FLAT, KIND(CODE | DESC_EC, 3) | BIG);
	put(SEL_RESERVED, 0, FLAT, SYSTEM(TYPE_RESERVED));
	put(SEL_DATA16, (u32)cell_stack & 0xFFFF0000, 0xFFFF, KIND(DATA, 0));
	put(SEL_CODE_BASE, PAD, FLAT, KIND(CODE, 0) | BIG);
	put(SEL_CODE_FRESH, 0, FLAT, (KIND(CODE, 0) | BIG) & ~DESC_A);
	put(SEL_KDATA2, 0, FLAT, KIND(DATA, 0) | BIG);
}

static void special_gates(void)
{
	idt[VEC_BP].hi |= DESC_DPL;
	idt[VEC_OF].hi |= DESC_DPL;
	idt[VEC_TRAP3].hi |= DESC_DPL | 0x100; /* a trap gate */
	idt[VEC_INTR3].hi |= DESC_DPL;
	idt[VEC_NOT_PRESENT].hi &= ~DESC_P;
	idt[VEC_NO_GATE].hi &= ~0xF00u;
	idt[VEC_NULL_CS] = gate(0, PAD, DESC_INTR_GATE, 0);
	idt[VEC_BEYOND_CS] = gate(SEL_BEYOND, PAD, DESC_INTR_GATE, 0);
	idt[VEC_NP_CS] = gate(SEL_CODE_NP, PAD, DESC_INTR_GATE, 0);
	idt[VEC_DATA_CS] = gate(SEL_KDATA, PAD, DESC_INTR_GATE, 0);
	idt[VEC_CONFORM_CS] = gate(SEL_CONFORM, PAD, DESC_INTR_GATE, 0);
	idt[VEC_INTR16] = gate(SEL_KCODE, PAD_INT16, TYPE_INTR16, 0);
	idt[VEC_TRAP16] = gate(SEL_KCODE, PAD_INT16, TYPE_TRAP16, 0);
	idt[VEC_NP3].hi |= DESC_DPL;
	idt[VEC_NP3].hi &= ~DESC_P;
	idt[VEC_USER_CS] = gate(SEL_UCODE, PAD, DESC_INTR_GATE, 0);
	idt[VEC_RPL3_CS].lo |= 3 << 16;
}

void tables_reset(void)
{
	memcpy(gdt, gdt_template, sizeof(gdt));
	ldt[0] = descriptor(0, FLAT, KIND(DATA, 0) | BIG);
	ldt[1] = descriptor(0, FLAT, KIND(CODE, 3) | BIG);
	for (u32 vec = 0; vec < NR_GATES; vec++)
		idt[vec] = gate(SEL_KCODE, (u32)trap_stubs + 16 * vec, DESC_INTR_GATE, 0);
	special_gates();
	memset(&tss, 0, sizeof(tss));
	tss.tss.ss0 = SEL_KDATA;
	tss.tss.esp0 = (u32)trap_stack + STACK_BYTES;
	tss.tss.iomap = sizeof(tss); /* behind it: no port is allowed */
	memset(tss.map, 0xFF, sizeof(tss.map));
	tss_other = tss;
}
