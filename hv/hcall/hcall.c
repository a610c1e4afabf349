/* hcall.c: from int $0x82 to the function that carries it out, and back. */
#include "hcall/hcall.h"
#include "mmu/direct/direct.h"
#include "trace/trace.h"

#define INT_LEN 2 /* bytes of int $0x82 */

static hypercall_fn *const table[XEN_NR_HYPERCALLS] = {
    [__HYPERVISOR_set_trap_table] = hc_set_trap_table,
    [__HYPERVISOR_mmu_update] = hc_mmu_update,
    [__HYPERVISOR_set_gdt] = hc_set_gdt,
    [__HYPERVISOR_stack_switch] = hc_stack_switch,
    [__HYPERVISOR_set_callbacks] = hc_set_callbacks,
    [__HYPERVISOR_fpu_taskswitch] = hc_fpu_taskswitch,
    [__HYPERVISOR_sched_op_compat] = hc_sched_op_compat,
    [__HYPERVISOR_set_debugreg] = hc_set_debugreg,
    [__HYPERVISOR_get_debugreg] = hc_get_debugreg,
    [__HYPERVISOR_update_descriptor] = hc_update_descriptor,
    [__HYPERVISOR_memory_op] = hc_memory_op,
    [__HYPERVISOR_multicall] = hc_multicall,
    [__HYPERVISOR_update_va_mapping] = hc_update_va_mapping,
    [__HYPERVISOR_set_timer_op] = hc_set_timer_op,
    [__HYPERVISOR_event_channel_op_compat] = hc_event_channel_op_compat,
    [__HYPERVISOR_xen_version] = hc_xen_version,
    [__HYPERVISOR_console_io] = hc_console_io,
    [__HYPERVISOR_vm_assist] = hc_vm_assist,
    [__HYPERVISOR_iret] = hc_iret,
    [__HYPERVISOR_vcpu_op] = hc_vcpu_op,
    [__HYPERVISOR_mmuext_op] = hc_mmuext_op,
    [__HYPERVISOR_sched_op] = hc_sched_op,
    [__HYPERVISOR_callback_op] = hc_callback_op,
    [__HYPERVISOR_event_channel_op] = hc_event_channel_op,
    [__HYPERVISOR_physdev_op] = hc_physdev_op,
};

s32 hypercall_nr(struct vcpu *v, u32 nr, u32 *a)
{
	if (nr >= ARRAY_SIZE(table) || !table[nr])
		return -ENOSYS;
	return table[nr](v, a);
}

void hypercall(struct vcpu *v)
{
	struct cpu_regs *r = v->regs;
	u32 nr = r->eax, a[6] = {r->ebx, r->ecx, r->edx, r->esi, r->edi};
	s32 ret;
	u8 to;

	trace_hypercall(v, LANE_GUEST, LANE_VMM, nr, r->eip, r->cs, a[0], a[1], a[2]);
	v->domain->direct->work = 0;
	ret = hypercall_nr(v, nr, a);
	if (ret == HCALL_AGAIN) {
		r->ebx = a[0];
		r->ecx = a[1];
		r->edx = a[2];
		r->esi = a[3];
		r->edi = a[4];
		r->eip -= INT_LEN;
		r->vec = 0; /* so that resume() records where it goes: this is no return */
		return;
	}
	if (ret == HCALL_REGS_SET) {
		r->vec = 0;
		return;
	}
	r->eax = ret;
	if (v->blocked || v->domain->dying) {
		r->vec = 0;
		return;
	}
	/* An event may go before: then the caller sees its result only after the callback. */
	to = v->info->evtchn_upcall_pending && !v->info->evtchn_upcall_mask ? LANE_VMM : LANE_GUEST;
	trace_hcall_ret(v, LANE_VMM, to, nr, ret);
}

int copy_from_guest(struct vcpu *v, void *dst, vaddr_t src, u32 len)
{
	struct guest_fault pf;

	return guest_read(v, src, dst, len, 0, &pf) ? 0 : -EFAULT;
}

int copy_to_guest(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	struct guest_fault pf;

	return guest_write(v, dst, src, len, 0, &pf) ? 0 : -EFAULT;
}
