/*
 * disk.c: the disk of the virtual PC, between its registers, the interrupt controllers, and Domain
 * 0, which has its sectors.
 */
#include "comm/evtchn.h"
#include "dev/devices.h"
#include "dev/vdev.h"
#include "mem/frame.h"

#define ATA_IRQ 14

void vdev_destroy(struct vdev *d)
{
	if (d)
		hv_free_page(d->ata.block);
	hv_free_page(d);
}

static void ata_line(struct vdev *d)
{
	vpic_line(&d->pic, ATA_IRQ, vata_line(&d->ata));
}

/* The guest has done something: that may end an interrupt, begin one, and make the next request. */
static void ata_done(struct vdev *d, u32 id)
{
	vpic_line(&d->pic, ATA_IRQ, false); /* each block has an edge of its own */
	ata_line(d);
	if (d->ata.request.op && d->ata.request.id != id)
		evtchn_set_pending(d->backed_by, d->backed_at);
}

u8 ata_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;
	u8 val = 0xFF;

	if (d->ata.sectors) {
		val = vata_in(&d->ata, port & 0x200 ? VATA_CONTROL : port & 7);
		ata_line(d);
	}
	return val;
}
void ata_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;
	u32 id = d->ata.request.id;

	if (!d->ata.sectors)
		return;
	vata_out(&d->ata, port & 0x200 ? VATA_CONTROL : port & 7, val);
	ata_done(d, id);
}

u32 vdev_ready(const struct vdev *d, u16 port)
{
	return port == ATA_PORTS ? vata_ready(&d->ata) : 0;
}

u32 vdev_move(struct vdev *d, void *data, u32 n, bool out)
{
	u32 id = d->ata.request.id;

	n = vata_move(&d->ata, data, n, out);
	if (n)
		ata_done(d, id);
	return n;
}

bool vdev_disk_attach(struct vdev *d, u32 sectors, struct domain *by, u32 port)
{
	if (!d->ata.block) {
		d->ata.block = hv_alloc_page();
		if (!d->ata.block)
			return false;
		vata_reset(&d->ata, sectors, d->ata.block);
	}
	d->backed_by = by;
	d->backed_at = port;
	if (d->ata.request.op)
		evtchn_set_pending(by, port);
	return d->ata.sectors == sectors;
}

const struct vata_request *vdev_disk_request(const struct vdev *d, u8 **block)
{
	*block = d->ata.block;
	return &d->ata.request;
}

void vdev_disk_answer(struct vdev *d, bool okay)
{
	u32 id = d->ata.request.id;

	vata_answer(&d->ata, okay);
	ata_done(d, id);
}
