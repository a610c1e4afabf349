/* debug.c: debug registers and exceptions that strike inside the hypervisor. */
#include "pv.h"

#define WATCH_WRITES   1u
#define WATCH_IO       2u
#define WATCH_ALL      3u
#define DR7(condition) (0x400u | 0x3u | (u32)(condition) << 16)

static void set_address(u32 va)
{
	for (u32 nr = 0; nr < 4; nr++)
		verdict_errno(HCALL(set_debugreg, nr, va, 0, 0));
}

static void set_gate_address(u32 offset)
{
	set_address(gate_va() + offset);
}

static void set_control(u32 dr7)
{
	verdict_errno(HCALL(set_debugreg, 7, dr7, 0, 0));
}

static void number(u32 nr)
{
	verdict_errno(HCALL(set_debugreg, nr, 0, 0, 0));
	if (nr > 7)
		verdict_errno(HCALL(get_debugreg, nr, 0, 0, 0));
}

static u16 watched;

static void watch(const void *va, u32 dr7)
{
	must(HCALL(set_debugreg, 0, va, 0, 0) == 0, "dr0");
	must(HCALL(set_debugreg, 7, dr7, 0, 0) == 0, "dr7");
}

static void unwatch(void)
{
	must(HCALL(set_debugreg, 7, 0x400, 0, 0) == 0, "dr7");
	must(HCALL(set_debugreg, 0, 0, 0, 0) == 0, "dr0");
}

static void load_ss_and_call(u32 unused)
{
	(void)unused;
	asm volatile("movl $17, %%eax\n\t"
		     "xorl %%ebx, %%ebx\n\t"
		     "movw %0, %%ss\n\t"
		     "int $0x82"
		     :
		     : "m"(watched)
		     : "eax", "ebx", "memory");
}

static void load_ss_and_fault(u32 unused)
{
	(void)unused;
	asm volatile("movw %0, %%ss\n\tud2" : : "m"(watched) : "memory");
}

/*
 * A watched load of SS holds its #DB back until after the next instruction: which enters the
 * hypervisor, so that it strikes there.
 */
static void held_back(u32 how)
{
	watched = FLAT_RING1_SS;
	watch(&watched, DR7(WATCH_ALL));
	attempt((void (*)(u32))how, 0);
	unwatch();
	verdict_silent(true); /* that we are here is all that we want to know */
}

static void step_into_call(u32 unused)
{
	(void)unused;
	asm volatile("movl $17, %%eax\n\t"
		     "xorl %%ebx, %%ebx\n\t"
		     "pushfl\n\t"
		     "orl $0x100, (%%esp)\n\t"
		     "popfl\n\t"
		     "int $0x82\n\t"
		     "nop"
		     :
		     :
		     : "eax", "ebx", "memory");
}

static void icebp(u32 unused)
{
	(void)unused;
	asm volatile(".byte 0xF1");
}

static void survives(u32 how)
{
	verdict_vector(attempt((void (*)(u32))how, 0), VEC_DB);
}

/* The CPU takes it for an int 1 that asks nobody; not all emulators do. */
static void some_exception(u32 how)
{
	verdict_trap(attempt((void (*)(u32))how, 0));
}

/* The hypervisor reads our arguments, and writes results: that must not trip over our watch. */
static void watched_argument(u32 unused)
{
	static struct mmu_update req;
	static u32 done;

	(void)unused;
	req = (struct mmu_update){pte_maddr(victim_data), *pte_of(victim_data)};
	watch(&done, DR7(WATCH_ALL));
	verdict_silent(HCALL(mmu_update, &req, 1, &done, DOMID_SELF) == 0);
	unwatch();
	watch(&req, DR7(WATCH_ALL));
	verdict_silent(HCALL(mmu_update, &req, 1, &done, DOMID_SELF) == 0);
	unwatch();
}

CASES = {
    {"debug-address-in-hv", 0, 0, set_address, HV_LINEAR + HV_IMAGE_PHYS},
    {"debug-address-in-m2p", 0, 0, set_address, MACH2PHYS_VIRT_START},
    {"debug-address-in-gate", 0, 0, set_gate_address, 0x2FFC},
    {"debug-address-last", 0, 0, set_address, 0xFFFFFFFF},
    {"debug-general-detect", 0, 0, set_control, DR7_GD},
    {"debug-io", 0, 0, set_control, DR7(WATCH_IO)},
    {"debug-register-4", 0, 0, number, 4},
    {"debug-register-8", 0, 0, number, 8},
    {"debug-register-huge", 12, 0, number, 0xFFFFFFFF},
    {"debug-held-back-call", 260, 0, held_back, (u32)load_ss_and_call},
    {"debug-held-back-fault", 260, 0, held_back, (u32)load_ss_and_fault},
    {"debug-step-into-call", 0, 0, survives, (u32)step_into_call},
    {"debug-icebp", 0, 0, some_exception, (u32)icebp},
    {"debug-watched-argument", 0, 0, watched_argument, 0},
};
