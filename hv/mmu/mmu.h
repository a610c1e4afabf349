/*
 * mmu.h: the switch between the two designs.
 *
 * Shadow (VMware ESX) and direct (Xen, SOSP 2003) fill the same few slots; nobody else asks in
 * which mode a domain is.
 */
#ifndef HV_MMU_H
#define HV_MMU_H

#include "dom/domain.h"

/** The outcome of a guest-virtual access: 0, or the #PF that bare hardware would have raised. */
struct guest_fault {
	bool raised;
	u32 va;	 /* CR2 */
	u32 err; /* PF_* */
};

#define PF_LOOK 0x100u /* in `access`, and in no error code */

struct mmu_ops {
	/**
	 * A page fault at `va` with the CPU's error code `err`, taken while the guest ran. Either
	 * repairs it and returns true (the guest resumes), or returns false with `*pf` holding the
	 * fault that the guest must see.
	 */
	bool (*page_fault)(struct vcpu *v, vaddr_t va, u32 err, struct guest_fault *pf);
	/**
	 * Find the machine frame behind a guest-virtual address for an access (PF_W, PF_US), as the
	 * guest's own tables have it; sets the guest's A and D bits, allocates lazily. With PF_LOOK
	 * it is the hypervisor that wants to know: in shadow mode no bit is set.
	 * @return the frame, or INVALID_FRAME with `*pf` set.
	 */
	mfn_t (*translate)(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf);
	/**
	 * Store `len` bytes at `offset` of frame `m` on behalf of the guest (which translate() has
	 * allowed): plain memory is simply written; a write to a page table is validated or
	 * followed by its shadow. Does not cross the frame.
	 * @return true, or false with `*pf` set: nothing was written.
	 */
	bool (*write)(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
		      struct guest_fault *pf);
	/** CR0, CR3 or CR4 of the guest changed (v->virt holds the new ones); `old_cr3` the old. */
	void (*cr_changed)(struct vcpu *v, u32 old_cr3);
	void (*invlpg)(struct vcpu *v, vaddr_t va);
	/** Release everything that the domain's MMU holds. */
	void (*destroy)(struct domain *d);
};

extern const struct mmu_ops shadow_ops, direct_ops;

/**
 * Read or write guest memory by linear address, with the rights of ring 1 (`access` 0) or ring 3
 * (`access` PF_US), exactly as the guest's own instruction would, and as the guest wrote it,
 * without patches (find/scan.h). Crosses pages. Nothing is written if any page of the range faults.
 * @return true, or false with *pf holding the fault to inject.
 */
bool guest_read(struct vcpu *v, vaddr_t va, void *dst, u32 len, u32 access, struct guest_fault *pf);
bool guest_write(struct vcpu *v, vaddr_t va, const void *src, u32 len, u32 access,
		 struct guest_fault *pf);
/** Would a write by ring 1 at `va` have to come to the hypervisor, because the page is protected?
 */
bool guest_protected(struct vcpu *v, vaddr_t va);
/** Fetch up to `max` instruction bytes at va, patches and all; returns how many could be read
 * (0..max). */
u32 guest_fetch(struct vcpu *v, vaddr_t va, u8 *dst, u32 max);

#endif
