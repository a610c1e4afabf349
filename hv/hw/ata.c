/* ata.c: driving a real ATA disk by programmed I/O (ATA-5, 8.27 READ MULTIPLE and its like). */
#include "hw/ata.h"
#include "cpu/x86.h"
#include "hw/passthrough.h"

/* The second channel's registers. */
#define DATA	0x170
#define COUNT	0x172
#define LBA	0x173 /* and two more */
#define DEVICE	0x176
#define STATUS	0x177 /* read; written: the command */
#define CONTROL 0x376

#define STATUS_ERR  0x01
#define STATUS_DRQ  0x08
#define STATUS_DF   0x20
#define STATUS_BSY  0x80
#define STATUS_NONE 0xFF /* nobody drives the bus */

#define CONTROL_NO_IRQ 0x02
#define DEVICE_LBA     0xE0

#define CMD_READ_MULTIPLE  0xC4
#define CMD_WRITE_MULTIPLE 0xC5
#define CMD_SET_MULTIPLE   0xC6
#define CMD_IDENTIFY	   0xEC

#define SECTOR_WORDS 256u
#define LBA28_MOST   0x10000000u
#define POLLS	     50000000u /* a disk that says nothing for so long is broken */

/* @return whether the disk has done what it was told, and now wants, or does not want, data */
static bool wait_for(u8 data)
{
	u8 status = STATUS_BSY;

	for (u32 n = 0; n < POLLS && status & STATUS_BSY; n++)
		status = inb(STATUS);
	return !(status & (STATUS_BSY | STATUS_ERR | STATUS_DF)) && (status & STATUS_DRQ) == data;
}

static void command(u8 cmd, u32 sector, u8 count)
{
	outb(DEVICE, DEVICE_LBA | (sector >> 24 & 0xF));
	outb(COUNT, count);
	for (u32 i = 0; i < 3; i++)
		outb(LBA + i, sector >> 8 * i & 0xFF);
	outb(STATUS, cmd);
	/* It needs 400 ns to say that it is busy. */
	for (u32 i = 0; i < 4; i++)
		inb(CONTROL);
}

static void in_words(void *to, u32 n)
{
	asm volatile("rep insw" : "+D"(to), "+c"(n) : "d"(DATA) : "memory");
}

static void out_words(const void *from, u32 n)
{
	asm volatile("rep outsw" : "+S"(from), "+c"(n) : "d"(DATA) : "memory");
}

u32 ata_find(void)
{
	u16 words[SECTOR_WORDS];
	u32 sectors;

	outb(DEVICE, DEVICE_LBA);
	if (inb(STATUS) == STATUS_NONE || !inb(STATUS))
		return 0;
	outb(CONTROL, CONTROL_NO_IRQ);
	command(CMD_IDENTIFY, 0, 0);
	if (!wait_for(STATUS_DRQ))
		return 0;
	in_words(words, SECTOR_WORDS);
	command(CMD_SET_MULTIPLE, 0, ATA_PAGE_SECTORS);
	if (!wait_for(0))
		return 0;
	sectors = words[60] | (u32)words[61] << 16;
	if (sectors > LBA28_MOST)
		sectors = LBA28_MOST;
	ata2_is_ours = sectors != 0;
	return sectors;
}

bool ata_read_page(u32 sector, void *page)
{
	command(CMD_READ_MULTIPLE, sector, ATA_PAGE_SECTORS);
	if (!wait_for(STATUS_DRQ))
		return false;
	in_words(page, ATA_PAGE_SECTORS * SECTOR_WORDS);
	return true;
}

bool ata_write_page(u32 sector, const void *page)
{
	command(CMD_WRITE_MULTIPLE, sector, ATA_PAGE_SECTORS);
	if (!wait_for(STATUS_DRQ))
		return false;
	out_words(page, ATA_PAGE_SECTORS * SECTOR_WORDS);
	return wait_for(0);
}
