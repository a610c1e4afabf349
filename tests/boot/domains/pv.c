/*
 * pv.c: a small kernel for Xen that leaves much behind: pinned tables, one that is out of its place
 * and half written, descriptor tables, event channels, a balloon, a breakpoint, a full FPU.
 * Between, it yields and sleeps a few times. It ends by powering off, or crashes if something was
 * not as it should be.
 */
#include <trapline/xen/memory.h>
#include <trapline/xen/xen.h>
#include "small.h"
#include "../../kit/hypercall.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BASE	     0xC0000000u
#define OWN	     2002u
#define READ_ONLY    0x61u
#define WRITABLE     0x63u

PV_START("small", "main", "8192",
	 "debug: incl struck\n"
	 "	iret\n"
	 "no_fpu: incl fpu_asked_for\n"
	 "	iret\n"
	 "fast:	iret\n");
extern u8 debug[], no_fpu[], fast[];

static volatile u32 fpu_asked_for; /* with CR0.TS set: #NM */
static const struct start_info *si;
static u32 table[1024] PAGE_ALIGNED, gdt[2][1024] PAGE_ALIGNED, ldt[1024] PAGE_ALIGNED;
static u32 page[1024] PAGE_ALIGNED, balloon[1024] PAGE_ALIGNED, far[1024] PAGE_ALIGNED;
static u8 shared_page[4096] PAGE_ALIGNED;

static void must(bool holds)
{
	while (!holds)
		HCALL(sched_op_compat, SCHEDOP_shutdown, SHUTDOWN_crash, 0, 0);
}

static u32 mfn_of(const void *va)
{
	return ((const u32 *)si->mfn_list)[((u32)va - BASE) / 4096];
}

static void map(const void *va, u32 pte)
{
	must(!HCALL(update_va_mapping, (u32)va, pte, 0, UVMF_INVLPG));
}

static void read_only(const void *va)
{
	map(va, mfn_of(va) << 12 | READ_ONLY);
}

static void load_tables(void)
{
	static struct trap_info traps[] = {{1, 0, FLAT_RING1_CS, (u32)debug},
					   {7, 0, FLAT_RING1_CS, (u32)no_fpu},
					   {0x80, 3, FLAT_RING1_CS, (u32)fast},
					   {0}};
	u32 mfns[] = {mfn_of(gdt[0]), mfn_of(gdt[1])};
	struct mmuext_op op = {MMUEXT_SET_LDT, (u32)ldt, 512};

	ldt[2] = ((u32)far & 0xFFFF) << 16 | 0xFFF; /* descriptor 1: the page `far`, of ring 1 */
	ldt[3] = ((u32)far & 0xFF000000) | ((u32)far >> 16 & 0xFF) | 0x40B300;
	read_only(gdt[0]);
	read_only(gdt[1]);
	read_only(ldt);
	must(!HCALL(set_trap_table, (u32)traps, 0, 0, 0));
	must(!HCALL(set_gdt, (u32)mfns, 1024, 0, 0));
	must(!HCALL(set_gdt, (u32)mfns, 512, 0, 0));
	must(!HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF));
}

/* A table of its own, pinned; from the first write on the guest has it to itself. */
static void leave_table_out(void)
{
	struct mmuext_op op = {MMUEXT_PIN_L1_TABLE, mfn_of(table), 0};

	read_only(table);
	must(!HCALL(mmuext_op, (u32)&op, 1, 0, DOMID_SELF));
	must(!HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_unhook_pagetables, 0, 0));
	table[0] = mfn_of(page) << 12 | WRITABLE;
	table[1] = 1; /* frame 0 is not its own */
	table[1] = mfn_of(page) << 12 | READ_ONLY;
}

static void open_channels(void)
{
	struct {
		u32 cmd;
		struct evtchn_bind_virq bind;
	} virq = {EVTCHNOP_bind_virq, {VIRQ_TIMER, 0, 0}};
	struct {
		u32 cmd;
		struct evtchn_alloc_unbound alloc;
	} any = {EVTCHNOP_alloc_unbound, {DOMID_SELF, 0, 0}};

	must(!HCALL(event_channel_op_compat, (u32)&virq, 0, 0, 0));
	for (u32 i = 0; i < 600; i++)
		must(!HCALL(event_channel_op_compat, (u32)&any, 0, 0, 0));
}

static void give_a_page_back(void)
{
	u32 mfn = mfn_of(balloon);
	struct xen_memory_reservation r = {
	    .extent_start = (u32)&mfn, .nr_extents = 1, .domid = DOMID_SELF};

	map(balloon, 0);
	must(HCALL(memory_op, XENMEM_decrease_reservation, (u32)&r, 0, 0) == 1);
}

/* Until so many ms after the last time that the hypervisor told us. */
static void sleep_until(u32 ms)
{
	const struct shared_info *shared = (const struct shared_info *)shared_page;
	struct sched_poll p = {
	    .timeout = shared->vcpu_info[0].time.system_time + ms * 1000000,
	};

	must(!HCALL(sched_op, SCHEDOP_poll, (u32)&p, 0, 0));
}

void main(const struct start_info *info);
void main(const struct start_info *info)
{
	si = info;
	far[0] = 0x1D8;
	map(shared_page, si->shared_info | WRITABLE);
	load_tables();
	open_channels();
	give_a_page_back();
	must(!HCALL(set_debugreg, 0, (u32)&watched, 0, 0));
	must(!HCALL(set_debugreg, 7, 0xD0402, 0, 0)); /* writes of 4 bytes */
	fill_fpu(OWN);
	for (u32 round = 0; round < ROUNDS; round++) {
		HCALL(fpu_taskswitch, 1, 0, 0, 0);
		HCALL(sched_op_compat, SCHEDOP_yield, 0, 0, 0);
		must(fpu_is_ours(OWN) && fpu_asked_for == round + 1);
		must(far_word(13) == 0x1D8);
		watched = round;
		must(struck == round + 1);
		sleep_until(round + 1);
	}
	leave_table_out();
	HCALL(sched_op_compat, SCHEDOP_shutdown, SHUTDOWN_poweroff, 0, 0);
}
