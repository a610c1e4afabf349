/*
 * sibling.c: the other vcpus of a random guest (EXTRA=vcpus=N). While the first one makes its
 * calls, each of these goes its own way with what is a vcpu's own, and what has nothing to do with
 * the others: its base, its timer, FPU, debug registers, selectors, pages of its own. It must find
 * all of that as it has left it, whatever the first one does, and whoever ran meanwhile.
 */
#include <trapline/xen/domctl.h>
#include <trapline/xen/vcpu.h>
#include "crowd.h"

#define MAX_SIBLINGS 3u
#define STACK_WORDS  2048u
#define REST_NS	     50000u
#define NOBODYS	     0x00800000u /* nothing is mapped there */

static struct sibling {
	u32 stack[STACK_WORDS];
	u32 table[PTES], data[PTES], dir[PTES] PAGE_ALIGNED;
	u32 nr, random, steps, wanted;
	bool base_is_dir, pinned, writable;
} sibling[MAX_SIBLINGS] PAGE_ALIGNED;

u32 nr_siblings;
const char *sibling_wrong;

/* The random numbers of fuzz.c are the first vcpu's. */
static u32 below(struct sibling *s, u32 n)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 17;
	s->random ^= s->random << 5;
	return s->random % n;
}

static void must_hold(bool holds, const char *what)
{
	if (!holds && !sibling_wrong)
		sibling_wrong = what;
}

/* A page that only this vcpu knows: its rights, and what it holds. */
static void use_data(struct sibling *s)
{
	s->writable = below(s, 2);
	must_hold(!(s->writable ? writable(s->data) : read_only(s->data)),
		  "a sibling's page cannot be mapped");
	must_hold(s->data[7] == s->wanted, "a sibling's page holds something else");
	if (s->writable)
		s->data[7] = s->wanted = s->random;
}

static void use_table(struct sibling *s)
{
	s32 err = mmuext(s->pinned ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L1_TABLE, mfn_of(s->table), 0);

	must_hold(!err, "a sibling's page table is refused");
	s->pinned = !s->pinned;
	must_hold(!s->pinned || writable(s->table) < 0, "a sibling's page table is writable");
}

/* Two directories in turn, both with the kernel. */
static void use_base(struct sibling *s)
{
	s->base_is_dir = !s->base_is_dir;
	must_hold(!mmuext(MMUEXT_NEW_BASEPTR, s->base_is_dir ? mfn_of(s->dir) : home_mfn, 0),
		  "a sibling's base is refused");
}

static void use_registers(struct sibling *s)
{
	u32 dr = NOBODYS + s->nr * PAGE_SIZE + below(s, 64) * 4, in = s->random, out = 0;
	u16 sel = below(s, 2) ? FLAT_RING3_DS : FLAT_RING1_DS, got;

	HCALL(set_debugreg, s->nr, dr, 0, 0);
	asm volatile("fninit\n\tfildl %0" : : "m"(in));
	asm volatile("movw %0, %%fs" : : "r"(sel));
	for (u32 i = below(s, 4); i; i--)
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	asm volatile("movw %%fs, %0" : "=r"(got));
	asm volatile("fistpl %0" : "=m"(out));
	must_hold(got == sel, "a sibling's selector is another");
	must_hold(out == in, "a sibling's FPU holds something else");
	must_hold((u32)HCALL(get_debugreg, s->nr, 0, 0, 0) == dr,
		  "a sibling's debug register holds something else");
}

static void use_time(struct sibling *s)
{
	struct vcpu_runstate_info r = {0};

	must_hold(!HCALL(vcpu_op, VCPUOP_get_runstate_info, s->nr, &r, 0) &&
		      r.state == RUNSTATE_running,
		  "a sibling does not run, says its runstate");
	must_hold(HCALL(vcpu_op, VCPUOP_is_up, s->nr, 0, 0) == 1, "a sibling is not up");
	if (below(s, 2))
		HCALL(set_timer_op, s->random, below(s, 2), 0, 0);
}

/* The first vcpu is to have most of the time. */
static void rest(struct sibling *s)
{
	struct sched_poll p = {.timeout = system_time() + REST_NS + below(s, REST_NS)};

	if (below(s, 4))
		HCALL(sched_op, SCHEDOP_poll, &p, 0, 0);
	else
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
}

static void live(struct sibling *s)
{
	static void (*const uses[])(struct sibling *) = {use_data, use_data,	  use_table,
							 use_base, use_registers, use_time};

	for (;; s->steps++) {
		uses[below(s, ARRAY_SIZE(uses))](s);
		rest(s);
	}
}

static s32 begin(struct sibling *s)
{
	static struct vcpu_guest_context c;
	u32 *top = s->stack + STACK_WORDS - 2;

	top[1] = (u32)s; /* live()'s argument, behind where it would return to */
	for (u32 i = 0; i < kernel_slots; i++)
		s->dir[first_kernel_slot + i] = *pde_of(first_kernel_slot + i);
	if (read_only(s->table) || read_only(s->dir))
		return -1;
	memset(&c, 0, sizeof(c));
	c.user_regs.cs = c.event_callback_cs = c.failsafe_callback_cs = FLAT_RING1_CS;
	c.user_regs.ds = c.user_regs.es = FLAT_RING1_DS;
	c.user_regs.ss = c.kernel_ss = FLAT_RING1_SS;
	c.user_regs.eip = (u32)live;
	c.user_regs.esp = (u32)top;
	c.ctrlreg[3] = xen_pfn_to_cr3(home_mfn);
	if (HCALL(vcpu_op, VCPUOP_initialise, s->nr, &c, 0))
		return -1;
	shared->vcpu_info[s->nr].evtchn_upcall_mask = 1;
	return HCALL(vcpu_op, VCPUOP_up, s->nr, 0, 0);
}

bool siblings_begin(void)
{
	for (u32 i = 0; i < MAX_SIBLINGS; i++) {
		sibling[i].nr = i + 1;
		sibling[i].random = random32() | 1;
		if (HCALL(vcpu_op, VCPUOP_is_up, i + 1, 0, 0) < 0)
			break;
		nr_siblings++;
		if (begin(&sibling[i]))
			return false;
	}
	return true;
}

u32 siblings_steps(void)
{
	u32 n = 0;

	for (u32 i = 0; i < nr_siblings; i++)
		n += sibling[i].steps;
	return n;
}
