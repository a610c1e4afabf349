/*
 * grant_model.c: domains that grant, map, unmap, copy, give away, overwrite and die at random, one
 * of which maps pages of the others because it may, against a model that has no counts: it looks at
 * all page tables, and at the list of what has been mapped and not unmapped. What the processor
 * remembers leads to no frame that is another's by now, and to no page table that could be written.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "grant_machine.h"
#include "insn_scale.h"

#define REFS	 10u /* that are played with */
#define MAPPINGS 64u

/* What was mapped and not unmapped. */
static struct mapping {
	bool used, readonly, by_entry;
	u16 user, granter;
	u32 handle, ref, frame;
	u64 at;
} mappings[MAPPINGS];

static u32 random_state;
static struct {
	u32 mapped, refused, unmapped, copied, transferred, destroyed, overwritten, zombies;
	u32 foreign, forbidden, tables, remembered;
} met;

static u32 below(u32 n)
{
	return test_random(&random_state) % n;
}

/* ---- the model: what must be so ---- */

static bool permits(u16 granter, u16 user, u32 ref, bool readonly, u32 *frame)
{
	const struct grant_entry *e;

	if (granter >= DOMAINS || !guests[granter].d || ref >= GRANTS_PER_FRAME)
		return false;
	e = entry(granter, ref);
	*frame = e->frame;
	return (e->flags & GTF_type_mask) == GTF_permit_access && e->domid == user &&
	       (readonly || !(e->flags & GTF_readonly)) && *frame < FRAMES &&
	       frame_table[*frame].owner == granter;
}

/* Is it a page table or a directory? */
static bool is_table(u32 n)
{
	const struct frame *f = &frame_table[n];

	return f->type_count && (f->type == FT_PAGE_TABLE || f->type == FT_PAGE_DIRECTORY);
}

struct counts {
	u32 refs, writable;
};

static void count_entries(struct counts *c, u32 table)
{
	for (u32 i = 0; i < SLOTS; i++) {
		u32 pte = memory[table][i];

		if (pte & PTE_P) {
			c[pte >> PAGE_SHIFT].refs++;
			c[pte >> PAGE_SHIFT].writable += !!(pte & PTE_RW);
		}
	}
}

static void count_all(struct counts *c)
{
	for (u32 n = 0; n < FRAMES; n++) {
		const struct frame *f = &frame_table[n];

		c[n].refs += !!(f->flags & FRAME_ALLOCATED) + !!(f->flags & FRAME_PINNED);
		if (is_table(n) && f->type == FT_PAGE_TABLE)
			count_entries(c, n);
	}
	for (u32 id = 0; id < DOMAINS; id++) {
		if (!guests[id].d)
			continue;
		c[guests[id].frame[DIRECTORY]].refs++; /* the base */
		c[guests[id].frame[LOW]].refs++;       /* its hook */
		c[guests[id].d->grants->table[0].n].refs++;
		c[guests[id].d->grants->table[0].n].writable++;
	}
	for (u32 i = 0; i < MAPPINGS; i++)
		c[mappings[i].frame].refs += mappings[i].used;
}

static void check_entry(u16 id, u32 ref, u32 step)
{
	u32 readers = 0, writers = 0, flags = 0;
	const struct grant_entry *e = entry(id, ref);
	const struct grant_use *use = &guests[id].d->grants->use[0][ref];

	for (u32 i = 0; i < MAPPINGS; i++) {
		const struct mapping *m = &mappings[i];

		readers += m->used && m->granter == id && m->ref == ref && m->readonly;
		writers += m->used && m->granter == id && m->ref == ref && !m->readonly;
	}
	if (use->readers != readers || use->writers != writers)
		fail_msg("step %u: entry %u of domain %u has %u, %u uses, not %u, %u", step, ref,
			 id, use->readers, use->writers, readers, writers);
	if ((e->flags & GTF_type_mask) != GTF_permit_access)
		return;
	flags = (readers || writers ? GTF_reading : 0) | (writers ? GTF_writing : 0);
	if ((e->flags & (GTF_reading | GTF_writing)) != flags)
		fail_msg("step %u: entry %u of domain %u has flags %x", step, ref, id, e->flags);
}

/* Is the frame granted to the one that runs, and mapped by it? Domain 0 needs no grant. */
static bool may_remember(u32 n)
{
	u16 id = current->domain->id;

	if (frame_table[n].owner == id || id == 0)
		return true;
	for (u32 i = 0; i < MAPPINGS; i++)
		if (mappings[i].used && mappings[i].user == id && mappings[i].frame == n)
			return true;
	return false;
}

static void check_tlb(u32 step)
{
	for (u32 slot = 0; slot < SLOTS; slot++)
		for (u32 n = 0; n < FRAMES; n++) {
			const struct remembered *r = &tlb[slot][n];
			const u32 *low = memory[guests[current->domain->id].frame[LOW]];

			if (!r->read)
				continue;
			met.remembered += low[slot] >> PAGE_SHIFT != n || !(low[slot] & PTE_P);
			if (frame_table[n].owner != r->owner || !may_remember(n) ||
			    (r->write && is_table(n)))
				fail_msg("step %u: page %u of domain %u still leads to frame %u, "
					 "then of domain %x, now of %x, type %u",
					 step, slot, current->domain->id, n, r->owner,
					 frame_table[n].owner, frame_table[n].type);
		}
}

static void compare(u32 step)
{
	struct counts c[FRAMES] = {{0}};
	u32 pages[DOMAINS] = {0};

	count_all(c);
	for (u32 n = 0; n < FRAMES; n++) {
		const struct frame *f = &frame_table[n];
		bool writable = f->type == FT_WRITABLE && f->type_count;

		if (f->refs != c[n].refs || (writable ? f->type_count : 0) != c[n].writable)
			fail_msg("step %u: frame %u has %u references, %u writable; the model says "
				 "%u, %u",
				 step, n, f->refs, f->type_count, c[n].refs, c[n].writable);
		if ((f->owner == DOM_FREE) != (c[n].refs == 0))
			fail_msg("step %u: frame %u has owner %x", step, n, f->owner);
		if (f->owner < DOMAINS)
			pages[f->owner]++;
	}
	for (u16 id = 0; id < DOMAINS; id++) {
		struct domain *d = domain_find(id);

		if ((d ? d->populated : 0) != pages[id] || (pages[id] && !d))
			fail_msg("step %u: domain %u has %u pages", step, id, pages[id]);
		met.zombies += d && !guests[id].d;
		for (u32 ref = 0; guests[id].d && ref < REFS; ref++)
			check_entry(id, ref, step);
	}
	assert_int_equal(pages_mapped, 0);
	if (current)
		check_tlb(step);
	machine_touch();
}

/* ---- what the guests do ---- */

static u16 one_of_them(void)
{
	u16 id;

	do
		id = below(DOMAINS);
	while (!guests[id].d);
	return id;
}

/* It runs: mostly the same as before. */
static u16 any_guest(void)
{
	if (!current || !below(8))
		machine_run(one_of_them());
	return current->domain->id;
}

static u32 any_frame(u16 id)
{
	switch (below(12)) {
	case 0:
		return below(FRAMES + 2);
	case 1:
		return guests[id].d->grants->table[0].n;
	case 2:
		return guests[id].frame[below(DATA)];
	}
	return guests[id].frame[DATA + below(PAGES - DATA)];
}

/* A place in one of its tables, or in none. */
static u64 any_place(u16 id, bool by_entry)
{
	u32 slot = below(SLOTS), table = guests[id].frame[below(3) ? LOW : OTHER];

	if (!below(20))
		return 0xF0000000 | test_random(&random_state) | (below(3) ? 0 : 1ull << 32);
	if (!by_entry)
		return below(20) ? slot << PAGE_SHIFT : 1u << 22;
	return (u64)(below(20) ? table : any_frame(id)) << PAGE_SHIFT | slot * 4 | !below(20);
}

/* The entry that it names, if it is one. */
static u32 *place(u16 id, u64 at, bool by_entry)
{
	u32 low = guests[id].frame[LOW], frame = at >> PAGE_SHIFT, slot = at / 4 % 1024;

	if (!by_entry)
		return at < 1u << 22 ? &memory[low][at >> PAGE_SHIFT] : NULL;
	if (at >> 32 || frame >= FRAMES || at % 4 || frame_table[frame].owner != id ||
	    !is_table(frame) || frame_table[frame].type != FT_PAGE_TABLE)
		return NULL;
	return &memory[frame][slot];
}

/* It keeps to the rules: an entry that is in use it leaves alone. */
static void grant(u32 step)
{
	u16 id = any_guest();
	struct grant_entry *e = entry(id, below(REFS));
	static const u16 types[] = {GTF_permit_access,	 GTF_permit_access,
				    GTF_permit_access,	 GTF_permit_access | GTF_readonly,
				    GTF_accept_transfer, GTF_accept_transfer,
				    GTF_invalid};

	(void)step;
	if ((e->flags & GTF_type_mask) == GTF_permit_access && (e->flags & GTF_reading))
		return;
	*e = (struct grant_entry){types[below(ARRAY_SIZE(types))], below(DOMAINS), any_frame(id)};
}

/* Mostly an entry of this type that is meant for `user`, else any. */
static void any_entry(u16 user, u16 type, u16 *of, u32 *ref)
{
	for (u32 tries = 0; tries < 60; tries++) {
		*of = below(DOMAINS);
		*ref = below(REFS);
		if (guests[*of].d && (entry(*of, *ref)->flags & GTF_type_mask) == type &&
		    entry(*of, *ref)->domid == user)
			break;
	}
	if (!below(20))
		*of = below(3) ? below(DOMAINS) : test_random(&random_state);
	if (!below(20))
		*ref = below(3) ? below(REFS) : NR_GRANT_ENTRIES + test_random(&random_state);
}

static struct mapping *free_mapping(void)
{
	for (u32 i = 0; i < MAPPINGS; i++)
		if (!mappings[i].used)
			return &mappings[i];
	return NULL;
}

static struct mapping *used_mapping(void)
{
	for (u32 i = below(MAPPINGS), n = 0; n < MAPPINGS; n++)
		if (mappings[(i + n) % MAPPINGS].used)
			return &mappings[(i + n) % MAPPINGS];
	return &mappings[0];
}

static void map(u32 step)
{
	u16 id = any_guest(), granter;
	bool readonly = below(2), by_entry = below(2), fine;
	u32 ref;
	struct gnttab_map_grant_ref op = {
	    .host_addr = any_place(id, by_entry),
	    .flags = GNTMAP_host_map | (readonly ? GNTMAP_readonly : 0) |
		     (by_entry ? GNTMAP_contains_pte : 0),
	    .status = 99,
	};
	u32 frame = 0, *pte = place(id, op.host_addr, by_entry);
	struct mapping *m = free_mapping();

	any_entry(id, GTF_permit_access, &granter, &ref);
	op.dom = granter;
	op.ref = ref;

	if (!m)
		return;
	fine =
	    pte && permits(granter, id, op.ref, readonly, &frame) && (readonly || !is_table(frame));
	assert_int_equal(grant_op(id, GNTTABOP_map_grant_ref, &op, sizeof(op)), 0);
	if ((op.status == GNTST_okay) != fine)
		fail_msg("step %u: domain %u maps entry %u of %u: %d", step, id, op.ref, granter,
			 op.status);
	met.refused += !fine;
	met.mapped += fine;
	if (!fine)
		return;
	if ((*pte ^ (frame << PAGE_SHIFT | PTE_P | (readonly ? 0 : PTE_RW))) & ~(PTE_A | PTE_D))
		fail_msg("step %u: the entry is %x", step, *pte);
	*m = (struct mapping){true,	 readonly, by_entry, id,	  granter,
			      op.handle, op.ref,   frame,    op.host_addr};
}

static void unmap(u32 step)
{
	struct mapping *m = used_mapping();
	u16 id = m->used ? m->user : any_guest();
	struct gnttab_unmap_grant_ref op = {.handle = m->handle, .host_addr = m->at, .status = 99};
	const struct grant_map *map;
	u32 *pte, want;
	s16 status;

	if (!below(8))
		op.host_addr = any_place(id, m->by_entry);
	if (!below(10))
		op.handle = below(3) ? below(MAPPINGS) : test_random(&random_state);
	/* Whose is this handle? */
	for (m = mappings; m < mappings + MAPPINGS; m++)
		if (m->used && m->user == id && m->handle == op.handle)
			break;
	map = grant_map_find(guests[id].d, op.handle);
	assert_int_equal(map != NULL, m < mappings + MAPPINGS);
	status = GNTST_bad_handle;
	if (map) {
		pte = place(id, op.host_addr, m->by_entry);
		want = m->frame << PAGE_SHIFT | PTE_P | (m->readonly ? 0 : PTE_RW);
		status = pte && ((*pte ^ want) & ~(PTE_A | PTE_D | PTE_US)) == 0
			     ? GNTST_okay
			     : GNTST_bad_virt_addr;
	}
	assert_int_equal(grant_op(id, GNTTABOP_unmap_grant_ref, &op, sizeof(op)), 0);
	if (op.status != status)
		fail_msg("step %u: domain %u unmaps %u: %d, not %d", step, id, op.handle, op.status,
			 status);
	if (status == GNTST_okay) {
		assert_int_equal(*pte, 0);
		m->used = false;
		met.unmapped++;
	}
}

/* mmu_update: one's own frame is mapped, or nothing, over what may be a granted page. */
static void overwrite(u32 step)
{
	u16 id = any_guest();
	u32 table = guests[id].frame[below(2) ? LOW : OTHER], slot = below(SLOTS),
	    frame = any_frame(id);
	u32 old = memory[table][slot], rw = below(2) ? PTE_RW : 0;
	u32 val = below(2) ? 0 : frame << PAGE_SHIFT | PTE_P | rw;
	bool foreign = (old & PTE_P) && frame_table[old >> PAGE_SHIFT].owner != id;
	bool fine =
	    !val || (frame < FRAMES && frame_table[frame].owner == id && (!rw || !is_table(frame)));

	if (!is_table(table))
		return;
	/* As it was, but for bits that decide nothing. */
	fine |= val && ((old ^ val) & ~(PTE_A | PTE_D)) == 0;
	/* A granted page may not be given more rights, nor copied to another place. */
	if (foreign && below(2)) {
		val = old ^ PTE_RW;
		fine = false;
	}
	if ((l1_update(guests[id].d, memory[table], slot, val) == 0) != fine)
		fail_msg("step %u: entry %x becomes %x", step, old, val);
	met.overwritten += fine && foreign;
}

/* It maps this frame no more, without a flush. */
static void let_go(u16 id, u32 n)
{
	for (u32 i = 0; i < 2 * SLOTS; i++) {
		u32 table = guests[id].frame[i < SLOTS ? LOW : OTHER];

		if (is_table(table) && memory[table][i % SLOTS] >> PAGE_SHIFT == n)
			assert_int_equal(l1_update(guests[id].d, memory[table], i % SLOTS, 0), 0);
	}
}

/* The table that is hooked nowhere is unpinned, with what it maps, and pinned again, empty. */
static void let_table_go(u32 step)
{
	u16 id = any_guest();
	u32 n = guests[id].frame[OTHER];

	(void)step;
	if (below(8) || frame_table[n].owner != id || !(frame_table[n].flags & FRAME_PINNED))
		return;
	assert_int_equal(unpin_table(guests[id].d, mfn(n)), 0);
	if (frame_table[n].type_count)
		return; /* some map it */
	/* A granted page is not the domain's own: as it is, the table is none any more. */
	for (u32 i = 0; i < SLOTS; i++) {
		u32 pte = memory[n][i];

		if ((pte & PTE_P) && frame_table[pte >> PAGE_SHIFT].owner != id)
			assert_int_not_equal(pin_table(guests[id].d, mfn(n), FT_PAGE_TABLE), 0);
	}
	memset(memory[n], 0, PAGE_SIZE);
	assert_int_equal(pin_table(guests[id].d, mfn(n), FT_PAGE_TABLE), 0);
}

/* A page of data becomes a table, empty, and one that is one becomes a page of data again. */
static void change_part(u32 step)
{
	u16 id = any_guest();
	u32 n = guests[id].frame[DATA + below(PAGES - DATA)];
	struct frame *f = &frame_table[n];
	bool fine;

	if (f->owner != id || !(f->flags & FRAME_ALLOCATED))
		return;
	let_go(id, n);
	fine = !f->type_count;
	if (f->flags & FRAME_PINNED) {
		assert_int_equal(unpin_table(guests[id].d, mfn(n)), 0);
		return;
	}
	if (fine)
		memset(memory[n], 0, PAGE_SIZE);
	if ((pin_table(guests[id].d, mfn(n), FT_PAGE_TABLE) == 0) != fine)
		fail_msg("step %u: domain %u makes a table of frame %u", step, id, n);
	met.tables += fine;
}

static void transfer(u32 step)
{
	u16 id = any_guest(), to;
	u32 n = any_frame(id), ref;
	struct gnttab_transfer op = {.mfn = n, .status = 99};
	const struct grant_entry *e = NULL;
	const struct frame *f = &frame_table[n];
	bool fine;

	any_entry(id, GTF_accept_transfer, &to, &ref);
	if (below(2))
		let_go(id, n);
	op.domid = to;
	op.ref = ref;
	if (to < DOMAINS && guests[to].d && ref < REFS)
		e = entry(to, ref);
	fine = n < FRAMES && f->owner == id && f->refs == 1 && (f->flags & FRAME_ALLOCATED) && e &&
	       to != id && e->flags == GTF_accept_transfer && e->domid == id &&
	       guests[to].d->populated < PAGES + 1; /* its table's frame is beside them */

	assert_int_equal(grant_op(id, GNTTABOP_transfer, &op, sizeof(op)), 0);
	if ((op.status == GNTST_okay) != fine)
		fail_msg("step %u: domain %u gives frame %u to %u: %d", step, id, n, to, op.status);
	if (!fine)
		return;
	met.transferred++;
	assert_int_equal(f->owner, to);
	assert_int_equal(e->frame, n);
	assert_int_equal(e->flags,
			 GTF_accept_transfer | GTF_transfer_committed | GTF_transfer_completed);
}

static bool may_copy(u16 id, const struct gnttab_copy_end *end, bool by_ref, bool readonly,
		     u32 *frame)
{
	u16 granter = end->domid == DOMID_SELF ? id : end->domid;

	if (by_ref) {
		if (!permits(granter, id, end->page, readonly, frame))
			return false;
	} else {
		*frame = end->page;
		if (end->domid != DOMID_SELF || *frame >= FRAMES || frame_table[*frame].owner != id)
			return false;
	}
	return readonly || !is_table(*frame);
}

static struct gnttab_copy_end any_end(u16 id, bool by_ref)
{
	struct gnttab_copy_end end = {any_frame(id), DOMID_SELF, below(PAGE_SIZE)};
	u16 of;

	if (by_ref) {
		any_entry(id, GTF_permit_access, &of, &end.page);
		end.domid = of == id && below(2) ? DOMID_SELF : of;
	} else if (!below(20)) {
		end.domid = below(DOMAINS);
	}
	return end;
}

static void copy(u32 step)
{
	u16 id = any_guest();
	bool from_ref = below(2), to_ref = below(2), fine;
	struct gnttab_copy op = {
	    .source = any_end(id, from_ref),
	    .dest = any_end(id, to_ref),
	    .len = below(6) ? below(64) : below(PAGE_SIZE + 2),
	    .flags = (from_ref ? GNTCOPY_source_gref : 0) | (to_ref ? GNTCOPY_dest_gref : 0),
	    .status = 99,
	};
	u32 src = 0, dst = 0;
	u8 want[PAGE_SIZE];

	fine = op.source.offset + op.len <= PAGE_SIZE && op.dest.offset + op.len <= PAGE_SIZE &&
	       may_copy(id, &op.source, from_ref, true, &src) &&
	       may_copy(id, &op.dest, to_ref, false, &dst);
	/* Not a table of grants: the marks of the copy itself are in it. */
	for (u32 i = 0; fine && i < DOMAINS; i++)
		if (guests[i].d && (guests[i].d->grants->table[0].n == dst ||
				    guests[i].d->grants->table[0].n == src))
			return;
	if (fine) {
		memcpy(want, memory[dst], PAGE_SIZE);
		memmove(want + op.dest.offset, (u8 *)memory[src] + op.source.offset, op.len);
	}
	assert_int_equal(grant_op(id, GNTTABOP_copy, &op, sizeof(op)), 0);
	if ((op.status == GNTST_okay) != fine)
		fail_msg("step %u: domain %u copies: %d", step, id, op.status);
	if (fine)
		assert_memory_equal(want, memory[dst], PAGE_SIZE);
	met.copied += fine;
}

/* A page is given back, granted or not, or one is taken. */
static void balloon(u32 step)
{
	u16 id = any_guest();
	u32 i = DATA + below(PAGES - DATA), n = guests[id].frame[i];
	struct frame *f = &frame_table[n];
	struct domain *d = guests[id].d;

	(void)step;
	if (f->owner == id && (f->flags & FRAME_ALLOCATED) && !(f->flags & FRAME_PINNED)) {
		f->flags &= ~FRAME_ALLOCATED;
		page_put(d, f);
	} else if (d->populated < PAGES && free_frames()) {
		guests[id].frame[i] = alloc_frame(id).n;
		page_charge(d, mfn(guests[id].frame[i]));
		for (u32 k = 0; k < 1024; k += 1 + below(64))
			memory[guests[id].frame[i]][k] = test_random(&random_state);
	}
}

/* Domain 0 maps a page of another, or its own again. */
static void map_foreign(u32 step)
{
	u16 of = one_of_them();
	u32 slot = below(SLOTS), frame = any_frame(of), rw = below(2) ? PTE_RW : 0, *entry;
	bool fine = frame < FRAMES && frame_table[frame].owner == of && (!rw || !is_table(frame));
	u32 val = frame << PAGE_SHIFT | PTE_P | rw;

	if (!guests[0].d || of == 0)
		return;
	machine_run(0);
	entry = &memory[guests[0].frame[below(2) ? LOW : OTHER]][slot];
	if (!is_table((entry - memory[0]) / 1024))
		return;
	if ((l1_update_foreign(guests[0].d, guests[of].d, entry, val) == 0) != fine)
		fail_msg("step %u: Domain 0 maps frame %u of domain %u", step, frame, of);
	met.foreign += fine;
	met.forbidden += !fine;
}

static void end_one(u32 step)
{
	u16 id = one_of_them();

	(void)step;
	if (!below(30)) {
		machine_destroy(id);
		for (u32 i = 0; i < MAPPINGS; i++)
			mappings[i].used &= mappings[i].user != id;
		met.destroyed++;
	}
	/* Whose last one is not gone yet must wait; but alone nobody is held by others. */
	if (!machine_create(below(DOMAINS)) && !domains)
		assert_true(machine_create(id));
}

static void (*const operations[])(u32 step) = {
    grant,   grant,   grant,	   map,		map,	      map,	map,	     unmap,
    unmap,   unmap,   unmap,	   overwrite,	let_table_go, transfer, copy,	     copy,
    balloon, end_one, map_foreign, map_foreign, overwrite,    balloon,	change_part, change_part,
};

static void all_agree_and_nothing_is_left(void **unused)
{
	u32 steps = 20000 * test_scale();

	(void)unused;
	random_state = test_seed();
	machine_init();
	for (u16 id = 0; id < DOMAINS; id++)
		assert_true(machine_create(id));
	printf("# %u operations, SEED=%u\n", steps, test_seed());
	for (u32 step = 0; step < steps; step++) {
		operations[below(ARRAY_SIZE(operations))](step);
		compare(step);
	}
	for (u16 id = 0; id < DOMAINS; id++)
		if (guests[id].d)
			machine_destroy(id);
	assert_int_equal(free_frames(), FRAMES);
	assert_int_equal(heap_pages, 0);
	printf(
	    "# %u mapped, %u refused, %u unmapped, %u overwritten, %u copied, %u transferred, %u "
	    "domains destroyed, zombies %u times, %u foreign, %u forbidden, %u tables; %u "
	    "remembered\n",
	    met.mapped, met.refused, met.unmapped, met.overwritten, met.copied, met.transferred,
	    met.destroyed, met.zombies, met.foreign, met.forbidden, met.tables, met.remembered);
	assert_true(met.mapped > steps / 60 && met.unmapped > steps / 90 &&
		    met.refused > steps / 80);
	assert_true(met.overwritten && met.copied > steps / 200 && met.transferred > steps / 2000 &&
		    met.destroyed > steps / 2000 && met.zombies);
	assert_true(met.foreign > steps / 100 && met.forbidden && met.tables > steps / 200 &&
		    met.remembered > steps / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_agree_and_nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
