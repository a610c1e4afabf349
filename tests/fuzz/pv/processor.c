/*
 * processor.c: what a random guest does with its processor: privileged instructions that are
 * carried out for it, each held against a model or against the hypercall that does the same; and
 * returns that fail, so that its failsafe callback is entered, again and again.
 */
#include "guest.h"

#define MAX_FAILSAFE 40u

static u32 in_out; /* what goes into an attempt(), and comes out */

/* The iret hypercall, to `cs`. Frames are not taken off the stack: nobody comes back. */
static void return_to(u32 cs)
{
	asm volatile("pushl $0xE033\n\t" /* ss, esp: of a return to ring 3 */
		     "pushl $0\n\t"
		     "pushl $2\n\t" /* eflags: events stay masked */
		     "pushl %0\n\t"
		     "pushl $0\n\t" /* eip */
		     "pushl $0\n\t"
		     "movl %1, %%eax\n\t"
		     "int $0x82"
		     :
		     : "r"(cs), "i"(__HYPERVISOR_iret)
		     : "eax", "memory");
}

static const char *failsafe(void)
{
	/* No code segments: null, data, beyond the table, and three of the hypervisor's. */
	static const u32 cs[] = {1, 3, 0xE021, 0xE033, 0xFFF9, 0xE009, 0xE039, 0xE001};
	const char *wrong = NULL;

	HCALL(set_callbacks, FLAT_RING1_CS, event_callback, FLAT_RING1_CS, failsafe_callback);
	for (u32 n = random_below(MAX_FAILSAFE); n && !wrong; n--) {
		if (attempt(return_to, random_of(cs)) != VEC_FAILSAFE)
			wrong = "a return to no code did not end in the failsafe callback";
		if (one_in(8))
			HCALL(xen_version, XENVER_version, 0, 0, 0);
	}
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	HCALL(set_callbacks, FLAT_RING1_CS, event_callback, FLAT_RING1_CS, event_callback);
	return wrong;
}

static void use_fpu(u32 unused)
{
	(void)unused;
	asm volatile("fnop");
}

static const char *task_switched(void)
{
	bool ts = false;
	u32 cr0;

	HCALL(fpu_taskswitch, 0, 0, 0, 0);
	for (u32 n = random_below(12); n; n--) {
		switch (random_below(5)) {
		case 0:
			ts = one_in(2);
			HCALL(fpu_taskswitch, ts, 0, 0, 0);
			break;
		case 1:
			asm volatile("clts");
			ts = false;
			break;
		case 2: /* the other bits are not ours */
			cr0 = random32();
			ts = cr0 & CR0_TS;
			write_cr0(cr0);
			break;
		case 3:
			if ((attempt(use_fpu, 0) == VEC_NM) != ts)
				return "#NM with TS clear, or none with TS set";
			ts = false;
			break;
		default:
			cr0 = read_cr0();
			if (!(cr0 & CR0_TS) == ts || (cr0 & (CR0_PE | CR0_PG)) != (CR0_PE | CR0_PG))
				return "CR0 is not what was made of it";
		}
	}
	HCALL(fpu_taskswitch, 0, 0, 0, 0);
	return NULL;
}

static void set_cr3(u32 val)
{
	write_cr3(val);
}

/* By instruction and by hypercall the same is allowed. */
static const char *base(void)
{
	/* Not any page: an empty one is a directory, too, without the kernel. */
	u32 mfn = one_in(8) ? foreign_mfn() : pool_mfn[random_below(NR_DIRS)];
	bool refused = mmuext(MMUEXT_NEW_BASEPTR, mfn, 0) != 0, traps;

	if (read_cr3() >> 12 != (refused ? home_mfn : mfn))
		return "CR3 is not the base that was set";
	mmuext(MMUEXT_NEW_BASEPTR, home_mfn, 0);
	traps = attempt(set_cr3, mfn << 12) == VEC_GP;
	if (read_cr3() >> 12 != (refused ? home_mfn : mfn))
		return "mov to CR3 did not set the base";
	write_cr3(home_mfn << 12);
	return traps == refused ? NULL : "mov to CR3 and its hypercall do not allow the same";
}

static const char *fault_address(void)
{
	u32 val = any_word(), cr2;

	asm volatile("movl %0, %%cr2" : : "r"(val));
	if (shared->vcpu_info[0].cr2 != val)
		return "mov to CR2 is not seen in vcpu_info";
	if (attempt(try_read, 0x1000) != VEC_PF)
		return NULL;
	asm volatile("movl %%cr2, %0" : "=r"(cr2));
	return cr2 == 0x1000 ? NULL : "CR2 is not the address of the last fault";
}

static void write_dr3(u32 val)
{
	asm volatile("movl %0, %%db3" : : "r"(val));
}

static const char *debug_register(void)
{
	u32 val = one_in(2) ? bad_va() : random32(), dr3;
	bool refused = HCALL(set_debugreg, 3, val, 0, 0) != 0;

	HCALL(set_debugreg, 3, 0, 0, 0);
	if ((attempt(write_dr3, val) == VEC_GP) != refused)
		return "mov to DR3 and its hypercall do not allow the same";
	asm volatile("movl %%db3, %0" : "=r"(dr3));
	return dr3 == (refused ? 0 : val) ? NULL : "DR3 is not what was written";
}

static void in(u32 port)
{
	u32 val = 0;

	asm volatile("inb %%dx, %%al" : "+a"(val) : "d"(port));
	in_out = val;
}

static void out(u32 port)
{
	asm volatile("outb %%al, %%dx" : : "a"(random32()), "d"(port));
}

static void interrupt_flag(u32 set)
{
	if (set)
		asm volatile("sti");
	else
		asm volatile("cli");
}

/* With a level of 1 or more all are allowed, and nobody answers; without, none. */
static const char *ports(void)
{
	u32 level = random_below(4), port = random_below(0x10000), vec = level ? NO_TRAP : VEC_GP;
	const char *wrong = NULL;

	HCALL(physdev_op, PHYSDEVOP_set_iobitmap, (u64[]){0}, 0, 0);
	if (HCALL(physdev_op, PHYSDEVOP_set_iopl, &level, 0, 0))
		return "no I/O privilege level";
	in_out = 0xFF;
	if (attempt(in, port) != vec || in_out != 0xFF || attempt(out, port) != vec ||
	    attempt(interrupt_flag, random_below(2)) != vec)
		wrong = "ports, cli or sti do not follow the I/O privilege level";
	level = 0;
	HCALL(physdev_op, PHYSDEVOP_set_iopl, &level, 0, 0);
	return wrong;
}

static void any_msr(u32 nr)
{
	u32 low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(nr));
	asm volatile("wrmsr\n\twbinvd" : : "c"(nr), "a"(random32()), "d"(high));
}

/* Whatever there is: it does no harm. */
static const char *msr(void)
{
	u32 vec = attempt(any_msr, one_in(2) ? random_below(0x400) : random32());

	return vec == NO_TRAP || vec == VEC_GP ? NULL
					       : "rdmsr or wrmsr raised something else than #GP";
}

/*
 * A list whose next place would lie behind the end of the address space, if it went on at 0: no
 * frame may come or go without our being told.
 */
static const char *list_at_the_end(void)
{
	struct xen_memory_reservation r = {
	    -4 * (1 + random_below(8)), 1 + random_below(64), 0, 0, DOMID_SELF, 0};
	domid_t self = DOMID_SELF;
	s32 before = HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0), ret;
	u32 done = random_below(r.nr_extents + 1), cmd = one_in(2);

	if (one_in(4))
		r.extent_start = random32() & ~3u;
	if (r.extent_start < HYPERVISOR_VIRT_START)
		return NULL;
	ret = HCALL(memory_op, cmd | done << MEMOP_EXTENT_SHIFT, &r, 0, 0);
	if (ret != (s32)done && ret >= 0)
		return "a list that cannot be reached was worked on";
	return HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0) == before
		   ? NULL
		   : "a list that cannot be reached changed the reservation";
}

/* The same for every call that takes a list: nothing of it can be read, so nothing is done. */
static const char *unreadable_list(void)
{
	static const u8 calls[] = {__HYPERVISOR_mmu_update, __HYPERVISOR_mmuext_op,
				   __HYPERVISOR_multicall, __HYPERVISOR_set_gdt,
				   __HYPERVISOR_set_trap_table};
	u32 call = random_of(calls), at = -4 * (1 + random_below(16));
	u32 n = 1 + random_below(one_in(2) ? 64 : 0x7FFFFFFF);

	return hypercall5(call, at, n, 0, DOMID_SELF, 0) < 0 ? NULL
							     : "an unreadable list was worked on";
}

/* Flushes, of which the last ones would lie behind what the guest can reach: the others are done.
 */
static const char *list_across_the_end(void)
{
	static u32 page[1024] PAGE_ALIGNED;
	u32 va = HYPERVISOR_VIRT_START - PAGE_SIZE, n = 1 + random_below(8);
	struct mmuext_op *op = (struct mmuext_op *)HYPERVISOR_VIRT_START - n;
	u32 done = 77, more = 1 + random_below(one_in(2) ? 8 : 1 << 28);
	s32 ret;

	if (update_va(va, mfn_of(page) << 12 | PTE_NORMAL) ||
	    attempt(try_write, (u32)op) != NO_TRAP)
		return NULL; /* no table leads there */
	for (u32 i = 0; i < n; i++)
		op[i] = (struct mmuext_op){.cmd = MMUEXT_TLB_FLUSH_LOCAL};
	ret = HCALL(mmuext_op, op, n + more, &done, DOMID_SELF);
	update_va(va, 0);
	return ret < 0 && done == n ? NULL : "a list across the end was not done up to there";
}

const char *processor_scene(void)
{
	static const char *(*const scenes[])(void) = {
	    failsafe,
	    task_switched,
	    base,
	    fault_address,
	    debug_register,
	    ports,
	    msr,
	    list_at_the_end,
	    unreadable_list,
	    list_across_the_end,
	};

	return scenes[random_below(ARRAY_SIZE(scenes))]();
}
