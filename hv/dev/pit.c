/*[H53]
 * pit.c: an 8254 timer (Intel data sheet 231164). A counter is not stepped: its value and output
 * follow from when it started.
 */
#include "dev/devices.h"
#include "lib/string.h"

#define CONTROL 3

static bool periodic(const struct vpit_channel *c)
{
	return c->mode == 2 || c->mode == 3;
}

static u64 elapsed(const struct vpit_channel *c, u64 tick)
{
	return tick > c->start ? tick - c->start : 0;
}

static u32 phase(const struct vpit_channel *c, u64 tick)
{
	u64 t = elapsed(c, tick);

	return div_u64(&t, c->reload);
}

static void load(struct vpit *p, struct vpit_channel *c, u32 count, u64 tick)
{
	if (c->bcd)
		count = (count & 0xF) + (count >> 4 & 0xF) * 10 + (count >> 8 & 0xF) * 100 +
			(count >> 12) * 1000;
	c->reload = count ? count : c->bcd ? 10000 : 65536;
	c->start = tick;
	c->counting = true;
	if (c == &p->ch[0])
		p->next_edge = tick + c->reload;
}

void vpit_reset(struct vpit *p, u64 tick)
{
	memset(p, 0, sizeof(*p));
	for (u32 k = 0; k < 3; k++)
		p->ch[k].access = 3;
	/* As a BIOS leaves it: 18.2 interrupts a second. */
	p->ch[0].mode = 2;
	p->ch[2].mode = 3;
	load(p, &p->ch[0], 0, tick);
}

static u32 count_at(const struct vpit *p, const struct vpit_channel *c, u64 tick)
{
	u32 count;

	if (!c->counting)
		return c->reload;
	if (c->mode == 2)
		count = c->reload - phase(c, tick);
	else if (c->mode == 3) /* by twos, twice per period */
		count = c->reload - (2 * phase(c, tick)) % c->reload;
	else
		count = c->reload - (u32)elapsed(c, tick);
	(void)p;
	if (c->bcd) {
		count %= 10000;
		return count % 10 | count / 10 % 10 << 4 | count / 100 % 10 << 8 |
		       count / 1000 << 12;
	}
	return count & 0xFFFF;
}

bool vpit_output(const struct vpit *p, u32 channel, u64 tick)
{
	const struct vpit_channel *c = &p->ch[channel];

	switch (c->mode) {
	case 2: /* low for the last tick of each period */
		return !c->counting || phase(c, tick) != c->reload - 1;
	case 3:
		return !c->counting || phase(c, tick) < (c->reload + 1) / 2;
	case 0:
	case 1: /* high when the count is over */
		return c->counting && elapsed(c, tick) >= c->reload;
	default: /* 4, 5: low for one tick then */
		return !c->counting || elapsed(c, tick) != c->reload;
	}
}

bool vpit_advance(struct vpit *p, u64 tick)
{
	struct vpit_channel *c = &p->ch[0];
	u64 periods;

	if (!p->next_edge || tick < p->next_edge)
		return false;
	if (!periodic(c)) {
		p->next_edge = 0;
		return true;
	}
	/* Always a whole number of periods from the start: lateness does not add up. Edges that
	 * nobody has seen in time are one interrupt, as they are to a real 8259A. */
	periods = tick - p->next_edge;
	div_u64(&periods, c->reload);
	p->next_edge += (periods + 1) * c->reload;
	return true;
}

static void latch_count(const struct vpit *p, struct vpit_channel *c, u64 tick)
{
	if (!c->latched) {
		c->latch = count_at(p, c, tick);
		c->latched = true;
	}
}

/* Read-back command: latch count (bit 5 clear) and status (bit 4 clear) of any channels. */
static void read_back(struct vpit *p, u8 val, u64 tick)
{
	for (u32 k = 0; k < 3; k++) {
		struct vpit_channel *c = &p->ch[k];

		if (!(val >> (k + 1) & 1))
			continue;
		if (!(val & 0x20))
			latch_count(p, c, tick);
		if (!(val & 0x10) && !c->status_latched) {
			c->status = vpit_output(p, k, tick) << 7 | !c->counting << 6 |
				    c->access << 4 | c->mode << 1 | c->bcd;
			c->status_latched = true;
		}
	}
}

static void control(struct vpit *p, u8 val, u64 tick)
{
	struct vpit_channel *c = &p->ch[val >> 6 & 3];

	if (val >> 6 == 3) {
		read_back(p, val, tick);
		return;
	}
	if (!(val & 0x30)) {
		latch_count(p, c, tick);
		return;
	}
	*c = (struct vpit_channel){
	    .access = val >> 4 & 3, .mode = val >> 1 & 7, .bcd = val & 1, .reload = c->reload};
	if (c->mode > 5) /* 6 and 7 are other names of 2 and 3 */
		c->mode -= 4;
	if (c == &p->ch[0])
		p->next_edge = 0; /* nothing until a count is written */
}

void vpit_out(struct vpit *p, u32 reg, u8 val, u64 tick)
{
	struct vpit_channel *c = &p->ch[reg % 3];

	if (reg == CONTROL) {
		control(p, val, tick);
	} else if (c->access == 1) {
		load(p, c, val, tick);
	} else if (c->access == 2) {
		load(p, c, val << 8, tick);
	} else if (!c->write_high) {
		c->written_low = val;
		c->write_high = true;
	} else {
		c->write_high = false;
		load(p, c, val << 8 | c->written_low, tick);
	}
}

u8 vpit_in(struct vpit *p, u32 reg, u64 tick)
{
	struct vpit_channel *c = &p->ch[reg % 3];
	u32 count;
	bool high;

	if (reg == CONTROL)
		return 0xFF;
	if (c->status_latched) {
		c->status_latched = false;
		return c->status;
	}
	count = c->latched ? c->latch : count_at(p, c, tick);
	high = c->access == 2 || (c->access == 3 && c->read_high);
	if (c->access == 3)
		c->read_high = !c->read_high;
	if (c->access != 3 || high)
		c->latched = false;
	return high ? count >> 8 : count;
}

void vpit_gate2(struct vpit *p, bool level, u64 tick)
{
	/* A rising gate starts the count again (modes 1, 2, 3, 5); software that times a delay
	 * raises it first, then loads the count. */
	if (level && !p->gate2 && p->ch[2].counting)
		p->ch[2].start = tick;
	p->gate2 = level;
}
