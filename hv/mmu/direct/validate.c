/*[H68] validate.c: what a frame is used as, and what a page table must hold to be one. */
#include "mem/domain_page.h"
#include "mem/record.h"
#include "mmu/direct/entry.h"
#include "trace/trace.h"

#ifndef TRAPLINE_HOST_TEST
#include "cpu/gate.h"
#define fill_slots(d, table) gate_fill_slots((d)->gate, table)
#else
#define fill_slots(d, table) (void)(d), (void)(table)
#endif

static void note_type(struct domain *d, struct frame *f, u8 type)
{
	trace_page_type(d->vcpus, LANE_VMM, LANE_VMM, frame_mfn(f).n, type);
	frame_used(f, type);
}

int type_get(struct domain *d, struct frame *f, u8 type)
{
	/* LAB 03.1a BEGIN */
	if (f->type != type) {
		if (f->type_count)
			return -EINVAL;
		/* The last writable mapping has gone, but perhaps not from the CPU's TLB. */
		if (f->type == FT_WRITABLE)
			direct_flush(d->vcpus);
		f->type = type;
		f->flags &= ~FRAME_VALIDATED;
		f->aux = 0;
		if (type != FT_WRITABLE)
			note_type(d, f, type);
	}
	f->type_count++;
	return 0;
	/* LAB 03.1a END */
}

void type_put(struct frame *f)
{
	if (!f->type_count)
		panic("frame %x is not used as anything", frame_mfn(f).n);
	if (--f->type_count == 0 && f->type != FT_WRITABLE)
		frame_changed(f);
}

#define WORK_SCAN 32u /* units of looking through an empty directory */

/*
 * The next present entry from `i` on, or `end`. Most entries of most tables are zero, and fork and
 * exit look at all of them: `repe scas` skips zeroes faster than a loop does.
 */
static u32 __attribute__((noinline)) pass_over(const u32 *table, u32 i, u32 end)
{
	const u32 *at = table + i;
	size_t left = end - i;

	while (left && !(*at & PTE_P)) {
		/* Stops behind the first that is not zero, or at the end. */
		asm("repe scasl" : "+D"(at), "+c"(left) : "a"(0), "m"(*(const u32(*)[])at) : "cc");
		if (at[-1]) {
			at--;
			left++;
		}
		if (left && *at && !(*at & PTE_P)) {
			at++;
			left--;
		}
	}
	return end - left;
}

static inline u32 next_present(const u32 *table, u32 i, u32 end)
{
	return i < end && !(table[i] & PTE_P) ? pass_over(table, i, end) : i;
}

/* The same downwards: the number of entries up to the last present one of the first `n`, or 0. */
static u32 __attribute__((noinline)) pass_down(const u32 *table, u32 n)
{
	const u32 *at = table + n - 1;
	size_t left = n;

	while (left && !(*at & PTE_P)) {
		asm("std\n\trepe scasl\n\tcld"
		    : "+D"(at), "+c"(left)
		    : "a"(0), "m"(*(const u32(*)[NR_PTES])table)
		    : "cc");
		if (at[1]) {
			at++;
			left++;
		}
		if (left && *at && !(*at & PTE_P)) {
			at--;
			left--;
		}
	}
	return left;
}

static inline u32 last_present(const u32 *table, u32 n)
{
	return n && !(table[n - 1] & PTE_P) ? pass_down(table, n) : n;
}

static void release_l1(struct domain *d, const u32 *table, u32 n)
{
	while ((n = last_present(table, n)) > 0)
		l1e_put(d, table[--n]);
}

/* Not inlined, so that its loop has all registers. */
static int validate_l1(struct domain *d, mfn_t m) __attribute__((noinline));

static int validate_l1(struct domain *d, mfn_t m)
{
	/* LAB 03.1b BEGIN */
	const u32 *table = map_domain_page(m);
	int err = 0;

	for (u32 i = 0; (i = next_present(table, i, NR_PTES)) < NR_PTES; i++) {
		err = l1e_get(d, table[i]);
		if (err) {
			release_l1(d, table, i);
			break;
		}
	}
	unmap_domain_page(table);
	d->direct->work += NR_PTES;
	return err;
	/* LAB 03.1b END */
}

/* The same for entries that have not changed: most of a table that was written freely. */
static u32 __attribute__((noinline)) pass_equal(const u32 *table, const u32 *before, u32 i)
{
	const u32 *at = table + i, *was = before + i;
	size_t left = NR_PTES - i;
	bool equal;

	asm("repe cmpsl" /* stops behind the first that differs, or at the end */
	    : "+S"(at), "+D"(was), "+c"(left), "=@ccz"(equal)
	    : "m"(*(const u32(*)[NR_PTES])table), "m"(*(const u32(*)[NR_PTES])before));
	return equal ? NR_PTES : NR_PTES - left - 1;
}

static inline u32 next_changed(const u32 *table, const u32 *before, u32 i)
{
	return i < NR_PTES && table[i] == before[i] ? pass_equal(table, before, i) : i;
}

int revalidate_l1(struct domain *d, mfn_t m, const u32 *before)
{
	u32 *table = map_domain_page(m);
	int err = 0;

	for (u32 i = 0; (i = next_changed(table, before, i)) < NR_PTES; i++) {
		u32 old = before[i], val = table[i];

		/* As if the entry were being changed just now. */
		table[i] = old;
		if (l1_update(d, table, i, val))
			err = -EINVAL;
	}
	unmap_domain_page(table);
	d->direct->work += NR_PTES / 4;
	return err;
}

/* The frame is no table any more: drop the type, and the reference that table_get() took. */
static void forget_type(struct domain *d, struct frame *f)
{
	f->type_count = 0;
	f->type = FT_NONE;
	f->flags &= ~FRAME_VALIDATED;
	f->aux = 0;
	note_type(d, f, FT_NONE);
	/* The CPU may still walk through it, and the guest may soon write it. */
	direct_flush(d->vcpus);
	page_put(d, f);
}

int release_step(struct domain *d)
{
	struct direct_state *s = d->direct;
	struct frame *f;
	u32 *table;
	int err = s->error;

	if (!mfn_valid(s->unfinished))
		return 0;
	s->releasing = true;
	f = frame_of(s->unfinished);
	table = map_domain_page(s->unfinished);
	s->work += WORK_SCAN;
	while ((f->aux = last_present(table, f->aux)) > 0 && s->work < WORK_BOUND) {
		l2e_put(d, s->unfinished, table[--f->aux]);
		s->work++;
	}
	unmap_domain_page(table);
	if (f->aux > 0)
		return HCALL_AGAIN;
	forget_type(d, f);
	s->unfinished = NO_FRAME;
	s->error = 0;
	return err;
}

/* Go on with the unfinished directory, towards valid. */
static int validate_step(struct domain *d)
{
	struct direct_state *s = d->direct;
	struct frame *f = frame_of(s->unfinished);
	u32 *table = map_domain_page(s->unfinished);
	int err = 0;

	s->work += WORK_SCAN;
	while (!err && (f->aux = next_present(table, f->aux, HV_SLOT)) < HV_SLOT &&
	       s->work < WORK_BOUND) {
		err = l2e_get(d, s->unfinished, f->aux, table[f->aux]);
		if (!err)
			f->aux++;
		s->work++;
	}
	if (f->aux == HV_SLOT) {
		/* The CPU will need the hypervisor in this address space as well. */
		fill_slots(d, table);
		f->flags |= FRAME_VALIDATED;
		s->unfinished = NO_FRAME;
	}
	unmap_domain_page(table);
	if (err) {
		s->error = err;
		return release_step(d);
	}
	return mfn_valid(s->unfinished) ? HCALL_AGAIN : 0;
}

/*
 * Directory `m` is in use as one, but not valid: another vcpu of the domain has left it unfinished.
 * Then it is this one's, and the call that is made again goes on with it. @return HCALL_AGAIN
 */
static int __attribute__((noinline, cold)) take_over(struct domain *d, mfn_t m, struct frame *f)
{
	struct direct_state *s = d->direct;
	struct vcpu *v = d->vcpus;

	while (v->gate == d->gate || v->unfinished.dir.n != m.n)
		v = v->next;
	s->unfinished = m;
	s->releasing = v->unfinished.releasing;
	s->error = v->unfinished.error;
	v->unfinished.dir = NO_FRAME;
	type_put(f);
	frame_put(f);
	return HCALL_AGAIN;
}

static int directory_get(struct domain *d, mfn_t m, struct frame *f)
{
	struct direct_state *s = d->direct;
	int err;

	if (mfn_valid(s->unfinished)) {
		if (s->unfinished.n == m.n && !s->releasing)
			return validate_step(d);
		/* Another one, or this one while it is released: finish that first. If it is this
		 * one, its validation had failed, and the call made again gets the error now. */
		bool same = s->unfinished.n == m.n;
		err = release_step(d);
		if (err == HCALL_AGAIN || (err && same))
			return err;
	}
	if (!frame_get(f, d->id))
		return -EINVAL;
	err = type_get(d, f, FT_PAGE_DIRECTORY);
	if (err) {
		frame_put(f);
		return err;
	}
	if (f->flags & FRAME_VALIDATED)
		return 0;
	if (f->type_count > 1)
		return take_over(d, m, f);
	s->unfinished = m;
	s->releasing = false;
	s->error = 0;
	return validate_step(d);
}

int table_get(struct domain *d, mfn_t m, u8 type)
{
	struct frame *f = frame_of(m);
	int err;

	if (!f || f->owner != d->id)
		return -EINVAL;
	if (type == FT_PAGE_DIRECTORY)
		return directory_get(d, m, f);
	if (!frame_get(f, d->id))
		return -EINVAL;
	err = type_get(d, f, type);
	if (!err && !(f->flags & FRAME_VALIDATED)) {
		/* The type is set before the entries are looked at, so that one that maps this very
		 * table writable is refused. */
		err = validate_l1(d, m);
		if (err) {
			forget_type(d, f);
			return err;
		}
		f->flags |= FRAME_VALIDATED;
	}
	if (err)
		frame_put(f);
	return err;
}

int table_put(struct domain *d, struct frame *f)
{
	struct direct_state *s = d->direct;
	const u32 *table;

	if (f->type_count > 1) {
		f->type_count--;
		frame_put(f);
		return 0;
	}
	if (!f->type_count)
		panic("frame %x is not a table", frame_mfn(f).n);
	if (f->type == FT_PAGE_DIRECTORY) {
		f->flags &= ~FRAME_VALIDATED;
		f->aux = HV_SLOT;
		s->unfinished = frame_mfn(f);
		s->error = 0;
		return release_step(d);
	}
	f->flags &= ~FRAME_VALIDATED;
	table = map_domain_page(frame_mfn(f));
	release_l1(d, table, NR_PTES);
	unmap_domain_page(table);
	s->work += NR_PTES;
	forget_type(d, f);
	return 0;
}
