/*
 * random_gates.c: exceptions, software interrupts and interrupts, through gates that nobody chose,
 * out of ring 0 and 3, onto stacks that nobody chose. Printed is all that the handler finds.
 */
#include "random.h"

#define CELLS	 12 /* with one set of descriptors */
#define MACHINES 13
#define FLAGS                                                                                      \
	0x244CD5u	/* what is drawn: ID AC NT OF DF SF ZF AF PF CF; IF, IOPL and TF besides   \
			 */
#define HAS_ERR 0x3C00u /* vectors 10 to 13: bit 0 of the error code is EXT, which QEMU forgets */

enum kind {
	INT_N,
	INT_PREFIXED,
	INT3,
	INTO,
	UD2,
	DIV,
	PAGE_FAULT,
	LOAD_FS, /* this and PRIVILEGED in ring 3 */
	STEP,
	IRQ,
	PRIVILEGED,
	NR_KINDS
};
static const char *const names[NR_KINDS] = {"int",  "66int", "int3", "into", "ud2", "div",
					    "page", "fs",    "step", "irq",  "cli"};
static const u8 vectors[NR_KINDS] = {0x40, 0x40, 3, 4, 6, 0, 14, 13, 1, 32, 13};

struct cell {
	u32 eip;
	enum kind kind;
	u8 vec;
};

static struct cell draw_code(void)
{
	struct cell c = {(u32)code, pick(NR_KINDS), 0};

	if (c.kind > INT_PREFIXED && one_in(3))
		c.kind = INT_N;
	c.vec = c.kind > INT_PREFIXED || one_in(8) ? vectors[c.kind] : 0x30 + pick(0x30);
	switch (c.kind) {
	case INT_PREFIXED:
		emit(1, one_in(2) ? 0x66 : 0x3E);
		/* fall through */
	case INT_N:
		emit(2, 0xCD | c.vec << 8);
		break;
	case INT3:
		emit(1, 0xCC);
		break;
	case INTO:
		emit(1, 0xCE);
		break;
	case UD2:
		emit(2, 0x0B0F);
		break;
	case DIV:
		emit(4, 0xF1F7C931); /* xor %ecx,%ecx; div %ecx */
		break;
	case PAGE_FAULT:
		emit(1, one_in(2) ? 0xA1 : 0xA3); /* mov between eax and memory */
		emit(4, PAGE_NONE + pick(3) * 4096 + pick(4090));
		break;
	case LOAD_FS:
		emit(2, 0xE08E); /* mov %eax,%fs */
		break;
	case PRIVILEGED:
		emit(1, one_in(2) ? 0xFA : 0xF4);
		break;
	default:
		emit(2, 0x9090);
	}
	emit(2, 0x0B0F); /* ud2: out of ring 3 there is no other way */
	return c;
}

/* The gate's own bits, where it leads, and bits that mean nothing. */
static void draw_gate(u8 vec, bool ring3)
{
	u32 type = (one_in(2) ? 0x6 : 0xE) | pick(2), sel = one_in(2) ? SEL_CODE : draw_selector();
	u32 hi = 0x8000 | pick(4) << 13;

	bool absent = one_in(10);

	if (absent)
		hi &= ~0x8000u;
	if (one_in(absent ? 2 : 16)) /* which of both is looked at first? */
		type = pick(32);
	if ((type & 0x1F) == 5)
		type = 0xE; /* a task gate switches tasks */
	if (ring3 && selector_is_outer(sel))
		sel = SEL_CODE; /* stays in ring 3, or goes to 1 or 2 */
	if (one_in(12))
		type |= 0x10; /* S: no gate at all */
	if (one_in(4))
		sel |= pick(4); /* which counts for nothing */
	hi |= type << 8 | pick(32);
	idt[2 * vec] = sel << 16 | (STUBS + 16 * vec);
	idt[2 * vec + 1] = hi;
}

static void draw_start(const struct cell *c, bool ring3)
{
	u32 top = STACKS + 0x4000 + pick(0x4000), ss = one_in(3) ? draw_stack() : SEL_DATA;
	u32 *word = (u32 *)((top & ~3u) - 64);

	for (u32 i = 0; i < 32; i++)
		word[i] = 0xA5A50000 + i;
	start.eax = draw_selector();
	start.eflags = 2 | (pick(1 << 22) & FLAGS) | pick(4) << 12 | pick(2) << 9;
	if (c->kind == INTO)
		start.eflags |= 0x800;
	if (c->kind == STEP)
		start.eflags |= 0x100;
	if (c->kind == IRQ) {
		irq_pending();
		start.eflags |= 0x200;
	}
	if (c->kind == PRIVILEGED)
		start.eflags &= ~0x3000u;
	start.cs = ring3 ? SEL_CODE3 : SEL_CODE;
	start.ss = ring3 ? SEL_DATA3 : SEL_DATA;
	start.data = ring3 ? SEL_DATA3 : SEL_DATA;
	start.esp = top;
	start.eip = c->eip;
	if (!ring3)
		return;
	tss[1] = top;
	tss[2] = ss;
	start.esp = STACKS + 0x9000 + pick(0x1000);
}

/* RF, with which it begins, shows by what it holds off: a breakpoint on the first instruction of
 * the handler. */
static void watch(u32 at)
{
	asm volatile("movl %0, %%dr0\n\tmovl %1, %%dr7" : : "r"(at), "r"(at ? 2 : 0));
}

static void report(const struct cell *c, bool ring3)
{
	if (end_vec < 16 && HAS_ERR >> end_vec & 1)
		end_words[0] &= ~1u;
	text("gate ");
	text(names[c->kind]);
	text(ring3 ? " ring=3 vec, gate, flags:" : " ring=0 vec, gate, flags:");
	hex(c->vec);
	hex(idt[2 * c->vec + 1]);
	hex(idt[2 * c->vec]);
	hex(start.eflags);
	text(" came vec, flags, esp, ss:");
	hex(end_vec);
	hex(end_flags);
	hex(end_esp);
	hex(end_ss & 0xFFFF);
	text(" gs fs es ds:");
	for (u32 i = 0; i < 4; i++)
		hex(end_segs[i] & 0xFFFF);
	text(" frame:");
	for (u32 i = 0; i < 7; i++)
		hex(end_words[i]);
	text("\n");
	end_line();
}

static void run(const struct cell *c)
{
	bool ring3 = c->kind == PRIVILEGED || c->kind == LOAD_FS || one_in(2);
	/* By what faults at once: QEMU forgets RF late. */
	bool watched = ring3 && (c->kind == UD2 || c->kind == PAGE_FAULT || c->kind == LOAD_FS);

	if (c->kind == INT_N || c->kind == INT_PREFIXED || one_in(2))
		draw_gate(c->vec, ring3);
	if (one_in(4))
		draw_gate(13, ring3);
	if (one_in(6))
		draw_gate(11, ring3);
	draw_start(c, ring3);
	if (watched) {
		start.eflags |= 0x10000;
		watch(STUBS + 16 * c->vec);
	}
	enter_cell();
	if (watched)
		watch(0);
	if (c->kind == IRQ)
		irq_off();
	report(c, ring3);
	plain_gates();
}

void random_gates(void)
{
	struct cell cells[CELLS];

	look_at_flags = 1;
	for (u32 m = 0; m < MACHINES; m++) {
		draw_descriptors();
		code = (u8 *)FRESH + (1 + m) * 4096;
		for (u32 i = 0; i < CELLS; i++)
			cells[i] = draw_code();
		for (u32 i = 0; i < CELLS; i++)
			run(&cells[i]);
	}
	finish(0);
}
