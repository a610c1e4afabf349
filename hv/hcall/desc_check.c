/*[H75] desc_check.c: which segment descriptors and selectors a direct-mode guest may use. */
#include "hcall/desc.h"
#include "hcall/hcall.h"

#define SEGMENT_END MACH2PHYS_VIRT_END /* a guest's segments end here, or before */

/*
 * No descriptor with DPL 0 is in reach of a guest (below), but for our own, and no selector with
 * RPL 0 may come near an iret. So it must be one of the guest's, with RPL 1, or our flat one.
 */
bool ring1_selector_ok(u32 sel, u16 flat)
{
	if (sel == flat)
		return true;
	return sel <= 0xFFFF && (sel & SEL_RPL) == 1 &&
	       ((sel & SEL_TI) || sel >> 3 < FIRST_RESERVED_GDT_ENTRY);
}

static bool call_gate_ok(struct desc d)
{
	/* Its target must be the guest's: through a gate, the selector's RPL protects nothing. */
	return DESC_TYPE(d.hi) == DESC_CALL_GATE && ring1_selector_ok(d.lo >> 16, FLAT_RING1_CS) &&
	       (d.hi & 0xE0) == 0;
}

static void set_limit(struct desc *d, u32 pages)
{
	d->lo = (d->lo & 0xFFFF0000u) | ((pages - 1) & 0xFFFF);
	d->hi = (d->hi & ~0x000F0000u) | ((pages - 1) & 0xF0000);
}

bool descriptor_check(struct desc *d)
{
	u32 base = desc_base(*d), limit = desc_limit(*d);

	if (!(d->hi & DESC_P))
		return true; /* using it faults */
	if (desc_dpl(*d) == 0)
		return false;
	if (!(d->hi & DESC_S))
		return call_gate_ok(*d);
	if (base >= SEGMENT_END - PAGE_SIZE)
		return false;
	if (!(d->hi & DESC_CODE) && (d->hi & DESC_EC)) {
		/* Expand-down: all above the limit is in the segment, up to 4 GiB from the base. It
		 * may only be as long as what is left below the base's wrapping around. */
		if (limit < -base - 1) {
			if (!(d->hi & DESC_G) || base < PAGE_SIZE)
				return false;
			set_limit(d, -(base & PAGE_MASK) >> PAGE_SHIFT);
		}
		return true;
	}
	if (limit > SEGMENT_END - 1 - base) {
		if (!(d->hi & DESC_G))
			return false;
		set_limit(d, (SEGMENT_END - base) >> PAGE_SHIFT);
	}
	return true;
}
