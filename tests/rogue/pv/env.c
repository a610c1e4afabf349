/* env.c: what the hostile direct-mode kernel stands on: start, memory, traps. */
#include "pv.h"

#include <trapline/spoken.h>

#define MAX_ID 64u

struct start_info *start_info;
struct shared_info *shared;
u32 nonexistent_mfn;
u32 victim_data[1024] PAGE_ALIGNED, victim_table[1024] PAGE_ALIGNED;
u32 victim_dir[1024] PAGE_ALIGNED, victim_other[1024] PAGE_ALIGNED;
static u8 shared_page[PAGE_SIZE] PAGE_ALIGNED; /* its frame is replaced by the shared one */

void pv_main(struct start_info *si) __attribute__((noreturn));
u32 note_trap(const u32 *frame);

u32 mfn_of(const void *va)
{
	return ((const u32 *)start_info->mfn_list)[((u32)va - VIRT_BASE) / PAGE_SIZE];
}

static u32 *frame_va(u32 mfn)
{
	return (u32 *)(VIRT_BASE + ((u32 *)MACH2PHYS_VIRT_START)[mfn] * PAGE_SIZE);
}

u32 *pde_of(u32 slot)
{
	return (u32 *)start_info->pt_base + slot;
}

u32 pde_maddr(u32 slot)
{
	return mfn_of((void *)start_info->pt_base) * PAGE_SIZE + slot * 4;
}

u32 *pte_of(const void *va)
{
	u32 pde = *pde_of((u32)va >> 22);

	return frame_va(pde >> 12) + ((u32)va >> 12) % 1024;
}

u32 pte_maddr(const void *va)
{
	return (*pde_of((u32)va >> 22) & PAGE_MASK) + ((u32)va >> 12) % 1024 * 4;
}

s32 update_va(u32 va, u32 pte)
{
	return HCALL(update_va_mapping, va, pte, 0, UVMF_INVLPG);
}

s32 remap(const void *va, u32 flags)
{
	return update_va((u32)va & PAGE_MASK, mfn_of(va) * PAGE_SIZE | flags);
}

s32 read_only(const void *va)
{
	return remap(va, PTE_NORMAL & ~PTE_RW);
}

s32 writable(const void *va)
{
	return remap(va, PTE_NORMAL);
}

s32 mmu_update(u64 ptr, u32 val)
{
	struct mmu_update req = {ptr, val};

	return HCALL(mmu_update, &req, 1, 0, DOMID_SELF);
}

s32 mmuext(u32 cmd, u32 arg1, u32 arg2)
{
	struct mmuext_op op = {cmd, arg1, arg2};

	return HCALL(mmuext_op, &op, 1, 0, DOMID_SELF);
}

s32 pin_l1(u32 *table)
{
	s32 err = read_only(table);

	return err ? err : mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table), 0);
}

s32 unpin(u32 *table)
{
	s32 err = mmuext(MMUEXT_UNPIN_TABLE, mfn_of(table), 0);

	return err ? err : writable(table);
}

u32 gate_va(void)
{
	struct {
		u16 limit;
		u32 base;
	} __attribute__((packed)) idtr;

	asm volatile("sidt %0" : "=m"(idtr));
	return (idtr.base & PAGE_MASK) - PAGE_SIZE; /* the IDT is in its second page */
}

/* Nobody tells it; but the state of a port is told to its owner only, or to Domain 0. */
u32 own_id(void)
{
	static u32 id;
	struct {
		domid_t dom;
		u32 port, out[4];
	} status = {.dom = id};

	if (start_info->flags & SIF_PRIVILEGED)
		return 0;
	while (HCALL(event_channel_op, EVTCHNOP_status, &status, 0, 0) && id < MAX_ID)
		status.dom = ++id;
	return id;
}

u64 read_tsc(void)
{
	u64 t;

	asm volatile("rdtsc" : "=A"(t));
	return t;
}

u32 note_trap(const u32 *frame)
{
	last_trap = (struct trap){frame[0], frame[1], frame[2], frame[3] & 0xFFFF, frame[4], 0};
	if (last_trap.vec == VEC_PF)
		last_trap.cr2 = shared ? shared->vcpu_info[0].cr2 : 0;
	if (!attempt_sp) {
		print(
		    "rogue: an exception that nobody expects: vector %u at %x, error %x, cr2 %x\n",
		    last_trap.vec, last_trap.eip, last_trap.err, last_trap.cr2);
		power_off(false);
	}
	return last_trap.vec;
}

void console_write(const char *text, u32 len)
{
	HCALL(console_io, CONSOLEIO_write, len, text, spoken(text, len));
}

void power_off(bool well)
{
	struct sched_shutdown s = {well ? SHUTDOWN_poweroff : SHUTDOWN_crash};

	HCALL(sched_op, SCHEDOP_shutdown, &s, 0, 0);
	for (;;)
		;
}

/* ns = ((tsc << shift) * mul) >> 32 */
u64 to_ns(u64 tsc)
{
	const struct vcpu_time_info *t = &shared->vcpu_info[0].time;

	tsc <<= t->tsc_shift;
	return ((tsc & 0xFFFFFFFF) * t->tsc_to_system_mul >> 32) +
	       (tsc >> 32) * t->tsc_to_system_mul;
}

u64 system_time(void)
{
	const volatile struct vcpu_time_info *t = &shared->vcpu_info[0].time;
	u32 version;
	u64 now;

	do { /* the hypervisor may write it in between: then the counter is behind the stamp */
		version = t->version;
		now = t->system_time + to_ns(read_tsc() - t->tsc_timestamp);
	} while ((version & 1) || version != t->version);
	return now;
}

static u32 read_flags(void)
{
	u32 flags;

	asm volatile("pushfl\n\tpopl %0" : "=r"(flags));
	return flags;
}

static bool page_is_free(u32 *page)
{
	u32 want = mfn_of(page) * PAGE_SIZE | PTE_NORMAL;

	return *pte_of(page) == want && attempt(try_write, (u32)page) == NO_TRAP;
}

/* With events masked, and no port to wait for: only the time can end it. */
static bool poll_waits(void)
{
	struct sched_poll p = {.timeout = system_time() + 20000};

	return HCALL(sched_op, SCHEDOP_poll, &p, 0, 0) == 0 && system_time() >= p.timeout;
}

/* Every victim must be able to go through the life of a table, and come back. */
const char *aftermath(void)
{
	static const struct {
		const char *name;
		u32 *page;
		u32 pin;
	} life[] = {
	    {"left-data", victim_data, MMUEXT_PIN_L1_TABLE},
	    {"left-table", victim_table, MMUEXT_PIN_L1_TABLE},
	    {"left-other", victim_other, MMUEXT_PIN_L1_TABLE},
	    {"left-directory", victim_dir, MMUEXT_PIN_L2_TABLE},
	};

	for (u32 i = 0; i < ARRAY_SIZE(life); i++) {
		u32 *page = life[i].page;

		if (!page_is_free(page))
			return life[i].name;
		memset(page, 0, PAGE_SIZE);
		if (read_only(page) || mmuext(life[i].pin, mfn_of(page), 0) ||
		    attempt(try_write, (u32)page) != VEC_PF || writable(page) >= 0 || unpin(page))
			return life[i].name;
		memset(page, 0, PAGE_SIZE);
	}
	if (!shared->vcpu_info[0].evtchn_upcall_mask)
		return "left-events-unmasked";
	if (!poll_waits())
		return "left-poll-impatient";
	/* The real interrupt flag: nobody but the hypervisor may clear it. */
	return read_flags() & EFL_IF ? NULL : "left-interrupts-off";
}

static void set_traps(void)
{
	struct trap_info table[34];

	for (u32 i = 0; i < 32; i++)
		table[i] = (struct trap_info){i, 0, FLAT_RING1_CS, (u32)trap_stubs + 16 * i};
	/* So that code in ring 3 can say that it got through. */
	table[32] = (struct trap_info){0x80, 3 | TI_MASK_EVENTS, FLAT_RING1_CS, (u32)trap_stub_80};
	table[33] = (struct trap_info){0};
	HCALL(set_trap_table, table, 0, 0, 0);
	HCALL(stack_switch, FLAT_RING1_SS, trap_stack_top, 0, 0);
	HCALL(set_callbacks, FLAT_RING1_CS, event_callback, FLAT_RING1_CS, failsafe_callback);
}

void pv_main(struct start_info *si)
{
	start_info = si;
	set_traps();
	if (update_va((u32)shared_page, si->shared_info | PTE_NORMAL)) {
		print("rogue: cannot map shared_info\n");
		power_off(false);
	}
	shared = (struct shared_info *)shared_page;
	nonexistent_mfn = HCALL(memory_op, XENMEM_maximum_ram_page, 0, 0, 0) + 1;
	power_off(rogue_main(si->cmd_line));
}
