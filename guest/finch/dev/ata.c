/*
 * ata.c: disks behind the first ATA channel: programmed I/O, a block to an interrupt (ATA-5, 9.5
 * to 9.7).
 *
 * Who asks sleeps until the disk has done it; meanwhile others may run, but not ask.
 */
#include "dev/ata.h"
#include "dev/io.h"
#include "lib/lib.h"
#include "proc/proc.h"

#define DATA	 0x1F0
#define COUNT	 0x1F2
#define LBA_LOW	 0x1F3
#define LBA_MID	 0x1F4
#define LBA_HIGH 0x1F5
#define DEVICE	 0x1F6
#define STATUS	 0x1F7 /* reading it ends the interrupt */
#define COMMAND	 0x1F7
#define CONTROL	 0x3F6 /* and the status again, which ends nothing */

#define STATUS_ERR  0x01
#define STATUS_DRQ  0x08
#define STATUS_DF   0x20
#define STATUS_BSY  0x80
#define STATUS_NONE 0xFF /* nobody drives the lines */

#define CONTROL_NO_IRQ 0x02
#define DEVICE_LBA     0xE0
#define DEVICE_SECOND  0x10

#define CMD_READ_MULTIPLE  0xC4
#define CMD_WRITE_MULTIPLE 0xC5
#define CMD_SET_MULTIPLE   0xC6
#define CMD_FLUSH	   0xE7
#define CMD_IDENTIFY	   0xEC

#define PER_BLOCK  (BLOCK_SIZE / 512) /* sectors */
#define WORDS	   (BLOCK_SIZE / 2)
#define MOST	   31 /* blocks in a command: their sectors fit a byte */
#define LBA28_MOST 0x0FFFFFFFu
#define POLLS	   1000000

static struct ata {
	struct disk disk;
	bool asked, there;
} disks[2];

static struct turn channel; /* who waits for its disk */
static bool answered;	    /* the interrupt has come */
static u8 last_status;	    /* as the interrupt found it */

void ata_interrupt(void)
{
	last_status = inb(STATUS);
	answered = true;
	wakeup_sleepers(&answered);
}

/* At once, for what takes no time. @return the status, 0 if it stays busy */
static u8 poll(void)
{
	u8 s;

	for (u32 i = 0; i < POLLS; i++) {
		s = inb(CONTROL);
		if (!(s & STATUS_BSY))
			return s;
	}
	return 0;
}

/* Sleep until the interrupt, as long as it takes: in an emulator whose time leaps while nobody
 * runs, no limit would mean anything. @return the status */
static u8 wait(void)
{
	while (!answered)
		sleep_on(&answered, 0);
	answered = false;
	return last_status & STATUS_BSY ? poll() : last_status;
}

static bool failed(u8 status)
{
	return !status || status & (STATUS_BSY | STATUS_ERR | STATUS_DF);
}

static bool command(u32 unit, u8 cmd, u32 sector, u32 sectors)
{
	outb(DEVICE, (u8)(DEVICE_LBA | (unit ? DEVICE_SECOND : 0) | (sector >> 24 & 0x0F)));
	if (failed(poll()))
		return false;
	outb(COUNT, (u8)sectors);
	outb(LBA_LOW, (u8)sector);
	outb(LBA_MID, (u8)(sector >> 8));
	outb(LBA_HIGH, (u8)(sector >> 16));
	answered = false;
	outb(COMMAND, cmd);
	return true;
}

/* Blocks that lie one after the other. A disk asks for the first to be written without an
 * interrupt. */
static bool run(u32 unit, const struct disk_io *v, u32 n)
{
	u8 status;

	if (!command(unit, v->write ? CMD_WRITE_MULTIPLE : CMD_READ_MULTIPLE, v->block * PER_BLOCK,
		     n * PER_BLOCK))
		return false;
	for (u32 i = 0; i < n; i++) {
		status = v->write && !i ? poll() : wait();
		if (failed(status) || !(status & STATUS_DRQ))
			return false;
		if (v->write)
			outsw(DATA, v[i].buf, WORDS);
		else
			insw(DATA, v[i].buf, WORDS);
	}
	return !v->write || !failed(wait());
}

static u32 unit_of(const struct disk *d)
{
	return d == &disks[1].disk;
}

static s32 ata_io(struct disk *d, const struct disk_io *v, u32 n)
{
	bool done = true;

	turn_take(&channel);
	for (u32 k; n && done; v += k, n -= k) {
		done = v->block < d->blocks;
		for (k = 1; k < n && k < MOST; k++)
			if (v[k].write != v->write || v[k].block != v->block + k ||
			    v[k].block >= d->blocks)
				break;
		done = done && run(unit_of(d), v, k);
	}
	turn_end(&channel);
	return done ? 0 : -EIO;
}

static s32 ata_sectors(struct disk *d, u32 sector, u32 n, u8 *buf, bool write)
{
	u8 status = 0;
	bool done;

	turn_take(&channel);
	done = n && n <= PER_BLOCK && sector / PER_BLOCK < d->blocks &&
	       command(unit_of(d), write ? CMD_WRITE_MULTIPLE : CMD_READ_MULTIPLE, sector, n);
	if (done)
		status = write ? poll() : wait();
	done = done && !failed(status) && status & STATUS_DRQ;
	if (done && write)
		outsw(DATA, buf, n * WORDS / PER_BLOCK);
	else if (done)
		insw(DATA, buf, n * WORDS / PER_BLOCK);
	done = done && (!write || !failed(wait()));
	turn_end(&channel);
	return done ? 0 : -EIO;
}

static s32 ata_barrier(struct disk *d)
{
	bool done;

	turn_take(&channel);
	done = command(unit_of(d), CMD_FLUSH, 0, 0) && !failed(wait());
	turn_end(&channel);
	return done ? 0 : -EIO;
}

/* By polling: an interrupt of a channel without disks never comes. */
static void identify(u32 unit)
{
	struct ata *a = &disks[unit];
	u16 words[256];
	u32 sectors;

	if (!ports_open() || inb(STATUS) == STATUS_NONE)
		return;
	outb(CONTROL, CONTROL_NO_IRQ);
	if (command(unit, CMD_IDENTIFY, 0, 0) && inb(CONTROL) && !failed(poll()) &&
	    poll() & STATUS_DRQ) {
		insw(DATA, words, ARRAY_SIZE(words));
		sectors = (u32)words[61] << 16 | words[60];
		sectors = sectors < LBA28_MOST ? sectors : LBA28_MOST;
		a->disk = (struct disk){sectors / PER_BLOCK, ata_io, ata_sectors, ata_barrier};
		a->there =
		    sectors && command(unit, CMD_SET_MULTIPLE, 0, PER_BLOCK) && !failed(poll());
	}
	inb(STATUS);
	outb(CONTROL, 0);
	irq_enable(IRQ_ATA);
}

struct disk *ata_disk(u32 unit)
{
	struct ata *a = &disks[unit];

	turn_take(&channel);
	if (!a->asked)
		identify(unit);
	a->asked = true;
	turn_end(&channel);
	return a->there ? &a->disk : NULL;
}
