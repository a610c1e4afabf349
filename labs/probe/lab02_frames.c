/*
 * lab02_frames.c: the frames of direct mode. The guest knows what the interface says: it causes
 * exceptions in any state, and holds each word that its handler finds against that.
 */
#include "pv.h"

#define EFL_TF	   0x100u
#define EFL_IF	   0x200u
#define EFL_NT	   0x4000u
#define EFL_RF	   0x10000u
#define EFL_FREE   0x00244CD5u /* what a guest changes: ID AC NT OF DF SF ZF AF PF CF */
#define CAUSE_SIZE 16
#define KERNEL_VA  0xC0101000u /* some page that ring 3 may not touch */

enum { READ, WRITE, UNDEFINED, DIVIDE, SOFTWARE, NO_GATE, NR_CAUSES };

struct frames_run {
	u32 eip, esp, eflags, eax;
};
extern u8 causes[], frame_0[], frame_1[], frame_6[], frame_13[], frame_14[], frame_200[];
extern u32 seen_vec, seen_esp, seen_eflags, seen_words[8];
void fault_here(const struct frames_run *);

static u8 stacks[4 * PAGE] __attribute__((aligned(4096)));
static u32 read_only[1024] __attribute__((aligned(4096)));
static union {
	struct shared_info info;
	u32 page[1024];
} shared __attribute__((aligned(4096)));
static struct vcpu_info *const info = &shared.info.vcpu_info[0];

struct expected {
	u32 word[8], nr, vec, esp, cr2;
	u8 masked;
};

static void in_ring1(void *run)
{
	fault_here(run);
}
static void in_ring3(void *arg)
{
	const struct frames_run *r = arg;

	enter_user(r->eip, r->esp, r->eflags, r->eax);
}

static u32 flags_of(const u32 *flags, u32 vec)
{
	return vec == 0	   ? flags[0]
	       : vec == 6  ? flags[1]
	       : vec == 13 ? flags[2]
	       : vec == 14 ? flags[3]
			   : flags[4];
}

/* Register all handlers, each with flags of its own. */
static void register_handlers(u32 *flags)
{
	for (u32 i = 0; i < 5; i++)
		flags[i] =
		    (draw(2) ? TI_MASK_EVENTS : 0) | (draw(2) && i == 3 ? TI_CR2_ON_STACK : 0);
	flags[4] |= 3;

	struct trap_info t[] = {{0, flags[0], FLAT_RING1_CS, (u32)frame_0},
				{1, 0, FLAT_RING1_CS, (u32)frame_1},
				{6, flags[1], FLAT_RING1_CS, (u32)frame_6},
				{13, flags[2], FLAT_RING1_CS, (u32)frame_13},
				{14, flags[3], FLAT_RING1_CS, (u32)frame_14},
				{200, flags[4], FLAT_RING1_CS, (u32)frame_200},
				{0}};

	HCALL(set_trap_table, t, 0, 0, 0);
}

/* What is touched, and the error code that this has. */
static u32 address(u32 cause, bool ring3, u32 *err)
{
	u32 rights = (cause == WRITE ? 2 : 0) | (ring3 ? 4 : 0);

	*err = rights;
	if (draw(2))
		return 0x40000000u + draw(1 << 16) * 0x1234;
	*err = rights | 1;
	if (ring3)
		return KERNEL_VA + draw(1024) * 4;
	if (cause == WRITE)
		return (u32)read_only + draw(1024) * 4;
	*err = rights;
	return 0x80000000u + draw(1 << 20) * 4;
}

static void expect(struct expected *e, u32 cause, bool ring3, u32 flags, const struct frames_run *r,
		   u32 err, u32 kernel_esp)
{
	static const u8 vecs[] = {14, 14, 6, 0, 200, 13};
	u32 masked = info->evtchn_upcall_mask, n = 0;

	e->vec = vecs[cause];
	if (e->vec == 14) {
		e->cr2 = r->eax;
		if (flags & TI_CR2_ON_STACK)
			e->word[n++] = r->eax;
		e->word[n++] = err;
	} else if (e->vec == 13) {
		e->word[n++] = 202 * 8 + 2;
	}
	e->word[n++] = r->eip + (cause == SOFTWARE ? 2 : 0);
	e->word[n++] = (ring3 ? FLAT_RING3_CS : FLAT_RING1_CS) | masked << 16;
	e->word[n++] = (r->eflags & (EFL_FREE | EFL_TF)) | (masked ? 0 : EFL_IF);
	if (ring3) {
		e->word[n++] = r->esp;
		e->word[n++] = FLAT_RING3_SS;
	}
	e->nr = n;
	e->esp = (ring3 ? kernel_esp : r->esp) - 4 * n;
	e->masked = masked || (flags & TI_MASK_EVENTS);
}

static bool right(u32 i, const char *what, u32 is, u32 must)
{
	if (is == must)
		return true;
	say("frames right=%u, then vector %u: %s is %x, must be %x\n", i, seen_vec, what, is, must);
	return false;
}

static bool check(u32 i, const struct expected *e, const struct frames_run *r, bool ring3)
{
	static const char *const names[] = {"ss",
					    "esp",
					    "eflags",
					    "cs, with the event mask",
					    "eip",
					    "the word below eip",
					    "the lowest word"};
	u32 names_from = ring3 ? 0 : 2;

	if (!right(i, "the vector", seen_vec, e->vec) ||
	    !right(i, "where the frame is", seen_esp, e->esp))
		return false;
	for (u32 n = e->nr; n-- > 0;) {
		const char *name = names[names_from + e->nr - 1 - n];
		bool flags = names_from + e->nr - 1 - n == 2;
		u32 is = flags ? seen_words[n] & (EFL_FREE | EFL_TF | EFL_IF) : seen_words[n];

		if (!right(i, name, is, e->word[n]))
			return false;
	}
	return right(i, "the handler's eflags", seen_eflags & (EFL_FREE | EFL_TF),
		     r->eflags & EFL_FREE & ~EFL_NT) &&
	       right(i, "vcpu_info's cr2", info->cr2, e->cr2) &&
	       right(i, "the event mask in the handler", info->evtchn_upcall_mask, e->masked);
}

/* Somewhere in the stacks; one time in two the frame lies across the border of two pages. */
static u32 any_esp(void)
{
	return (u32)stacks +
	       (draw(2) ? 512 + draw(3 * 1024 - 512) * 4 : (1 + draw(2)) * PAGE + draw(10) * 4);
}

/* RF shows by what it holds off: a breakpoint on the first instruction of who has been entered. */
static void watch(const u8 *handler)
{
	HCALL(set_debugreg, 0, handler, 0, 0);
	HCALL(set_debugreg, 7, handler ? 2 : 0, 0, 0);
}

static bool one(u32 i, struct expected *e)
{
	bool ring3 = draw(2);
	u32 cause = draw(2) ? draw(2) : draw(NR_CAUSES), kernel_esp = any_esp(), err = 0, flags[5];
	struct frames_run r = {(u32)causes + cause * CAUSE_SIZE, any_esp(),
			       2 | (draw(1 << 22) & EFL_FREE), 0};
	static const u8 vecs[] = {14, 14, 6, 0, 200, 13};
	const u8 *handler[] = {frame_14, frame_14, frame_6, frame_0, frame_200, frame_13};
	bool watched = ring3 && cause < SOFTWARE && draw(4) == 0;

	register_handlers(flags);
	HCALL(stack_switch, FLAT_RING1_SS, kernel_esp, 0, 0);
	if (cause <= WRITE)
		r.eax = address(cause, ring3, &err);
	if (ring3)
		r.eflags &= ~EFL_NT; /* with it no iret leads there */
	if (ring3 && cause < SOFTWARE && draw(2))
		r.eflags |= EFL_TF; /* what faults is not yet done */
	if (watched) {
		r.eflags |= EFL_RF;
		watch(handler[cause]);
	}
	info->evtchn_upcall_mask = draw(2);
	expect(e, cause, ring3, flags_of(flags, vecs[cause]), &r, err, kernel_esp);
	try(ring3 ? in_ring3 : in_ring1, &r);
	asm volatile("pushl $2\n\tpopfl" : : : "memory", "cc");
	if (watched) {
		watch(NULL);
		return right(i, "the vector, with a breakpoint on the handler,", seen_vec, 1) &&
		       right(i, "where the breakpoint is", seen_words[0], (u32)handler[cause]);
	}
	if (!check(i, e, &r, ring3))
		return false;
	info->evtchn_upcall_mask = 0;
	return true;
}

/* 02.6: every word of every frame. */
static void frames(void)
{
	struct expected e = {.cr2 = 0};
	u32 n = 0, slot = (u32)causes >> 22;

	update(mfn_of(directory()) * PAGE + slot * 4, directory()[slot] | US);
	remap(causes, P | US | A | D);
	remap(read_only, ROPAGE);
	map_at((u32)&shared, start_info->shared_info | RWPAGE);
	e.cr2 = info->cr2;
	HCALL(set_callbacks, FLAT_RING1_CS, event, FLAT_RING1_CS, failsafe);
	while (n < 100 && one(n, &e))
		n++;
	if (n == 100)
		say("frames right=100 of 100\n");
	finish(0);
}

/* 02.6: who did not ask for the address on the stack does not get it there. And where there is no
 * stack, nobody is entered. */
static void unasked(void)
{
	struct trap_info t[] = {{14, TI_MASK_EVENTS, FLAT_RING1_CS, (u32)frame_14}, {0}};
	struct frames_run r = {(u32)causes, any_esp(), 2, 0x40000000u + draw(1 << 20) * 16};

	HCALL(set_trap_table, t, 0, 0, 0);
	say("unasked va=%x eip=%x handler=%x\n", r.eax, r.eip, (u32)frame_14);
	try(in_ring1, &r);
	say("unasked error=%x eip=%x\n", seen_words[0], seen_words[1]);
	r.esp = 0x80000000u + draw(1 << 20) * 16;
	try(in_ring1, &r);
	finish(0);
}

void lab02_pv(void)
{
	if (scenario_is("unasked"))
		unasked();
	if (scenario_is("frames"))
		frames();
}
