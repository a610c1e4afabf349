/* devices.h: the parts of the virtual PC among themselves. */
#ifndef HV_DEVICES_H
#define HV_DEVICES_H

#include "lib/div.h"
#include <trapline/types.h>

/* vclock.c: system time in the units of the devices. */

#define PIT_HZ	      1193182u
#define NS_PER_SECOND 1000000000u

/**
 * Whole seconds are counted apart, as so many nanoseconds and exactly PIT_HZ ticks each, so that
 * no rounding error grows: a tick's place in time is exact to one nanosecond, for ever.
 */
struct vclock {
	u64 base_ns;	/* the last whole second since `origin` */
	u64 base_ticks; /* what the 8254 had counted then */
	u32 seconds;
	u64 origin;
};
void vclock_init(struct vclock *c, u64 now);
void vclock_advance(struct vclock *c, u64 now);
/** Ticks from the origin to `now`, rounded down; within 4 s after vclock_advance(). */
u64 vclock_ticks(const struct vclock *c, u64 now);
/** The first nanosecond at which vclock_ticks() has reached `tick`; base_ns if that is past. */
u64 vclock_ns(const struct vclock *c, u64 tick);

/* pic.c: two 8259A interrupt controllers, the second behind line 2 of the first. */

#define CASCADE 2

struct vpic {
	u8 irr, isr, imr; /* requested, in service, masked */
	u8 lines;	  /* levels, to see edges */
	u8 elcr;	  /* which lines ask by their level (a PC's port 4d0) */
	u8 base;	  /* vector of line 0 */
	u8 lowest;	  /* line of the lowest priority: 7, unless rotated */
	u8 icw;		  /* initialization word expected next: 0 (none), 2, 3, 4 */
	bool single, wants_icw4, auto_eoi, rotate_auto, fully_nested, special_mask;
	bool read_isr, poll;
};
struct vpics {
	struct vpic chip[2];
};
void vpic_reset(struct vpics *p);
u8 vpic_in(struct vpics *p, u32 chip, bool data);
void vpic_out(struct vpics *p, u32 chip, bool data, u8 val);
/** A line rises or falls; interrupts come from rising edges. */
void vpic_line(struct vpics *p, u32 irq, bool level);
bool vpic_pending(const struct vpics *p);
u8 vpic_ack(struct vpics *p);

/* pit.c: the 8254 timer: channel 0 is IRQ 0, channel 2 the speaker. */

struct vpit_channel {
	u8 mode;   /* 0 to 5 */
	u8 access; /* 1: low byte, 2: high byte, 3: low, then high */
	bool bcd, counting;
	bool write_high; /* of two bytes to be written, the first was */
	bool read_high;	 /* likewise read */
	u8 written_low;
	bool latched, status_latched;
	u16 latch;
	u8 status;
	u32 reload; /* 1 to 65536 */
	u64 start;  /* tick at which counting began */
};
struct vpit {
	struct vpit_channel ch[3];
	u64 next_edge; /* tick at which channel 0's output rises; 0: never */
	bool gate2;
};
void vpit_reset(struct vpit *p, u64 tick);
u8 vpit_in(struct vpit *p, u32 reg, u64 tick);
void vpit_out(struct vpit *p, u32 reg, u8 val, u64 tick);
/** Time has come to `tick`. @return true if channel 0's output has risen since. */
bool vpit_advance(struct vpit *p, u64 tick);
void vpit_gate2(struct vpit *p, bool level, u64 tick);
/** Level of a channel's output. */
bool vpit_output(const struct vpit *p, u32 channel, u64 tick);

/* uart.c: a 16550A. */

#define UART_FIFO  16
#define UART_AHEAD 256 /* a person types ahead of a slow guest */

struct vuart {
	u8 ier, fcr, lcr, mcr, scr, dll, dlm;
	bool thr_interrupt; /* the transmitter has become empty, and nobody has asked why */
	bool overrun;
	u8 fifo[UART_FIFO];
	u32 head, tail; /* head - tail bytes were received */
	u8 ahead[UART_AHEAD];
	u32 ahead_head, ahead_tail; /* and so many wait until there is room */
};
void vuart_reset(struct vuart *u);
u8 vuart_in(struct vuart *u, u32 reg);
/** @return true if the byte leaves the machine */
bool vuart_out(struct vuart *u, u32 reg, u8 val);
void vuart_receive(struct vuart *u, u8 byte);
/** What waits comes in, as far as there is room. */
void vuart_listen(struct vuart *u);
/** Level of its interrupt line. */
bool vuart_line(const struct vuart *u);

/* ata.c: a disk on the first ATA channel, whose sectors somebody else has. */

#define VATA_SECTOR  512u
#define VATA_MOST    8u /* sectors of a request, and of a block: a page */
#define VATA_CONTROL 8u /* the register beside 0 to 7 */

/** What the disk waits for. */
struct vata_request {
	enum vata_op { VATA_NOTHING, VATA_READ, VATA_WRITE, VATA_FLUSH } op;
	u32 id;
	u32 sector, n; /* n sectors, in the page */
};
struct vata {
	u32 sectors;
	u8 *block; /* a page */
	u8 count, lba[3], device, error, status, control;
	u8 multiple, per_block; /* sectors between two interrupts: as set, and of this command */
	bool asks;		/* for an interrupt */
	bool writes;
	u32 at, until, end; /* bytes of the page: moved, to the next interrupt, of this part */
	u32 sector, left;   /* of the command, with this part */
	struct vata_request request;
};
void vata_reset(struct vata *a, u32 sectors, u8 *block);
/** Registers 1 to 7 of the channel, and VATA_CONTROL. */
u8 vata_in(struct vata *a, u32 reg);
void vata_out(struct vata *a, u32 reg, u8 val);
/** How many bytes register 0 has, or takes, before the next interrupt. */
u32 vata_ready(const struct vata *a);
/** Move up to n of them. @return how many: fewer if they are not wanted */
u32 vata_move(struct vata *a, void *data, u32 n, bool out);
/** The request is done (`okay`), or has failed. */
void vata_answer(struct vata *a, bool okay);
/** Level of its interrupt line. */
bool vata_line(const struct vata *a);

/* cmos.c: the clock and its memory. */

struct vcmos {
	u8 index;
};
/** @param seconds since 2003-10-19 00:00:00; @param pages of the guest's memory */
u8 vcmos_in(const struct vcmos *c, u32 seconds, u32 pages);

/* vdev.c: all of it. */

#define CRTC_REGS 32

struct vdev {
	struct vclock clock;
	u64 now;
	struct vpics pic;
	struct vpit pit;
	struct vuart uart;
	struct vcmos cmos;
	u8 speaker; /* port 0x61, as written */
	u8 crtc_index, crtc[CRTC_REGS];
	struct vata ata;
	struct domain *backed_by; /* who serves the disk's requests, and at which event port */
	u32 backed_at;
};

struct vcpu;

/* balloon.c */

/** The 32 bits that an `in` gives; EBX may change, too. */
u32 balloon_in(struct vcpu *v);

/* disk.c */

#define ATA_PORTS 0x1F0

u8 ata_in(struct vcpu *v, u16 port);
void ata_out(struct vcpu *v, u16 port, u8 val);

#endif
