/* pair-env.c: see pair.h. */
#include "pair.h"

PV_START("pair", "begin", "8192",
	 /* An access that may fault says where to go on. */
	 "fault:	addl $4, %esp\n"
	 "	incl faults\n"
	 "	pushl %eax\n"
	 "	movl go_on_at, %eax\n"
	 "	movl %eax, 4(%esp)\n"
	 "	popl %eax\n"
	 "	iret\n"
	 /* Events stay masked: who blocks again unmasks them. */
	 "	.globl upcall, upcall_timed\n"
	 "upcall_timed: pushl %eax\n"
	 "	pushl %edx\n"
	 "	rdtsc\n"
	 "	movl %eax, upcall_tsc\n"
	 "	popl %edx\n"
	 "	popl %eax\n"
	 "upcall: incl upcalls\n"
	 "	iret\n"
	 "failsafe: ud2\n");
extern u8 fault[], failsafe[];
volatile u32 faults, go_on_at, upcalls, upcall_tsc;

const struct start_info *si;
static u8 shared_page[PAGE_SIZE] PAGE_ALIGNED, grant_page[PAGE_SIZE] PAGE_ALIGNED;
struct shared_info *shared = (struct shared_info *)shared_page;
struct grant_entry *grants = (struct grant_entry *)grant_page;

void begin(const struct start_info *info) __attribute__((noreturn));
void run(void);

void say(const char *text)
{
	u32 len = 0;

	while (text[len])
		len++;
	HCALL(console_io, CONSOLEIO_write, len, (u32)text, 0);
}

void say_number(u32 n)
{
	char text[12], *p = text + sizeof(text);

	*--p = '\0';
	do
		*--p = '0' + n % 10;
	while (n /= 10);
	say(p);
}

static void __attribute__((noreturn)) shut_down(u32 reason)
{
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_shutdown, reason, 0, 0);
}

void power_off(void)
{
	shut_down(SHUTDOWN_poweroff);
}

void fail(const char *what)
{
	say("pair: does not hold: ");
	say(what);
	say("\n");
	shut_down(SHUTDOWN_crash);
}

bool scenario_is(const char *name)
{
	const char *p = si->cmd_line;

	for (u32 i = 0; i < sizeof("scenario=") - 1; i++)
		if (*p++ != "scenario="[i])
			return false;
	while (*name)
		if (*p++ != *name++)
			return false;
	return !*p || *p == ' ';
}

u32 mfn_of(const void *va)
{
	return ((const u32 *)si->mfn_list)[((u32)va - BASE) / PAGE_SIZE];
}

s32 set_pte(const void *va, u32 pte)
{
	return HCALL(update_va_mapping, (u32)va, pte, 0, UVMF_INVLPG);
}

u32 pte_maddr(const void *va)
{
	u32 pde = ((const u32 *)si->pt_base)[(u32)va >> 22];

	return (pde & ~0xFFFu) + ((u32)va >> 12) % 1024 * 4;
}

bool read_faults(const volatile u32 *p)
{
	u32 before = faults, got;

	asm volatile("movl $1f, go_on_at\n\tmovl %1, %0\n1:" : "=r"(got) : "m"(*p) : "memory");
	return faults != before;
}

bool write_faults(volatile u32 *p)
{
	u32 before = faults;

	asm volatile("movl $1f, go_on_at\n\tmovl $7, %0\n1:" : "=m"(*p) : : "memory");
	return faults != before;
}

u32 reservation(void)
{
	domid_t self = DOMID_SELF;

	return HCALL(memory_op, XENMEM_current_reservation, (u32)&self, 0, 0);
}

void give_back(const void *va)
{
	u32 mfn = mfn_of(va);
	struct xen_memory_reservation r = {
	    .extent_start = (u32)&mfn, .nr_extents = 1, .domid = DOMID_SELF};

	must(set_pte(va, 0) == 0);
	must(HCALL(memory_op, XENMEM_decrease_reservation, (u32)&r, 0, 0) == 1);
}

void evtchn(u32 cmd, void *op)
{
	must(HCALL(event_channel_op, cmd, (u32)op, 0, 0) == 0);
}

void grant_op(u32 cmd, void *op)
{
	must(HCALL(grant_table_op, cmd, (u32)op, 1, 0) == 0);
}

void send(u32 port)
{
	struct evtchn_port p = {port};

	evtchn(EVTCHNOP_send, &p);
}

/* Has the port's event come? It is taken. */
static bool take(u32 port)
{
	u32 bit = 1u << port % 32;

	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	shared->vcpu_info[0].evtchn_pending_sel = 0;
	return __atomic_fetch_and(&shared->evtchn_pending[port / 32], ~bit, __ATOMIC_SEQ_CST) & bit;
}

void wait_blocked(u32 port)
{
	while (!take(port)) {
		u32 before = upcalls;

		must(HCALL(sched_op_compat, SCHEDOP_block, 0, 0, 0) == 0);
		must(upcalls != before && shared->vcpu_info[0].evtchn_upcall_mask);
	}
}

void wait_polling(u32 port)
{
	struct sched_poll p = {.ports = (u32)&port, .nr_ports = 1};

	while (!take(port))
		must(HCALL(sched_op, SCHEDOP_poll, (u32)&p, 0, 0) == 0);
}

u32 port_state(u32 port)
{
	struct {
		domid_t dom;
		u32 port, state, out[3];
	} status = {DOMID_SELF, port, 0, {0}};

	evtchn(EVTCHNOP_status, &status);
	return status.state;
}

void yield(void)
{
	must(HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0) == 0);
}

void begin(const struct start_info *info)
{
	struct trap_info traps[] = {{14, 0, FLAT_RING1_CS, (u32)fault}, {0}};
	struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1};
	u32 mfn = 0;

	si = info;
	must(set_pte(shared, si->shared_info | WRITABLE) == 0);
	must(HCALL(set_trap_table, (u32)traps, 0, 0, 0) == 0);
	must(HCALL(set_callbacks, FLAT_RING1_CS, (u32)upcall, FLAT_RING1_CS, (u32)failsafe) == 0);
	setup.frame_list = (u32)&mfn;
	grant_op(GNTTABOP_setup_table, &setup);
	must(setup.status == GNTST_okay);
	must(set_pte(grants, mfn * PAGE_SIZE | WRITABLE) == 0);
	run();
	power_off();
}
