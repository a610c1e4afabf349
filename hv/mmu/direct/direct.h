/*
 * direct.h: inside the direct MMU (Xen's design, SOSP 2003, 3.3.3).
 *
 * The guest's own page tables are the ones that the CPU walks. Therefore no entry gets into them
 * unchecked: each table is a frame of a type, each type change is a validation of the contents, and
 * a frame with a type has no writable mapping.
 *
 * Reading order: frame.h, entry.h (what one entry holds), validate.c (what a table holds), update.c
 * (changing one entry), pin.c, hcall/pagetable.c (the hypercalls), writable.c (the assists).
 */
#ifndef HV_DIRECT_H
#define HV_DIRECT_H

#include "dom/account.h"
#include "hcall/errno.h"
#include "mem/frame.h"
#include "mmu/mmu.h"

#define HV_SLOT	 1008u /* first page-directory slot that is the hypervisor's: HV_BASE >> 22 */
#define NO_FRAME ((mfn_t){INVALID_FRAME})

/*
 * Preemption: no entry into the hypervisor may last long (Xen advisory 45). Work is counted in
 * units of about 50 instructions: one entry validated. A call that has used up WORK_BOUND returns
 * HCALL_AGAIN, with its arguments changed to what remains: Xen calls that a continuation.
 */
#define WORK_BOUND  8192u
#define WORK_UPDATE 8u	 /* units of one mmu_update */
#define WORK_COPY   128u /* of copying a page of descriptors */

/** A page table that the guest writes freely until it is used again (writable.c). */
struct unhooked {
	mfn_t table; /* the L1 frame; INVALID_FRAME: this place is empty */
	u32 slot;    /* where the current directory had it, or HV_SLOT: it was not hooked there */
	vaddr_t va;  /* the mapping through which the guest writes it */
	mfn_t map_table; /* L1 frame and index of the entry that makes this mapping */
	u32 map_index;
	u32 *before; /* what the table held when it was last valid: one hypervisor page */
};
#define NR_UNHOOKED 2

/**
 * One entry of the software TLB (walk.h): what an earlier walk of the guest's tables found. Table
 * and page stay mapped as long as it is here. It is valid as long as both entries are as they were.
 */
struct soft_tlb_entry {
	vaddr_t readable, writable; /* the page's last byte, or 0: it is not */
	u32 pde, pte;
	const u32 *pte_at;
	uintptr_t to_page;	/* what is added to a linear address of this page to reach it */
	u8 *page;		/* NULL: empty */
} __attribute__((aligned(32))); /* so that one is found by shifting */
#define NR_SOFT_TLB 8

/** The state of one direct-mode domain's MMU. */
struct direct_state {
	u32 work; /* units done in this entry into the hypervisor */
	struct soft_tlb_entry soft_tlb[NR_SOFT_TLB]; /* the software TLB */
	struct soft_tlb_entry soft_itlb; /* for instructions: the page it last trapped in */
	u32 *base;    /* the page directory of the vcpu that has run last; mapped as long as that */
	u32 fault_va; /* of the write that is being emulated */
	mfn_t burst;  /* choose.h: the table that the guest is writing, and how often it has */
	u32 burst_writes;
	u32 nr_unhooked;
	struct unhooked unhooked[NR_UNHOOKED]; /* [0] hooked in the current directory, [1] not */

	/* At most one directory of each vcpu is between valid and released; its frame's `aux` says
	 * how many of its entries hold references. It keeps its type, but lacks FRAME_VALIDATED. */
	mfn_t unfinished;
	bool releasing; /* towards released, else towards valid */
	int error;	/* why, if validation failed */

	bool in_multicall;
};

/** A call that does bounded work begins; within a multicall its calls share one bound. */
static inline void work_begin(struct direct_state *s)
{
	if (!s->in_multicall)
		s->work = 0;
}

/* validate.c */

/**
 * Take a reference to frame `m` as a page table or page directory, validating it if it is the
 * first.
 * @return 0; -EINVAL if it is not the domain's, in use as another type, or holds a bad entry;
 *         HCALL_AGAIN (directories only): not finished, call again
 */
int table_get(struct domain *d, mfn_t m, u8 type);
/** Drop such a reference; the last one releases what the table's entries hold.
 * @return 0, or HCALL_AGAIN (directories only): call release_step() until it returns 0 */
int table_put(struct domain *d, struct frame *f);
/** Go on with the unfinished directory, towards released. @return 0, an error from its validation,
 * or HCALL_AGAIN */
int release_step(struct domain *d);
/** Use frame `f`, which the domain has a reference to, as `type`: only for types without contents
 * to check, or where the caller checks them (FT_WRITABLE, FT_GDT, FT_LDT). @return 0 or -EINVAL */
int type_get(struct domain *d, struct frame *f, u8 type);
void type_put(struct frame *f);
/** The guest wrote an L1 table freely, whose entries were valid as `before`: validate each one that
 * changed. @return 0, or -EINVAL: some were bad, and are as before */
int revalidate_l1(struct domain *d, mfn_t table, const u32 *before);

/* update.c */

/** Change entry `index` of L1 table `f`, mapped at `table`. @return 0 or -EINVAL: unchanged */
int l1_update(struct domain *d, u32 *table, u32 index, u32 val);
/** The same of one entry, which is to map a frame of another domain, by the number that this one
 * calls it (foreign.c). */
int l1_update_foreign(struct domain *d, struct domain *owner, u32 *entry, u32 val);
/** The same of one that is to map a page of the trace's ring, read-only. */
int l1_update_trace(struct domain *d, u32 *entry, u32 val);
/** The same for a page directory. */
int l2_update(struct domain *d, struct frame *f, u32 *table, u32 index, u32 val);

/* writable.c */

/** Validate and hook again every page table that the guest has been writing freely. Its burst of
 * writes (choose.h) is over. */
void rehook_all(struct vcpu *v);
/** The same, but the burst goes on. */
void rehook_each(struct vcpu *v);
static inline void rehook_keep_burst(struct vcpu *v)
{
	if (v->domain->direct->nr_unhooked)
		rehook_each(v);
}
/** A write to a page table through its read-only mapping: emulate or unhook.
 * @return true if the guest may go on */
bool writable_fault(struct vcpu *v, vaddr_t va);
/** A page is missing at `va`. @return true if it was because of an unhooked page table, which now
 * is hooked again */
bool rehook_missing(struct vcpu *v, vaddr_t va);
/* Bits of vm_assist; there is none for types 32 and 33. */
#define ASSIST_WRITABLE (1u << VMASST_TYPE_writable_pagetables)
#define ASSIST_UNHOOK	(1u << 31)
#define ASSIST_EMULATE	(1u << 30)
#define ASSIST_TABLES	(ASSIST_WRITABLE | ASSIST_UNHOOK | ASSIST_EMULATE)

/** The burst of writes ends: the next writes are counted anew. */
static inline void burst_ends(struct direct_state *s)
{
	s->burst = NO_FRAME;
}

/* pin.c */

/** Hold a table's type until unpin, whatever maps it (MMUEXT_PIN_L1_TABLE, _L2_TABLE).
 * @return 0, -EINVAL (also if it is pinned already), or HCALL_AGAIN */
int pin_table(struct domain *d, mfn_t m, u8 type);
int unpin_table(struct domain *d, mfn_t m);
/** Make `m` the page directory that the CPU walks. @return as pin_table */
int new_base(struct vcpu *v, mfn_t m);

/* flush.c */

/** A table or a frame of this vcpu's domain has changed: drop all of the CPU's cached translations.
 * Where the one that runs is isolated by paging, each exit to it loads CR3: nothing is left to do.
 */
void direct_flush(struct vcpu *v);
/** Drop the one of `va`, in this vcpu's address space. */
void direct_invlpg(struct vcpu *v, vaddr_t va);
/** v->base and v->cr3 have changed: map the one, load the other. */
void direct_load_base(struct vcpu *v);

/* vcpu.c */

/** struct guest_ops.load. */
void direct_load(struct vcpu *v);

/* walk.c */

/**
 * Walk the tables that the CPU walks. @return the mapped entry, to be unmapped with
 * unmap_domain_page, or NULL if there is no page table
 */
u32 *walk_l1e(struct vcpu *v, vaddr_t va, mfn_t *table);

/* foreign.c */

/** The entry at this machine address, if it is one of a page table of the domain's, mapped: to be
 * unmapped by unmap_domain_page(). NULL: it is none. */
u32 *entry_at(const struct domain *d, u32 at);
/**
 * Let an entry be `pte`, whose frame may be another domain's: the caller has a reference to it, and
 * knows that it has been granted. The entry is that of linear address `at`, or (by_entry) the one
 * at machine address `at`.
 * @return 0, -EFAULT (there is no such entry), -EINVAL (the frame cannot be mapped writable)
 */
int foreign_map(struct vcpu *v, u32 at, bool by_entry, u32 pte);
/** Clear the entry. @return 0, or -EFAULT: there is none, or it does not map that frame so */
int foreign_unmap(struct vcpu *v, u32 at, bool by_entry, u32 pte);

/* ops.c */

/** Memory for the state of a new direct-mode domain. @return false if there is none */
bool direct_create(struct domain *d);
/** Give back a part of the domain's memory. @return true if that was all */
bool direct_release(struct domain *d);
/** Drop the references that a GDT or LDT holds to these frames. */
void descriptor_frames_put(struct domain *d, const mfn_t *frames, u32 n);

#endif
