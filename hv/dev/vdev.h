/*
 * vdev.h: the virtual PC of a shadow-mode guest: two 8259A PICs, an 8254 PIT, a 16550 UART and, if
 * Domain 0 has attached one, an ATA disk, behind the in and out instructions. Reads of other ports
 * give all ones; writes go nowhere.
 */
#ifndef HV_VDEV_H
#define HV_VDEV_H

#include <trapline/types.h>

struct vdev;
struct vcpu;

/** A new virtual PC at system time `now` (ns). Returns NULL if there is no memory. */
struct vdev *vdev_create(u64 now);
void vdev_destroy(struct vdev *d);
/** in: size 1, 2 or 4 bytes. */
u32 vdev_in(struct vcpu *v, u16 port, u8 size);
/** out: size 1, 2 or 4 bytes. May end the domain (0xf4, as QEMU's isa-debug-exit; 0x64 reset). */
void vdev_out(struct vcpu *v, u16 port, u8 size, u32 val);
/** Let time pass to `now` (ns of system time): raises IRQ 0 as the PIT's counter says. */
void vdev_advance(struct vdev *d, u64 now);
/** When the next timer interrupt is due, in ns of system time; SCHED_NEVER if none will
 * come. */
u64 vdev_deadline(const struct vdev *d);
/** A byte has arrived on the console for this guest: raises IRQ 4 if it asked for that. */
void vdev_console_input(struct vdev *d, u8 byte);
/** Provided by dom/console.c: what the guest sends out of its UART. */
void vdev_console_output(struct vcpu *v, u8 byte);
/** True if the PIC has an interrupt for the CPU. */
bool vdev_intr_pending(const struct vdev *d);
/** The CPU takes the interrupt: acknowledges it and returns its vector. */
u8 vdev_intr_ack(struct vdev *d);

/* Data of a disk goes many bytes at a time. */

/** How many bytes can be moved through this port without anything else happening; 0: it is no such
 * port, or nothing is ready. */
u32 vdev_ready(const struct vdev *d, u16 port);
/** Move up to n bytes of the disk's data. @return how many */
u32 vdev_move(struct vdev *d, void *data, u32 n, bool out);

struct domain;
struct vata_request;
/**
 * There is a disk of so many sectors; event channel `port` of domain `by` tells that it has a
 * request. Called again: another port; a request that is not answered yet is told there. @return
 * false: no memory, or it has another size
 */
bool vdev_disk_attach(struct vdev *d, u32 sectors, struct domain *by, u32 port);
/** What the disk waits for; its data are, or come, in *block; NULL: there is no disk. */
const struct vata_request *vdev_disk_request(const struct vdev *d, u8 **block);
void vdev_disk_answer(struct vdev *d, bool okay);

#endif
