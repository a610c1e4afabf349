/* copied.c: is a hlt one of the guest's own, or a patch of ours that it has read and copied?
 */
#include "dom/segments.h"
#include "find/found.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mmu/mmu.h"

#define COPY_BYTES 4u /* so many that are the same are no accident */

/* A hlt that is written into scanned code is the guest's own; or a patch that it has read and
 * copied, as a kernel does that puts other instructions in place of some of its own (Linux's
 * alternatives). */
void note_hlts(struct domain *d, u32 pa, u32 len)
{
	u8 byte;

	for (u32 k = pa; k - pa < len; k++)
		if (was_scanned(d->patches, k) && read_code(d, k, &byte, 1) && byte == PATCH_BYTE)
			d->found->hlts[d->found->next_hlt++ % NR_HLTS] = k;
}

static bool was_written(const struct found_code *f, u32 pa)
{
	for (u32 k = 0; k < NR_HLTS; k++)
		if (f->hlts[k] == pa)
			return true;
	return false;
}

bool is_copied_trap(struct vcpu *v)
{
	struct domain *d = v->domain;
	const struct patch_table *t = d->patches;
	u8 here[COPY_BYTES], there[COPY_BYTES], size;
	struct guest_fault pf;
	u32 la = code_address(v, &size), pa;
	mfn_t m = d->mmu->translate(v, la, PF_LOOK, &pf);
	bool scanned;

	if (!t || !mfn_valid(m) || guest_fetch(v, la, here, sizeof(here)) < sizeof(here))
		return false;
	pa = frame_of(m)->pfn * PAGE_SIZE + la % PAGE_SIZE;
	scanned = was_scanned(t, pa);
	if (scanned && !was_written(d->found, pa))
		return false;
	for (u32 k = 0; k < t->nr; k++)
		if (read_code(d, t->entries[k].pa, there, sizeof(there)) &&
		    memcmp(here, there, sizeof(here)) == 0)
			return true;
	/* What follows is not what followed there: that may be all that was copied. */
	if (scanned && !d->found->warned)
		printk("trapline: domain %u: at eip %08x it halts by a hlt that it wrote into its "
		       "code: if it copied a patch, SENSITIVE=breakpoint makes none\n",
		       d->id, v->regs->eip);
	d->found->warned |= scanned;
	return false;
}
