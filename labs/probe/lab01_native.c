/* lab01_native.c: what lab 01 is judged by in shadow mode. Each scenario needs only its own stage.
 */
#include "lab01.h"
#include "native.h"

#define SEL_CODE 0x08u
#define SEL_DATA 0x10u
#define FIRST	 0x90 /* vectors from here on are used by the scenarios themselves */

static u32 gdt[512] __attribute__((aligned(4096))), tss[26], ldt[16];
extern u8 at_cpuid[], at_rdtsc[], at_mov_from_ds[], at_push_es[], at_mov_from_fs[], at_push_gs[],
    at_xchg[];
extern u8 trap_6[];
static u32 ldt_slot, tss_slot, data_slot;

static void descriptor(u32 slot, u32 base, u32 limit, u32 bits)
{
	gdt[2 * slot] = base << 16 | (limit & 0xFFFF);
	gdt[2 * slot + 1] = (base & 0xFF000000) | (base >> 16 & 0xFF) | (limit & 0xF0000) | bits;
}

/* A machine of which nothing is where it usually is: tables and selectors as drawn. */
static void own_machine(u32 data_limit)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr, idtr;

	descriptors_init();
	ldt_slot = 16 + draw(64);
	tss_slot = 100 + draw(64);
	data_slot = 180 + draw(60);
	descriptor(1, 0, 0xFFFFF, 0xC09B00);
	descriptor(2, 0, 0xFFFFF, 0xC09300);
	descriptor(3, 0, 0xFFFFF, 0xC0FB00);
	descriptor(4, 0, 0xFFFFF, 0xC0F300);
	descriptor(ldt_slot, (u32)ldt, sizeof(ldt) - 1, 0x8200);
	descriptor(tss_slot, (u32)tss, sizeof(tss) - 1, 0x8900);
	descriptor(tss_slot + 1, (u32)tss, sizeof(tss) - 1, 0x8900);
	descriptor(data_slot, 0, data_limit, 0xC09300);
	gdtr.base = (u32)gdt;
	gdtr.limit = 8 * (data_slot + 1) - 1;
	idtr.base = (u32)idt;
	idtr.limit = 8 * (FIRST + 8 + draw(80)) - 1;
	tss[1] = (u32)stack_top - 8192;
	tss[2] = SEL_DATA;
	asm volatile("lgdt %0\n\t"
		     "lidt %1\n\t"
		     "lldt %w2\n\t"
		     "ltr %w3"
		     :
		     : "m"(gdtr), "m"(idtr), "r"(ldt_slot * 8), "r"(tss_slot * 8)
		     : "memory");
	sample_segment = sample_data = data_slot * 8;
	sample_tss = (tss_slot + 1) * 8;
	far_target = (struct far_pointer){(u32)far_here, SEL_CODE};
	far_jump = (struct far_pointer){(u32)far_landing, SEL_CODE};
	say("machine gdt_limit=%x idt_limit=%x ldt=%x tr=%x\n", gdtr.limit, idtr.limit,
	    ldt_slot * 8, tss_slot * 8);
}

/* The experiment: as drawn, what does each show? */
static void insns(void)
{
	own_machine(draw(1 << 20));
	sample_load = data_slot * 8 | 1;
	run_samples();
	finish(0);
}

static void shows(const char *name)
{
	say("%s=%x\n", name, run_sample(name));
}

/* 01.1, where the processor looks at limits: how far the segments reach with which a guest begins.
 */
static void reach(const char *what, u32 at)
{
	pd[at >> 22] = (u32)pt_spare | P | RW | US | A;
	pt_spare[at >> 12 & 1023] = POOL | P | RW | US | A | D;
	say("reach %s at=%x\n", what, at);
	store(at, at);
	say("reach %s holds=%x\n", what, load(POOL + (at & 0xFFC)));
}

static void reaches(void)
{
	u32 top = scenario_is("reach_all") ? 0xFFFFF000 : 0xFBFFF000;

	for (u32 i = 0; i < 1024; i++)
		pt_low[i] = i * PAGE | P | RW | US | A | D;
	pd[0] = (u32)pt_low | P | RW | US | A;
	asm volatile("movl %0, %%cr3\n\t"
		     "movl %1, %%cr0"
		     :
		     : "r"(pd), "r"(0x80010011)
		     : "memory");
	reach("below", 0x80000000 + 4 * draw(1024));
	reach("last", top + 4 * draw(1024));
	reach("end", top + 0xFFC);
	if (scenario_is("reach_all"))
		finish(0);
	say("reach behind\n");
	(void)load(top + 0x1000 + 4 * draw(1024));
	say("reach passed\n");
	finish(0);
}

/* 01.3: what ring 0 would be shown. */
static void silent(void)
{
	u32 limit = draw(1 << 20), ts = draw(2) * 8;
	static const char *const names[] = {
	    "sgdt",    "sidt",	   "sldt",	"str",	       "smsw",	      "lar",
	    "lsl",     "verr",	   "verw",	"mov_from_cs", "mov_from_ss", "push_cs",
	    "push_ss", "call_far", "mov_to_es", "pop_es",      "les"};

	own_machine(limit);
	sample_load = SEL_DATA;
	asm volatile("movl %0, %%cr0" : : "r"(0x11 | ts));
	say("want smsw=%x lsl=%x\n", 0x11 | ts, limit << 12 | 0xFFF);
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		shows(names[i]);
	finish(0);
}

/* 01.3: what traps by itself, and what need not. */
static void trapping(void)
{
	static const char *const names[] = {
	    "lgdt",	    "lidt",	    "lldt",	    "ltr",	    "lmsw",
	    "clts",	    "invlpg",	    "mov_from_cr0", "mov_from_cr2", "mov_to_cr2",
	    "mov_from_cr3", "mov_from_cr4", "mov_from_dr",  "rdmsr",	    "wbinvd",
	    "in",	    "cpuid",	    "rdtsc",	    "mov_from_ds",  "push_es",
	    "mov_from_fs",  "push_gs",	    "lahf",	    "cld",	    "xchg"};

	own_machine(draw(1 << 20));
	say("at cpuid=%x\n", (u32)at_cpuid);
	say("at rdtsc=%x\n", (u32)at_rdtsc);
	say("at mov_from_ds=%x\n", (u32)at_mov_from_ds);
	say("at push_es=%x\n", (u32)at_push_es);
	say("at mov_from_fs=%x\n", (u32)at_mov_from_fs);
	say("at push_gs=%x\n", (u32)at_push_gs);
	say("at xchg=%x\n", (u32)at_xchg);
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		run_sample(names[i]);
	say("trapping ran=%u\n", ARRAY_SIZE(names));
	finish(0);
}

/* popf, then pushf: 32 bits wide, and 16; then both by cli and sti. */
static u32 flags_through(u32 flags)
{
	u32 seen;

	asm volatile("pushl %1\n\t"
		     "popfl\n\t"
		     "pushfl\n\t"
		     "popl %0\n\t"
		     "pushl $2\n\t"
		     "popfl"
		     : "=r"(seen)
		     : "r"(flags)
		     : "memory", "cc");
	return seen;
}

static u32 flags_through_16(u32 flags, u32 upper, u32 *moved)
{
	u32 seen, before, after;

	asm volatile("pushl %4\n\t"
		     "popfl\n\t"
		     "movl %%esp, %1\n\t"
		     "pushw %w3\n\t"
		     "popfw\n\t"
		     "pushfw\n\t"
		     "movl %%esp, %2\n\t"
		     "popw %w0\n\t"
		     "pushfl\n\t"
		     "popl %0\n\t"
		     "pushl $2\n\t"
		     "popfl"
		     : "=&r"(seen), "=&r"(before), "=&r"(after)
		     : "r"(flags), "r"(upper)
		     : "memory", "cc");
	*moved = before - after;
	return seen;
}

static u32 flags_now(void)
{
	u32 seen;

	asm volatile("pushfl\n\tpopl %0" : "=r"(seen));
	return seen & 0x200;
}

/* 01.4: EFLAGS as ring 0 knows them. */
static void flags(void)
{
	/* IF and IOPL; OF SF ZF AF PF CF; AC and ID. */
	u32 f = 0x202 | (1 + draw(3)) << 12 | draw(2) << 11 | (draw(16) << 4 & 0xD0) |
		draw(2) << 2 | draw(2);
	u32 upper = 0x2 | (1 + draw(3)) % 3 << 12 | 0x40000 | draw(2) << 21, moved, seen;

	say("flags set=%x other=%x\n", f, f ^ 0x3200);
	say("flags read=%x\n", flags_through(f));
	say("flags read_other=%x\n", flags_through(f ^ 0x3200));
	say("flags want_16=%x\n", (upper & 0xFFFF0000) | f);
	seen = flags_through_16(f, upper, &moved);
	say("flags read_16=%x moved=%u\n", seen, moved);
	/* With IOPL 3, as the guest believes. */
	asm volatile("pushl $0x3002\n\tpopfl\n\tsti" : : : "memory", "cc");
	seen = flags_now();
	asm volatile("cli");
	say("flags sti=%x cli=%x\n", seen, flags_now());
	finish(0);
}

#define PIT_HZ_1000 1193 /* counts in a millisecond */
static void pit(u8 mode, u32 count)
{
	outb(0x43, 0x30 | mode << 1);
	outb(0x40, (u8)count);
	outb(0x40, (u8)(count >> 8));
}

static void spin(u32 n)
{
	asm volatile("1:\tdecl %0\n\t"
		     "jnz 1b"
		     : "+r"(n));
}

/* 01.4: "interrupts off" is the guest's affair: the real clock must go on striking meanwhile. */
static void off(void)
{
	u32 flags = 0x3 | draw(4) << 12, before, after;

	before = flags_through(0x202);
	pit(2, PIT_HZ_1000 * (1 + draw(3)));
	pic_init(32, 0xFE);
	asm volatile("pushl %0\n\tpopfl" : : "r"(flags) : "memory", "cc");
	spin(5000000);
	asm volatile("cli");
	spin(5000000);
	asm volatile("pushfl\n\tpopl %0" : "=r"(after));
	say("off set=%x seen=%x on=%x\n", flags, after & 0x3203, before & 0x202);
	finish(0);
}

static void raise_irq0(void)
{
	idt[2 * 32] = idt[2 * 128];
	idt[2 * 32 + 1] = idt[2 * 128 + 1];
	pic_init(32, 0xFE);
	pit(0, PIT_HZ_1000 / (1 + draw(8)));
	for (u32 i = 0; i < 1000 && !timer_pending(); i++)
		spin(2000);
}

static void on_and_off(void *unused)
{
	(void)unused;
	asm volatile("sti\n\tcli");
}

/* 01.4: the instruction after sti runs before any interrupt; here it is cli. */
static void held(void)
{
	u32 was, vec;

	own_machine(0xFFFFF);
	raise_irq0();
	was = timer_pending();
	vec = try(on_and_off, 0);
	say("held pending=%u came=%s still=%u\n", was, vec == NO_TRAP ? "none" : "one",
	    timer_pending());
	finish(0);
}

/* 01.5: what looks like an instruction, and what hides behind what is none. */
extern u8 inside_code[], inside_end[], behind_code[], behind_junk[], behind_str[];
asm("inside_code:\n"
    "	movl $0x9D9CCF9C, %eax\n"
    "	leal 0x0F9C9D0F(%eax), %eax\n"
    "	leal -0x0F9C9D0F(%eax), %eax\n"
    "	ret\n"
    "inside_end:\n"
    "behind_code:\n"
    "	jmp 1f\n"
    "behind_junk:\n"
    "	.byte 0x0F, 0x04, 0x90\n" /* no instruction; then add $0x90, %al */
    "1:\n"
    "behind_str:\n"
    "	str %eax\n"
    "	ret");

static u32 run_code(const void *at)
{
	u32 eax = 0;

	asm volatile("call *%1" : "+a"(eax) : "r"(at) : "ecx", "edx", "memory", "cc");
	return eax;
}

static void inside(void)
{
	own_machine(0xFFFFF);
	say("inside from=%x to=%x\n", (u32)inside_code, (u32)inside_end);
	say("inside behind=%x\n", (u32)behind_str);
	say("inside junk=%x\n", (u32)behind_junk);
	say("inside value=%x\n", run_code(inside_code));
	say("inside tr=%x\n", run_code(behind_code));
	finish(0);
}

/* 01.5: code that the guest writes. */
extern u8 sled[], shifted[], middle[];
asm("sled:\n"
    "	.fill 64, 1, 0x90\n"
    "	ret\n"
    "	.fill 8, 1, 0x90\n"
    "shifted:\n"
    "	str %eax\n"
    "	nop\n"
    "	nop\n"
    "	ret\n"
    "middle:\n"
    "	imull %eax, %eax\n"
    "	ret");

static void store8(u32 va, u8 val)
{
	asm volatile("movb %0, (%1)" : : "q"(val), "r"(va) : "memory");
}

static void written(void)
{
	u32 at = (u32)sled + draw(60);

	own_machine(0xFFFFF);
	say("written at=%x middle=%x\n", at, (u32)middle);
	store(at, 0x90C8000F); /* str %eax; nop */
	say("written tr=%x\n", run_code(sled));
	store(at, 0x90909090);
	say("written nothing=%x\n", run_code(sled));
	store8((u32)middle + 1, 0); /* imul becomes sldt */
	say("written ldt=%x\n", run_code(middle));
	finish(0);
}

/* 01.5: a byte in front, and what was an instruction is a part of another; and back. */
static void shift(void)
{
	u32 far = 1 + draw(2), at = (u32)shifted - far, want = far == 1 ? 0x90C8000F : 0xC8000F90;

	own_machine(0xFFFFF);
	say("shift at=%x want=%x\n", (u32)shifted, want);
	say("shift tr=%x\n", run_code((void *)at));
	store8(at, 0xB8); /* movl $..., %eax */
	say("shift value=%x\n", run_code((void *)at));
	store8(at, 0x90);
	say("shift again=%x\n", run_code((void *)at));
	finish(0);
}

/* 01.6: exceptions of the kernel. Each function faults at `at_...`. */
extern u8 at_ud2[], at_int3[], at_div[], at_load[], at_int[];
static u32 selector;

static void do_ud2(void *unused)
{
	(void)unused;
	asm volatile("at_ud2: ud2");
}
static void do_int3(void *unused)
{
	(void)unused;
	asm volatile("at_int3: int3");
}
static void do_div(void *unused)
{
	(void)unused;
	asm volatile("xorl %%edx, %%edx\n\t"
		     "xorl %%ecx, %%ecx\n"
		     "at_div: divl %%ecx"
		     :
		     :
		     : "eax", "ecx", "edx");
}
static void do_load(void *unused)
{
	(void)unused;
	asm volatile("at_load: movl %0, %%fs" : : "a"(selector));
}
static void do_int(void *unused)
{
	(void)unused;
	asm volatile("at_int: int $0x80");
}

static void told(const char *what, void (*f)(void *), const u8 *at)
{
	trap_err = 0x5A5A;
	try(f, 0);
	say("kernel %s vec=%u err=%u eip=%u cs=%x if=%u\n", what, trap_vec, trap_err,
	    trap_eip - (u32)at, trap_cs & 0xFFFF, trap_eflags >> 9 & 1);
}

static void kernel(void)
{
	u32 beyond, absent;

	own_machine(0xFFFFF);
	beyond = (data_slot + 1 + draw(200)) * 8 + draw(4);
	descriptor(tss_slot + 2, 0, 0xFFFFF, 0xC01300); /* not present */
	absent = (tss_slot + 2) * 8;
	say("kernel beyond=%u absent=%u\n", beyond & ~3u, absent & ~3u);
	told("ud2", do_ud2, at_ud2);
	told("int3", do_int3, at_int3);
	told("div", do_div, at_div);
	selector = beyond;
	told("load_beyond", do_load, at_load);
	selector = absent;
	told("load_absent", do_load, at_load);
	told("int", do_int, at_int);
	finish(0);
}

/* 01.6: gates that cannot be gone through; and one each of the two that can. */
#define INT(n)                                                                                     \
	static void do_int_##n(void *unused)                                                       \
	{                                                                                          \
		(void)unused;                                                                      \
		asm volatile("int %0" : : "i"(FIRST + n) : "memory");                              \
	}
INT(0);
INT(1);
INT(2);
INT(3);
INT(4);
INT(5);
INT(6);
INT(110);

static void set_gate(u32 vec, u32 sel, const u8 *to, u32 bits)
{
	idt[2 * vec] = sel << 16 | ((u32)to & 0xFFFF);
	idt[2 * vec + 1] = ((u32)to & 0xFFFF0000) | bits;
}

extern u8 trap_128[], gate_seen[];
u32 seen_flags;
asm("gate_seen:\n"
    "	pushfl\n"
    "	popl seen_flags\n"
    "	jmp trap_128");

static void refused(const char *what, void (*f)(void *))
{
	try(f, 0);
	say("gate %s vec=%u err=%u\n", what, trap_vec, trap_err);
}

static void gates(void)
{
	u32 beyond;

	own_machine(0xFFFFF);
	beyond = (data_slot + 1 + draw(200)) * 8;
	descriptor(tss_slot + 2, 0, 0xFFFFF, 0xC01B00); /* code, not present */
	say("gate beyond_gdt=%u absent_code=%u data=%u\n", beyond, (tss_slot + 2) * 8,
	    data_slot * 8);
	set_gate(FIRST + 0, SEL_CODE, trap_128, 0x0E00);
	set_gate(FIRST + 1, SEL_CODE, trap_128, 0x8C00);
	set_gate(FIRST + 2, 0, trap_128, 0x8E00);
	set_gate(FIRST + 3, beyond, trap_128, 0x8E00);
	set_gate(FIRST + 4, data_slot * 8, trap_128, 0x8E00);
	set_gate(FIRST + 5, (tss_slot + 2) * 8, trap_128, 0x8F00);
	set_gate(FIRST + 6, SEL_CODE, trap_128, 0x8F00);
	refused("absent", do_int_0);
	refused("of_call", do_int_1);
	refused("null", do_int_2);
	refused("beyond", do_int_3);
	refused("data", do_int_4);
	refused("code_absent", do_int_5);
	refused("beyond_idt", do_int_110);
	refused("good", do_int_6);
	/* Not as QEMU has it: an exception says that it was one (EXT), and a 16-bit gate no more
	 * than half an address; a segment that is entered has been used. */
	set_gate(6, SEL_CODE, trap_6, 0x0E00);
	refused("of_ud2", do_ud2);
	set_gate(6, SEL_CODE, trap_6, 0x8C00);
	refused("of_call_ud2", do_ud2);
	set_gate(6, data_slot * 8, trap_6, 0x8E00);
	refused("data_ud2", do_ud2);
	set_gate(6, (tss_slot + 2) * 8, trap_6, 0x8E00);
	refused("code_absent_ud2", do_ud2);
	set_gate(6, SEL_CODE, trap_6, 0x8E00);
	descriptor(tss_slot + 3, 0, 0xFFFFF, 0xC09A00); /* code, not used yet */
	set_gate(FIRST + 6, (tss_slot + 3) * 8, trap_128, 0x8E00);
	refused("fresh", do_int_6);
	*(u16 *)0x7000 = 0x0B0F; /* ud2 */
	set_gate(FIRST + 6, SEL_CODE, (const u8 *)0x7000, 0xABCD8600);
	refused("half", do_int_6);
	say("gate half eip=%x\n", trap_eip);
	say("gate marked=%u\n", gdt[2 * (tss_slot + 3) + 1] >> 8 & 1);
	/* Nor can one be entered that cannot be marked. */
	descriptor(tss_slot + 3, 0, 0xFFFFF, 0xC09A00);
	set_gate(FIRST + 6, (tss_slot + 3) * 8, trap_128, 0x8E00);
	paging_on();
	pt_low[(u32)gdt >> 12] &= ~RW;
	refused("fresh_readonly", do_int_6);
	finish(0);
}

/* 01.6: an interrupt gate turns the guest's interrupts off, a trap gate does not. */
static void flag_of(const char *what, u32 flags, void (*f)(void *))
{
	asm volatile("pushl %0\n\tpopfl" : : "r"(flags) : "memory", "cc");
	try(f, 0);
	asm volatile("pushl $2\n\tpopfl" : : : "memory", "cc");
	say("%s vec=%u frame_if=%u handler_if=%u frame_nt=%u handler_nt=%u\n", what, trap_vec,
	    trap_eflags >> 9 & 1, seen_flags >> 9 & 1, trap_eflags >> 14 & 1, seen_flags >> 14 & 1);
}

static void masks(void)
{
	own_machine(0xFFFFF);
	set_gate(FIRST + 0, SEL_CODE, gate_seen, 0x8E00);
	set_gate(FIRST + 1, SEL_CODE, gate_seen, 0x8F00);
	flag_of("masks interrupt_gate", 0x4202, do_int_0);
	flag_of("masks trap_gate", 0x4202, do_int_1);
	flag_of("masks trap_gate_off", 0x0002, do_int_1);
	finish(0);
}

/* 01.6: from ring 3, onto the stack that the TSS names now; where it names none, the exception that
 * says so has none either: that is a double fault, and the end. */
extern u8 ring3_int[], ring3_ud2[];
asm("ring3_int: int $0x80\n"
    "ring3_ud2: ud2");

static void do_user(void *eip)
{
	enter_user((u32)eip, (u32)stack_top - 12288, 0x202, 0);
}

static void user(void)
{
	u32 one = (u32)stack_top - 8192 + 16 * draw(32), two = one - 512 - 16 * draw(32);

	own_machine(0xFFFFF);
	set_gate(128, SEL_CODE, trap_128, 0xEE00);
	set_gate(6, SEL_CODE, trap_6, 0x8E00);
	say("user esp=%x one=%x two=%x\n", (u32)stack_top - 12288, one, two);
	tss[1] = one;
	try(do_user, ring3_int);
	say("user int vec=%u eip=%u cs=%x esp=%x ss=%x frame_end=%x\n", trap_vec,
	    trap_eip - (u32)ring3_int, trap_cs & 0xFFFF, trap_esp, trap_ss & 0xFFFF, trap_top);
	tss[1] = two;
	try(do_user, ring3_ud2);
	say("user ud2 vec=%u eip=%u cs=%x esp=%x ss=%x frame_end=%x\n", trap_vec,
	    trap_eip - (u32)ring3_ud2, trap_cs & 0xFFFF, trap_esp, trap_ss & 0xFFFF, trap_top);
	tss[2] = draw(2) ? 0 : SEL_CODE;
	try(do_user, ring3_int);
	say("user without a stack vec=%u\n", trap_vec);
	finish(0);
}

/* 01.6: an interrupt, after the one instruction that sti protects. */
extern u8 after_sti[];
static void do_sti(void *unused)
{
	(void)unused;
	asm volatile("sti\n\t"
		     "nop\n"
		     "after_sti: nop\n\t"
		     "cli");
}

/* The one instruction is an int n, through a trap gate: what comes next is the interrupt. */
static void do_sti_int(void *unused)
{
	(void)unused;
	asm volatile("sti\n\t"
		     "int %0\n\t"
		     "cli"
		     :
		     : "i"(FIRST + 1)
		     : "memory");
}

static void interrupt(void)
{
	own_machine(0xFFFFF);
	raise_irq0();
	set_gate(32, SEL_CODE, gate_seen, 0x8E00);
	try(do_sti, 0);
	say("interrupt vec=%u eip=%u frame_if=%u handler_if=%u\n", trap_vec,
	    trap_eip - (u32)after_sti, trap_eflags >> 9 & 1, seen_flags >> 9 & 1);
	outb(0x20, 0x20);
	raise_irq0();
	set_gate(FIRST + 1, SEL_CODE, gate_seen, 0x8F00);
	try(do_sti_int, 0);
	say("interrupt in_handler eip=%u\n", trap_eip - (u32)gate_seen);
	finish(0);
}

void lab01_native(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"reach", reaches},	    {"reach_all", reaches},
	    {"insns", insns},	    {"silent", silent},
	    {"trapping", trapping}, {"flags", flags},
	    {"off", off},	    {"held", held},
	    {"inside", inside},	    {"written", written},
	    {"shift", shift},	    {"kernel", kernel},
	    {"gates", gates},	    {"masks", masks},
	    {"ring3", user},	    {"interrupt", interrupt},
	};

	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (scenario_is(scenarios[i].name))
			scenarios[i].run();
}
