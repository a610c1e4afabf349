/*[H13]
 * rings.c: the segments of the three rings, and how far each reaches: under `segments` isolation
 * it is their limits that keep a guest out of the hypervisor (SDM 3A 3.4.5, 5.3).
 */
#include "cpu/gate.h"
#include "cpu/layout.h"

static struct desc segment(u32 limit_pages, u32 dpl, bool code)
{
	/* LAB 01.1a BEGIN */
	u32 limit = limit_pages - 1;

	return (struct desc){
	    .lo = limit & 0xFFFF,
	    .hi = (limit & 0xF0000) | DESC_G | DESC_DB | DESC_P | dpl << DESC_DPL_SHIFT | DESC_S |
		  DESC_RW | DESC_A | (code ? DESC_CODE : 0),
	};
	/* LAB 01.1a END */
}

struct desc gate_data_segment(u32 base)
{
	struct desc d = segment(0x100000, 0, false);

	d.lo |= base << 16;
	d.hi |= (base & 0xFF000000) | (base >> 16 & 0xFF);
	return d;
}

/* The hypervisor's own descriptors, from the first reserved selector on. */
void gate_build_descriptors(struct gate *g)
{
	struct desc *d = gate_descriptor(g, g->reserved_sel);

	/* LAB 01.1b BEGIN */
	/* Under `segments` the flat guest segments end below us; direct-mode guests may read the
	 * M2P table, so theirs end behind it, as Xen's do. */
	u32 guest_pages = 0x100000;

	if (g->layout->m2p)
		guest_pages = GUEST_LIMIT_PAGES + 1;
	else if (g->segments)
		guest_pages = HV_BASE >> PAGE_SHIFT;
	d[GATE_SEL_CS / 8] = segment(0x100000, 0, true);
	d[GATE_SEL_DS / 8] = segment(0x100000, 0, false);
	d[GATE_SEL_RING1_CS / 8] = segment(guest_pages, 1, true);
	d[GATE_SEL_RING1_DS / 8] = segment(guest_pages, 1, false);
	d[GATE_SEL_RING3_CS / 8] = segment(guest_pages, 3, true);
	d[GATE_SEL_RING3_DS / 8] = segment(guest_pages, 3, false);
	/* LAB 01.1b END */
}

struct desc gate_clip_descriptor(const struct gate *g, struct desc d)
{
	u32 base = desc_base(d), limit = desc_limit(d), room = HV_BASE - 1 - base;

	if (!g->segments)
		return d;
	/* An expand-down segment reaches from its limit to 4 GiB: there is no clipping that. */
	if (base >= HV_BASE || (!(d.hi & DESC_CODE) && (d.hi & DESC_EC)))
		return (struct desc){0, 0};
	if (limit > room) {
		limit = room >> 12;
		d.lo = (d.lo & 0xFFFF0000) | (limit & 0xFFFF);
		d.hi = (d.hi & ~0x000F0000u) | (limit & 0xF0000) | DESC_G;
		/* A room that is no whole number of pages loses its last part. */
		if ((room & 0xFFF) != 0xFFF) {
			limit--;
			d.lo = (d.lo & 0xFFFF0000) | (limit & 0xFFFF);
			d.hi = (d.hi & ~0x000F0000u) | (limit & 0xF0000);
		}
	}
	return d;
}
