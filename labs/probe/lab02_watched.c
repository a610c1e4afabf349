/*
 * lab02_watched.c: memory that is not only memory: what lies behind no table, descriptor tables and
 * code that the hypervisor has to keep an eye on, and the end of it. Drawn from the seed; the bare
 * machine says what is right.
 */
#include "lab02.h"

#define MEMORY	   0x02000000u /* 32 MB, which is what tools/run gives */
#define FIRST_INT  0x30u       /* vectors that nobody else uses */
#define FIRST_DESC 6u	       /* of the GDT, likewise */
#define NR_INTS	   8

static const enum snippet all_forms[] = {READ32, READ16, READ8, MOV32, MOV16, MOV8, XCHG,   OR,
					 AND,	 XOR,	 ADD,	SUB,   XADD,  STOS, CMPXCHG};

/* 02.1d: no tables at all: a linear address is a physical one. */
static void unpaged(void)
{
	static const u32 pages[] = {POOL,	POOL + 5 * PAGE, 0x007FF000,   0x01000000,
				    0x013FF000, 0x01FFE000,	 MEMORY - PAGE};

	for (u32 i = 0; i < 80; i++) {
		u32 pa = draw_of(pages) + draw(4) * 0x554, val = draw32(), ring3 = one_in(2);
		enum snippet s = draw_of(all_forms);
		u32 vec = touch(s, pa, val, one_in(2) ? load(pa) : 0, ring3);

		say("unpaged %u %s pa=%x vec=%u eax=%x value=%x\n", i, snippet_names[s], pa, vec,
		    trap_eax, load(pa));
	}
	finish(0);
}

/* A page of code with words of data in it. `patched` pushes EFLAGS, which the hypervisor has to
 * replace. */
extern u32 watched_code[];
asm(".text\n"
    ".balign 4096\n"
    "watched_code:\n"
    ".skip 64\n" /* data */
    "patched: pushfl\n"
    "popl %eax\n"
    "ret\n"
    ".balign 64\n"
    "may_change: movb $7, %al\n"
    "ret\n"
    ".balign 4096\n"
    ".balign 8\n"
    "int_stubs:\n"
    ".set vector, 0x30\n"
    ".rept 8\n"
    "int $vector\n"
    ".balign 8\n"
    ".set vector, vector + 1\n"
    ".endr\n");
extern u8 patched[], may_change[], int_stubs[];

/* Where a word is also mapped, one time in two. */
static u32 somewhere(const void *word)
{
	u32 va = (u32)word;

	return one_in(2) ? va : TEST_BASE + (va & 0x3FFFFF);
}

/* Write a word, by one of the instructions that can make it what it shall be. */
static void put_word(u32 *word, u32 val)
{
	u32 operand, ecx, vec;
	enum snippet s = snippet_to(*word, val, &operand, &ecx);

	vec = touch(s, somewhere(word), operand, ecx, one_in(2));
	say("watched %s at=%x vec=%u word=%x\n", snippet_names[s], (u32)word & 0xFFF, vec, *word);
}

static void raise(void *at)
{
	((void (*)(void))at)();
}

static void gates(void)
{
	extern u8 trap_0[], trap_3[], trap_6[], trap_128[];
	const u8 *to[] = {trap_0, trap_3, trap_6, trap_128};
	u32 n = draw(NR_INTS), *gate = idt + 2 * (FIRST_INT + n), handler = (u32)draw_of(to);

	put_word(&gate[0], 0x08 << 16 | (handler & 0xFFFF));
	if (!one_in(4)) /* else half of another gate stays */
		put_word(&gate[1], (handler & 0xFFFF0000) | (one_in(5) ? 0x0E00 : 0x8E00));
	try(raise, int_stubs + 8 * n);
	say("watched int %u vec=%u", FIRST_INT + n, trap_vec);
	say(trap_vec > 128 || trap_vec == 13 || trap_vec == 11 ? " err=%u\n" : "\n", trap_err);
}

static void load_es(void *selector)
{
	asm volatile("movl %0, %%es" : : "r"(selector));
}

static void descriptors(void)
{
	u32 n = FIRST_DESC + draw(2), base = POOL + draw(16) * PAGE, seen = 0;

	put_word(&probe_gdt[2 * n], base << 16 | 0xFFFF);
	put_word(&probe_gdt[2 * n + 1], (base >> 16 & 0xFF) | (one_in(5) ? 0xCF1200 : 0xCF9200));
	if (try(load_es, (void *)(n * 8)) == NO_TRAP)
		asm volatile("movl %%es:0x10, %0" : "=r"(seen));
	asm volatile("movl %0, %%es" : : "r"(0x23));
	say("watched desc %u vec=%u seen=%x\n", n, trap_vec, seen);
}

/* What stands there is not read: a patch is seen by who reads it (docs/design.md). */
static void put_code(u32 *word, u32 val)
{
	static const enum snippet forms[] = {MOV32, XCHG, STOS};

	touch(draw_of(forms), somewhere(word), val, 0, one_in(2));
}

static void code(void)
{
	u32 eax = 0;

	/* Whatever may be an instruction that must be replaced would be. */
	put_word(&watched_code[draw(16)], 0x41414141 + (draw32() & 0x03030303));
	/* movb $N, %al; ret, or pushfl; popl %eax; ret */
	put_code((u32 *)may_change, one_in(2) ? 0x90C300B0 | draw(256) << 8 : 0x90C3589C);
	asm volatile("call *%1"
		     : "+a"(eax)
		     : "r"(one_in(2) ? patched : may_change)
		     : "memory", "cc");
	say("watched code eax=%x\n", eax & ~0x8D5u); /* not the arithmetic flags */
}

/* 02.1e: writes that the hypervisor has to know of. */
static void watched(void)
{
	for (u32 i = 0; i < 16; i++)
		store(POOL + i * PAGE + 0x10, 0x77000000 + i);
	for (u32 i = 0; i < 1024; i++)
		pt_test[i] = i * PAGE | P | RW | US | A | D;
	paging_on();
	for (u32 i = 0; i < 16; i++) {
		gates();
		descriptors();
		code();
	}
	finish(0);
}

/* 02.1e: the last page that there is, and the ones behind it, by entries that are written before or
 * after the table has a shadow. */
static void beyond(u32 i, u32 above, bool later)
{
	u32 page = 1 + 40 * i + draw(38), va = TEST_BASE + page * PAGE, vec; /* each once */
	u32 entry = (MEMORY + above * PAGE) | P | RW | US | A | D;
	enum snippet s = draw_of(all_forms);

	pt_test[page] = later ? 0 : entry;
	pt_test[page + 1] = (MEMORY - PAGE) | P | RW | US | A | D;
	touch(MOV32, va + PAGE, 17 + i, 0, one_in(2));
	say("beyond %u last=%u\n", i, load(va + PAGE));
	pt_test[page] = entry;
	va += draw(4) * 0x554;
	vec = touch(s, va, draw32(), one_in(2) ? 0 : draw32(), one_in(2));
	say("beyond %u %s vec=%u eax=%x value=%x\n", i, snippet_names[s], vec, trap_eax, load(va));
}

/* 02.1e: a page that was a table, and is none any more: its first write shows that, and is let
 * through there and then. */
static void retire(void)
{
	u32 table = POOL + (40 + draw(20)) * PAGE, slot = 0x300 + draw(64);

	say("nowhere retired=%x\n", table);
	pd[slot] = table | P | RW | US | A;
	store(table, POOL | P | RW | A | D);
	(void)load(slot << 22);
	pd[slot] = 0;
	asm volatile("movl %0, %%cr3" : : "r"(pd) : "memory");
	for (u32 i = 0; i < 8; i++)
		store(table + 4, i);
}

/* 02.1e: no memory, no code. */
static void nowhere(void)
{
	retire();
	pt_test[1] = (MEMORY + draw(64) * PAGE) | P | RW | US | A | D;
	say("nowhere reads %x\n", load(TEST_BASE + PAGE));
	raise((void *)(TEST_BASE + PAGE));
	say("nowhere came back\n");
	finish(0);
}

void lab02_watched(void)
{
	bool behind = scenario_is("behind");

	if (scenario_is("unpaged"))
		unpaged();
	if (scenario_is("watched"))
		watched();
	pt_test[0] = POOL | P | RW | US | A | D;
	if (scenario_is("beyond") || behind) {
		paging_on();
		for (u32 i = 0; i < 24; i++)
			beyond(i, behind || one_in(2) ? 0 : draw(64), behind || one_in(2));
		finish(0);
	}
	if (scenario_is("nowhere")) {
		paging_on();
		nowhere();
	}
}
