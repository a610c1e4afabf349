/* lab01_pv.c: what lab 01 is judged by in direct mode. Each scenario needs only its own stage. */
#include "lab01.h"
#include "pv.h"

/* The experiment: in ring 1 of the real processor. */
static void insns(void)
{
	sample_segment = sample_data = sample_load = FLAT_RING1_DS;
	far_target = (struct far_pointer){(u32)far_here, FLAT_RING1_CS};
	far_jump = (struct far_pointer){(u32)far_landing, FLAT_RING1_CS & ~3u};
	traps_init();
	run_samples();
	finish(0);
}

/* 01.1: what the processor says of the six flat segments. */
static void segment(const char *name, u32 sel)
{
	u32 rights = 0, limit = 0, seen;

	asm volatile("larl %3, %0\n\t"
		     "movl $0, %2\n\t"
		     "jnz 1f\n\t"
		     "movl $1, %2\n\t"
		     "lsll %3, %1\n"
		     "1:"
		     : "+&r"(rights), "+&r"(limit), "=&r"(seen)
		     : "r"(sel)
		     : "cc");
	if (seen)
		say("%s rights=%x limit=%x\n", name, rights, limit);
	else
		say("%s is not for ring 1\n", name);
}

static void segments(void)
{
	segment("ring0_cs", 0xE008);
	segment("ring0_ds", 0xE010);
	segment("ring1_cs", FLAT_RING1_CS);
	segment("ring1_ds", FLAT_RING1_DS);
	segment("ring3_cs", FLAT_RING3_CS);
	segment("ring3_ds", FLAT_RING3_DS);
	finish(0);
}

/* Where the processor looks at limits: behind the last byte. */
#define SEGMENT_END MACH2PHYS_VIRT_END
struct access {
	u32 at;
	bool write;
};

static struct access behind(void)
{
	u32 which = draw(4);
	struct access a = {SEGMENT_END + 4 * draw(1 << 20), which == 3};

	if (which == 1)
		a.at = SEGMENT_END;
	else if (which == 2)
		a.at = SEGMENT_END - 1 - draw(3); /* begins within */
	return a;
}

static void do_access(void *arg)
{
	const struct access *a = arg;

	if (a->write)
		*(volatile u32 *)a->at = 0x5A5A5A5A;
	else
		(void)*(volatile u32 *)a->at;
}

/* 01.1: there is no handler yet, so the domain ends there. */
static void limit(void)
{
	struct access a = behind();

	say("limit m2p=%x\n", *(volatile u32 *)MACH2PHYS_VIRT_START);
	say("limit %s at=%x\n", a.write ? "write" : "read", a.at);
	do_access(&a);
	say("limit passed\n");
	finish(0);
}

/* 01.2: tables that must be refused, and what of them takes effect. */
extern u8 trap_200[], trap_201[];
static s32 register_one(u32 vec, u32 flags, u32 cs, u32 address)
{
	struct trap_info t[] = {{(u8)vec, (u8)flags, (u16)cs, address}, {0}};

	return HCALL(set_trap_table, t, 0, 0, 0);
}

static void told(const char *what, s32 ret)
{
	say("%s=%u\n", what, refusal(ret));
}

static void raise_vector(void *vec)
{
	static u8 code[3] = {0xCD, 0, 0xC3}; /* int n; ret */

	code[1] = (u8)(u32)vec;
	((void (*)(void))code)();
}

static void table(void)
{
	u32 ok = (u32)trap_200, vec = 0x90 + draw(16), other = 0xB0 + draw(16),
	    top = HYPERVISOR_VIRT_START;
	struct trap_info part[] = {{(u8)vec, 3, FLAT_RING1_CS, (u32)trap_201},
				   {(u8)(vec + 1), 3, 0xE008, ok},
				   {(u8)other, 3, FLAT_RING1_CS, (u32)trap_201},
				   {0}};

	told("table flat", register_one(vec, 3, FLAT_RING1_CS, ok));
	told("table own_ring1", register_one(vec, 3, 8 * draw(7168) | 1, ok));
	told("table own_ldt", register_one(vec, 3, 8 * draw(8192) | 5, ok));
	told("table ring0", register_one(vec, 3, 0xE008, ok));
	told("table ring0_as_1", register_one(vec, 3, 0xE009, ok));
	told("table own_ring0", register_one(vec, 3, 8 * (1 + draw(7167)), ok));
	told("table null", register_one(vec, 3, 0, ok));
	told("table ring3", register_one(vec, 3, FLAT_RING3_CS, ok));
	told("table last", register_one(vec, 3, FLAT_RING1_CS, top - 1));
	told("table hypervisor",
	     register_one(vec, 3, FLAT_RING1_CS, top + draw(2) * 4 * draw(1 << 20)));
	told("table nowhere", HCALL(set_trap_table, 0x1000, 0, 0, 0));
	told("table event_ring0", HCALL(set_callbacks, 0xE008, ok, FLAT_RING1_CS, ok));
	told("table event_high", HCALL(set_callbacks, FLAT_RING1_CS, top, FLAT_RING1_CS, ok));
	told("table failsafe_high",
	     HCALL(set_callbacks, FLAT_RING1_CS, ok, FLAT_RING1_CS, top + 4));
	/* Up to the bad one. */
	register_one(vec, 3, FLAT_RING1_CS, ok);
	register_one(other, 3, FLAT_RING1_CS, ok);
	told("table part", HCALL(set_trap_table, part, 0, 0, 0));
	say("table before=%u\n", try(raise_vector, (void *)vec));
	say("table after=%u\n", try(raise_vector, (void *)other));
	finish(0);
}

/* 01.2: system calls from ring 3, straight to the handler and back. */
u32 calls, calls_wanted;
extern u8 count_call[], user_calls[], user_once[], user_touch[];
asm("count_call:\n"
    "	pushl %eax\n"
    "	incl calls\n"
    "	movl calls, %eax\n"
    "	cmpl calls_wanted, %eax\n"
    "	popl %eax\n"
    "	je trap_128\n"
    "	iret\n"
    "	.balign 4096\n"
    "user_calls:\n"
    "	int $0x80\n"
    "	jmp user_calls\n"
    "user_once:\n"
    "	int $0x80\n"
    "user_touch:\n"
    "	movl (%eax), %eax\n"
    "	int $0x80\n"
    "	.balign 4096");

struct user {
	u32 eip, eax;
};
/* Ring 3 may use the page with its code. */
static void for_ring3(void)
{
	u32 slot = (u32)user_calls >> 22;

	update(mfn_of(directory()) * PAGE + slot * 4, directory()[slot] | US);
	remap(user_calls, RWPAGE | US);
}

static void do_user(void *arg)
{
	const struct user *u = arg;

	enter_user(u->eip, (u32)stack_top - 12288, 0x202, u->eax);
}

static void fast(void)
{
	struct user u = {(u32)user_calls, 0};

	traps_init();
	for_ring3();
	calls_wanted = 50 + draw(100);
	register_one(0x80, 3, FLAT_RING1_CS, (u32)count_call);
	say("fast handler=%x wanted=%u\n", (u32)count_call, calls_wanted);
	try(do_user, &u);
	say("fast vec=%u calls=%u\n", trap_vec, calls);
	finish(0);
}

/* 01.2: when the CPU may not do it alone. */
static union {
	struct shared_info info;
	u32 page[1024];
} shared __attribute__((aligned(4096)));

static void once(const char *what)
{
	struct user u = {(u32)user_once, 0};
	volatile u8 *masked = &shared.info.vcpu_info[0].evtchn_upcall_mask;

	*masked = 0;
	try(do_user, &u);
	say("slow %s vec=%u err=%u eip=%u masked=%u\n", what, trap_vec, trap_err,
	    trap_eip - (u32)user_once, *masked);
	*masked = 0;
}

static void slow(void)
{
	u32 handler = (u32)trap_128;

	traps_init();
	for_ring3();
	map_at((u32)&shared, start_info->shared_info | RWPAGE);
	register_one(0x80, 3 | TI_MASK_EVENTS, FLAT_RING1_CS, handler);
	once("masking");
	register_one(0x80, draw(3), FLAT_RING1_CS, handler);
	once("not_for_ring3");
	register_one(0x80, 3, FLAT_RING1_CS, handler);
	once("for_ring3");
	HCALL(set_trap_table, 0, 0, 0, 0);
	register_one(13, 0, FLAT_RING1_CS, (u32)trap_13);
	once("cleared");
	finish(0);
}

/* 01.2: a page fault, whose handler ring 3 may call as well, and which is not for the CPU alone. */
static void fault(void)
{
	struct user u = {(u32)user_touch, 0x40000000u + 4 * draw(1 << 24)};

	traps_init();
	for_ring3();
	register_one(14, 3 | TI_CR2_ON_STACK, FLAT_RING1_CS, (u32)trap_14);
	say("fault va=%x\n", u.eax);
	try(do_user, &u);
	say("fault vec=%u cr2=%x err=%u eip=%u\n", trap_vec, trap_cr2, trap_err,
	    trap_eip - (u32)user_touch);
	finish(0);
}

void lab01_pv(void)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} scenarios[] = {
	    {"insns", insns},	 {"segments", segments},
	    {"limit", limit},	 {"table", table},
	    {"fast", fast},	 {"slow", slow},
	    {"reported", fault}, {"handlers", random_handlers},
	};

	for (u32 i = 0; i < ARRAY_SIZE(scenarios); i++)
		if (scenario_is(scenarios[i].name))
			scenarios[i].run();
}
