/* disk.c: for domctl: Domain 0 has the sectors of a virtual PC's disk. */
#include <trapline/xen/io/blkif.h>
#include "comm/evtchn.h"
#include "dev/devices.h"
#include "dev/vdev.h"
#include "dom/guest_ops.h"
#include "dom/time.h"
#include "hcall/disk.h"
#include "hcall/hcall.h"

static s32 attach(struct vcpu *v, struct domain *d, const struct xen_domctl_tl_disk *k)
{
	if (!k->sectors || !evtchn_port(v->domain, k->port))
		return -EINVAL;
	return vdev_disk_attach(d->vdev, k->sectors, v->domain, k->port) ? 0 : -EBUSY;
}

static s32 next(struct vcpu *v, struct domain *d, struct xen_domctl_tl_disk *k)
{
	static const u8 operation[] = {[VATA_READ] = BLKIF_OP_READ,
				       [VATA_WRITE] = BLKIF_OP_WRITE,
				       [VATA_FLUSH] = BLKIF_OP_WRITE_BARRIER};
	const struct vata_request *w;
	u8 *block;

	w = vdev_disk_request(d->vdev, &block);
	if (!block || !w->op)
		return -EAGAIN;
	k->id = w->id;
	k->operation = operation[w->op];
	k->sector = w->sector;
	k->sectors = w->n;
	if (w->op == VATA_WRITE && copy_to_guest(v, k->buffer, block, w->n * VATA_SECTOR))
		return -EFAULT;
	return 0;
}

static s32 answer(struct vcpu *v, struct domain *d, const struct xen_domctl_tl_disk *k)
{
	bool okay = k->status == BLKIF_RSP_OKAY;
	const struct vata_request *w;
	u8 *block;

	w = vdev_disk_request(d->vdev, &block);
	/* The guest has reset the disk meanwhile, or another program has answered. */
	if (!block || !w->op || w->id != k->id)
		return -ESRCH;
	if (w->op == VATA_READ && okay && copy_from_guest(v, block, k->buffer, w->n * VATA_SECTOR))
		return -EFAULT;
	vdev_disk_answer(d->vdev, okay);
	d->ops->tick(d, system_time()); /* there may be an interrupt, which wakes it */
	return 0;
}

s32 disk_op(struct vcpu *v, struct domain *d, struct xen_domctl_tl_disk *k)
{
	if (!d->vdev || d->dying)
		return -EINVAL;
	switch (k->what) {
	case TL_DISK_ATTACH:
		return attach(v, d, k);
	case TL_DISK_NEXT:
		return next(v, d, k);
	case TL_DISK_ANSWER:
		return answer(v, d, k);
	}
	return -ENOSYS;
}
