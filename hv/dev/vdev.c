/*[H50] vdev.c: which port is which device's, and the few that are no device. */
#include <trapline/balloon.h>
#include "dev/devices.h"
#include "dev/vdev.h"
#include "dom/domain.h"
#include "dom/time.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "trace/trace.h"

#define COM1	 0x3F8
#define COM1_IRQ 4
#define PIT_IRQ	 0

_Static_assert(sizeof(struct vdev) <= PAGE_SIZE, "a virtual PC fits a page");

struct vdev *vdev_create(u64 now)
{
	struct vdev *d = hv_alloc_page();

	if (!d)
		return NULL;
	memset(d, 0, sizeof(*d));
	d->now = now;
	vclock_init(&d->clock, now);
	vpic_reset(&d->pic);
	vpit_reset(&d->pit, 0);
	vuart_reset(&d->uart);
	return d;
}

void vdev_advance(struct vdev *d, u64 now)
{
	if (now < d->now)
		return;
	d->now = now;
	vclock_advance(&d->clock, now);
	if (vpit_advance(&d->pit, vclock_ticks(&d->clock, now))) {
		vpic_line(&d->pic, PIT_IRQ, false);
		vpic_line(&d->pic, PIT_IRQ, true);
	}
}

u64 vdev_deadline(const struct vdev *d)
{
	/* What is masked needs no alarm: whoever looks at the devices advances them first. */
	if (!d->pit.next_edge || d->pic.chip[0].imr & 1 << PIT_IRQ)
		return SCHED_NEVER;
	return vclock_ns(&d->clock, d->pit.next_edge);
}

static void uart_line(struct vdev *d)
{
	vpic_line(&d->pic, COM1_IRQ, vuart_line(&d->uart));
}

void vdev_console_input(struct vdev *d, u8 byte)
{
	vuart_receive(&d->uart, byte);
	uart_line(d);
}

bool vdev_intr_pending(const struct vdev *d)
{
	return vpic_pending(&d->pic);
}

u8 vdev_intr_ack(struct vdev *d)
{
	return vpic_ack(&d->pic);
}

static u64 now_ticks(struct vdev *d)
{
	vdev_advance(d, system_time());
	return vclock_ticks(&d->clock, d->now);
}

/* ---- one function per range of ports, for one byte ---- */

static u8 pic_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;

	now_ticks(d); /* a request may be due */
	return vpic_in(&d->pic, port >> 7, port & 1);
}
static void pic_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;

	now_ticks(d); /* what came before counts before */
	vpic_out(&d->pic, port >> 7, port & 1, val);
}

/* Ports 4d0 and 4d1: which lines of the PICs ask by level. Some cannot. */
static u8 elcr_in(struct vcpu *v, u16 port)
{
	return v->domain->vdev->pic.chip[port & 1].elcr;
}
static void elcr_out(struct vcpu *v, u16 port, u8 val)
{
	v->domain->vdev->pic.chip[port & 1].elcr = val & (port & 1 ? 0xDE : 0xF8);
}

static u8 pit_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;

	return vpit_in(&d->pit, port & 3, now_ticks(d));
}
static void pit_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;

	vpit_out(&d->pit, port & 3, val, now_ticks(d));
}

/* Port 0x61: gate of channel 2 and speaker; its output, and a bit that toggles with refresh. */
static u8 speaker_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;
	u64 tick = now_ticks(d);

	(void)port;
	return (d->speaker & 3) | (tick >> 4 & 1) << 4 | vpit_output(&d->pit, 2, tick) << 5;
}
static void speaker_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;

	(void)port;
	d->speaker = val;
	vpit_gate2(&d->pit, val & 1, now_ticks(d));
}

static u8 uart_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;
	u8 val = vuart_in(&d->uart, port & 7);

	uart_line(d); /* first, so that the next byte has an edge of its own */
	vuart_listen(&d->uart);
	uart_line(d);
	return val;
}
static void uart_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;

	if (vuart_out(&d->uart, port & 7, val)) {
		vdev_console_output(v, val);
		/* The transmitter was busy for a moment: its interrupt has an edge each time. */
		vpic_line(&d->pic, COM1_IRQ, false);
	}
	vuart_listen(&d->uart);
	uart_line(d);
}

static u8 cmos_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;

	now_ticks(d);
	return port & 1 ? vcmos_in(&d->cmos, d->clock.seconds, v->domain->nr_pages) : 0xFF;
}
static void cmos_out(struct vcpu *v, u16 port, u8 val)
{
	if (!(port & 1))
		v->domain->vdev->cmos.index = val & 0x7F;
}

/* Keyboard controller: no key is ever pressed, but it can reset the machine. */
static u8 keyboard_in(struct vcpu *v, u16 port)
{
	(void)v, (void)port;
	return 0;
}
static void keyboard_out(struct vcpu *v, u16 port, u8 val)
{
	if (port == 0x64 && val == 0xFE)
		domain_kill(v->domain, END_reboot, 0, "reset by the keyboard controller");
}

/* A20 is always on; bit 0 is another way to reset. */
static u8 port92_in(struct vcpu *v, u16 port)
{
	(void)v, (void)port;
	return 2;
}
static void port92_out(struct vcpu *v, u16 port, u8 val)
{
	(void)port;
	if (val & 1)
		domain_kill(v->domain, END_reboot, 0, "reset by port 92");
}

/* Of the display controller only the registers, so that a text cursor is where it was put. */
static u8 crtc_in(struct vcpu *v, u16 port)
{
	struct vdev *d = v->domain->vdev;

	return port & 1 ? d->crtc[d->crtc_index] : d->crtc_index;
}
static void crtc_out(struct vcpu *v, u16 port, u8 val)
{
	struct vdev *d = v->domain->vdev;

	if (port & 1)
		d->crtc[d->crtc_index] = val;
	else
		d->crtc_index = val % CRTC_REGS;
}

static const struct {
	u16 first, last;
	u8 (*in)(struct vcpu *v, u16 port);
	void (*out)(struct vcpu *v, u16 port, u8 val);
} ports[] = {
    {COM1, COM1 + 7, uart_in, uart_out}, /* the busiest first */
    {0x20, 0x21, pic_in, pic_out},
    {0xA0, 0xA1, pic_in, pic_out},
    {0x40, 0x43, pit_in, pit_out},
    {0x60, 0x60, keyboard_in, keyboard_out},
    {0x61, 0x61, speaker_in, speaker_out},
    {0x64, 0x64, keyboard_in, keyboard_out},
    {0x70, 0x71, cmos_in, cmos_out},
    {0x92, 0x92, port92_in, port92_out},
    {0x3D4, 0x3D5, crtc_in, crtc_out},
    {0x4D0, 0x4D1, elcr_in, elcr_out},
    {ATA_PORTS + 1, ATA_PORTS + 7, ata_in, ata_out},
    {0x3F6, 0x3F6, ata_in, ata_out},
};

static u8 in_byte(struct vcpu *v, u16 port)
{
	for (u32 k = 0; k < ARRAY_SIZE(ports); k++)
		if (ports[k].first <= port && port <= ports[k].last)
			return ports[k].in(v, port);
	return 0xFF;
}

static void out_byte(struct vcpu *v, u16 port, u8 val)
{
	for (u32 k = 0; k < ARRAY_SIZE(ports); k++)
		if (ports[k].first <= port && port <= ports[k].last)
			ports[k].out(v, port, val);
}

u32 vdev_in(struct vcpu *v, u16 port, u8 size)
{
	u32 val = 0;

	if (port == ATA_PORTS && v->domain->vdev->ata.sectors) {
		vdev_move(v->domain->vdev, &val, size, false);
		return val;
	}
	if (port == BALLOON_PORT && size == 4)
		return balloon_in(v);
	/* Every other device here is one byte wide: the bus splits what is wider. */
	for (u32 k = 0; k < size; k++)
		val |= (u32)in_byte(v, port + k) << 8 * k;
	return val;
}

void vdev_out(struct vcpu *v, u16 port, u8 size, u32 val)
{
	if (port == 0xF4) { /* QEMU's isa-debug-exit */
		domain_kill(v->domain, END_poweroff, val, "left by port f4");
		return;
	}
	if (port == 0x604 && size == 2 && val == 0x2000) { /* QEMU's ACPI */
		domain_kill(v->domain, END_poweroff, 0, "powered off");
		return;
	}
	if (port == ATA_PORTS && v->domain->vdev->ata.sectors) {
		vdev_move(v->domain->vdev, &val, size, true);
		return;
	}
	for (u32 k = 0; k < size; k++)
		out_byte(v, port + k, val >> 8 * k);
	if (port < 0x100) /* the PIT or the PIC: the next interrupt may come at another time */
		timer_rearm();
}
