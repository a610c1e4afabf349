/* names.c: what the manuals call vectors, hypercalls and lanes. */
#include "read/event.h"

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

const char *lane_name(u32 lane)
{
	const char *name = schema_value_name(schema_enum_by_name("lane"), lane);

	return name ? name : "?";
}
