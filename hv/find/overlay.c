/*[H34] overlay.c: code as the guest wrote it: without the patches. */
#include "find/find.h"
#include "insn/emulate.h"
#include "mem/frame.h"
#include "mmu/mmu.h"

/* Within one page. */
static void overlay_page(struct vcpu *v, vaddr_t va, u8 *bytes, u32 n)
{
	struct guest_fault pf;
	u32 k = 0;
	mfn_t m;

	while (k < n && bytes[k] != PATCH_BYTE)
		k++;
	if (k == n) /* as nearly always, but at a patched instruction */
		return;
	m = v->domain->mmu->translate(v, va, PF_LOOK | (from_kernel(v->regs) ? 0 : PF_US), &pf);
	if (mfn_valid(m))
		patch_overlay(v->domain, paddr(frame_of(m)->pfn * PAGE_SIZE + va % PAGE_SIZE),
			      bytes, n);
}

void emul_overlay(struct vcpu *v, vaddr_t va, void *bytes, u32 n)
{
	u32 first = PAGE_SIZE - va % PAGE_SIZE;

	if (n <= first) {
		overlay_page(v, va, bytes, n);
		return;
	}
	overlay_page(v, va, bytes, first);
	overlay_page(v, va + first, (u8 *)bytes + first, n - first);
}
