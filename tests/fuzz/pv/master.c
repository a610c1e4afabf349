/* master.c: the random Domain 0: from its command line to its verdict. */
#include "master.h"

struct done done;
struct victim victim[NR_VICTIMS];
struct view view[NR_VIEWS + 1];
u32 view_page[NR_VIEWS + 1][PTES] PAGE_ALIGNED;

s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid)
{
	op->cmd = cmd;
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = domid;
	return HCALL(domctl, op, 0, 0, 0);
}

s32 sysctl(struct xen_sysctl *op, u32 cmd)
{
	op->cmd = cmd;
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	return HCALL(sysctl, op, 0, 0, 0);
}

bool same(const void *a, const void *b, u32 bytes)
{
	const u8 *x = a, *y = b;

	while (bytes && *x == *y)
		x++, y++, bytes--;
	return !bytes;
}

struct victim *any_victim(void)
{
	struct victim *v;

	for (u32 tries = 0; tries < 3; tries++) {
		v = &victim[random_below(NR_VICTIMS)];
		if (v->there)
			break;
	}
	return v;
}

static const struct {
	const char *name;
	const char *(*step)(void);
	u32 weight;
} steps[] = {
    {"create", create_step, 6},	 {"destroy", destroy_step, 2},	 {"limit", limit_step, 4},
    {"vcpus", vcpus_step, 2},	 {"pause", pause_step, 5},	 {"ready", ready_step, 3},
    {"info", info_step, 8},	 {"list", list_step, 4},	 {"share", share_step, 3},
    {"memory", memory_step, 12}, {"view", view_step, 12},	 {"unview", unview_step, 6},
    {"pin", pin_step, 6},	 {"write", write_step, 8},	 {"read", read_step, 8},
    {"member", member_step, 12}, {"nonsense", nonsense_step, 6}, {"trace", trace_step, 2},
};

static u32 pick(void)
{
	u32 sum = 0, i = 0, r;

	for (u32 k = 0; k < ARRAY_SIZE(steps); k++)
		sum += steps[k].weight;
	for (r = random_below(sum); r >= steps[i].weight; i++)
		r -= steps[i].weight;
	return i;
}

/* All that it had made goes; and the members go on. */
static const char *end(void)
{
	const char *wrong = let_all_go();

	for (u32 n = 0; n < NR_VIEWS && !wrong; n++)
		wrong = drop_view(n);
	for (u32 i = 0; i < NR_VICTIMS && !wrong; i++)
		if (victim[i].there)
			wrong = destroy(&victim[i]);
	return wrong;
}

bool master_main(const struct fuzz_options *o)
{
	const char *wrong = NULL, *last;
	u32 n = 0;

	random_seed(o->seed ^ 0x51AB1E);
	/* A step of its own is short beside a member's. */
	while (n < 4 * o->count && !wrong) {
		u32 i = pick();

		n++;
		if (o->talkative)
			print("  step %u: %s\n", n, steps[i].name);
		wrong = steps[i].step();
		if (wrong)
			print("\nfuzz: DIFFERENCE of Domain 0 after steps=%u, in %s: %s (got %d, "
			      "expected %d)\n",
			      n, steps[i].name, wrong, check_entry, check_at);
	}
	last = end();
	if (last && !wrong)
		print("\nfuzz: DIFFERENCE of Domain 0 at the end: %s (got %d, expected %d)\n", last,
		      check_entry, check_at);
	print("\nfuzz: Domain 0: seed=%u steps=%u created=%u destroyed=%u zombies=%u given=%u "
	      "taken=%u "
	      "mapped=%u pinned=%u ran=%u members paused=%u differences=%u\n",
	      o->seed, n, done.created, done.destroyed, done.zombies, done.given, done.taken,
	      done.mapped, done.pinned, done.ran, done.stopped, wrong || last);
	return !wrong && !last;
}
