/*[H21] guest.c: reaching guest memory by linear address, as the guest's own instruction would. */
#include "find/find.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/frame.h"
#include "mmu/mmu.h"

static u32 min(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* Most of what is read is a word, or a descriptor. */
static inline void copy(void *dst, const void *src, u32 len)
{
	if (len == 4)
		__builtin_memcpy(dst, src, 4);
	else if (len == 8)
		__builtin_memcpy(dst, src, 8);
	else
		memcpy(dst, src, len);
}

/* From a page, as the guest wrote it: the processor of its own machine would find no patches in a
 * descriptor that lies among code, nor would it copy any. */
static void read_page(const struct domain *d, mfn_t m, u32 offset, void *dst, u32 len)
{
	const struct frame *f = frame_of(m);
	u8 *page = map_domain_page(m);

	copy(dst, page + offset, len);
	unmap_domain_page(page);
	if (f->flags & FRAME_WATCHED)
		patch_overlay(d, paddr(f->pfn * PAGE_SIZE + offset), dst, len);
}

/* From one page to the next. */
static bool __attribute__((noinline))
read_across(struct vcpu *v, vaddr_t va, void *dst, u32 len, u32 access, struct guest_fault *pf)
{
	while (len) {
		u32 part = min(len, PAGE_SIZE - va % PAGE_SIZE);

		if (!guest_read(v, va, dst, part, access, pf))
			return false;
		va += part;
		dst = (u8 *)dst + part;
		len -= part;
	}
	return true;
}

bool guest_read(struct vcpu *v, vaddr_t va, void *dst, u32 len, u32 access, struct guest_fault *pf)
{
	mfn_t m;

	if (len - 1 >= PAGE_SIZE - va % PAGE_SIZE) /* or none at all */
		return read_across(v, va, dst, len, access, pf);
	m = v->domain->mmu->translate(v, va, access, pf);
	if (!mfn_valid(m))
		return false;
	read_page(v->domain, m, va % PAGE_SIZE, dst, len);
	return true;
}

bool guest_write(struct vcpu *v, vaddr_t va, const void *src, u32 len, u32 access,
		 struct guest_fault *pf)
{
	u32 offset = va % PAGE_SIZE, part = min(len, PAGE_SIZE - offset);
	const struct mmu_ops *mmu = v->domain->mmu;
	mfn_t first, second;

	if (!len)
		return true;
	access |= PF_W;
	first = mmu->translate(v, va, access, pf);
	if (!mfn_valid(first))
		return false;
	if (part == len)
		return mmu->write(v, first, offset, src, part, pf);

	/* Across a page boundary: both pages must be there before anything is written. */
	if (len - part > PAGE_SIZE) {
		*pf = (struct guest_fault){true, va, access};
		return false;
	}
	second = mmu->translate(v, va + part, access, pf);
	if (!mfn_valid(second))
		return false;
	return mmu->write(v, first, offset, src, part, pf) &&
	       mmu->write(v, second, 0, (const u8 *)src + part, len - part, pf);
}

bool guest_protected(struct vcpu *v, vaddr_t va)
{
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, va, PF_W | PF_LOOK, &pf);
	const struct frame *f;

	if (!mfn_valid(m))
		return false;
	f = frame_of(m);
	return (f->flags & (FRAME_TRACED | FRAME_WATCHED)) ||
	       (f->type == FT_PAGE_TABLE && f->type_count);
}

/* Within one page, and as memory has it. */
static bool fetch_page(struct vcpu *v, vaddr_t va, u8 *dst, u32 n)
{
	u32 access = PF_LOOK | (from_kernel(v->regs) ? 0 : PF_US);
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, va, access, &pf);
	u8 *page;

	if (!mfn_valid(m))
		return false;
	page = map_domain_page(m);
	copy(dst, page + va % PAGE_SIZE, n);
	unmap_domain_page(page);
	return true;
}

u32 guest_fetch(struct vcpu *v, vaddr_t va, u8 *dst, u32 max)
{
	u32 first = min(max, PAGE_SIZE - va % PAGE_SIZE);

	if (!fetch_page(v, va, dst, first))
		return 0;
	return first < max && fetch_page(v, va + first, dst + first, max - first) ? max : first;
}
