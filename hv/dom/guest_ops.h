/*
 * guest_ops.h: what differs between the designs, beside the MMU's slots (mmu.h).
 *
 * Shadow and direct mode fill it in trap/shadow.c and trap/direct.c; nobody else asks in which mode
 * a domain is. It is also how what lies below reaches the design, which is above (hv/rooms).
 */
#ifndef HV_GUEST_OPS_H
#define HV_GUEST_OPS_H

#include <trapline/xen/domctl.h>
#include "cpu/gate.h"
#include "dom/domain.h"
#include "mem/frame.h"

/** A file that the boot loader put into memory. */
struct module {
	const void *start; /* NULL: there is none */
	u32 len;	   /* bytes */
	const char *name;  /* as the boot loader says it */
};

struct guest_ops {
	u8 mode;	  /* enum mmu of event.def */
	const char *name; /* as on the command line */
	bool by_limits;	  /* its guests know that the top of the address space is not theirs: limits
			   * of segments protect it, where the CPU checks them */
	bool by_mfn;	  /* its guests go by machine frames: they are told which they have, and
			   * have page tables, grant tables and a part of m2p of their own */
	struct gate_layout gate;

	/**
	 * Load the kernel, and get the first vcpu ready to run it.
	 * @param initrd may be empty; @param nr_pages memory of the domain, in 4096-byte pages
	 * @return false, with the reason printed, if the image or the memory does not allow it
	 */
	bool (*build)(struct domain *d, struct module kernel, struct module initrd,
		      const char *cmdline, u32 nr_pages);

	/* For another domain that makes this one, instead of build (hcall/domctl.c). */

	/** Make what the design needs beside the guest's memory. @return false if there is none */
	bool (*create)(struct domain *d);
	/** It may have so many pages. @return 0, -EINVAL (it has more, or the number is fixed by
	 * now), or -ENOMEM */
	int (*set_max)(struct domain *d, u32 nr_pages);
	/** The frame that others mean by number n, to map it, or (`write`) to map it writable.
	 * @return INVALID_FRAME if there is none, or it may not be written from outside any more */
	mfn_t (*frame)(struct domain *d, u32 n, bool write);
	/** Between these guest-physical addresses there is code. @return 0 or -EINVAL; HCALL_AGAIN:
	 * it is not finished, and goes on at *start */
	int (*code)(struct domain *d, u32 *start, u32 end);
	/** All registers of a vcpu that does not run: set them. @return 0, or -EINVAL: none has
	 * been changed, but tables may have been; -EBUSY: not now; HCALL_AGAIN: not finished */
	int (*set_context)(struct vcpu *v, const struct vcpu_guest_context *c);
	void (*get_context)(const struct vcpu *v, struct vcpu_guest_context *c);

	/** Make what the design needs for one more vcpu, which is not in the domain's list yet.
	 * @return 0; -EBUSY (not any more), -ENOMEM: then nothing was made */
	int (*add_vcpu)(struct vcpu *v);
	/** Another vcpu of the domain than the last one: what there is once for all of them becomes
	 * this one's (domain.gate). */
	void (*load)(struct vcpu *v);

	/* What comes in. */

	/** A trap other than a page fault or int n. @return false if it is to be raised in the
	 * guest as it is */
	bool (*trap)(struct vcpu *v, u8 vec);
	/** int n, or int3 or into, of `len` bytes at EIP. */
	void (*software_interrupt)(struct vcpu *v, u8 vec, u32 len);
	/** The registers cannot be loaded: on the way out there was this fault. */
	void (*enter_failed)(struct vcpu *v, const struct cpu_regs *fault);
	/** One instruction is being stepped over (v->stepping_over), and it comes in by this
	 * vector. NULL: that is never so. */
	void (*stepped_over)(struct vcpu *v, u8 vec);
	/** An entry from the kernel, which may have changed rings without a trap: tell the trace.
	 */
	void (*back_in_kernel)(struct vcpu *v);

	/* The way out, in this order. */

	/** Deliver what is pending. @return whether a handler of the guest's runs next */
	bool (*deliver)(struct vcpu *v);
	/** The vcpu is about to run. @return false: not yet, an instruction was emulated
	 * instead; deliver, and ask again */
	bool (*ready)(struct vcpu *v);
	/** Run it. Does not return. */
	void (*enter)(struct vcpu *v);

	/* Time, input, memory. */

	/** A blocked vcpu: has something come for it? NULL: then it is not blocked any more. */
	bool (*woken)(const struct vcpu *v);
	/** When does the domain next wait for the time? System time in ns;
	 * SCHED_NEVER: it does not. */
	u64 (*deadline)(const struct domain *d);
	/** It is `now`: raise what is due. */
	void (*tick)(struct domain *d, u64 now);
	/** A byte has been typed for it. */
	void (*input)(struct domain *d, u8 byte);
	/** From now on the guest's writes to this frame come to us: no way in is left writable. */
	void (*watch)(struct domain *d, mfn_t m);
	/** Its balloon driver gives page n away, or takes it back. @return BALLOON_ of
	 * include/trapline/balloon.h. NULL: it has no such device */
	u32 (*balloon)(struct domain *d, bool gives, u32 n);

	/* The end. */

	/** Print what it has of registers beside the CPU's, in one line. */
	void (*dump)(const struct vcpu *v);
	/** Give back what was made for the domain, its memory too: a part of it, so that this does
	 * not take long. @return true if that was all */
	bool (*destroy)(struct domain *d);
};

extern const struct guest_ops shadow_guest, direct_guest;
/** By enum mmu: what lies below the designs makes domains by this; main.c fills it in. */
extern const struct guest_ops *designs[NR_MMU];
/** By enum mmu: the isolation of domains, unless Domain 0 asks for another: segment limits, or (0)
 * paging. Option isolation=; main.c fills it in. */
extern bool segments_usual[NR_MMU];

/** See to it that the guest's writes to this frame come to us (FRAME_WATCHED). */
static inline void watch_frame(struct domain *d, mfn_t m)
{
	if (!(frame_of(m)->flags & FRAME_WATCHED))
		d->ops->watch(d, m);
}

#endif
