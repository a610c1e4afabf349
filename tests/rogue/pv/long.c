/*
 * long.c: operations that take long. They must be interrupted (advisory 45), and what an
 * interrupted one has left half done must not be of use for anything else (advisory 299).
 */
#include "long.h"

#define NR_TABLES 128u
/* How many instructions may pass without an interrupt, no matter how much there is to do. */
#define MAX_GAP 2000000u
#define SLOT	0x100u

static u32 many[NR_TABLES][1024] PAGE_ALIGNED;

/* A directory with all its slots full of full tables. */
static void build(void)
{
	for (u32 t = 0; t < NR_TABLES; t++) {
		for (u32 i = 0; i < 1024; i++)
			many[t][i] = mfn_of(victim_data) * PAGE_SIZE | PTE_P;
		must(read_only(many[t]) == 0, "read-only");
	}
	for (u32 slot = 0; slot < HV_BASE >> 22; slot++)
		victim_dir[slot] = mfn_of(many[slot % NR_TABLES]) * PAGE_SIZE | PDE_NORMAL;
	must(read_only(victim_dir) == 0, "read-only");
}

/* All that was referenced can be written again: nothing of it is in use any more. */
static void take_down(void)
{
	for (u32 t = 0; t < NR_TABLES; t++)
		must(writable(many[t]) == 0, "table-stays");
	must(writable(victim_dir) == 0, "directory-stays");
}

static u64 last_tick;
static u32 ticks, longest;

static void measure(void)
{
	u64 now = read_tsc();

	if (now - last_tick > longest)
		longest = now - last_tick;
	last_tick = now;
}

static void on_tick(u32 *frame)
{
	(void)frame;
	ticks++;
	measure();
	set_timer(TICK);
	shared->vcpu_info[0].evtchn_upcall_mask = 0;
}

void start_clock(void)
{
	ticks = longest = 0;
	events_on(on_tick);
	set_timer(TICK);
	last_tick = read_tsc();
}

void stop_clock_at(u32 least, u32 most)
{
	events_off();
	measure();
	print("# %u interrupts, the longest wait %u instructions\n", ticks, longest);
	verdict_silent(ticks >= least && longest < most);
}

static void stop_clock(void)
{
	stop_clock_at(4, MAX_GAP);
}

static void long_pin(u32 unused)
{
	(void)unused;
	build();
	start_clock();
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin");
	stop_clock();
	start_clock();
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0) == 0, "unpin");
	stop_clock();
	take_down();
}

static void long_batch(u32 unused)
{
	struct mmu_update *req = (struct mmu_update *)many;
	u32 n = sizeof(many) / sizeof(*req), done = 0;

	(void)unused;
	for (u32 i = 0; i < n; i++)
		req[i] = (struct mmu_update){pte_maddr(victim_data), *pte_of(victim_data)};
	start_clock();
	must(HCALL(mmu_update, req, n, &done, DOMID_SELF) == 0, "batch");
	stop_clock();
	must(done == n, "done-count");
}

static void long_multicall(u32 unused)
{
	struct multicall_entry *call = (struct multicall_entry *)many;
	u32 n = sizeof(many) / sizeof(*call);

	(void)unused;
	for (u32 i = 0; i < n; i++)
		call[i] = (struct multicall_entry){
		    __HYPERVISOR_update_va_mapping,
		    1,
		    {(u32)victim_data, *pte_of(victim_data), 0, UVMF_INVLPG}};
	start_clock();
	must(HCALL(multicall, call, n, 0, 0) == 0, "multicall");
	stop_clock();
	must(call[0].result == 0 && call[n - 1].result == 0, "results");
}

/* While victim_dir is half valid, or half released. */
void (*meanwhile)(void);

void once(u32 *frame)
{
	(void)frame;
	event_hook = NULL;
	meanwhile();
	meanwhile = NULL;
}

static volatile bool ticked;

static void see(u32 *frame)
{
	(void)frame;
	ticked = true;
}

static s32 interrupted(u32 cmd)
{
	s32 ret;

	/* At Bochs' 4 MHz the periodic tick comes more often than TICK: begin right behind one. */
	if (shared->vcpu_info[0].time.tsc_shift > 2) {
		ticked = false;
		events_on(see);
		while (!ticked)
			;
		events_off();
	}
	events_on(once);
	set_timer(TICK);
	ret = mmuext(cmd, mfn_of(victim_dir), 0);
	events_off();
	must(!meanwhile, "not-interrupted");
	return ret;
}

static void use_half(void)
{
	u32 dir = mfn_of(victim_dir), before = victim_dir[SLOT];

	verdict_errno(writable(victim_dir));
	verdict_errno(update_va((u32)victim_other, dir * PAGE_SIZE | PTE_NORMAL));
	verdict_errno(mmu_update(dir * PAGE_SIZE + SLOT * 4, 0));
	verdict_errno(HCALL(set_gdt, &dir, 512, 0, 0));
	verdict_errno(mmu_update(pde_maddr(SLOT), dir * PAGE_SIZE | PDE_NORMAL));
	must(victim_dir[SLOT] == before, "entry-changed");
}

/* Where it is being released, this would first finish that, and then be legal. */
static void use_as_anything(void)
{
	use_half();
	verdict_errno(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(victim_dir), 0));
}

/* A table that was looked at already may not change any more. */
static void change_validated(void)
{
	s32 ret = writable(many[0]);

	/* At Bochs' 4 MHz a tick is over before a table has been looked at: it may change. */
	if (ret == 0 && shared->vcpu_info[0].time.tsc_shift > 2) {
		must(read_only(many[0]) == 0, "read-only");
		return;
	}
	verdict_errno(ret);
	verdict_errno(mmu_update(mfn_of(many[0]) * PAGE_SIZE, 0x100 * PAGE_SIZE | PTE_NORMAL));
}

/* One that was not, may: then the directory cannot become valid. */
static void spoil_the_rest(void)
{
	must(writable(many[NR_TABLES - 1]) == 0, "too-late");
}

/* Start another long operation: that of the directory must not get lost, or be done twice. */
static void pin_another(void)
{
	must(read_only(victim_other) == 0, "read-only");
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_other), 0) == 0, "pin");
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_other), 0) == 0, "unpin");
	must(writable(victim_other) == 0, "writable");
}

static void unpin_unfinished(void)
{
	verdict_errno(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0));
}

static void partial_pin(u32 what)
{
	build();
	meanwhile = (void (*)(void))what;
	must(interrupted(MMUEXT_PIN_L2_TABLE) == 0, "pin");
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) < 0, "pinned-twice");
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0) == 0, "unpin");
	verdict_silent(true);
	take_down();
}

static void partial_pin_fails(u32 what)
{
	build();
	meanwhile = (void (*)(void))what;
	verdict_errno(interrupted(MMUEXT_PIN_L2_TABLE));
	verdict_errno(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0));
	take_down();
}

static void partial_unpin(u32 what)
{
	build();
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin");
	meanwhile = (void (*)(void))what;
	must(interrupted(MMUEXT_UNPIN_TABLE) == 0, "unpin");
	verdict_silent(true);
	take_down();
}

/* Abandon the pin halfway: the directory is left as it is, and must still come free. */
static void restart(void)
{
	must(mmuext(MMUEXT_PIN_L2_TABLE, mfn_of(victim_dir), 0) == 0, "pin-within");
}

static void partial_restart(u32 unused)
{
	(void)unused;
	build();
	meanwhile = restart;
	/* The inner call finished it; the outer one finds it pinned. */
	verdict_errno(interrupted(MMUEXT_PIN_L2_TABLE));
	must(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0) == 0, "unpin");
	verdict_errno(mmuext(MMUEXT_UNPIN_TABLE, mfn_of(victim_dir), 0));
	take_down();
}

static u32 descriptors[16][1024] PAGE_ALIGNED;

/* Calls that are short by themselves, in one multicall. */
static void long_calls(u32 nr)
{
	static struct evtchn_alloc_unbound port = {DOMID_SELF, DOMID_SELF, 0};
	struct multicall_entry *call = (struct multicall_entry *)many;
	static u32 frames[14];
	u32 n = 2000, first;

	for (u32 i = 0; i < 14; i++) {
		frames[i] = mfn_of(descriptors[i]);
		must(read_only(descriptors[i]) == 0, "read-only");
	}
	memset(victim_data, '\r', PAGE_SIZE); /* which is not printed */
	for (u32 i = 0; i < n; i++) {
		call[i] = (struct multicall_entry){.op = nr};
		if (nr == __HYPERVISOR_set_gdt) {
			call[i].args[0] = (u32)frames;
			call[i].args[1] = 14 * 512;
		} else if (nr == __HYPERVISOR_console_io) {
			call[i].args[1] = PAGE_SIZE;
			call[i].args[2] = (u32)victim_data;
		} else {
			call[i].args[0] = EVTCHNOP_alloc_unbound;
			call[i].args[1] = (u32)&port;
		}
	}
	start_clock();
	HCALL(event_channel_op, EVTCHNOP_alloc_unbound, &port, 0, 0);
	first = port.port; /* the timer's is before it */
	must(HCALL(multicall, call, n, 0, 0) == 0, "multicall");
	stop_clock();
	must(HCALL(set_gdt, frames, 0, 0, 0) == 0, "no-gdt");
	for (u32 i = 0; i < 14; i++)
		must(writable(descriptors[i]) == 0, "descriptors-stay");
	for (u32 i = first; i < NR_EVENT_CHANNELS; i++)
		HCALL(event_channel_op, EVTCHNOP_close, &i, 0, 0);
	memset(victim_data, 0, PAGE_SIZE);
	memset(many, 0, n * sizeof(*call));
}

static void long_ldts(u32 unused)
{
	static struct mmuext_op op[1000];

	(void)unused;
	for (u32 i = 0; i < 16; i++)
		must(read_only(descriptors[i]) == 0, "read-only");
	for (u32 i = 0; i < 1000; i++)
		op[i] = (struct mmuext_op){MMUEXT_SET_LDT, (u32)descriptors, 8192};
	start_clock();
	must(HCALL(mmuext_op, op, 1000, 0, DOMID_SELF) == 0, "ldts");
	stop_clock();
	must(mmuext(MMUEXT_SET_LDT, 0, 0) == 0, "no-ldt");
	for (u32 i = 0; i < 16; i++)
		must(writable(descriptors[i]) == 0, "descriptors-stay");
}

CASES = {
    {"long-calls-gdt", 45, 0, long_calls, __HYPERVISOR_set_gdt},
    {"long-calls-console", 45, 0, long_calls, __HYPERVISOR_console_io},
    {"long-calls-ports", 45, 0, long_calls, __HYPERVISOR_event_channel_op},
    {"long-ldts", 45, 0, long_ldts, 0},
    {"long-pin", 45, 0, long_pin, 0},
    {"long-batch", 45, 0, long_batch, 0},
    {"long-multicall", 45, 0, long_multicall, 0},
    {"partial-pin-other-use", 299, 0, partial_pin, (u32)use_as_anything},
    {"partial-pin-change-table", 299, 0, partial_pin, (u32)change_validated},
    {"partial-pin-unpin", 299, 0, partial_pin, (u32)unpin_unfinished},
    {"partial-pin-another", 299, 0, partial_pin, (u32)pin_another},
    {"partial-pin-spoiled", 299, 0, partial_pin_fails, (u32)spoil_the_rest},
    {"partial-pin-restarted", 299, 0, partial_restart, 0},
    {"partial-unpin-other-use", 299, 0, partial_unpin, (u32)use_half},
    {"partial-unpin-another", 299, 0, partial_unpin, (u32)pin_another},
};
