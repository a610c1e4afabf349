/*
 * desc_rules.h: whether a descriptor may be used: loaded (SDM 3A 5.5 to 5.8), and accessed through
 * (5.3). What a direct-mode guest may put into a table at all is another question:
 * hcall/desc_check.c. Inlined, since they are asked several times at each entry.
 */
#ifndef HV_DESC_RULES_H
#define HV_DESC_RULES_H

#include "insn/insn.h"
#include "lib/range.h"

/* What a descriptor is good for (SDM 3A 3.4.5.1). */
static inline bool desc_is_code(struct desc d)
{
	return d.hi & DESC_S && d.hi & DESC_CODE;
}
static inline bool desc_is_writable_data(struct desc d)
{
	return d.hi & DESC_S && !(d.hi & DESC_CODE) && d.hi & DESC_RW;
}
static inline bool desc_is_readable(struct desc d)
{
	return d.hi & DESC_S && (!(d.hi & DESC_CODE) || d.hi & DESC_RW);
}
static inline bool desc_is_conforming(struct desc d)
{
	return desc_is_code(d) && d.hi & DESC_EC;
}

/**
 * May a segment register hold a selector with this RPL that names the descriptor, in a program at
 * this CPL (for CS: that it goes to)? Not asked: whether it is present.
 */
static inline bool desc_fits(enum seg seg, u32 cpl, u32 rpl, struct desc d)
{
	u32 dpl = desc_dpl(d);

	if (seg == SEG_CS) {
		/* Conforming code runs in the ring of whoever calls it. */
		if (desc_is_conforming(d))
			return dpl <= cpl;
		return desc_is_code(d) && dpl == cpl && rpl <= cpl;
	}
	if (seg == SEG_SS)
		return desc_is_writable_data(d) && dpl == cpl && rpl == cpl;
	return desc_is_readable(d) && (desc_is_conforming(d) || (dpl >= cpl && dpl >= rpl));
}

/** May [offset, offset + len) be accessed so through a segment register that holds it? */
static inline bool desc_allows(struct desc d, u32 offset, u32 len, bool write)
{
	bool code = d.hi & DESC_CODE;
	u32 limit = desc_limit(d);

	if (!(d.hi & DESC_P) || !(d.hi & DESC_S))
		return false;
	if (code ? write || !(d.hi & DESC_RW) : write && !(d.hi & DESC_RW))
		return false;
	if (!code && d.hi & DESC_EC) /* expand-down: valid above the limit */
		return offset > limit && within_limit(offset, len, d.hi & DESC_DB ? ~0u : 0xFFFF);
	return within_limit(offset, len, limit);
}

#endif
