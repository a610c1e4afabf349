/* run_states.c: which vcpus can run: waking, pausing, ending (hv/dom/run.c), and the books of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dom/guest_ops.h"
#include "dom/run.h"
#include "dom/time.h"
#include "hcall/errno.h"
#include "hcall/sched_ctl.h"
#include "no_trace.h"

struct cpu this_cpu;
struct domain *domains;
static struct vcpu first[2];
static struct domain a, b;
static u64 now;
static u32 ticked;

u64 system_time(void)
{
	return now;
}
void timer_set(u64 at)
{
	this_cpu.alarm = at;
}
static void tick(struct domain *d, u64 at)
{
	assert_true(d == &a || d == &b);
	assert_int_equal(at, now);
	ticked++;
}
static u64 deadline(const struct domain *d)
{
	return d == &a ? now + 10000000 : SCHED_NEVER;
}
static const struct guest_ops ops = {.tick = tick, .deadline = deadline};

static void begin(struct domain *d, u16 id)
{
	memset(d, 0, sizeof(*d));
	d->id = id;
	d->ops = &ops;
	d->vcpus = &first[id - 1];
	*d->vcpus = (struct vcpu){.domain = d};
	d->paused = true;
	vcpu_add(d->vcpus);
}

static int setup(void **s)
{
	(void)s;
	now = 1000;
	sched_init(&this_cpu.sched, &sched_bvt, now);
	begin(&a, 1);
	begin(&b, 2);
	domains = &a;
	a.next = &b;
	current = a.vcpus;
	this_cpu.slice_end = SCHED_NEVER;
	ticked = 0;
	return 0;
}

/* As schedule() does. */
static struct vcpu *run_next(void)
{
	struct sched_unit *u = this_cpu.sched.ops->pick(&this_cpu.sched, now);
	struct vcpu *v = u == &a.vcpus->unit ? a.vcpus : u ? b.vcpus : NULL;

	if (v) {
		runstate_account(&v->runstate, RUNSTATE_running, now);
		v->stopped = 0;
		current = v;
	}
	if (v)
		slice_begin();
	return v;
}

static void a_new_domain_is_paused(void **s)
{
	(void)s;
	vcpu_wake(a.vcpus);
	assert_null(run_next());
	domain_unpause(&a);
	assert_int_equal(ticked, 1);
	assert_ptr_equal(run_next(), a.vcpus);
}

static void both_run(void)
{
	domain_unpause(&a);
	domain_unpause(&b);
	assert_ptr_equal(run_next(), a.vcpus);
}

static void the_running_one_is_paused(void **s)
{
	(void)s;
	both_run();
	now += 500;
	domain_pause(&a);
	assert_true(a.vcpus->preempted && a.vcpus->stopped);
	assert_int_equal(a.vcpus->lost, LOST_paused);
	assert_int_equal(this_cpu.slice_end, SCHED_NEVER);
	assert_ptr_equal(run_next(), b.vcpus);
	domain_pause(&b);
	domain_pause(&b);
	assert_null(run_next());
	domain_unpause(&b);
	assert_ptr_equal(run_next(), b.vcpus);
	assert_int_equal(domain_cpu_time(&a), 500);
}

static void one_that_waits_is_paused(void **s)
{
	(void)s;
	both_run();
	b.vcpus->blocked = true;
	vcpu_stop(b.vcpus, RUNSTATE_blocked, now);
	domain_pause(&b);
	assert_int_equal(vcpu_runstate(b.vcpus).state, RUNSTATE_offline);
	domain_unpause(&b);
	assert_false(b.vcpus->unit.runnable);
	assert_int_equal(vcpu_runstate(b.vcpus).state, RUNSTATE_blocked);
	domain_pause(&b);
	vcpu_wake(b.vcpus);
	assert_false(b.vcpus->unit.runnable || b.vcpus->blocked);
	domain_unpause(&b);
	assert_true(b.vcpus->unit.runnable);
	assert_int_equal(vcpu_runstate(b.vcpus).state, RUNSTATE_runnable);
}

static void a_poll_ends_once(void **s)
{
	(void)s;
	both_run();
	b.vcpus->blocked = true;
	b.vcpus->poll_until = now + 1000;
	vcpu_stop(b.vcpus, RUNSTATE_blocked, now);
	vcpu_wake(b.vcpus);
	assert_true(b.vcpus->unit.runnable && b.vcpus->poll_until == 0);
}

static void who_is_brought_down_leaves_the_processor(void **s)
{
	(void)s;
	both_run();
	vcpu_down(a.vcpus);
	assert_true(a.vcpus->preempted && a.vcpus->lost == LOST_paused);
	assert_ptr_equal(run_next(), b.vcpus);
	vcpu_wake(a.vcpus);
	assert_false(a.vcpus->unit.runnable);
	vcpu_up(a.vcpus);
	assert_true(a.vcpus->unit.runnable);
	b.vcpus->preempted = false;
	vcpu_down(a.vcpus); /* another, which does not run */
	assert_false(b.vcpus->preempted);
}

static void who_wakes_first_preempts(void **s)
{
	(void)s;
	both_run();
	b.vcpus->blocked = true;
	vcpu_stop(b.vcpus, RUNSTATE_blocked, now);
	slice_begin();
	assert_int_equal(this_cpu.slice_end, SCHED_NEVER);
	now += 100 * MCU_NS;
	this_cpu.alarm = SCHED_NEVER;
	vcpu_wake(b.vcpus); /* begins where a is: the allowance is a's */
	assert_false(a.vcpus->preempted);
	assert_true(this_cpu.alarm == this_cpu.slice_end &&
		    this_cpu.alarm == now + 5000000 / 1024 * 1024);
	b.vcpus->blocked = true;
	vcpu_stop(b.vcpus, RUNSTATE_blocked, now);
	assert_true(domain_sched_set(&b, &(struct sched_params){10, true, 1000, 0, 0}));
	vcpu_wake(b.vcpus);
	assert_true(a.vcpus->preempted);
	assert_int_equal(a.vcpus->lost, LOST_woken);
	assert_ptr_equal(run_next(), b.vcpus);
}

/* An event that comes before the vcpu has given up the processor. */
static void who_is_woken_before_it_sleeps_runs_on(void **s)
{
	(void)s;
	both_run();
	a.vcpus->blocked = true;
	vcpu_wake(a.vcpus);
	assert_int_equal(a.vcpus->stopped, 0);
	assert_int_equal(vcpu_runstate(a.vcpus).state, RUNSTATE_running);
}

static void the_dead_do_not_wake(void **s)
{
	(void)s;
	both_run();
	b.dying = true;
	vcpu_stop(b.vcpus, RUNSTATE_offline, now);
	vcpu_wake(b.vcpus);
	assert_false(b.vcpus->unit.runnable);
	vcpu_remove(a.vcpus);
	assert_null(run_next());
}

static void each_state_has_its_time(void **s)
{
	struct vcpu_runstate_info r;

	(void)s;
	now += 7;
	domain_unpause(&a);
	now += 11;
	run_next();
	now += 13;
	assert_int_equal(domain_cpu_time(&a), 13);
	a.vcpus->blocked = true;
	vcpu_stop(a.vcpus, RUNSTATE_blocked, now);
	now += 17;
	r = vcpu_runstate(a.vcpus);
	assert_true(r.state == RUNSTATE_blocked && r.state_entry_time == now - 17);
	assert_true(r.time[RUNSTATE_offline] == 7 && r.time[RUNSTATE_runnable] == 11 &&
		    r.time[RUNSTATE_running] == 13 && r.time[RUNSTATE_blocked] == 17);
	assert_int_equal(a.vcpus->unit.ran, 13);
}

static void a_weight_that_changes_counts_at_once(void **s)
{
	(void)s;
	both_run();
	assert_int_equal(this_cpu.slice_end, now + 5000000 / 1024 * 1024);
	now += 2000000 / 1024 * 1024;
	assert_true(domain_sched_set(&a, &(struct sched_params){.mcu_advance = 20}));
	/* It is ahead by 1953 * 10 of 4882 * 20. */
	assert_int_equal(this_cpu.slice_end, now + 3906 * 1024);
	a.vcpus->preempted = true;
	this_cpu.slice_end = SCHED_NEVER;
	assert_true(domain_sched_set(&b, &(struct sched_params){.mcu_advance = 2}));
	assert_int_equal(this_cpu.slice_end, SCHED_NEVER);
}

static s32 op(u32 id, u32 cmd, struct xen_domctl_sched_bvt *bvt)
{
	struct xen_domctl_scheduler_op o = {.sched_id = id, .cmd = cmd, .u.bvt = *bvt};
	s32 err = scheduler_op(&b, &o);

	*bvt = o.u.bvt;
	return err;
}

static void domctl_sets_and_reads_the_parameters(void **s)
{
	static const struct xen_domctl_sched_bvt good = {20, 1, 3000, 0, 4000, 5000},
						 bad[] = {{0, 1, 3000, 0, 4000, 5000},
							  {1001, 1, 3000, 0, 4000, 5000},
							  {20, 1, -1, 0, 4000, 5000},
							  {20, 1, 3000, 0, -1, 5000},
							  {20, 1, 3000, 0, 3600000001, 5000},
							  {20, 1, 3000, 0, 4000, -1},
							  {20, 1, 3000, 0, 4000, 1ll << 62}};
	struct xen_domctl_sched_bvt x = good, y = {0};

	(void)s;
	assert_int_equal(op(XEN_SCHEDULER_BVT, XEN_DOMCTL_SCHEDOP_putinfo, &x), 0);
	assert_true(b.vcpus->unit.params.warpl == 4000000 && b.vcpus->unit.params.warpu == 5000000);
	for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
		x = bad[i];
		assert_int_equal(op(XEN_SCHEDULER_BVT, XEN_DOMCTL_SCHEDOP_putinfo, &x), -EINVAL);
	}
	assert_int_equal(op(XEN_SCHEDULER_BVT, XEN_DOMCTL_SCHEDOP_getinfo, &y), 0);
	assert_memory_equal(&y, &good, sizeof(y));
	assert_int_equal(op(5, XEN_DOMCTL_SCHEDOP_getinfo, &y), -EINVAL);
	assert_int_equal(op(XEN_SCHEDULER_BVT, 2, &y), -ENOSYS);
	this_cpu.sched.ops = &sched_rr;
	assert_int_equal(op(XEN_SCHEDULER_BVT, XEN_DOMCTL_SCHEDOP_putinfo, &y), -EINVAL);
	assert_int_equal(op(XEN_SCHEDULER_BVT, XEN_DOMCTL_SCHEDOP_getinfo, &y), -EINVAL);
}

#define T(name) cmocka_unit_test_setup(name, setup)
int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(a_new_domain_is_paused),
	    T(the_running_one_is_paused),
	    T(one_that_waits_is_paused),
	    T(a_poll_ends_once),
	    T(who_is_brought_down_leaves_the_processor),
	    T(who_wakes_first_preempts),
	    T(who_is_woken_before_it_sleeps_runs_on),
	    T(the_dead_do_not_wake),
	    T(each_state_has_its_time),
	    T(a_weight_that_changes_counts_at_once),
	    T(domctl_sets_and_reads_the_parameters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
