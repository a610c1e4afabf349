/* names.c: what the manuals call vectors, hypercalls and lanes. */
#include "read/event.h"

#include "trapline/xen/grant_table.h"
#include "trapline/xen/memory.h"
#include "trapline/xen/vcpu.h"
#include "trapline/xen/xen.h"

const char *vector_name(u32 vec)
{
	static const char *const names[] = {"#DE", "#DB", "NMI",  "#BP", "#OF", "#BR", "#UD",
					    "#NM", "#DF", "#CSO", "#TS", "#NP", "#SS", "#GP",
					    "#PF", NULL,  "#MF",  "#AC", "#MC", "#XM"};

	return vec < ARRAY_SIZE(names) ? names[vec] : NULL;
}

const char *hypercall_name(u32 nr)
{
#define NAME(n) [__HYPERVISOR_##n] = #n
	static const char *const names[] = {NAME(set_trap_table),
					    NAME(mmu_update),
					    NAME(set_gdt),
					    NAME(stack_switch),
					    NAME(set_callbacks),
					    NAME(fpu_taskswitch),
					    NAME(sched_op_compat),
					    NAME(set_debugreg),
					    NAME(get_debugreg),
					    NAME(update_descriptor),
					    NAME(memory_op),
					    NAME(multicall),
					    NAME(update_va_mapping),
					    NAME(set_timer_op),
					    NAME(event_channel_op_compat),
					    NAME(xen_version),
					    NAME(console_io),
					    NAME(grant_table_op),
					    NAME(vm_assist),
					    NAME(update_va_mapping_otherdomain),
					    NAME(iret),
					    NAME(vcpu_op),
					    NAME(mmuext_op),
					    NAME(sched_op),
					    NAME(callback_op),
					    NAME(event_channel_op),
					    NAME(physdev_op),
					    NAME(sysctl),
					    NAME(domctl),
					    NAME(tl_note)};
#undef NAME

	return nr < ARRAY_SIZE(names) ? names[nr] : NULL;
}

const char *hypercall_command(u32 nr, u32 a1)
{
#define C(call, prefix, name)                                                                      \
	{                                                                                          \
		__HYPERVISOR_##call, prefix##name, #name                                           \
	}
	static const struct {
		u32 nr, command;
		const char *name;
	} commands[] = {C(sched_op_compat, SCHEDOP_, yield),
			C(sched_op_compat, SCHEDOP_, block),
			C(sched_op_compat, SCHEDOP_, shutdown),
			C(sched_op, SCHEDOP_, yield),
			C(sched_op, SCHEDOP_, block),
			C(sched_op, SCHEDOP_, shutdown),
			C(sched_op, SCHEDOP_, poll),
			C(memory_op, XENMEM_, increase_reservation),
			C(memory_op, XENMEM_, decrease_reservation),
			C(memory_op, XENMEM_, maximum_ram_page),
			C(memory_op, XENMEM_, current_reservation),
			C(memory_op, XENMEM_, maximum_reservation),
			C(memory_op, XENMEM_, populate_physmap),
			C(memory_op, XENMEM_, exchange),
			C(event_channel_op, EVTCHNOP_, bind_interdomain),
			C(event_channel_op, EVTCHNOP_, bind_virq),
			C(event_channel_op, EVTCHNOP_, bind_pirq),
			C(event_channel_op, EVTCHNOP_, close),
			C(event_channel_op, EVTCHNOP_, send),
			C(event_channel_op, EVTCHNOP_, status),
			C(event_channel_op, EVTCHNOP_, alloc_unbound),
			C(event_channel_op, EVTCHNOP_, bind_ipi),
			C(event_channel_op, EVTCHNOP_, bind_vcpu),
			C(event_channel_op, EVTCHNOP_, unmask),
			C(grant_table_op, GNTTABOP_, map_grant_ref),
			C(grant_table_op, GNTTABOP_, unmap_grant_ref),
			C(grant_table_op, GNTTABOP_, setup_table),
			C(grant_table_op, GNTTABOP_, transfer),
			C(grant_table_op, GNTTABOP_, copy),
			C(vcpu_op, VCPUOP_, initialise),
			C(vcpu_op, VCPUOP_, up),
			C(vcpu_op, VCPUOP_, down),
			C(vcpu_op, VCPUOP_, is_up),
			C(vcpu_op, VCPUOP_, get_runstate_info),
			C(vcpu_op, VCPUOP_, set_periodic_timer),
			C(vcpu_op, VCPUOP_, stop_periodic_timer),
			C(vcpu_op, VCPUOP_, set_singleshot_timer),
			C(vcpu_op, VCPUOP_, stop_singleshot_timer),
			C(console_io, CONSOLEIO_, write),
			C(console_io, CONSOLEIO_, read),
			C(vm_assist, VMASST_CMD_, enable),
			C(vm_assist, VMASST_CMD_, disable),
			C(callback_op, CALLBACKOP_, register),
			C(callback_op, CALLBACKOP_, unregister),
			C(physdev_op, PHYSDEVOP_, irq_unmask_notify),
			C(physdev_op, PHYSDEVOP_, irq_status_query),
			C(physdev_op, PHYSDEVOP_, set_iopl),
			C(physdev_op, PHYSDEVOP_, set_iobitmap),
			C(xen_version, XENVER_, version),
			C(xen_version, XENVER_, extraversion),
			C(xen_version, XENVER_, capabilities),
			C(xen_version, XENVER_, platform_parameters),
			C(xen_version, XENVER_, get_features),
			C(xen_version, XENVER_, pagesize)};
#undef C

	if (nr == __HYPERVISOR_memory_op)
		a1 &= MEMOP_CMD_MASK;
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].nr == nr && commands[i].command == a1)
			return commands[i].name;
	return NULL;
}

const char *lane_name(u32 lane)
{
	const char *name = schema_value_name(schema_enum_by_name("lane"), lane);

	return name ? name : "?";
}
