/*
 * gntdev.c (pv): pages that other domains grant, in programs of Domain 0: dev/xen/gntdev.
 *
 * read() carries out the requests that lie in its buffer (struct grant_request of abi.h) and
 * answers in place. Where they are mapped must be a place for foreign pages. What a program has
 * mapped does not stay behind it.
 */
#include <trapline/xen/grant_table.h>
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define NR_MAPPED 1024u
#define NR_CHAINS 256u /* a power of two */
#define AT_ONCE	  64u  /* in a hypercall */

static struct mapped {
	const pte_t *dir; /* whose: the process's page directory; NULL: a free place */
	u32 va, handle;
	u64 entry;	     /* machine address of the page-table entry */
	struct mapped *next; /* of the same chain, or the next free place */
} mapped[NR_MAPPED];
static struct mapped *chains[NR_CHAINS], *free_place;
static u32 nr_used; /* of the table; what is behind was never in use */
static u32 nr_mapped;

static struct mapped **chain_of(u32 va)
{
	return &chains[va / PAGE_SIZE % NR_CHAINS];
}

/* Where it hangs in its chain; *that is NULL: it is not mapped */
static struct mapped **mapped_at(const pte_t *dir, u32 va)
{
	struct mapped **m = chain_of(va);

	while (*m && ((*m)->va != va || (*m)->dir != dir))
		m = &(*m)->next;
	return m;
}

static struct mapped *place_take(void)
{
	struct mapped *m = free_place;

	if (m)
		free_place = m->next;
	else if (nr_used < NR_MAPPED)
		m = &mapped[nr_used++];
	return m;
}

static void place_give(struct mapped *m)
{
	m->dir = NULL;
	m->next = free_place;
	free_place = m;
}

static void chain_add(struct mapped *m)
{
	struct mapped **chain = chain_of(m->va);

	m->next = *chain;
	*chain = m;
	nr_mapped++;
}

static void chain_remove(struct mapped **at)
{
	struct mapped *m = *at;

	*at = m->next;
	place_give(m);
	nr_mapped--;
}

static u64 entry_address(const pte_t *slot)
{
	return (u64)mfn_list[frame_of(slot)].n << PAGE_SHIFT | ((u32)slot & (PAGE_SIZE - 1));
}

/* What a hypercall asks for, and for which places. */
static union {
	struct gnttab_map_grant_ref map[AT_ONCE];
	struct gnttab_unmap_grant_ref unmap[AT_ONCE];
} ops;
static struct mapped *places[AT_ONCE];

/* Operation `i` is to map a page, and its place is taken. @return 0, or an error: it is no
 * operation */
static s32 map_begin(u32 i, const struct grant_request *r)
{
	struct region *region = region_find(&current->space, r->va);
	struct mapped *m;
	pte_t *slot;

	if (!region || !region->foreign || r->va & (PAGE_SIZE - 1) ||
	    *mapped_at(current->space.dir, r->va))
		return -EINVAL;
	slot = table_make(&current->space, r->va);
	m = slot ? place_take() : NULL;
	if (!m)
		return -ENOMEM;
	*m = (struct mapped){.dir = current->space.dir, .va = r->va, .entry = entry_address(slot)};
	chain_add(m);
	places[i] = m;
	ops.map[i] = (struct gnttab_map_grant_ref){
	    .host_addr = m->entry,
	    .flags = GNTMAP_host_map | GNTMAP_application_map | GNTMAP_contains_pte |
		     (r->flags & GRANT_READ_ONLY ? GNTMAP_readonly : 0),
	    .ref = r->ref,
	    .dom = (domid_t)r->domid,
	    .status = GNTST_general_error};
	return 0;
}

static s32 map_end(u32 i)
{
	places[i]->handle = ops.map[i].handle;
	if (ops.map[i].status)
		chain_remove(mapped_at(places[i]->dir, places[i]->va));
	return ops.map[i].status ? -EINVAL : 0;
}

static s32 unmap_begin(u32 i, struct mapped *m)
{
	if (!m)
		return -EINVAL;
	places[i] = m;
	ops.unmap[i] = (struct gnttab_unmap_grant_ref){
	    .host_addr = m->entry, .handle = m->handle, .status = GNTST_general_error};
	return 0;
}

static s32 unmap_end(u32 i)
{
	if (ops.unmap[i].status)
		return -EINVAL; /* also of one that is named twice */
	chain_remove(mapped_at(places[i]->dir, places[i]->va));
	return 0;
}

/* Up to AT_ONCE requests of one kind, in one hypercall. */
static void do_requests(struct grant_request *r, u32 n, bool out)
{
	u32 of[AT_ONCE], count = 0;

	for (u32 i = 0; i < n; i++) {
		r[i].status = out ? unmap_begin(count, *mapped_at(current->space.dir, r[i].va))
				  : map_begin(count, &r[i]);
		if (!r[i].status)
			of[count++] = i;
	}
	if (count)
		hypercall(__HYPERVISOR_grant_table_op,
			  out ? GNTTABOP_unmap_grant_ref : GNTTABOP_map_grant_ref, (u32)&ops, count,
			  0);
	for (u32 k = 0; k < count; k++)
		r[of[k]].status = out ? unmap_end(k) : map_end(k);
}

static s32 gntdev_read(struct file *f, u8 *buf, u32 n)
{
	struct grant_request *r = (struct grant_request *)buf;
	u32 left = n / sizeof(*r);

	(void)f;
	for (u32 k; left; r += k, left -= k) {
		u32 out = r->flags & GRANT_UNMAP;

		for (k = 1; k < left && k < AT_ONCE && (r[k].flags & GRANT_UNMAP) == out;)
			k++;
		do_requests(r, k, out);
	}
	return (s32)(n / sizeof(*r) * sizeof(*r));
}

static s32 gntdev_write(struct file *f, const u8 *buf, u32 n)
{
	(void)f, (void)buf, (void)n;
	return -EINVAL;
}

static u32 gntdev_ready(struct file *f)
{
	(void)f;
	return CAN_READ;
}

void arch_space_goes(const pte_t *dir)
{
	/* Mostly there is nothing to look for: each process that ends comes here. */
	for (struct mapped *m = mapped; nr_mapped && m < mapped + nr_used; m++) {
		if (!dir || m->dir != dir || unmap_begin(0, m))
			continue;
		if (hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, (u32)&ops, 1,
			      0) ||
		    unmap_end(0))
			panic("a granted page cannot be unmapped");
	}
}

const struct device gntdev_device = {
    .read = gntdev_read, .write = gntdev_write, .ready = gntdev_ready};
