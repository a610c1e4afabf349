/* grammar.c: which calls are made, how often each, and what becomes of them. */
#include "crowd.h"

#define SCRATCH_BYTES  (96u << 10)
#define MAX_EXPECTED   64u
#define MAX_NESTED     12u
#define ENTRIES_OFFSET 0x900u

s32 result;
s32 *result_at;
bool results_get_lost;

static u8 scratch_space[SCRATCH_BYTES] PAGE_ALIGNED;
static u32 scratch_used;
static struct {
	const u32 *list;
	u32 before[8];
	const s32 *ret;
	u32 first;
	bool given_back;
} expected[MAX_EXPECTED];
static u32 nr_expected;
static struct multicall_entry staged[MAX_NESTED];
static u32 staged_nr;

void *scratch(u32 bytes)
{
	void *p = scratch_space + scratch_used;

	scratch_used += (bytes + 7) & ~7u;
	if (scratch_used > SCRATCH_BYTES)
		print("fuzz: scratch is too small\n");
	return memset(p, 0, bytes);
}

u32 in_va(const void *p)
{
	return one_in(40) ? bad_va() : (u32)p;
}

bool in_scratch(u32 va)
{
	return va >= (u32)scratch_space && va < (u32)scratch_space + SCRATCH_BYTES;
}

void expect_frames(const u32 *list, u32 first, bool given_back, const s32 *ret)
{
	if (nr_expected == MAX_EXPECTED)
		return;
	expected[nr_expected].list = list;
	memcpy(expected[nr_expected].before, list, sizeof(expected[0].before));
	expected[nr_expected].ret = ret;
	expected[nr_expected].first = first;
	expected[nr_expected++].given_back = given_back;
}

void call_done(void)
{
	for (u32 i = 0; i < nr_expected; i++)
		for (s32 k = expected[i].first; k < *expected[i].ret; k++) {
			if (expected[i].given_back)
				pool_lost(expected[i].before[k]);
			else
				pool_got(expected[i].list[k]);
		}
	nr_expected = scratch_used = 0;
	result_at = &result;
}

static const struct {
	generator *make;
	u8 weight;
} grammar[] = {
    {gen_mmu_update, 40}, {gen_update_va, 40}, {gen_mmuext, 40},   {gen_memory_op, 10},
    {gen_exchange, 6},	  {gen_vm_assist, 3},  {gen_set_gdt, 5},   {gen_update_descriptor, 8},
    {gen_traps, 4},	  {gen_stack, 2},      {gen_callbacks, 3}, {gen_debugreg, 4},
    {gen_console, 2},	  {gen_event, 16},     {gen_timer, 2},	   {gen_sched, 2},
    {gen_version, 6},	  {gen_garbage, 16},
};

static void one_call(struct call *c, bool nested)
{
	static u32 sum;
	u32 r;

	if (!sum)
		for (u32 i = 0; i < ARRAY_SIZE(grammar); i++)
			sum += grammar[i].weight;
	r = random_below(sum);
	*c = (struct call){0};
	for (u32 i = 0;; r -= grammar[i++].weight)
		if (r < grammar[i].weight) {
			/* The model knows of each channel. */
			if (in_crowd && grammar[i].make == gen_event)
				gen_version(c, nested);
			else
				grammar[i].make(c, nested);
			return;
		}
}

static void forget_call(struct call *c)
{
	nr_expected = 0;
	*c = (struct call){__HYPERVISOR_xen_version, {XENVER_version}};
}

/* In a page of the pool, out of the way of answers, so that a call may take it away meanwhile. The
 * results are read by its alias. */
static struct multicall_entry *entries_in_pool(struct multicall_entry **read)
{
	u32 i = random_below(NR_POOL);

	*read = (struct multicall_entry *)((u32)alias[i] + ENTRIES_OFFSET);
	return (struct multicall_entry *)((u32)pool[i] + ENTRIES_OFFSET);
}

static void copy_entries(u32 to)
{
	memcpy((void *)to, staged, staged_nr * sizeof(staged[0]));
}

static void multicall(struct call *c)
{
	struct multicall_entry *entry, *read;

	staged_nr = 1 + random_below(MAX_NESTED);
	read = entry = scratch(sizeof(staged));
	results_get_lost = one_in(8);
	if (results_get_lost)
		entry = entries_in_pool(&read);
	memset(staged, 0, sizeof(staged));
	for (u32 i = 0; i < staged_nr; i++) {
		struct call inner;

		result_at = (s32 *)&read[i].result;
		if (one_in(64)) /* one within another, and a return to nobody */
			inner =
			    (struct call){one_in(2) ? __HYPERVISOR_multicall : __HYPERVISOR_iret,
					  {(u32)entry, 1}};
		else
			one_call(&inner, true);
		staged[i].op = inner.nr;
		memcpy(staged[i].args, inner.arg, sizeof(inner.arg));
	}
	result_at = &result;
	results_get_lost = false;
	*c = (struct call){__HYPERVISOR_multicall, {in_va(entry), staged_nr}};
	/* Nowhere to write it, or another page is there: then it is a call about nothing. */
	if (attempt(copy_entries, (u32)entry) != NO_TRAP || read[0].op != staged[0].op ||
	    read[0].args[0] != staged[0].args[0])
		forget_call(c);
}

void random_call(struct call *c)
{
	result_at = &result;
	if (one_in(10))
		multicall(c);
	else
		one_call(c, false);
}

void make_call(u32 call)
{
	const struct call *c = (const struct call *)call;

	result = -1;
	result = hypercall5(c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3], c->arg[4]);
}

void print_call(const struct call *c)
{
	print("  call %u(%x, %x, %x, %x)", c->nr, c->arg[0], c->arg[1], c->arg[2], c->arg[3]);
	if (!in_scratch(c->arg[0])) {
		print("\n");
		return;
	}
	if (c->nr == __HYPERVISOR_multicall) {
		const struct multicall_entry *e = (const struct multicall_entry *)c->arg[0];

		for (u32 i = 0; i < c->arg[1]; i++)
			print("\n    %u(%x, %x, %x, %x) = %d", e[i].op, e[i].args[0], e[i].args[1],
			      e[i].args[2], e[i].args[3], e[i].result);
	} else {
		const u32 *w = (const u32 *)c->arg[0];

		print(" [%x %x %x %x]", w[0], w[1], w[2], w[3]);
	}
	print("\n");
}
