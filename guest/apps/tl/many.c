/*
 * many.c: `tl many`: what many domains cost, and whether they leave anything: so many at once,
 * first idle, then busy with shares of 1 : 2 : 3; then one after the other.
 */
#include "tl/tl.h"

#define MAX_DOMAINS  250
#define EACH_MB	     "mem=4"
#define SHADOW_MB    "mem=8"
#define ANSWER_PORT  "answer=3" /* the third channel of each: direct.c makes two before */
#define WEIGHTS	     3
#define PROGRESS_OF  10
#define CHANNELS     1023u /* that Domain 0 can have; each domain takes one of them */
#define SHADOW_EVERY 10	   /* of those one after the other */

struct machine {
	u32 frames, heap; /* free ones, in pages */
};

static struct contact contacts[MAX_DOMAINS];
static struct machine at_first;

static struct machine machine_now(void)
{
	struct xen_sysctl op = {0};

	if (sysctl(&op, XEN_SYSCTL_physinfo))
		fail("the hypervisor does not tell how much memory is free");
	return (struct machine){(u32)op.u.physinfo.free_pages, (u32)op.u.physinfo.scrub_pages};
}

/* What is gone of the machine must be back. */
static void check_leaks(const char *when)
{
	struct machine now = machine_now();

	if (now.frames != at_first.frames || now.heap != at_first.heap)
		fail("%s: leaked %d frames, and %d pages of the hypervisor's", when,
		     (s32)(at_first.frames - now.frames), (s32)(at_first.heap - now.heap));
	printf("%s: 0 frames leaked, 0 pages of the hypervisor's\n", when);
}

static struct plan plan_of(bool shadow, const char *scenario)
{
	char *words[] = {
	    "finch",	 "name=many",	   (char *)(shadow ? "mmu=shadow" : "mmu=direct"),
	    ANSWER_PORT, (char *)scenario, shadow ? SHADOW_MB : EACH_MB};
	struct plan p;

	read_plan(&p, ARRAY_SIZE(words), words);
	return p;
}

static u64 time_of(u32 id)
{
	struct xen_domctl op = {0};

	if (domctl(&op, XEN_DOMCTL_getdomaininfo, id))
		fail("domain %u has gone", id);
	return op.u.getdomaininfo.cpu_time;
}

/* ---- at once ---- */

/* The i-th has a weight of i % 3 + 1. */
static u32 weight(u32 i)
{
	return i % WEIGHTS + 1;
}

static void begin_all(u32 n, bool busy)
{
	struct plan p = plan_of(false, busy ? "scenario=spin" : "scenario=shell");

	for (u32 i = 0; i < n; i++) {
		u32 id = make(&p);

		p.contact = &contacts[i];
		p.mcu_advance = busy ? 6 * 5 / weight(i) : 0;
		build(&p, id);
		if ((i + 1) % PROGRESS_OF == 0)
			printf("%u of %u are made\n", i + 1, n);
	}
	for (u32 i = 0; i < n; i++)
		pause_or_not(XEN_DOMCTL_unpausedomain, contacts[i].domid);
}

static void ask(u32 n, const char *what)
{
	u32 good = ask_all(contacts, n);

	printf("%u of %u %s domains have answered with the time\n", good, n, what);
	if (good != n)
		fail("%u have not", n - good);
}

static void end_all(u32 n, const char *what)
{
	for (u32 i = 0; i < n; i++)
		destroy_id(contacts[i].domid);
	check_leaks(what);
}

/* ms[i]: how long each of them runs in the next `wait` ms, in microseconds; of all together. */
static u32 watch(u32 n, u32 wait, u32 *us)
{
	static u64 before[MAX_DOMAINS];
	u32 all = 0;

	for (u32 i = 0; i < n; i++)
		before[i] = time_of(contacts[i].domid);
	sleep(wait * HZ / 1000);
	for (u32 i = 0; i < n; i++) {
		us[i] = (u32)(time_of(contacts[i].domid) - before[i]) / 1000;
		all += us[i];
	}
	return all;
}

/* By calculation, for there is no machine of that size: what would run out first? */
static void show_limits(u32 frames, u32 heap)
{
	printf("1000 idle ones: %u MB of memory, %u KB of the hypervisor's own\n",
	       frames * 1000 / 256, heap * 4000);
	printf("what runs out here: memory with %u, the hypervisor's own with %u, Domain 0's "
	       "channels with %u\n",
	       at_first.frames / frames, at_first.heap / heap, CHANNELS);
}

static void show_idle(u32 n)
{
	static u32 us[MAX_DOMAINS];
	struct machine now = machine_now();
	u32 heap = (at_first.heap - now.heap) / n, frames = (at_first.frames - now.frames) / n;

	printf("an idle one: %u KB of memory, and %u KB of the hypervisor's own\n", frames * 4,
	       heap * 4);
	printf("an idle one uses %u us of a second\n", watch(n, 1000, us) / n);
	show_limits(frames, heap);
}

static void show_shares(u32 n, u32 wait)
{
	static u32 us[MAX_DOMAINS];
	u32 all = watch(n, wait, us), weights = weight(0), worst = 0;

	for (u32 i = 1; i < n; i++)
		weights += weight(i);
	for (u32 i = 0; i < n; i++) {
		s32 off = (s32)(us[i] - all / weights * weight(i));

		if (off < 0)
			off = -off;
		if ((u32)off > worst)
			worst = (u32)off;
	}
	printf("shares of 1 : 2 : 3, of %u us: at worst one is %u us from its share; the least "
	       "share is %u us\n",
	       all, worst, all / weights);
}

static void at_once(u32 n, u32 wait)
{
	begin_all(n, false);
	ask(n, "idle");
	show_idle(n);
	end_all(n, "the idle ones are destroyed");
	begin_all(n, true);
	ask(n, "busy");
	show_shares(n, wait);
	end_all(n, "the busy ones are destroyed");
}

/* ---- one after the other ---- */

/* A mean that fits. */
static u32 divide(u64 sum, u32 n)
{
	u32 quotient, rest;

	asm("divl %4" : "=a"(quotient), "=d"(rest) : "a"((u32)sum), "d"((u32)(sum >> 32)), "r"(n));
	return quotient;
}

struct costs {
	u32 n;
	u64 to_run, destroy; /* instructions, of all together */
	u64 spent[NR_PURPOSES];
};

/* Let it run its first instruction. @return for how long it has run, in ns */
static u64 wait_to_run(u32 id)
{
	u64 ran;

	while (!(ran = time_of(id)))
		give_way();
	return ran;
}

/* Make one, let it run its first instruction, and destroy it. */
static void once(const struct plan *p, struct costs *c)
{
	u64 begun = rdtsc(), ran, back;
	u32 id;

	memset(spent, 0, sizeof(spent));
	id = make(p);
	build(p, id);
	pause_or_not(XEN_DOMCTL_unpausedomain, id);
	for (u32 i = 0; i < NR_PURPOSES; i++)
		c->spent[i] += spent[i];
	ran = wait_to_run(id);
	back = rdtsc();
	destroy_id(id);
	c->n++;
	c->to_run += back - begun - ran;
	c->destroy += rdtsc() - back;
}

/* The same by `tl create`, as a program. @return instructions to its first */
static u32 by_program(bool shadow)
{
	char *words[] = {"tl",
			 "create",
			 "finch",
			 "name=program",
			 (char *)(shadow ? "mmu=shadow" : "mmu=direct"),
			 (char *)(shadow ? SHADOW_MB : EACH_MB),
			 "scenario=shell",
			 NULL};
	char *ended[] = {"tl", "destroy", "program", NULL};
	struct xen_domctl_getdomaininfo d;
	u64 begun = rdtsc(), ran, back;

	if (run("tl", words))
		fail("tl create has failed");
	back = rdtsc();
	find_domain("program", &d);
	begun += rdtsc() - back;
	ran = wait_to_run(d.domain);
	back = rdtsc();
	if (run("tl", ended))
		fail("tl destroy has failed");
	return (u32)(back - begun - ran);
}

static void show_costs(const char *design, const struct costs *c)
{
	if (!c->n)
		return;
	printf("%u of mmu=%s: to its first instruction %u, destroyed %u instructions\n", c->n,
	       design, divide(c->to_run, c->n), divide(c->destroy, c->n));
	printf("... of which its memory %u, what is in it %u, checks %u, other calls %u\n",
	       divide(c->spent[FOR_memory], c->n), divide(c->spent[FOR_contents], c->n),
	       divide(c->spent[FOR_checks], c->n), divide(c->spent[FOR_others], c->n));
	printf("... by the program tl create %u\n", by_program(!strcmp(design, "shadow")));
}

static void one_by_one(u32 n)
{
	struct plan direct = plan_of(false, "scenario=shell"),
		    shadow = plan_of(true, "scenario=shell");
	struct costs by_direct = {0}, by_shadow = {0};

	for (u32 i = 1; i <= n; i++) {
		if (i % SHADOW_EVERY)
			once(&direct, &by_direct);
		else
			once(&shadow, &by_shadow);
		if (i % (n / PROGRESS_OF ? n / PROGRESS_OF : 1) == 0)
			printf("%u of %u have come and gone\n", i, n);
	}
	show_costs("direct", &by_direct);
	show_costs("shadow", &by_shadow);
	check_leaks("one after the other");
}

int many(u32 n, u32 cycles, u32 wait)
{
	struct costs warm = {0};
	struct plan direct = plan_of(false, "scenario=shell"),
		    shadow = plan_of(true, "scenario=shell");

	/* What the hypervisor makes once, it keeps. */
	once(&direct, &warm);
	once(&shadow, &warm);
	if (cycles)
		by_program(false);
	at_first = machine_now();
	if (n)
		at_once(n, wait);
	if (cycles)
		one_by_one(cycles);
	return 0;
}
