/*[H61] shadow.c: what is shadow mode's own of time, console and the way in and out. */
#include "dev/vdev.h"
#include "dom/guest_ops.h"
#include "mmu/shadow/shadow.h"

static void shadow_watch(struct domain *d, mfn_t m)
{
	frame_trace(d, m, FRAME_WATCHED);
}

static u64 shadow_deadline(const struct domain *d)
{
	return vdev_deadline(d->vdev);
}

static void shadow_tick(struct domain *d, u64 now)
{
	vdev_advance(d->vdev, now);
}

static void shadow_input(struct domain *d, u8 byte)
{
	vdev_console_input(d->vdev, byte);
}

const struct guest_ops shadow_guest = {
    .watch = shadow_watch,
    .deadline = shadow_deadline,
    .tick = shadow_tick,
    .input = shadow_input,
};
