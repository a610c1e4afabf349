/*
 * lab02_exceptions.c: exceptions that nobody chose, raised where their delivery may fail in turn
 * (SDM 3A 6.15), and control registers that are read into any register.
 */
#include "lab02.h"

/* Selectors: code that is not there, data, and data that is not there. */
#define NOT_PRESENT 0x30u
#define DATA	    0x38u
#define NO_DATA	    0x40u
#define NO_VECTOR   255u
#define IDT_PAGES   (TEST_BASE + 16 * PAGE) /* two of them, where the IDT lies */

static void divide(void *arg)
{
	asm volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : "a"(arg) : "ecx", "edx", "cc");
}
static void undefined(void *arg)
{
	(void)arg;
	asm volatile("ud2");
}
static void breakpoint(void *arg)
{
	(void)arg;
	asm volatile("int3");
}
static void software_8(void *arg)
{
	(void)arg;
	asm volatile("int $8");
}
static void software_14(void *arg)
{
	(void)arg;
	asm volatile("int $14");
}
static void software_13(void *arg)
{
	(void)arg;
	asm volatile("int $13");
}
/* One that neither an instruction nor an exception is: the timer's, by a vector that is an
 * exception's as well. It is taken behind the instruction after sti. */
static void interrupt(void *arg)
{
	(void)arg;
	timer_waits();
	asm volatile("sti\n\tnop\n\tnop");
}
static void null_ss(void *arg)
{
	(void)arg;
	asm volatile("movl %0, %%ss" : : "r"(0));
}
static void absent_ss(void *arg)
{
	(void)arg;
	asm volatile("movl %0, %%ss" : : "r"(NO_DATA));
}
static void absent_es(void *arg)
{
	(void)arg;
	asm volatile("movl %0, %%es" : : "r"(NO_DATA));
}
static void page_fault(void *arg)
{
	if (one_in(2))
		load((u32)arg);
	else
		store((u32)arg, 1);
}

/* A gate of the copy that the processor uses, made useless in one of many ways, or left. */
static void break_gate(u32 *gate)
{
	static const u32 selectors[] = {0, NOT_PRESENT, DATA, 0x23, 0x1000, 0x1B};

	switch (draw(8)) {
	case 0:
		gate[1] &= ~0x8000u; /* not present */
		break;
	case 1:
		gate[1] &= ~0x1F00u; /* no gate at all */
		break;
	case 2:
		gate[0] = (gate[0] & 0xFFFF) | draw_of(selectors) << 16;
		break;
	}
}

/* Which of the two pages is there: #DF's gate always is, and usable, unless what is raised (by
 * `raised`) is told by that very gate: then it alone is broken. */
static void place_idt(u32 *copy, u32 raised)
{
	u32 below = raised == 8 ? 0 : draw(15), missing = below == 0 ? 2 : below <= 8 ? 0 : 1;
	u32 page = IDT_PAGES >> 12, entry = page & 1023, base = IDT_PAGES + PAGE - 8 * below;
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) idtr = {2047, base};

	for (u32 i = 0; i < 512; i++)
		copy[(base & (PAGE - 1)) / 4 + (below ? 0 : 1024) + i] = idt[i];
	for (u32 vec = 0; vec <= 14; vec++)
		if ((vec == 8) == (raised == 8))
			break_gate(&copy[(base - IDT_PAGES) / 4 + 2 * vec]);
	if (raised != NO_VECTOR)
		break_gate(&copy[(base - IDT_PAGES) / 4 + 2 * raised]);
	for (u32 i = 0; i < 2; i++) {
		pt_test[entry + i] = i == missing ? 0 : (POOL + i * PAGE) | P | RW | A | D;
		flush(IDT_PAGES + i * PAGE);
	}
	asm volatile("lidt %0" : : "m"(idtr));
}

/* 02.2: two exceptions that meet. */
static void nested(void)
{
	static const struct {
		const char *name;
		void (*raise)(void *);
		u32 vec; /* of what is no exception, though its vector is one's */
	} kinds[] = {{"divide", divide, NO_VECTOR},
		     {"undefined", undefined, NO_VECTOR},
		     {"breakpoint", breakpoint, NO_VECTOR},
		     {"int_8", software_8, 8},
		     {"int_14", software_14, 14},
		     {"int_13", software_13, 13},
		     {"timer", interrupt, 0},
		     {"null_ss", null_ss, NO_VECTOR},
		     {"absent_ss", absent_ss, NO_VECTOR},
		     {"absent_es", absent_es, NO_VECTOR},
		     {"page", page_fault, NO_VECTOR},
		     {"page", page_fault, NO_VECTOR},
		     {"page", page_fault, NO_VECTOR}};
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) own = {2047, (u32)idt};

	for (u32 i = 6; i <= 8; i++) {
		probe_gdt[2 * i] = 0xFFFF;
		probe_gdt[2 * i + 1] = i == 6 ? 0xCF1A00 : i == 7 ? 0xCF9200 : 0xCF1200;
	}
	paging_on();
	pic_init(0, 0xFF); /* by #DE's vector */
	for (u32 i = 0; i < 110; i++) {
		u32 n = draw(ARRAY_SIZE(kinds)),
		    at = TEST_BASE + (32 + draw(64)) * PAGE + draw(PAGE);

		place_idt((u32 *)POOL, kinds[n].vec);
		asm volatile("movl %0, %%cr2" : : "r"(0x1234));
		try(kinds[n].raise, (void *)at);
		pic_off();
		asm volatile("lidt %0" : : "m"(own));
		say("nested %u %s vec=%u", i, kinds[n].name, trap_vec);
		if (trap_vec >= 8)
			/* without EXT, which QEMU forgets; a double fault has 0 */
			say(" err=%u", trap_err & (trap_vec == 8 ? ~0u : ~1u));
		say(" eip=%x eflags=%x cr2=%x\n", trap_eip, trap_eflags, read_cr2(i));
	}
	finish(0);
}

/* 02.2: and one more, while a double fault is delivered, is the end. */
static void triple(void)
{
	paging_on();
	say("triple begins\n");
	idt[2 * 14 + 1] &= ~0x8000u;
	idt[2 * 8 + 1] &= ~(one_in(2) ? 0x8000u : 0x1F00u);
	if (one_in(2))
		idt[2 * 11 + 1] &= ~0x8000u;
	try(one_in(2) ? page_fault : undefined, (void *)(TEST_BASE + PAGE * draw(1024)));
	say("triple vec=%u err=%u\n", trap_vec, trap_err);
	try(page_fault, (void *)(TEST_BASE + PAGE * draw(1024)));
	say("triple went on\n");
	finish(1);
}

/* Each control register into each register, ESP too; 16 bytes each. */
asm(".text\n.balign 16\n"
    "cr_stubs:\n"
    ".irp cr, cr0, cr2, cr3, cr4\n"
    ".irp reg, eax, ecx, edx, ebx, ebp, esi, edi\n"
    ".balign 16\n"
    "pushl %ebx\n pushl %ebp\n pushl %esi\n pushl %edi\n"
    "movl %\\cr, %\\reg\n"
    "movl %\\reg, %eax\n"
    "popl %edi\n popl %esi\n popl %ebp\n popl %ebx\n ret\n"
    ".endr\n"
    ".balign 16\n"
    "movl %esp, %ecx\n movl %\\cr, %esp\n movl %esp, %eax\n movl %ecx, %esp\n ret\n"
    ".endr\n");
extern u8 cr_stubs[];

static u32 read_cr(u32 which, u32 reg)
{
	u32 val;

	asm volatile("call *%1"
		     : "=a"(val)
		     : "c"(cr_stubs + (which * 8 + reg) * 16)
		     : "edx", "memory");
	return val;
}

#define CR0_FREE 0x4005002Eu /* CD AM WP NE TS EM MP */
#define CR4_FREE 0x0000068Cu /* OSXMMEXCPT OSFXSR PGE DE TSD */

/* 02.2: what the guest wrote into its control registers, it reads. */
static void crs(void)
{
	static const char *const names[] = {"cr0", "cr2", "cr3", "cr4"};

	paging_on();
	for (u32 i = 0; i < 40; i++) {
		u32 val = draw32(), which = draw(4);

		switch (draw(4)) {
		case 0:
			asm volatile("movl %0, %%cr0" : : "r"(0x80000011u | (val & CR0_FREE)));
			break;
		case 1:
			asm volatile("movl %0, %%cr2" : : "r"(val));
			break;
		case 2:
			asm volatile("movl %0, %%cr3" : : "r"((u32)pd | (val & 0x18)));
			break;
		default:
			asm volatile("movl %0, %%cr4" : : "r"(0x10 | (val & CR4_FREE)));
		}
		say("crs %u %s=%x\n", i, names[which], read_cr(which, draw(8)));
	}
	finish(0);
}

void lab02_exceptions(void)
{
	if (scenario_is("nested"))
		nested();
	if (scenario_is("triple"))
		triple();
	if (scenario_is("crs"))
		crs();
}
