/* bench-pv-enter.c: the rows about entering the guest's handlers, and about its processor. */
#include "bench-pv.h"

static void user_row(const char *name, const void *code, u8 vector, u8 dpl, const void *handler)
{
	struct trap_info traps[] = {{vector, dpl, FLAT_RING1_CS, (u32)handler}, {0}};
	u32 overhead = run_user(user_overhead);

	check(hypercall(__HYPERVISOR_set_trap_table, (u32)traps, 0, 0, 0), "set-trap-table");
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(run_user(code));
	report(name, overhead, 1);
}

void to_handler(void)
{
	user_row("fault_to_handler", user_fault, 14, 0, fault_measure);
}

void and_back(void)
{
	user_row("fault_and_back", user_fault, 14, 0, fault_skip);
}

void int80(void)
{
	user_row("int80_fast", user_int80, 0x80, 3, int80_return);
}

/* A software interrupt that has no gate of its own in the CPU's table. */
void bounced_int(void)
{
	user_row("int_bounced", user_int21, 0x21, 3, fault_measure);
}

void kernel_fault(void)
{
	struct trap_info traps[] = {{14, 0, FLAT_RING1_CS, (u32)kernel_measure}, {0}};
	u32 overhead = overhead_access();

	check(hypercall(__HYPERVISOR_set_trap_table, (u32)traps, 0, 0, 0), "set-trap-table");
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(time_read((const u32 *)UNMAPPED));
	report("fault_ring1", overhead, 1);
}

void stack_row(void)
{
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		timed("stack-switch", __HYPERVISOR_stack_switch, FLAT_RING1_SS, (u32)trap_stack_top,
		      0, 0);
	report("stack_switch", hc_overhead, 1);
}

void privileged_rows(void)
{
	u32 overhead = overhead_access();

	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(time_mov_cr0());
	report("mov_cr0", overhead, 1);
	begin();
	for (u32 i = 0; i < REPEATS; i++)
		sample(time_clts());
	report("clts", overhead, 1);
}

static struct {
	u32 cmd;
	union {
		struct evtchn_bind_ipi ipi;
		struct evtchn_port port;
	};
} op;

/* A callback clears what is pending; without one it is to be done here. */
static void clear_events(void)
{
	shared.vcpu_info[0].evtchn_upcall_pending = 0;
	shared.vcpu_info[0].evtchn_pending_sel = 0;
	shared.evtchn_pending[event_port / 32] = 0;
}

static void upcall_row(const char *name, u32 nr, const struct args *send)
{
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		shared.vcpu_info[0].evtchn_upcall_mask = 0;
		sample(time_upcall(nr, send));
	}
	shared.vcpu_info[0].evtchn_upcall_mask = 1;
	/* On the way to the upcall, the one instruction between int and rdtsc is not reached. */
	report(name, hc_overhead - 1, 1);
}

/* By the call of Xen 3.0.0, where the command lies in memory, and by the one that has it in a
 * register, where there is that. */
void event_rows(void)
{
	const u32 compat = __HYPERVISOR_event_channel_op_compat;
	struct args send = {EVTCHNOP_send, (u32)&op.port, 0, 0};
	struct args send_compat = {(u32)&op, 0, 0, 0};

	op.cmd = EVTCHNOP_bind_ipi;
	op.ipi.vcpu = 0;
	check(hypercall(compat, (u32)&op, 0, 0, 0), "bind-ipi");
	event_port = op.ipi.port;
	shared.evtchn_mask[event_port / 32] &= ~(1u << event_port % 32);
	op.cmd = EVTCHNOP_send;
	op.port.port = event_port;
	upcall_row("event_compat", compat, &send_compat);
	begin();
	for (u32 i = 0; i < REPEATS; i++) {
		timed("send-masked", compat, (u32)&op, 0, 0, 0);
		clear_events();
	}
	report("event_masked", hc_overhead, 1);
	if (has_new_calls())
		upcall_row("event_upcall", __HYPERVISOR_event_channel_op, &send);
}
