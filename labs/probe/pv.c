/* pv.c: the direct-mode probe: start, hypercalls, its page tables. */
#include "pv.h"
#include <trapline/spoken.h>

struct start_info *start_info;
u32 trap_vec, trap_err, trap_eip, trap_cs, trap_eflags, trap_esp, trap_ss, trap_cr2, trap_return,
    trap_return_esp;
void probe_start(struct start_info *si);

/* A line at a time, so that the trace is not full of characters. */
void put(char c)
{
	static char line[256];
	static u32 n;

	line[n++] = c;
	if (c == '\n' || n == sizeof(line)) {
		HCALL(console_io, CONSOLEIO_write, n, line, spoken(line, n));
		n = 0;
	}
}

void finish(u32 code)
{
	u32 reason = code ? SHUTDOWN_crash : SHUTDOWN_poweroff;

	for (;;)
		HCALL(sched_op, SCHEDOP_shutdown, &reason, 0, 0);
}

u32 mfn_of(const void *va)
{
	return ((const u32 *)start_info->mfn_list)[((u32)va - VIRT_BASE) / PAGE];
}

u32 spare_mfn(u32 n)
{
	return ((const u32 *)start_info->mfn_list)[start_info->nr_pages - 1 - n];
}

u32 *directory(void)
{
	return (u32 *)start_info->pt_base;
}

u32 table_mfn(u32 va)
{
	return directory()[va >> 22] >> 12;
}

u32 *table_of(u32 va)
{
	return (u32 *)(VIRT_BASE + ((const u32 *)MACH2PHYS_VIRT_START)[table_mfn(va)] * PAGE);
}

u32 entry_of(u32 va)
{
	return table_mfn(va) * PAGE + (va >> 12 & 1023) * 4;
}

s32 update(u32 maddr, u32 val)
{
	struct mmu_update u = {maddr, val};

	return HCALL(mmu_update, &u, 1, 0, DOMID_SELF);
}

s32 mmuext(u32 cmd, u32 mfn)
{
	struct mmuext_op op = {.cmd = cmd, .arg1 = mfn};

	return HCALL(mmuext_op, &op, 1, 0, DOMID_SELF);
}

s32 map_at(u32 va, u32 val)
{
	return HCALL(update_va_mapping, va, val, 0, UVMF_INVLPG);
}

s32 remap(const void *va, u32 flags)
{
	return map_at((u32)va, flags ? mfn_of(va) * PAGE | flags : 0);
}

void traps_init(void)
{
	struct trap_info t[] = {{13, 0, FLAT_RING1_CS, (u32)trap_13},
				{14, TI_CR2_ON_STACK, FLAT_RING1_CS, (u32)trap_14},
				{128, 3, FLAT_RING1_CS, (u32)trap_128},
				{0}};

	HCALL(set_trap_table, t, 0, 0, 0);
	HCALL(set_callbacks, FLAT_RING1_CS, event, FLAT_RING1_CS, failsafe);
	HCALL(stack_switch, FLAT_RING1_SS, (u32)stack_top - 8192, 0, 0);
}

void probe_start(struct start_info *si)
{
	start_info = si;
	probe_options((const char *)si->cmd_line);
	lab01_pv();
	lab02_pv();
	lab03();
	if (scenario_is("own") && own)
		own();
	say("probe: no such scenario\n");
	finish(2);
}
