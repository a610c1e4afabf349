/*[H52] pic.c: two 8259A interrupt controllers, edge triggered (Intel 8259A data sheet, 231468). */
#include "dev/devices.h"
#include "lib/string.h"

#define NONE 8 /* no line: behind the lowest priority */

void vpic_reset(struct vpics *p)
{
	/* As a BIOS leaves them, and nothing enabled. */
	memset(p, 0, sizeof(*p));
	p->chip[0].base = 0x08;
	p->chip[1].base = 0x70;
	p->chip[0].imr = p->chip[1].imr = 0xFF;
	p->chip[0].lowest = p->chip[1].lowest = 7;
	p->chip[1].elcr = 0x0C; /* 10 and 11, for PCI */
}

/* The highest priority among `lines`: 0 is the highest, NONE if there is none. */
static u32 priority(const struct vpic *c, u8 lines)
{
	u32 p = 0;

	while (p < NONE && !(lines >> ((p + c->lowest + 1) & 7) & 1))
		p++;
	return p;
}
static u32 line_of(const struct vpic *c, u32 priority)
{
	return (priority + c->lowest + 1) & 7;
}

/* The line that the chip asks for now, or NONE: unmasked, and above all that is in service. */
static u32 request(const struct vpics *p, u32 chip)
{
	const struct vpic *c = &p->chip[chip];
	u8 irr = c->irr, isr = c->isr;
	u32 wanted;

	if (chip == 0 && request(p, 1) != NONE)
		irr |= 1 << CASCADE;
	if (c->special_mask)
		isr &= ~c->imr;
	/* Fully nested: the second chip may interrupt its own lower lines. */
	if (chip == 0 && c->fully_nested)
		isr &= ~(1 << CASCADE);
	wanted = priority(c, irr & ~c->imr);
	return wanted < priority(c, isr) ? line_of(c, wanted) : NONE;
}

static void end_of_interrupt(struct vpic *c, u32 line, bool rotate)
{
	c->isr &= ~(1 << line);
	if (rotate)
		c->lowest = line;
}

static void acknowledge(struct vpic *c, u32 line)
{
	c->irr &= ~(1 << line) | c->elcr;
	if (!c->auto_eoi)
		c->isr |= 1 << line;
	else if (c->rotate_auto)
		c->lowest = line;
}

bool vpic_pending(const struct vpics *p)
{
	/* Asked before each return to the guest: nearly always, nothing is requested at all. */
	if (!(p->chip[0].irr & ~p->chip[0].imr) && !(p->chip[1].irr & ~p->chip[1].imr))
		return false;
	return request(p, 0) != NONE;
}

u8 vpic_ack(struct vpics *p)
{
	u32 line = request(p, 0);
	struct vpic *c = &p->chip[0];

	if (line == CASCADE) {
		acknowledge(c, CASCADE);
		c = &p->chip[1];
		line = request(p, 1);
	}
	if (line == NONE) /* gone meanwhile: a spurious interrupt on line 7 */
		return c->base + 7;
	acknowledge(c, line);
	return c->base + line;
}

void vpic_line(struct vpics *p, u32 irq, bool level)
{
	struct vpic *c = &p->chip[irq >> 3];
	u8 bit = 1 << (irq & 7);

	if (level && (c->elcr & bit || !(c->lines & bit)))
		c->irr |= bit;
	if (!level)
		c->irr &= ~(bit & c->elcr);
	c->lines = level ? c->lines | bit : c->lines & ~bit;
}

/* ICW1: begin anew. */
static void initialize(struct vpic *c, u8 val)
{
	*c = (struct vpic){.base = c->base,
			   .lowest = 7,
			   .icw = 2,
			   .single = val & 2,
			   .wants_icw4 = val & 1,
			   .irr = c->irr & c->elcr,
			   .elcr = c->elcr};
}

/* OCW2: rotation and end of interrupt. */
static void operate(struct vpic *c, u8 val)
{
	u32 line = val & 7, highest = priority(c, c->isr);

	switch (val >> 5) {
	case 0:
	case 4:
		c->rotate_auto = val >> 7;
		break;
	case 1: /* non-specific */
	case 5:
		if (highest != NONE)
			end_of_interrupt(c, line_of(c, highest), val >> 7);
		break;
	case 3: /* specific */
	case 7:
		end_of_interrupt(c, line, val >> 7);
		break;
	case 6:
		c->lowest = line;
		break;
	}
}

static void command(struct vpic *c, u8 val)
{
	if (val & 0x10) {
		initialize(c, val);
	} else if (val & 0x08) { /* OCW3 */
		c->poll = val & 4;
		if (val & 2)
			c->read_isr = val & 1;
		if (val & 0x40)
			c->special_mask = val & 0x20;
	} else {
		operate(c, val);
	}
}

void vpic_out(struct vpics *p, u32 chip, bool data, u8 val)
{
	struct vpic *c = &p->chip[chip];

	if (!data) {
		command(c, val);
		return;
	}
	switch (c->icw) {
	case 0: /* OCW1 */
		c->imr = val;
		break;
	case 2:
		c->base = val & 0xF8;
		c->icw = !c->single ? 3 : c->wants_icw4 ? 4 : 0;
		break;
	case 3: /* which line is the cascade: the board has settled that */
		c->icw = c->wants_icw4 ? 4 : 0;
		break;
	default:
		c->auto_eoi = val & 2;
		c->fully_nested = val & 0x10;
		c->icw = 0;
	}
}

u8 vpic_in(struct vpics *p, u32 chip, bool data)
{
	struct vpic *c = &p->chip[chip];
	u32 line;

	if (c->poll) { /* reading is then the acknowledgement */
		c->poll = false;
		line = request(p, chip);
		if (line == NONE)
			return 0;
		acknowledge(c, line);
		return 0x80 | line;
	}
	if (data)
		return c->imr;
	return c->read_isr ? c->isr : c->irr;
}
