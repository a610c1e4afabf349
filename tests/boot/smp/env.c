/* env.c: hypercalls, memory, locks, and how a vcpu begins. */
#include "smp.h"

const struct start_info *si;
static u8 shared_page[PAGE_SIZE] PAGE_ALIGNED;
struct shared_info *shared = (struct shared_info *)shared_page;
extern u8 stacks[MAX_VCPUS][STACK_SIZE];

void console_write(const char *text, u32 len)
{
	HCALL(console_io, CONSOLEIO_write, len, (u32)text, 0);
}

void power_off(bool well)
{
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, well ? SHUTDOWN_poweroff : SHUTDOWN_crash,
		      0, 0);
}

void fail(const char *what)
{
	print("smp: vcpu %u, round %u: does not hold: %s\n", me()->nr, me()->rounds, what);
	power_off(false);
}

struct me *me_of(u32 nr)
{
	return (struct me *)stacks[nr];
}

u32 below(u32 n)
{
	struct me *m = me();

	m->random ^= m->random << 13;
	m->random ^= m->random >> 17;
	m->random ^= m->random << 5;
	return m->random % n;
}

static bool begins(const char *text, const char *with)
{
	while (*with)
		if (*text++ != *with++)
			return false;
	return true;
}

u32 word_of(const char *name, u32 otherwise)
{
	const char *p = si->cmd_line;
	u32 n = 0;

	while (*p && !begins(p, name))
		p++;
	if (!*p)
		return otherwise;
	while (*p++ != '=')
		;
	while (*p >= '0' && *p <= '9')
		n = n * 10 + *p++ - '0';
	return n;
}

u64 now(void)
{
	const volatile struct vcpu_time_info *t = &me()->info->time;
	u64 delta, ns;
	u32 version;

	do {
		version = t->version;
		delta = tsc() - t->tsc_timestamp;
		delta = t->tsc_shift < 0 ? delta >> -t->tsc_shift : delta << t->tsc_shift;
		ns = ((u64)(u32)delta * t->tsc_to_system_mul >> 32) +
		     (delta >> 32) * t->tsc_to_system_mul;
		ns += t->system_time;
	} while (version & 1 || version != t->version);
	return ns;
}

u32 mfn_of(const volatile void *va)
{
	return ((const u32 *)si->mfn_list)[((u32)va - BASE) / PAGE_SIZE];
}

s32 set_pte(const volatile void *va, u32 pte, u32 flags)
{
	return HCALL(update_va_mapping, (u32)va, pte, 0, flags);
}

u32 pte_maddr(const volatile void *va)
{
	u32 pde = ((const u32 *)si->pt_base)[(u32)va >> 22];

	return (pde & ~0xFFFu) + ((u32)va >> 12) % 1024 * 4;
}

volatile u32 *pte_at(const volatile void *va)
{
	u32 *first = (u32 *)(si->pt_base + PAGE_SIZE); /* the tables follow their directory */

	return &first[((u32)va - BASE) / PAGE_SIZE];
}

s32 mmuext(u32 cmd, u32 arg1, u32 arg2)
{
	struct mmuext_op op = {cmd, arg1, arg2};

	return HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF);
}

s32 evtchn(u32 cmd, void *op)
{
	return HCALL(event_channel_op, cmd, (u32)op, 0, 0);
}

s32 vcpu_op(u32 cmd, u32 nr, const void *arg)
{
	return HCALL(vcpu_op, cmd, nr, (u32)arg, 0);
}

void yield(void)
{
	must(HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0) == 0);
}

/* Who has it may not run just now: there is one processor. */
void lock(volatile u32 *l)
{
	u32 free = 0;

	while (
	    !__atomic_compare_exchange_n(l, &free, 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		free = 0;
		yield();
	}
}

void unlock(volatile u32 *l)
{
	__atomic_store_n(l, 0, __ATOMIC_SEQ_CST);
}

bool read_faults(const volatile u32 *p)
{
	struct me *m = me();
	u32 before = m->faults, got;

	asm volatile("movl $1f, %1\n\tmovl %2, %0\n1:"
		     : "=r"(got), "=m"(m->go_on)
		     : "m"(*p)
		     : "memory");
	return m->faults != before;
}

bool write_faults(volatile u32 *p, u32 value)
{
	struct me *m = me();
	u32 before = m->faults;

	asm volatile("movl $1f, %1\n\tmovl %2, %0\n1:"
		     : "=m"(*p), "=m"(m->go_on)
		     : "r"(value)
		     : "memory");
	return m->faults != before;
}

static const struct trap_info traps[] = {
    {1, 0, FLAT_RING1_CS, (u32)watchpoint},
    {7, 0, FLAT_RING1_CS, (u32)not_there},
    {14, 0, FLAT_RING1_CS, (u32)page_fault},
    {VEC_FAST_CALL, 3, FLAT_RING1_CS, (u32)fast_call},
    {VEC_SLOW_CALL, 3, FLAT_RING1_CS, (u32)slow_call},
    {0},
};

void set_traps(void)
{
	struct me *m = me();

	must(HCALL(set_trap_table, (u32)traps, 0, 0, 0) == 0);
	must(HCALL(stack_switch, FLAT_RING1_SS, (u32)m + STACK_SIZE / 2, 0, 0) == 0);
	must(HCALL(set_callbacks, FLAT_RING1_CS, (u32)upcall, FLAT_RING1_CS, (u32)failsafe) == 0);
}

void make_context(struct vcpu_guest_context *c, u32 nr)
{
	memset(c, 0, sizeof(*c));
	c->user_regs.cs = FLAT_RING1_CS;
	c->user_regs.ss = FLAT_RING1_SS;
	c->user_regs.ds = c->user_regs.es = FLAT_RING3_DS;
	c->user_regs.eip = (u32)vcpu_entry;
	c->user_regs.esp = (u32)me_of(nr) + STACK_SIZE;
	c->kernel_ss = FLAT_RING1_SS;
	c->kernel_sp = (u32)me_of(nr) + STACK_SIZE / 2;
	c->event_callback_cs = c->failsafe_callback_cs = FLAT_RING1_CS;
	c->event_callback_eip = (u32)upcall;
	c->failsafe_callback_eip = (u32)failsafe;
	c->ctrlreg[3] = xen_pfn_to_cr3(mfn_of((const void *)si->pt_base));
}
