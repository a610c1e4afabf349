/*
 * ata.c: the disk of a virtual PC. It has no ring: the hypervisor says what the disk's registers
 * want, up to a page at a time, and is told when that is done (domctl, tl_disk). It asks for one
 * thing at a time, and asks again whoever comes after us.
 */
#include "blkback/blkback.h"

#define PAGE_SECTORS (PAGE / BLKIF_SECTOR)

static u8 pages[MOST_VBDS][PAGE] __attribute__((aligned(PAGE)));
static u32 wanted[MOST_VBDS]; /* the number of what was asked */

static s32 ata_op(struct vbd *v, struct xen_domctl *op)
{
	op->u.tl_disk.buffer = ata_page(v);
	return domctl(op, XEN_DOMCTL_tl_disk, v->domid);
}

u32 ata_page(const struct vbd *v)
{
	return (u32)pages[v - vbds];
}

bool ata_attach(struct vbd *v)
{
	struct xen_domctl op = {.u.tl_disk = {.what = TL_DISK_ATTACH, .sectors = v->disk.sectors}};

	memset(pages[v - vbds], 0, PAGE); /* so that the page is there */
	/* A channel that nobody binds: the hypervisor itself is at its other end. */
	v->port = channel_for_us(DOMID_SELF);
	op.u.tl_disk.port = v->port;
	return v->port && write(events, &v->port, sizeof(v->port)) >= 0 && !ata_op(v, &op);
}

bool ata_next(struct vbd *v, struct job *j)
{
	struct xen_domctl op = {.u.tl_disk = {.what = TL_DISK_NEXT}};
	const struct xen_domctl_tl_disk *k = &op.u.tl_disk;
	u32 left;

	if (ata_op(v, &op))
		return false;
	wanted[v - vbds] = k->id;
	*j = (struct job){.disk = (u32)(v - vbds)};
	j->r = (struct blkif_request){.operation = (u8)k->operation, .sector = k->sector};
	if (k->sectors && k->sectors <= PAGE_SECTORS) {
		j->r.nr_segments = 1;
		j->r.segments[0].last = (u8)(k->sectors - 1);
	}
	vdisk_find(&v->disk, k->sector, &j->at, &left);
	return true;
}

void ata_answer(struct vbd *v, s16 status)
{
	struct xen_domctl op = {
	    .u.tl_disk = {.what = TL_DISK_ANSWER, .id = wanted[v - vbds], .status = status}};

	ata_op(v, &op); /* if it is wanted still */
}
