/* calls.c: the hypercalls that are not about memory mappings: console, batches, event channels,
 * the memory reservation, scheduling, and those that do not exist. */
#include "pv.h"

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00400000u

static u32 last_bytes(u32 n)
{
	return (start_info->pt_base & ~0x3FFFFFu) + 0x400000 - n;
}

static void console_write_from(u32 va)
{
	verdict_errno(HCALL(console_io, CONSOLEIO_write, 16, va, 0));
}

static void console_read_into(u32 va)
{
	verdict_errno(HCALL(console_io, CONSOLEIO_read, 16, va, 0));
}

static void console_length(u32 length)
{
	verdict_errno(HCALL(console_io, CONSOLEIO_write, length, last_bytes(4), 0));
}

static void console_read_length(u32 length)
{
	verdict_errno(HCALL(console_io, CONSOLEIO_read, length, IN_HV, 0));
}

static void console_command(u32 cmd)
{
	verdict_errno(HCALL(console_io, cmd, 4, victim_data, 0));
}

static void multicall_at(u32 va)
{
	verdict_errno(HCALL(multicall, va, 1, 0, 0));
}

static void multicall_count(u32 count)
{
	struct multicall_entry *last = (struct multicall_entry *)last_bytes(sizeof(*last));

	*last = (struct multicall_entry){__HYPERVISOR_xen_version, 0, {XENVER_version}};
	verdict_errno(HCALL(multicall, last, count, 0, 0));
}

static void multicall_of(u32 nr, u32 a, u32 b)
{
	struct multicall_entry call[] = {{nr, 0, {a, b}}};

	if (HCALL(multicall, call, 1, 0, 0) == 0)
		verdict_errno(call[0].result);
	else
		verdict_errno(-22);
}

static void multicall_nested(u32 unused)
{
	struct multicall_entry inner = {__HYPERVISOR_xen_version, 0, {XENVER_version}};

	(void)unused;
	multicall_of(__HYPERVISOR_multicall, (u32)&inner, 1);
}

/* Leaving for another context in the midst of a batch: what of the rest of it? */
static void multicall_iret(u32 unused)
{
	(void)unused;
	multicall_of(__HYPERVISOR_iret, 0, 0);
}

static void multicall_unknown(u32 nr)
{
	multicall_of(nr, 0, 0);
}

/* The first call takes away the page on which the results should go. */
static void multicall_unmaps_itself(u32 unused)
{
	struct multicall_entry *call = (struct multicall_entry *)victim_data;

	(void)unused;
	call[0] = (struct multicall_entry){
	    __HYPERVISOR_update_va_mapping, 0, {(u32)victim_data, 0, 0, UVMF_INVLPG}};
	call[1] = call[0];
	verdict_errno(HCALL(multicall, call, 2, 0, 0));
	must(writable(victim_data) == 0, "map-again");
}

static void multicall_results_in_table(u32 unused)
{
	u32 *entry = pte_of(victim_data), before = *entry;

	(void)unused;
	verdict_errno(HCALL(multicall, (u32)entry & ~31u, 1, 0, 0));
	must(*entry == before, "entry-changed");
}

static void event_port(u32 port)
{
	struct evtchn_port p = {port};
	u32 vcpu[] = {port, 1};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_close, &p, 0, 0));
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_send, &p, 0, 0));
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_vcpu, vcpu, 0, 0));
}

static void event_unmask(u32 port)
{
	struct evtchn_port p = {port};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_unmask, &p, 0, 0));
}

static void event_virq(u32 virq)
{
	struct evtchn_bind_virq b = {virq, 0, 0};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_virq, &b, 0, 0));
}

/* Of the timer, the cascade, the console, and of none: only its own devices' are Domain 0's. */
static void event_line(u32 line)
{
	struct evtchn_bind_pirq b = {line, 0, 0};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_pirq, &b, 0, 0));
}

static void event_vcpu(u32 vcpu)
{
	struct evtchn_bind_virq b = {VIRQ_DEBUG, vcpu, 0};
	struct evtchn_bind_ipi ipi = {vcpu, 0};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_virq, &b, 0, 0));
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_ipi, &ipi, 0, 0));
}

static void event_domain(u32 dom)
{
	struct evtchn_bind_interdomain b = {dom, 1, 0};
	struct evtchn_alloc_unbound a = {dom, 0, 0};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_interdomain, &b, 0, 0));
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_alloc_unbound, &a, 0, 0));
}

/* Another's port: of one that is no more, and of one that is no guest. */
static void event_status_of(u32 dom)
{
	struct {
		domid_t dom;
		u32 port, out[4];
	} status = {dom, 1, {0}};

	verdict_errno(HCALL(event_channel_op, EVTCHNOP_status, &status, 0, 0));
}

/* Who is not awaited may not bind; and a port that was bound to is no more to be bound to. */
static void event_not_awaited(u32 dom)
{
	struct evtchn_alloc_unbound a = {DOMID_SELF, dom, 0}, own = {DOMID_SELF, DOMID_SELF, 0};
	struct evtchn_bind_interdomain b = {DOMID_SELF, 0, 0};
	struct evtchn_port local;

	must(HCALL(event_channel_op, EVTCHNOP_alloc_unbound, &a, 0, 0) == 0, "alloc");
	must(HCALL(event_channel_op, EVTCHNOP_alloc_unbound, &own, 0, 0) == 0, "alloc-own");
	b.remote_port = a.port;
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_interdomain, &b, 0, 0));
	b.remote_port = own.port;
	must(HCALL(event_channel_op, EVTCHNOP_bind_interdomain, &b, 0, 0) == 0, "bind");
	local.port = b.local_port;
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_bind_interdomain, &b, 0, 0));
	must(HCALL(event_channel_op, EVTCHNOP_close, &local, 0, 0) == 0, "close");
	verdict_errno(HCALL(event_channel_op, EVTCHNOP_send, &local, 0, 0));
	must(HCALL(event_channel_op, EVTCHNOP_close, &a.port, 0, 0) == 0, "close-unbound");
	must(HCALL(event_channel_op, EVTCHNOP_close, &own.port, 0, 0) == 0, "close-peer");
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	shared->vcpu_info[0].evtchn_pending_sel = 0;
}

static void event_op(u32 cmd)
{
	verdict_errno(HCALL(event_channel_op, cmd, victim_data, 0, 0));
}

static void event_args(u32 va)
{
	for (u32 cmd = 0; cmd < 12; cmd++)
		verdict_errno(HCALL(event_channel_op, cmd, va, 0, 0));
	verdict_errno(HCALL(event_channel_op_compat, va, 0, 0, 0));
}

static void sched_cmd(u32 cmd)
{
	verdict_errno(HCALL(sched_op, cmd, 0, 0, 0));
	verdict_errno(HCALL(sched_op_compat, cmd, 0, 0, 0));
}

static void shutdown_from(u32 va)
{
	verdict_errno(HCALL(sched_op, SCHEDOP_shutdown, va, 0, 0));
}

static void shutdown_reason(u32 reason)
{
	verdict_errno(HCALL(sched_op, SCHEDOP_shutdown, &reason, 0, 0));
	verdict_errno(HCALL(sched_op_compat, SCHEDOP_shutdown, reason, 0, 0));
}

static void poll_from(u32 va)
{
	struct sched_poll p = {.ports = va, .nr_ports = 4};

	verdict_errno(HCALL(sched_op, SCHEDOP_poll, va, 0, 0));
	verdict_errno(HCALL(sched_op, SCHEDOP_poll, &p, 0, 0));
}

static void poll_ports(u32 count)
{
	u32 port = NR_EVENT_CHANNELS;
	struct sched_poll p = {.ports = (u32)&port, .nr_ports = count};

	verdict_errno(HCALL(sched_op, SCHEDOP_poll, &p, 0, 0));
}

/* With an upcall on its way there is nothing to wait for: it would come after the timeout. */
static void poll_before_upcall(u32 wait_ns)
{
	struct sched_poll p = {.timeout = system_time() + wait_ns};
	struct vcpu_info *info = &shared->vcpu_info[0];

	events_on(NULL);
	info->evtchn_upcall_pending = 1;
	verdict_silent(HCALL(sched_op, SCHEDOP_poll, &p, 0, 0) == 0 && system_time() < p.timeout);
	must(!info->evtchn_upcall_pending, "no-upcall");
	events_off();
}

/* A deadline at the end of time, or long ago: it must only not do harm. */
static void timer(u32 high)
{
	verdict_silent(HCALL(set_timer_op, 1, high, 0, 0) == 0);
	HCALL(set_timer_op, 0, 0, 0, 0);
}

static void vcpu_op(u32 vcpu)
{
	for (u32 cmd = 0; cmd < 16; cmd++)
		verdict_errno(HCALL(vcpu_op, cmd, vcpu, IN_HV, 0));
}

static void vm_assist_type(u32 type)
{
	verdict_errno(HCALL(vm_assist, VMASST_CMD_enable, type, 0, 0));
	verdict_errno(HCALL(vm_assist, 99, VMASST_TYPE_writable_pagetables, 0, 0));
}

static void version_into(u32 va)
{
	verdict_errno(HCALL(xen_version, XENVER_extraversion, va, 0, 0));
	verdict_errno(HCALL(xen_version, XENVER_capabilities, va, 0, 0));
	verdict_errno(HCALL(xen_version, XENVER_platform_parameters, va, 0, 0));
	verdict_errno(HCALL(xen_version, XENVER_get_features, va, 0, 0));
	verdict_errno(HCALL(xen_version, 99, va, 0, 0));
}

static void for_privileged(u32 nr)
{
	for (u32 cmd = 0; cmd < 64; cmd++) {
		/* It has no argument, and whoever says it has looked at its devices. */
		if (nr == __HYPERVISOR_physdev_op && cmd == PHYSDEVOP_irq_unmask_notify)
			must(!hypercall5(nr, cmd, IN_HV, 0, 0, 0), "unmask-notify");
		else
			verdict_errno(hypercall5(nr, cmd, IN_HV, 0, 0, 0));
	}
}

static void unknown(u32 unused)
{
	static const u8 gaps[] = {7, 11, 22, 25, 27, 28, 30, 31, 34, 37, 38, 39, 40, 47, 48, 63};

	(void)unused;
	for (u32 i = 0; i < sizeof(gaps); i++)
		verdict_errno(hypercall5(gaps[i], IN_HV, IN_HV, IN_HV, IN_HV, IN_HV));
}

static void number(u32 nr)
{
	verdict_errno(hypercall5(nr, 0, 0, 0, 0, 0));
}

CASES = {
    {"console-write-from-hv", 0, 0, console_write_from, IN_HV},
    {"console-write-from-m2p-end", 0, 0, console_write_from, MACH2PHYS_VIRT_END - 8},
    {"console-write-unmapped", 0, 0, console_write_from, UNMAPPED},
    {"console-read-into-hv", 0, 0, console_read_into, IN_HV},
    {"console-read-into-m2p", 0, 0, console_read_into, MACH2PHYS_VIRT_START},
    {"console-write-minus-1", 0, 0, console_length, 0xFFFFFFFF},
    {"console-write-min-int", 0, 0, console_length, 0x80000000},
    {"console-read-minus-1", 0, 0, console_read_length, 0xFFFFFFFF},
    {"console-command", 0, 0, console_command, 2},
    {"multicall-in-hv", 0, 0, multicall_at, IN_HV},
    {"multicall-unmapped", 0, 0, multicall_at, UNMAPPED},
    {"multicall-wraps", 0, 0, multicall_at, 0xFFFFFFF0},
    {"multicall-huge-count", 0, 0, multicall_count, 0xFFFFFFFF},
    {"multicall-nested", 0, 0, multicall_nested, 0},
    {"multicall-iret", 213, 0, multicall_iret, 0},
    {"multicall-unknown", 0, 0, multicall_unknown, 0xFFFFFFFF},
    {"multicall-unmaps-itself", 0, 0, multicall_unmaps_itself, 0},
    {"multicall-results-in-table", 0, 0, multicall_results_in_table, 0},
    {"event-port-0", 0, 0, event_port, 0},
    {"event-port-closed", 0, 0, event_port, 900},
    {"event-port-1024", 0, 0, event_port, NR_EVENT_CHANNELS},
    {"event-port-huge", 0, 0, event_port, 0xFFFFFFFF},
    {"event-unmask-1024", 0, 0, event_unmask, NR_EVENT_CHANNELS},
    {"event-unmask-huge", 0, 0, event_unmask, 0x80000000},
    {"event-virq-24", 0, 0, event_virq, NR_VIRQS},
    {"event-virq-huge", 0, 0, event_virq, 0xFFFFFFFF},
    {"event-line-timer", 0, 0, event_line, 0},
    {"event-line-cascade", 0, 0, event_line, 2},
    {"event-line-console", 0, 0, event_line, 4},
    {"event-line-16", 0, 0, event_line, 16},
    {"event-line-huge", 0, 0, event_line, 0xFFFFFFFF},
    {"event-vcpu-1", 0, 0, event_vcpu, 1},
    {"event-vcpu-huge", 0, 0, event_vcpu, 0xFFFFFFFF},
    {"event-domain-1", 0, 0, event_domain, 1},
    {"event-domain-io", 0, 0, event_domain, 0x7FF1},
    {"event-domain-hv", 0, 0, event_domain, 0xFFFF},
    {"event-status-of-1", 0, 0, event_status_of, 1},
    {"event-status-of-hv", 0, 0, event_status_of, 0xFFFF},
    {"event-not-awaited", 0, 0, event_not_awaited, 1},
    {"event-physical-irq", 0, 0, event_op, EVTCHNOP_bind_pirq},
    {"event-unknown", 0, 0, event_op, 0xFFFFFFFF},
    {"event-args-in-hv", 0, 0, event_args, IN_HV},
    {"event-args-unmapped", 0, 0, event_args, UNMAPPED},
    {"sched-unknown", 0, 0, sched_cmd, 99},
    {"sched-shutdown-from-hv", 0, 0, shutdown_from, IN_HV},
    {"sched-poll-from-hv", 0, 0, poll_from, IN_HV},
    {"sched-poll-from-nowhere", 0, 0, poll_from, UNMAPPED},
    {"sched-poll-no-such-port", 0, 0, poll_ports, 1},
    {"sched-poll-too-many-ports", 0, 0, poll_ports, 0xFFFFFFFF},
    {"sched-poll-before-upcall", 0, 0, poll_before_upcall, 50000000},
    {"sched-shutdown-reason", 0, 0, shutdown_reason, 99},
    {"timer-end-of-time", 20, 0, timer, 0xFFFFFFFF},
    {"timer-past", 20, 0, timer, 0},
    {"vcpu-1", 0, 0, vcpu_op, 1},
    {"vcpu-huge", 0, 0, vcpu_op, 0xFFFFFFFF},
    {"vm-assist-unknown", 0, 0, vm_assist_type, 99},
    {"version-into-hv", 0, 0, version_into, IN_HV},
    {"version-into-m2p", 0, 0, version_into, MACH2PHYS_VIRT_START},
    {"physdev-op", 0, 0, for_privileged, __HYPERVISOR_physdev_op},
    {"sysctl", 0, 0, for_privileged, __HYPERVISOR_sysctl},
    {"domctl", 0, 0, for_privileged, __HYPERVISOR_domctl},
    {"hypercalls-unknown", 0, 0, unknown, 0},
    {"hypercall-64", 0, 0, number, 64},
    {"hypercall-max-int", 0, 0, number, 0x7FFFFFFF},
    {"hypercall-minus-1", 0, 0, number, 0xFFFFFFFF},
    {"hypercall-overflow", 0, 0, number, 0x40000001},
};
