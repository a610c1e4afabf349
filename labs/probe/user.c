/* user.c: the machine of user.h: two rings, a call from one into the other, and time. */
#include "lab_stages.h" /* generated from labs/NN-name/lab.conf */
#include "user.h"

enum { P = 1, RW = 2, US = 4 };
#define ARENA	  0x00200000u
#define ARENA_END 0x003E0000u
#define TF	  0x100u
#define MANY	  4u /* ticks: no call takes so long */
#define TOO_MANY  20000u

static u32 pd[1024] __attribute__((aligned(4096))), pt[1024] __attribute__((aligned(4096))),
    idt[512], tss[26];
/* In a page of its own: each write beside it traps, if somebody keeps a copy of it. */
static u32 gdt[PAGE / 4] __attribute__((aligned(4096)));
#define GDT_BYTES (12 * 4)
/* As run_user wants it: user.S. */
struct {
	u32 edi, esi, ebp, unused, ebx, edx, ecx, eax, vec, err, eip, cs, eflags, esp, ss;
} user;
extern u8 user_text[], user_data[], user_end[], user_return[], stack_top[];
extern u8 in_0[], in_1[], in_6[], in_13[], in_14[], in_32[], in_128[], in_129[], in_130[];
void run_user(void), probe_start(const u32 *info), probe_fault(const u32 *frame);

static u32 arena = ARENA, user_stack;
static const char *calling;
void (*other_end)(void);
u32 (*service)(u32 what, u32 a, u32 b);
u32 steps;

static void outb(u16 port, u8 val)
{
	asm volatile("outb %0, %1" : : "a"(val), "Nd"(port));
}

void put(char c)
{
	outb(0x3F8, (u8)c);
}

void finish(u32 code)
{
	outb(0xF4, (u8)code);
	for (;;)
		asm volatile("hlt");
}

/* By words while there are some: pages are filled and compared thousands of times. */
void fill(void *to, u8 with, u32 n)
{
	u8 *p = to;

	for (; n >= 4; n -= 4, p += 4)
		*(u32 *)p = with * 0x01010101u;
	while (n--)
		*p++ = with;
}

void copy(void *to, const void *from, u32 n)
{
	const u8 *q = from;
	u8 *p = to;

	for (; n >= 4; n -= 4, p += 4, q += 4)
		*(u32 *)p = *(const u32 *)q;
	while (n--)
		*p++ = *q++;
}

bool equal(const void *a, const void *b, u32 n)
{
	const u8 *p = a, *q = b;

	for (; n >= 4 && *(const u32 *)p == *(const u32 *)q; n -= 4)
		p += 4, q += 4;
	while (n && *p == *q)
		n--, p++, q++;
	return !n;
}

void differs(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("%s: ", probe_name);
	sayv(fmt, ap);
	va_end(ap);
	if (other_end)
		say(" (after %u instructions of it)", steps);
	say("\n");
	finish(1);
}

void all_right(u32 tried)
{
	say("%s: tried=%u differences=0\n", probe_name, tried);
	finish(0);
}

/* ---- two rings ---- */

static void gate(u32 vec, const u8 *to)
{
	idt[2 * vec] = 0x08 << 16 | ((u32)to & 0xFFFF);
	/* Interrupt gates; three of them are for ring 3. */
	idt[2 * vec + 1] = ((u32)to & 0xFFFF0000) | (vec >= 128 ? 0xEE00 : 0x8E00);
}

static void tables(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) gdtr = {GDT_BYTES - 1, (u32)gdt},
				  idtr = {sizeof(idt) - 1, (u32)idt};
	u32 t = (u32)tss;

	for (u32 i = 1; i <= 4; i++) { /* code 0, data 0, code 3, data 3 */
		gdt[2 * i] = 0xFFFF;
		gdt[2 * i + 1] = 0xCF9300 | (i & 1 ? 0x800 : 0) | (i > 2 ? 0x6000 : 0);
	}
	gdt[10] = t << 16 | (sizeof(tss) - 1);
	gdt[11] = (t & 0xFF000000) | (t >> 16 & 0xFF) | 0x8900;
	tss[1] = (u32)(&user + 1);
	tss[2] = 0x10;
	tss[25] = sizeof(tss) << 16; /* no port for ring 3 */
	gate(0, in_0), gate(1, in_1), gate(6, in_6), gate(13, in_13), gate(14, in_14);
	gate(32, in_32), gate(128, in_128), gate(129, in_129), gate(130, in_130);
	asm volatile("lgdt %0\n\t"
		     "ljmp $0x08, $1f\n"
		     "1:\n\t"
		     "movl %1, %%ss\n\t"
		     "movl %2, %%ds\n\t"
		     "movl %2, %%es\n\t"
		     "lidt %3\n\t"
		     "ltr %w4"
		     :
		     : "m"(gdtr), "r"(0x10), "r"(0x23), "m"(idtr), "r"(0x28)
		     : "memory");
}

static void paging(void)
{
	for (u32 i = 1; i < 1024; i++) /* no page at 0 */
		pt[i] = i * PAGE | P | RW;
	for (u32 va = (u32)user_text; va < (u32)user_end; va += PAGE)
		pt[va / PAGE] = va | P | US | (va >= (u32)user_data ? RW : 0);
	for (u32 va = ARENA; va < ARENA_END; va += PAGE)
		pt[va / PAGE] = 0;
	pd[0] = (u32)pt | P | RW | US;
	asm volatile("movl %0, %%cr3\n\t"
		     "movl %1, %%cr0"
		     :
		     : "r"(pd), "r"(0x80010011u)
		     : "memory");
}

void *room_for(u32 size)
{
	u32 pages = (size + PAGE - 1) / PAGE, end;

	for (arena += PAGE; pages--; arena += PAGE)
		pt[arena / PAGE] = arena | P | RW | US;
	end = arena;
	if (end + PAGE > ARENA_END) {
		say("probe: no room\n");
		finish(3);
	}
	return (void *)(end - (size + 3) / 4 * 4);
}

/* Time, so that a call without end is noticed. */
static void timer(void)
{
	outb(0x20, 0x11), outb(0x21, 0x20), outb(0x21, 4), outb(0x21, 1), outb(0x21, 0xFE);
	outb(0xA1, 0xFF);
	outb(0x43, 0x34), outb(0x40, 0), outb(0x40, 0); /* 55 ms */
}

void probe_fault(const u32 *frame)
{
	say("probe: exception %u at %x\n", frame[8], frame[10]);
	finish(3);
}

static bool begins(const char *s, const char *with)
{
	while (*with && *s == *with)
		s++, with++;
	return !*with;
}

static void not_written(const char *id, const char *file, u32 line)
{
	static const struct {
		const char *id, *lab, *title, *todo, *read;
	} stages[] = {
#define LAB_STAGE(id, lab, title, todo, read) {id, lab, title, todo, read},
	    LAB_STAGES
#undef LAB_STAGE
	};

	say("trapline: lab stage %s is not written yet\n", id);
	for (u32 i = 0; i < ARRAY_SIZE(stages); i++)
		if (begins(id, stages[i].id))
			say("  stage:  %s\n  where:  labs/%s/%s:%u\n  to do:  %s\n"
			    "  read:   labs/%s/README.md, \"%s\"\n",
			    stages[i].title, stages[i].lab, file, line, stages[i].todo,
			    stages[i].lab, stages[i].read);
	finish(4);
}

u32 call(const char *name, void *f, u32 n, const u32 *args)
{
	u32 *sp = (u32 *)user_stack - n - 1, ticks = 0;

	calling = name;
	sp[0] = (u32)user_return;
	for (u32 i = 0; i < n; i++)
		sp[1 + i] = args[i];
	fill(&user, 0, sizeof(user));
	user.eip = (u32)f;
	user.cs = 0x1B;
	user.ss = 0x23;
	user.esp = (u32)sp;
	user.eflags = other_end ? TF | 2 : 0x202;
	for (steps = 0;;) {
		run_user();
		switch (user.vec) {
		case 1:
			if (++steps > TOO_MANY)
				differs("%s() does not come back", name);
			if (!(user.eflags & TF))
				differs("%s() clears the trap flag (before eip %x)", name,
					user.eip);
			if (user.eip == (u32)user_return)
				user.eflags = 2;
			other_end();
			break;
		case 32:
			outb(0x20, 0x20);
			if (++ticks > MANY)
				differs("%s() does not come back", name);
			break;
		case 128:
			return user.eax;
		case 129:
			not_written((const char *)user.eax, (const char *)user.edx, user.ecx);
			break;
		case 130:
			if (!service)
				differs("%s() asks for something (at eip %x)", name, user.eip);
			user.eax = service(user.eax, user.ebx, user.ecx);
			break;
		case 14: {
			u32 va;

			asm volatile("movl %%cr2, %0" : "=r"(va));
			differs("%s() %s %x, which is not its to touch (at eip %x)", name,
				user.err & 2 ? "writes to" : "reads", va, user.eip);
			break;
		}
		default:
			differs("%s() raises exception %u (at eip %x)", name, user.vec, user.eip);
		}
	}
}

void probe_start(const u32 *info)
{
	if (info[0] & 4)
		probe_options((const char *)info[4]);
	tables();
	paging();
	timer();
	user_stack = (u32)room_for(2 * PAGE) + 2 * PAGE;
	scenarios();
	if (scenario_is("own") && own)
		own();
	say("probe: no such scenario\n");
	finish(2);
}
