/*
 * ata.c: an ATA disk of the virtual PC: programmed I/O, the registers of the first channel (ATA-5).
 *
 * It has no sectors of its own. What a command needs is a request, up to a page at a time, which
 * Domain 0 serves (hcall/disk.c); until then the disk is busy. So a request that nobody has
 * answered outlives the program that was to serve it.
 */
#include "dev/devices.h"
#include "lib/string.h"

enum { DATA, ERROR, COUNT, LBA_LOW, LBA_MID, LBA_HIGH, DEVICE, STATUS }; /* and what is written */
#define STATUS_ERR  0x01
#define STATUS_DRQ  0x08
#define STATUS_IDLE 0x50 /* ready, and no seek is under way */
#define STATUS_BSY  0x80

#define ERROR_ABRT 0x04
#define ERROR_IDNF 0x10
#define ERROR_UNC  0x40
#define ERROR_NONE 0x01 /* of the test that a reset is followed by */

#define CONTROL_NO_IRQ 0x02
#define CONTROL_RESET  0x04
#define DEVICE_SECOND  0x10
#define DEVICE_LBA     0x40

#define CMD_READ	  0x20
#define CMD_READ_ONCE	  0x21 /* without retries */
#define CMD_WRITE	  0x30
#define CMD_WRITE_ONCE	  0x31
#define CMD_VERIFY	  0x40
#define CMD_DIAGNOSE	  0x90
#define CMD_GEOMETRY	  0x91
#define CMD_READ_MULTIPLE 0xC4
#define CMD_WRITE_MULTI	  0xC5
#define CMD_SET_MULTIPLE  0xC6
#define CMD_FLUSH	  0xE7
#define CMD_IDENTIFY	  0xEC
#define CMD_SET_FEATURES  0xEF

#define LBA28_MOST 0x0FFFFFFFu

static void reset(struct vata *a)
{
	a->count = a->lba[0] = 1;
	a->lba[1] = a->lba[2] = a->device = a->multiple = 0;
	a->status = STATUS_IDLE;
	a->error = ERROR_NONE;
	a->asks = false;
	a->request.op = VATA_NOTHING;
	a->at = a->end = a->left = 0;
}

void vata_reset(struct vata *a, u32 sectors, u8 *block)
{
	*a = (struct vata){.sectors = sectors, .block = block};
	reset(a);
}

bool vata_line(const struct vata *a)
{
	return a->asks && !(a->control & CONTROL_NO_IRQ);
}

static void done(struct vata *a, u8 error)
{
	a->status = STATUS_IDLE | (error ? STATUS_ERR : 0);
	a->error = error;
	a->at = a->end = a->left = 0;
	a->asks = true;
}

static void request(struct vata *a, u8 op)
{
	a->request = (struct vata_request){op, a->request.id + 1, a->sector, a->end / VATA_SECTOR};
	a->status = STATUS_IDLE | STATUS_BSY;
}

/* What the page holds, or will: as much of the command as there is room for. */
static void next_part(struct vata *a)
{
	a->at = 0;
	a->end = (a->left < VATA_MOST ? a->left : VATA_MOST) * VATA_SECTOR;
}

/* As far as the guest moves before the next interrupt. */
static u32 block_end(const struct vata *a)
{
	u32 to = (a->at / VATA_SECTOR + a->per_block) * VATA_SECTOR;

	return to < a->end ? to : a->end;
}

static void open_block(struct vata *a, bool interrupt)
{
	a->status = STATUS_IDLE | STATUS_DRQ;
	a->until = block_end(a);
	a->asks = interrupt;
}

static void part_is_done(struct vata *a)
{
	a->sector += a->end / VATA_SECTOR;
	a->left -= a->end / VATA_SECTOR;
	next_part(a);
}

/* The guest has moved all of a block. */
static void block_is_done(struct vata *a)
{
	if (a->at < a->end) {
		open_block(a, true);
	} else if (a->writes) {
		request(a, VATA_WRITE);
	} else {
		part_is_done(a);
		a->status = STATUS_IDLE;
		if (a->left)
			request(a, VATA_READ);
	}
}

void vata_answer(struct vata *a, bool okay)
{
	u8 op = a->request.op;

	a->request.op = VATA_NOTHING;
	if (!okay) {
		done(a, op == VATA_FLUSH ? ERROR_ABRT : ERROR_UNC);
	} else if (op == VATA_READ) {
		open_block(a, true);
	} else {
		if (op == VATA_WRITE)
			part_is_done(a);
		if (a->left)
			open_block(a, true);
		else
			done(a, 0);
	}
}

/* ---- commands ---- */

/* By cylinder, head and sector only who has not heard of LBA would ask: of him we know no geometry.
 * @return whether all that is asked for is there */
static bool take_place(struct vata *a)
{
	a->sector = a->lba[0] | a->lba[1] << 8 | a->lba[2] << 16 | (a->device & 0xFu) << 24;
	a->left = a->count ? a->count : 256;
	return a->device & DEVICE_LBA && a->sector < a->sectors &&
	       a->left <= a->sectors - a->sector;
}

static void transfer(struct vata *a, bool writes, u32 per_block)
{
	a->writes = writes;
	a->per_block = per_block;
	if (!take_place(a)) {
		done(a, ERROR_IDNF);
		return;
	}
	next_part(a);
	if (writes)
		open_block(a, false);
	else
		request(a, VATA_READ);
}

static void put_text(u16 *words, const char *text, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		words[i] = ' ' << 8 | ' ';
		if (*text)
			words[i] = (u16)(*text++ << 8 | ' ');
		if (*text)
			words[i] = (u16)((words[i] & 0xFF00) | (u8)*text++);
	}
}

static void identify(struct vata *a)
{
	u16 *w = (u16 *)a->block;

	memset(w, 0, VATA_SECTOR);
	w[0] = 0x0040; /* a fixed disk */
	put_text(w + 10, "1", 10);
	put_text(w + 23, "1", 4);
	put_text(w + 27, "Trapline disk", 20);
	w[47] = 0x8000 | VATA_MOST;
	w[49] = 0x0200; /* LBA */
	w[59] = a->multiple ? 0x0100 | a->multiple : 0;
	w[60] = (u16)a->sectors;
	w[61] = (u16)(a->sectors >> 16);
	w[80] = 0x003E; /* ATA-1 to 5 */
	w[83] = 0x5000; /* what is flushed is there */
	w[84] = 0x4000;
	w[86] = 0x1000;
	a->writes = false;
	a->per_block = 1;
	a->left = 1;
	a->at = 0;
	a->end = VATA_SECTOR;
	open_block(a, true);
}

static void set_multiple(struct vata *a)
{
	bool good = a->count <= VATA_MOST && !(a->count & (a->count - 1));

	if (good)
		a->multiple = a->count;
	done(a, good ? 0 : ERROR_ABRT);
}

static void command(struct vata *a, u8 cmd)
{
	if (cmd == CMD_DIAGNOSE) {
		reset(a);
		a->asks = true;
		return;
	}
	if (a->device & DEVICE_SECOND || a->status & STATUS_BSY)
		return; /* nobody is there; or nobody listens */
	a->asks = false;
	switch (cmd) {
	case CMD_READ:
	case CMD_READ_ONCE:
		transfer(a, false, 1);
		break;
	case CMD_WRITE:
	case CMD_WRITE_ONCE:
		transfer(a, true, 1);
		break;
	case CMD_READ_MULTIPLE:
	case CMD_WRITE_MULTI:
		if (a->multiple)
			transfer(a, cmd == CMD_WRITE_MULTI, a->multiple);
		else
			done(a, ERROR_ABRT);
		break;
	case CMD_VERIFY:
		done(a, take_place(a) ? 0 : ERROR_IDNF);
		break;
	case CMD_SET_MULTIPLE:
		set_multiple(a);
		break;
	case CMD_FLUSH:
		a->left = a->end = 0;
		request(a, VATA_FLUSH);
		break;
	case CMD_IDENTIFY:
		identify(a);
		break;
	case CMD_GEOMETRY:
	case CMD_SET_FEATURES:
		done(a, 0);
		break;
	default:
		done(a, ERROR_ABRT);
	}
}

/* ---- registers ---- */

u8 vata_in(struct vata *a, u32 reg)
{
	if (reg == STATUS)
		a->asks = false;
	/* Of a second disk, which is not there, the first answers for the registers. */
	if (reg == STATUS || reg == VATA_CONTROL)
		return a->control & CONTROL_RESET  ? STATUS_BSY
		       : a->device & DEVICE_SECOND ? 0
						   : a->status;
	if (a->status & STATUS_BSY)
		return a->status;
	switch (reg) {
	case ERROR:
		return a->error;
	case COUNT:
		return a->count;
	case DEVICE:
		return a->device | 0xA0;
	default:
		return a->lba[reg - LBA_LOW];
	}
}

void vata_out(struct vata *a, u32 reg, u8 val)
{
	if (reg == VATA_CONTROL) {
		if (a->control & ~val & CONTROL_RESET)
			reset(a);
		a->control = val;
	} else if (reg == STATUS) {
		command(a, val);
	} else if (a->status & STATUS_BSY || reg == ERROR) {
		return; /* features: there are none */
	} else if (reg == COUNT) {
		a->count = val;
	} else if (reg == DEVICE) {
		a->device = val;
	} else {
		a->lba[reg - LBA_LOW] = val;
	}
}

u32 vata_ready(const struct vata *a)
{
	return a->status & STATUS_DRQ && !(a->device & DEVICE_SECOND) ? a->until - a->at : 0;
}

u32 vata_move(struct vata *a, void *data, u32 n, bool out)
{
	u32 ready = vata_ready(a);

	if (out != (a->writes && ready))
		return 0;
	n = n < ready ? n : ready;
	if (out)
		memcpy(a->block + a->at, data, n);
	else
		memcpy(data, a->block + a->at, n);
	a->at += n;
	if (n && a->at == a->until)
		block_is_done(a);
	return n;
}
