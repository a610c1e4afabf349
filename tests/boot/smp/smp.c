/*
 * smp.c: a random program for several vcpus: each does so many rounds, one act a round, and looks
 * each time whether all is as it should be. What is shared is counted by all, and summed up at the
 * end.
 *
 * On the command line: seed=, rounds=.
 */
#include "smp.h"

#define QUIET_US 300u

u32 nr_vcpus, seed, nr_rounds;
static volatile u32 counter[NR_COUNTERS], counter_lock[NR_COUNTERS], sum, summed, beat[MAX_VCPUS];
static volatile u32 pages[NR_PAGES][1024] PAGE_ALIGNED;
static volatile u32 page_lock[NR_PAGES], mapped[NR_PAGES], value[NR_PAGES];
static struct vcpu_guest_context contexts;

static void act_count(void)
{
	u32 i = below(NR_COUNTERS), seen;

	lock(&counter_lock[i]);
	seen = counter[i];
	if (below(4) == 0)
		yield();
	counter[i] = seen + 1;
	unlock(&counter_lock[i]);
	me()->counted[i]++;
}

static void act_add(void)
{
	u32 n = below(100);

	__atomic_fetch_add(&sum, n, __ATOMIC_SEQ_CST);
	me()->added += n;
}

static void flush(u32 how, const volatile void *va)
{
	u32 all = (1u << nr_vcpus) - 1;

	switch (how) {
	case 0:
		must(mmuext(MMUEXT_INVLPG_ALL, (u32)va, 0) == 0);
		return;
	case 1:
		must(mmuext(MMUEXT_INVLPG_MULTI, (u32)va, (u32)&all) == 0);
		return;
	case 2:
		must(mmuext(MMUEXT_TLB_FLUSH_ALL, 0, 0) == 0);
		return;
	default:
		must(mmuext(MMUEXT_TLB_FLUSH_MULTI, 0, (u32)&all) == 0);
	}
}

/* With every other seed the kernel writes its page tables as it likes. */
static bool tables_writable(void)
{
	return seed & 1;
}

static void change(const volatile void *va, u32 pte)
{
	struct mmu_update req = {pte_maddr(va) | MMU_NORMAL_PT_UPDATE, pte};
	u32 done, how = below(tables_writable() ? 7 : 6);

	if (how == 6) {
		must(!write_faults(pte_at(va), pte));
		flush(below(4), va);
	} else if (how == 4) {
		must(set_pte(va, pte, UVMF_INVLPG | UVMF_ALL) == 0);
	} else if (how == 5) {
		must(set_pte(va, pte, UVMF_TLB_FLUSH | UVMF_ALL) == 0);
	} else {
		must(HCALL(mmu_update, (u32)&req, 1, (u32)&done, DOMID_SELF) == 0 && done == 1);
		flush(how, va);
	}
}

/* A page goes, comes back, may be written or not: what one does holds for all. */
static void act_page(void)
{
	u32 i = below(NR_PAGES), pte = mfn_of(pages[i]) << 12;

	lock(&page_lock[i]);
	must(read_faults(pages[i]) == (mapped[i] == 0));
	if (mapped[i])
		must(pages[i][0] == value[i]);
	if (mapped[i] == WRITABLE)
		value[i] = me()->random;
	must(write_faults(pages[i], value[i]) == (mapped[i] != WRITABLE));
	if (below(2)) {
		mapped[i] = below(3) ? below(2) ? WRITABLE : READ_ONLY : 0;
		change(pages[i], mapped[i] ? pte | mapped[i] : 0);
	}
	unlock(&page_lock[i]);
}

static void act_letter(void)
{
	send_letter(below(nr_vcpus));
}

static void act_roam(void)
{
	if (below(3))
		send_roaming();
	else
		move_roaming(below(nr_vcpus));
}

static void act_sleep(void)
{
	if (below(2))
		sleep_by_timer(20 + below(300));
	else
		sleep_by_poll(20 + below(300));
}

static u64 total(const struct vcpu_runstate_info *r)
{
	return r->time[0] + r->time[1] + r->time[2] + r->time[3];
}

static void act_look(void)
{
	static const u8 others[] = {RUNSTATE_runnable, RUNSTATE_blocked, RUNSTATE_offline};
	struct vcpu_runstate_info r, later;
	u32 nr = below(nr_vcpus);

	must(vcpu_op(VCPUOP_get_runstate_info, nr, &r) == 0);
	must(vcpu_op(VCPUOP_get_runstate_info, nr, &later) == 0);
	must(total(&later) > total(&r));
	if (nr == me()->nr)
		must(r.state == RUNSTATE_running);
	else
		must(r.state == others[0] || r.state == others[1] || r.state == others[2]);
}

/* Only the first one does this to others, who may hold locks. */
static void act_down(void)
{
	struct vcpu_runstate_info r;
	u32 nr = below(nr_vcpus), seen;

	if (me()->nr != 0 || nr == 0)
		return;
	must(vcpu_op(VCPUOP_is_up, nr, NULL) == 1);
	must(vcpu_op(VCPUOP_down, nr, NULL) == 0);
	must(vcpu_op(VCPUOP_is_up, nr, NULL) == 0);
	seen = beat[nr];
	send_letter(nr); /* it gets it later */
	sleep_by_timer(QUIET_US);
	must(beat[nr] == seen);
	must(vcpu_op(VCPUOP_get_runstate_info, nr, &r) == 0 && r.state == RUNSTATE_offline);
	must(vcpu_op(VCPUOP_up, nr, NULL) == 0);
	must(vcpu_op(VCPUOP_is_up, nr, NULL) == 1);
}

static void round(void)
{
	static void (*const acts[])(void) = {
	    act_count,	    act_add, act_page,	act_page, act_letter, act_letter,
	    act_roam,	    act_fpu, act_watch, act_base, act_ring3,  act_pin,
	    act_descriptor, yield,   act_sleep, act_look, act_down,
	};

	acts[below(sizeof(acts) / sizeof(acts[0]))]();
	check_state();
	beat[me()->nr]++;
	me()->rounds++;
}

static void sum_up(void)
{
	u32 counted[NR_COUNTERS] = {0}, added = 0, faults = 0, timers = 0;

	for (u32 nr = 0; nr < nr_vcpus; nr++) {
		for (u32 i = 0; i < NR_COUNTERS; i++)
			counted[i] += me_of(nr)->counted[i];
		added += me_of(nr)->added;
		faults += me_of(nr)->faults;
		timers += me_of(nr)->timers;
		must(me_of(nr)->rounds == nr_rounds);
	}
	for (u32 i = 0; i < NR_COUNTERS; i++)
		must(counted[i] == counter[i]);
	must(added == sum);
	check_events();
	print("smp: vcpus=%u seed=%u rounds=%u faults=%u timers=%u: all is as it should be\n",
	      nr_vcpus, seed, nr_rounds, faults, timers);
}

static void run(void)
{
	struct me *m = me();

	m->random = (seed + 1) * 0x9E3779B9 + m->nr * 0x85EBCA6B + 1;
	begin_events();
	while (m->rounds < nr_rounds) {
		round();
		if (m->nr == 0 && m->rounds == nr_rounds / 2 && nr_vcpus > 1)
			while_they_run();
	}
	barrier();
	if (m->nr == 0) {
		sum_up();
		summed = true;
	}
	/* Whoever it is ends the domain for all. */
	while (m->nr == (nr_vcpus > 1)) {
		yield();
		if (summed)
			power_off(true);
	}
	for (;;)
		HCALL(sched_op_compat, SCHEDOP_block, 0, 0, 0);
}

void begin_vcpu(void) __attribute__((noreturn));
void begin_vcpu(void)
{
	set_traps();
	begin_state();
	run();
	__builtin_unreachable();
}

static u32 count_vcpus(void)
{
	u32 n = 0;

	while (n < MAX_VCPUS && vcpu_op(VCPUOP_is_up, n, NULL) >= 0)
		n++;
	return n;
}

void begin(const struct start_info *info) __attribute__((noreturn));
void begin(const struct start_info *info)
{
	si = info;
	seed = word_of("seed=", 1);
	nr_rounds = word_of("rounds=", 200);
	must(set_pte(shared, si->shared_info | WRITABLE, UVMF_INVLPG) == 0);
	nr_vcpus = count_vcpus();
	for (const u8 *p = ring3_fast; p < ring3_end; p += PAGE_SIZE)
		must(set_pte(p, mfn_of(p) << 12 | READ_ONLY | USER, UVMF_INVLPG) == 0);
	for (u32 i = 0; i < nr_vcpus; i++) {
		me_of(i)->nr = i;
		me_of(i)->info = &shared->vcpu_info[i];
	}
	for (u32 i = 0; i < NR_PAGES; i++)
		mapped[i] = WRITABLE;
	set_traps();
	if (tables_writable())
		must(HCALL(vm_assist, VMASST_CMD_enable, VMASST_TYPE_writable_pagetables, 0, 0) ==
		     0);
	before_they_run();
	bind_events();
	begin_state();
	for (u32 i = 1; i < nr_vcpus; i++) {
		make_context(&contexts, i);
		contexts.ctrlreg[3] = xen_pfn_to_cr3(make_directory(i));
		must(vcpu_op(VCPUOP_initialise, i, &contexts) == 0);
		/* Nothing of it is this one's, or all vcpus'. */
		check_state();
		must(write_faults(pte_at(pages), *pte_at(pages)) == !tables_writable());
		must(vcpu_op(VCPUOP_is_up, i, NULL) == 0);
		must(vcpu_op(VCPUOP_up, i, NULL) == 0);
	}
	run();
	__builtin_unreachable();
}
