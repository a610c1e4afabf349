/*
 * lab02_iret.c: irets from frames that nobody chose: to ring 3 and within the kernel, of 16 and 32
 * bits, with any segments and flags, from a stack that may end in the middle of the frame.
 */
#include "lab02.h"

#define STACK_END (TEST_BASE + 6 * PAGE) /* behind it there is, or is not, another page */
#define LANDING	  0x7000u		 /* where 16 bits of EIP are enough */
#define SHORT_CS  0x68u			 /* in the place of one that is drawn elsewhere */
#define EFL_IF	  0x200u
#define EFL_RF	  0x10000u
#define EFL_NT	  0x4000u
#define EFL_VM	  0x20000u

struct frame_run {
	u32 esp, eflags, size;
};

static void do_iret(void *arg)
{
	const struct frame_run *f = arg;

	asm volatile("movl %0, %%ebx\n\t"
		     "pushl 4(%%ebx)\n\t"
		     "popfl\n\t"
		     "cmpl $2, 8(%%ebx)\n\t"
		     "movl (%%ebx), %%esp\n\t"
		     "je 1f\n\t"
		     "iretl\n"
		     "1:\tiretw"
		     :
		     : "r"(f)
		     : "ebx", "memory");
}

/* From the sixth on; the first ones are flat code and data for both rings, and the TSS. */
static void segments_init(void)
{
	static const u32 high[] = {
	    0xCF1A00, /* 06 code, not present */
	    0xCF9E00, /* 07 code, conforming */
	    0xCF7A00, /* 08 ring 3's code, not present */
	    0x8FFA00, /* 09 ring 3's code, 16 bits */
	    0xCF9000, /* 0A data, read-only */
	    0xCFF000, /* 0B ring 3's data, read-only */
	    0x8FF200, /* 0C ring 3's stack, 16 bits */
	    0x8F9A00, /* 0D code, 16 bits */
	    0xCFF800, /* 0E ring 3's code, not readable */
	    0xCFFE00, /* 0F ring 3's code, conforming */
	};

	for (u32 i = 0; i < ARRAY_SIZE(high); i++) {
		probe_gdt[12 + 2 * i] = 0xFFFF;
		probe_gdt[13 + 2 * i] = high[i];
	}
	asm volatile("lldt %w0" : : "r"(0));
}

/* A ring 1 or 2 of its own a domain has not: a conforming segment would lead there. (A stack
 * segment that is not present is another thing that is not drawn: QEMU has the wrong exception for
 * it.) */
static u32 any_selector(void)
{
	u32 sel = draw(20) << 3 | (one_in(2) ? 3 : 0);

	if (one_in(12))
		sel |= 4; /* of an LDT that there is not */
	else if (one_in(8) && sel >> 3 != 7 && sel >> 3 != 15)
		sel = (sel & ~3u) | 1;
	return sel;
}

static u32 random_cs(void)
{
	static const u32 good[] = {0x08, 0x1B, 0x1B, 0x1B, 0x4B, 0x68, 0x73, 0x7B, 0x38};

	return one_in(3) ? any_selector() : draw_of(good);
}
static u32 random_ss(void)
{
	static const u32 good[] = {0x23, 0x23, 0x63};

	return one_in(3) ? any_selector() : draw_of(good);
}

static void put_frame(u32 at, u32 size, u32 n, u32 val, bool beyond)
{
	at += n * size;
	if (at + size > STACK_END && !beyond)
		return;
	if (size == 4)
		store(at, val);
	else
		*(volatile u16 *)at = (u16)val;
}

static void say_outcome(u32 i)
{
	say("irets %u vec=%u err=%u eip=%x cs=%x eflags=%x ", i, trap_vec,
	    trap_vec == 128 ? 0 : trap_err, trap_eip, trap_cs & 0xFFFF, trap_eflags & ~EFL_RF);
	if (trap_cs & 3)
		say("esp=%x ss=%x", trap_esp, trap_ss & 0xFFFF);
	else
		say("esp=%x", trap_top);
	say(trap_vec == 14 ? " cr2=%x\n" : "\n", read_cr2(i));
}

static void watch_landing(u32 eip)
{
	asm volatile("movl %0, %%dr0\n\tmovl %1, %%dr7" : : "r"(eip), "r"(2));
}

/* A frame, and what the processor made of it. */
static void one(u32 i, u32 flags)
{
	u32 size = one_in(3) ? 2 : 4, esp = STACK_END - size * draw(9), page = STACK_END >> 12;
	u32 eip = LANDING + draw(64) * 2, cs = random_cs(), ss = random_ss();
	bool beyond = one_in(2), waits = one_in(2);
	/* Now and then a return from a task, of which there is none to return to. */
	struct frame_run f = {esp, 2 | (draw32() & 0x243AD5) | (one_in(6) ? EFL_NT : 0), size};
	static const u32 links[] = {0, 0x08, 0x0C, 0x10, 0x23, 0x7B, 0x100};

	if (waits && !one_in(4))
		f.eflags &= ~EFL_IF; /* else it comes before the iret */
	if (one_in(16) && size == 4)
		eip |= TEST_BASE; /* nothing is there */
	probe_tss[0] = draw_of(links);
	pt_test[page & 1023] = beyond ? (POOL + 6 * PAGE) | P | RW | A | D : 0;
	flush(STACK_END);
	put_frame(esp, size, 0, eip, beyond);
	put_frame(esp, size, 1, cs | draw(1 << 16) << 16, beyond);
	put_frame(esp, size, 2, flags, beyond);
	put_frame(esp, size, 3, 0x00120000 + draw(1 << 16), beyond);
	put_frame(esp, size, 4, ss | draw(1 << 16) << 16, beyond);
	say("irets %u size=%u cs=%x ss=%x flags=%x nt=%u\n", i, size, cs, ss, flags,
	    f.eflags >> 14 & 1);
	/* RF shows by what it holds off. */
	if (one_in(6))
		watch_landing(eip);
	else if (waits)
		timer_waits(); /* with IF it is taken before anything else is done */
	try(do_iret, &f);
	pic_off();
	asm volatile("pushl $2\n\tpopfl\n\tmovl %0, %%dr7" : : "r"(0) : "memory", "cc");
	say_outcome(i);
}

static void init(void)
{
	segments_init();
	for (u32 i = 0; i < 64; i++)
		*(volatile u16 *)(LANDING + 2 * i) = 0x80CD; /* int $0x80 */
	pt_test[(STACK_END >> 12 & 1023) - 1] = (POOL + 5 * PAGE) | P | RW | A | D;
	pic_init(0, 0xFF);
	paging_on();
}

/* 02.4: as the SDM has it, volume 2, IRET. */
static void irets(void)
{
	init();
	for (u32 i = 0; i < 90; i++)
		one(i, draw32() & ~EFL_VM);
	finish(0);
}

/* To `eip`, in a code segment that ends at `last`. */
static void to_the_end(u32 eip, u32 last, const char *where)
{
	u32 frame[3] = {eip, SHORT_CS, 2};
	struct frame_run f = {(u32)frame, 2, 4};

	probe_gdt[SHORT_CS / 4] = last; /* below 64 KB */
	probe_gdt[SHORT_CS / 4 + 1] = 0x409A00;
	try(do_iret, &f);
	say("vm86 %s vec=%u", where, trap_vec);
	say(trap_vec == 13 ? " err=%u\n" : "\n", trap_err);
}

/* 02.4: to virtual-8086 mode, which a domain does not have. And, as nobody can be asked here (QEMU
 * does not look), what the SDM says of an EIP beyond the segment's end. */
static void virtual_8086(void)
{
	u32 frame[9] = {LANDING, 0x08, draw32() | EFL_VM | 2, 0x8000, 0, 0, 0, 0, 0};
	struct frame_run f = {(u32)frame, 2, 4};

	init();
	if (!one_in(8)) /* no selector there: a paragraph */
		frame[1] = draw(1 << 16);
	to_the_end(LANDING, LANDING - 1, "beyond its segment");
	to_the_end(LANDING, LANDING + 1, "at its end");
	say("vm86 begins\n");
	try(do_iret, &f);
	say("vm86 vec=%u\n", trap_vec);
	finish(0);
}

void lab02_iret(void)
{
	if (scenario_is("irets"))
		irets();
	if (scenario_is("vm86"))
		virtual_8086();
}
