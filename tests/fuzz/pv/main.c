/* main.c: the random guest for direct mode: from its command line to its verdict. */
#include "master.h"

#define CALLS_PER_CHECK	  64
#define CALLS_PER_RELEASE 2048
#define HISTORY		  8

struct trap last_trap;
void on_event(u32 *frame);

static struct call history[HISTORY];
static s32 history_ret[HISTORY];
static u32 calls, accepted, faults, checks;
static bool talkative;

/* Somebody unmasked events: take them all, and mask them again (event_callback does). */
void on_event(u32 *frame)
{
	(void)frame;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	upcalls++;
	if (in_crowd) /* the model knows which events there are */
		return;
	shared->vcpu_info[0].evtchn_pending_sel = 0;
	memset(shared->evtchn_pending, 0, sizeof(shared->evtchn_pending));
}

static bool differs(const char *what)
{
	print("\nfuzz: DIFFERENCE after hypercalls=%u: %s (entry %x at %x)\n", calls, what,
	      check_entry, check_at);
	for (u32 i = calls > HISTORY ? calls - HISTORY : 0; i < calls; i++) {
		print_call(&history[i % HISTORY]);
		print("    = %d\n", history_ret[i % HISTORY]);
	}
	crowd_give_up();
	return false;
}

/* Touch a page, as the guest's own instructions do: what is there is written again. */
static void touch(void)
{
	u32 va = any_va() + any_index() * 4;

	if (va >= HYPERVISOR_VIRT_START) /* segment limits are another test's business */
		return;
	if (attempt(one_in(2) ? try_read : try_write, va) != NO_TRAP)
		faults++;
}

static bool one_call_of_many(void)
{
	const char *wrong;

	history[calls % HISTORY] = (struct call){0};
	history_ret[calls++ % HISTORY] = 0;
	wrong = crowd_step();
	return !wrong || differs(wrong);
}

/* From time to time; in a crowd with nobody else at the board, since others' calls show in what is
 * looked at. */
static const char *scene_or_check(void)
{
	const char *wrong = crowd_enter();

	if (!wrong)
		wrong = scene();
	if (!wrong && calls % CALLS_PER_CHECK == 0) {
		wrong = check();
		checks++;
	}
	if (!wrong && calls % CALLS_PER_RELEASE == 0)
		wrong = release_all();
	if (!wrong)
		crowd_leave();
	return wrong;
}

static bool one_call(void)
{
	struct call *c = &history[calls % HISTORY];
	const char *wrong;
	u32 vec;

	if (in_crowd && one_in(2))
		return one_call_of_many();
	random_call(c);
	if (talkative)
		print_call(c);
	vec = attempt(make_call, (u32)c);
	history_ret[calls++ % HISTORY] = result;
	if (vec != NO_TRAP)
		faults++;
	else if (result >= 0)
		accepted++;
	wrong = check_call(c, result);
	if (!wrong)
		wrong = sibling_wrong;
	if (wrong)
		return differs(wrong);
	call_done();
	wrong = restore();
	if (wrong)
		return differs(wrong);
	if (one_in(4))
		touch();
	wrong = scene_or_check();
	return !wrong || differs(wrong);
}

bool rogue_main(const char *command_line)
{
	struct fuzz_options o;
	const char *wrong;
	bool same = true;

	if (!fuzz_options(command_line, &o)) {
		print("fuzz: scenario=fuzz-COUNT seed=N is needed\n");
		return false;
	}
	talkative = o.talkative;
	with_master = o.master;
	if (o.master && start_info->flags & SIF_PRIVILEGED)
		return master_main(&o);
	wrong = o.crowd ? crowd_join() : NULL;
	random_seed(o.seed * NR_GUESTS + me);
	if (!o.crowd)
		random_seed(o.seed);
	pool_init();
	if (!wrong && !siblings_begin())
		wrong = "another vcpu does not begin";
	same = !wrong || differs(wrong);
	while (calls < o.count && same)
		same = one_call();
	if (same) {
		wrong = crowd_end();
		if (!wrong)
			wrong = check();
		if (!wrong)
			wrong = release_all();
		same = !wrong || differs(wrong);
	}
	if (o.crowd)
		print("\nfuzz: with others: mapped=%u unmapped=%u copied=%u given=%u "
		      "given back in use=%u bound=%u waited=%u refused=%u\n"
		      "fuzz: domain=%u sum=%u\n",
		      met.mapped, met.unmapped, met.copied, met.given, met.returned, met.bound,
		      met.waited, met.refused, FIRST_ID + me, met.traced);
	if (nr_siblings)
		print("\nfuzz: other vcpus=%u steps=%u\n", nr_siblings, siblings_steps());
	print("\nfuzz: seed=%u hypercalls=%u accepted=%u faults=%u checks=%u differences=%u\n",
	      o.seed, calls, accepted, faults, checks, !same);
	return same;
}
