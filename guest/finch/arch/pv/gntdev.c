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

static struct mapped {
	const pte_t *dir; /* whose: the process's page directory; NULL: a free place */
	u32 va, handle;
	u64 entry; /* machine address of the page-table entry */
} mapped[NR_MAPPED];
static u32 nr_mapped; /* not free */

static struct mapped *mapped_at(const pte_t *dir, u32 va)
{
	for (struct mapped *m = mapped; m < mapped + NR_MAPPED; m++)
		if (m->dir == dir && (!dir || m->va == va))
			return m;
	return NULL;
}

static u64 entry_address(const pte_t *slot)
{
	return (u64)mfn_list[frame_of(slot)].n << PAGE_SHIFT | ((u32)slot & (PAGE_SIZE - 1));
}

static s32 map(const struct grant_request *r)
{
	struct region *region = region_find(&current->space, r->va);
	struct gnttab_map_grant_ref op = {.ref = r->ref, .dom = (domid_t)r->domid};
	struct mapped *m = mapped_at(NULL, 0);
	pte_t *slot;

	if (!region || !region->foreign || r->va & (PAGE_SIZE - 1) ||
	    mapped_at(current->space.dir, r->va))
		return -EINVAL;
	slot = m ? table_make(&current->space, r->va) : NULL;
	if (!slot)
		return -ENOMEM;
	op.host_addr = entry_address(slot);
	op.flags = GNTMAP_host_map | GNTMAP_application_map | GNTMAP_contains_pte |
		   (r->flags & GRANT_READ_ONLY ? GNTMAP_readonly : 0);
	if (hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_map_grant_ref, (u32)&op, 1, 0) ||
	    op.status)
		return -EINVAL;
	*m = (struct mapped){current->space.dir, r->va, op.handle, op.host_addr};
	nr_mapped++;
	return 0;
}

static s32 unmap(struct mapped *m)
{
	struct gnttab_unmap_grant_ref op;

	if (!m)
		return -EINVAL;
	op = (struct gnttab_unmap_grant_ref){.host_addr = m->entry, .handle = m->handle};
	if (hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_unmap_grant_ref, (u32)&op, 1, 0) ||
	    op.status)
		return -EINVAL;
	m->dir = NULL;
	nr_mapped--;
	return 0;
}

static s32 gntdev_read(struct file *f, u8 *buf, u32 n)
{
	struct grant_request r;
	u32 done = 0;

	(void)f;
	for (; n - done >= sizeof(r); done += sizeof(r)) {
		memcpy(&r, buf + done, sizeof(r));
		r.status =
		    r.flags & GRANT_UNMAP ? unmap(mapped_at(current->space.dir, r.va)) : map(&r);
		memcpy(buf + done, &r, sizeof(r));
	}
	return (s32)done;
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
	for (struct mapped *m = mapped; nr_mapped && m < mapped + NR_MAPPED; m++)
		if (dir && m->dir == dir && unmap(m))
			panic("a granted page cannot be unmapped");
}

const struct device gntdev_device = {
    .read = gntdev_read, .write = gntdev_write, .ready = gntdev_ready};
