/*
 * lab01_handlers.c: what lab 01.2 is judged by: random trap tables, and a model of what must come
 * of each: what set_trap_table answers, and who is entered by which vector, from ring 1 and from
 * ring 3.
 */
#include "pv.h"

#define NR_HANDLERS 4
#define FIRST_VEC   0x40u
#define NR_VECS	    8u /* these, and 0x80 */
#define SYSCALL	    0x80u
#define ROUNDS	    120
#define LONGEST	    150 /* entries: more than the hypervisor reads at a time */
#define TOP	    HYPERVISOR_VIRT_START
#define FAST	    40u /* instructions: with the hypervisor between it is more */

/* Each handler says its number, and in which ring it runs. */
u32 handled_by, handled_cs, handled_tsc;
extern u8 handlers[], ring3_calls[];
asm(".balign 16\n"
    "handlers:\n"
    ".set n, 0\n"
    ".rept 4\n"
    "	movl $n, handled_by\n"
    "	jmp handled\n"
    ".balign 16\n"
    ".set n, n + 1\n"
    ".endr\n"
    "handled:\n"
    "	movl %cs, %eax\n"
    "	movl %eax, handled_cs\n"
    "	rdtsc\n"
    "	movl %eax, handled_tsc\n"
    "	jmp trap_128\n"
    "	.balign 4096\n"
    "ring3_calls:\n"
    "	.skip 4096");

struct entry {
	u8 flags;
	u32 cs, address;
};
static struct entry model[NR_VECS + 1];
static struct trap_info list[LONGEST + 1];
static u32 checks, wrong, first_vec, first_is, first_want; /* of what was wrong first */
static const char *first;

static void check(const char *what, u32 vec, u32 is, u32 want)
{
	checks++;
	if (is != want && !wrong++) {
		first = what;
		first_vec = vec;
		first_is = is;
		first_want = want;
	}
}

static u32 draw_vec(void)
{
	return draw(3) ? FIRST_VEC + draw(NR_VECS) : SYSCALL;
}

static struct entry *entry_of_vec(u32 vec)
{
	return &model[vec == SYSCALL ? NR_VECS : vec - FIRST_VEC];
}

/* As good as it can be, or with one thing wrong. */
static struct trap_info draw_entry(void)
{
	struct trap_info t = {(u8)draw_vec(), (u8)draw(4), FLAT_RING1_CS,
			      (u32)handlers + 16 * draw(NR_HANDLERS)};

	if (!draw(4))
		t.flags |= TI_MASK_EVENTS;
	switch (draw(12)) {
	case 0:
		t.cs = (u16)(draw(1 << 13) << 3 | draw(4) | draw(2) << 2);
		break;
	case 1:
		t.cs = 0xE008 + 8 * draw(8) + draw(4);
		break;
	case 2:
		t.address = TOP + (draw(2) ? draw(16) : draw(1 << 24) * 4);
		break;
	}
	return t;
}

/* What ends a table is an address of 0, whatever else is beside it. */
static struct trap_info draw_end(void)
{
	struct trap_info t = draw_entry();

	t.address = 0;
	return draw(2) ? t : (struct trap_info){0};
}

/* 1 is EPERM, 22 EINVAL. Only a selector of ring 1 will do, be it the guest's own. */
static u32 refused_for(const struct trap_info *t)
{
	if ((t->cs & 3) != 1 || (!(t->cs & 4) && t->cs >= 0xE000 && t->cs != FLAT_RING1_CS))
		return 1;
	return t->address >= TOP ? 22 : 0;
}

static void set_list(u32 nr)
{
	u32 want = 0, got;

	for (u32 i = 0; i < nr; i++)
		list[i] = draw_entry();
	/* In a long one there are few mistakes. */
	for (u32 i = 0; nr > 8 && i < nr; i++)
		if (refused_for(&list[i]) && draw(40))
			list[i] = (struct trap_info){FIRST_VEC, 3, FLAT_RING1_CS, (u32)handlers};
	for (u32 i = nr + 1; i < LONGEST; i++)
		list[i] = draw_entry();
	list[nr] = draw_end();
	for (u32 i = 0; i < nr && !want; i++) {
		want = refused_for(&list[i]);
		if (!want)
			*entry_of_vec(list[i].vector) =
			    (struct entry){list[i].flags, list[i].cs, list[i].address};
	}
	got = refusal(HCALL(set_trap_table, list, 0, 0, 0));
	check("answer", list[0].vector, got, want);
}

static void clear(void)
{
	struct trap_info t[] = {{13, 0, FLAT_RING1_CS, (u32)trap_13}, {0}};

	HCALL(set_trap_table, 0, 0, 0, 0);
	HCALL(set_trap_table, t, 0, 0, 0);
	for (u32 i = 0; i <= NR_VECS; i++)
		model[i] = (struct entry){0};
}

static u32 called_at;
static void from_ring3(void *vec)
{
	u32 high;

	asm volatile("rdtsc" : "=a"(called_at), "=d"(high));
	enter_user((u32)ring3_calls + 4 * ((u32)vec == SYSCALL ? NR_VECS : (u32)vec - FIRST_VEC),
		   (u32)stack_top - 12288, 0x202, 0);
}

/* int n, in a page that both rings may use. */
static void make_calls(void)
{
	u32 slot = (u32)ring3_calls >> 22;

	for (u32 i = 0; i <= NR_VECS; i++) {
		ring3_calls[4 * i] = 0xCD;
		ring3_calls[4 * i + 1] = (u8)(i == NR_VECS ? SYSCALL : FIRST_VEC + i);
	}
	update(mfn_of(directory()) * PAGE + slot * 4, directory()[slot] | US);
	remap(ring3_calls, RWPAGE | US);
}

/* Who is entered by int n of ring 3; and straight from there, if it may be. */
static void raise_one(void)
{
	u32 vec = draw_vec(), fast;
	const struct entry *e = entry_of_vec(vec);
	bool allowed = e->address && (e->flags & 3) == 3;

	if (allowed && e->cs != FLAT_RING1_CS)
		return; /* there is no such segment */
	handled_by = 99;
	handled_cs = 0;
	try(from_ring3, (void *)vec);
	check("entered", vec, handled_by, allowed ? (e->address - (u32)handlers) / 16 : 99);
	if (!allowed) {
		check("refused", vec, trap_vec << 16 | trap_err, 13 << 16 | vec * 8 | 2);
		return;
	}
	check("ring", vec, handled_cs, FLAT_RING1_CS);
	fast = handled_tsc - called_at < FAST;
	check("fast", vec, fast, vec == SYSCALL && !(e->flags & TI_MASK_EVENTS));
}

void random_handlers(void)
{
	traps_init();
	make_calls();
	clear();
	for (u32 i = 0; i < ROUNDS; i++) {
		if (!draw(16))
			clear();
		set_list(draw(16) ? 1 + draw(4) : 60 + draw(LONGEST - 60));
		raise_one();
		raise_one();
	}
	say("handlers checks=%u wrong=%u", checks, wrong);
	if (wrong)
		say(", first: %s vec=%u is=%x want=%x", first, first_vec, first_is, first_want);
	say("\n");
	finish(0);
}
