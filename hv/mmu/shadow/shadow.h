/*
 * shadow.h: the parts of shadow mode (VMware ESX) among themselves.
 *
 * The guest's page tables map its linear addresses to guest-physical ones; the processor walks
 * tables of ours, which map the same linear addresses to machine ones. A shadow is made of each
 * guest table that is in use, is filled one entry at a time as faults ask for it, and follows the
 * guest's writes, because the frames of shadowed tables are write-protected.
 */
#ifndef HV_SHADOW_H
#define HV_SHADOW_H

#include "mem/frame.h"
#include "mmu/mmu.h"

/** The numbers are enum shadow of event.def. */
enum shadow_kind {
	SH_L1,	       /* of a guest page table */
	SH_L2,	       /* of a guest page directory */
	SH_L1_LARGE,   /* of a 4 MiB page: 1024 entries where the guest has one */
	SH_UNPAGED_L1, /* before the guest turns paging on: linear is guest-physical */
	SH_UNPAGED_L2,
	NR_SHADOW_KINDS,
};

#define SHADOW_PAGES 512u /* the most that a domain may have */
#define SHADOW_HASH  256u
#define NO_SLOT	     0xFFFFu
#define MAX_UNSYNCED 16u
#define NR_TLB	     32u /* software TLB: translations for the hypervisor's own use */

/** One shadow table. */
struct shadow_page {
	bool in_use;
	u8 kind;
	u8 writes;     /* SH_L2: guest writes since it was last the base */
	u16 low, high; /* entries in use lie within low..high; none if low > high */
	u16 gate_slot; /* SH_L2: which slot holds the gate, or NO_SLOT */
	u32 refs;      /* SH_L1 and the like: page-directory shadows' entries that lead here */
	u32 key;   /* guest frame that it shadows; SH_L1_LARGE: the entry; SH_UNPAGED_L1: slot */
	u32 va;	   /* SH_L1: the first address it maps, where it was last linked */
	u32 stamp; /* SH_L2: when it was last the base */
	mfn_t mfn; /* the frame that holds it; 0 until first used */
	struct shadow_page *next; /* in its hash chain */
};

struct shadow_state {
	struct shadow_page *pages; /* [SHADOW_PAGES] */
	struct shadow_page *hash[SHADOW_HASH];
	struct shadow_page *root; /* what the CPU walks now */
	u32 used, clock;
	u32 bound; /* how many tables there may be, up to SHADOW_PAGES */
	u32 hits, misses, evictions;
	bool lazy; /* tables=outofsync: see sync.c */
	u32 nr_unsynced;
	u32 epoch;	/* entries of the software TLB with another number are void */
	u32 code_epoch; /* the same for translations of code (find/scan_domain.c) */
	u32 gdt_pde;	/* the guest's directory entry for its GDT, when that was last looked at */
	struct {
		u32 key, epoch;
		mfn_t m;
	} tlb[NR_TLB];
	struct shadow_page *unsynced[MAX_UNSYNCED]; /* tables that the guest writes freely */
	u32 cr0, cr3, cr4; /* of the guest, as the shadows were built for */
	/* The protected pages that are writable while the instruction at `step_over_eip` runs (two
	 * if it writes across a boundary), and their contents before. */
	u32 step_over_eip, nr_step_over;
	struct step_over {
		struct shadow_page *l1;
		u32 va;
		mfn_t m;
		bool pde; /* the directory entry had to be made writable as well */
		bool write;
	} step_over[4];
	u8 (*before)[PAGE_SIZE];
};

/* cache.c: which shadows there are. */

/** The shadow of that kind of guest frame `key`, or NULL. */
struct shadow_page *shadow_find(struct shadow_state *s, enum shadow_kind kind, u32 key);
/** The same, made if need be (evicting others); NULL only if machine memory is exhausted. */
struct shadow_page *shadow_get(struct domain *d, enum shadow_kind kind, u32 key);
/** Drop a shadow and whatever leads to it. `why` is enum why of event.def. */
void shadow_drop(struct domain *d, struct shadow_page *p, u8 why);
/** Drop all shadows; the root, which the CPU walks, is emptied instead. */
void shadow_drop_all(struct domain *d, u8 why);
/** The domain is ending: drop some. @return true if there are none any more */
bool shadow_drop_part(struct domain *d);
/** Which table of the pool: the inverse of &s->pages[i]. */
u32 shadow_index(const struct shadow_state *s, const struct shadow_page *p);

/* entry.c: what stands in shadow entries. */

/** Write entry `i` of an L1 shadow, keeping count of writable mappings; traced as `va`. */
void spte_set(struct domain *d, struct shadow_page *p, u32 i, u32 spte);
/** The entry that a guest entry allows at most: present only if accessed, writable only if dirty.
 * 0 if its page has no machine memory yet. */
u32 spte_of(struct domain *d, u32 gpte);
/** Clear entry `i` of an L2 shadow and let go of the table that it led to. */
void spde_clear(struct domain *d, struct shadow_page *p, u32 i);
/** Link an L1 shadow into entry `i` of an L2 shadow with the guest entry's rights. */
void spde_set(struct domain *d, struct shadow_page *p, u32 i, struct shadow_page *l1, u32 gpde);
/** From now on the guest's writes to the frame come to us: no shadow maps it writable.
 * @param flag FRAME_TRACED or FRAME_WATCHED: why */
void frame_trace(struct domain *d, mfn_t m, u8 flag);
/** If this guest frame is no table any more, the guest may write it freely again. */
void frame_untrace(struct domain *d, u32 pfn);
/** A slot of a directory's shadow that holds the gate or the hypervisor. */
bool slot_is_ours(const struct domain *d, const struct shadow_page *p, u32 i);

struct walk;

/* sync.c: tables out of sync, where that is chosen. */

/** Let the guest write this table freely until the next flush. @return false if it may not. */
bool shadow_unsync(struct domain *d, u32 table_pfn);
/** The guest flushed its TLB: bring all tables into step again, and trace them. */
void shadow_resync(struct domain *d);
/** The guest flushed one page's translation. */
void shadow_resync_page(struct domain *d, vaddr_t va);
/** A directory leads to this table at new addresses, for which the CPU's TLB holds nothing yet. */
void shadow_linked(struct domain *d, struct shadow_page *l1);
/** Step over one instruction that the emulator does not know: its page is made writable, it runs
 * with EFLAGS.TF set, and shadow_step_over_end() then treats what it has written as emulated
 * writes. `l1` maps `va` as the walk says. In a hole also for a read (`write` false). */
void shadow_step_over(struct vcpu *v, vaddr_t va, struct shadow_page *l1, const struct walk *w,
		      bool write);
/** One page of zeroes that stands for all addresses at which the guest has no memory; writes to it
 * are lost. */
mfn_t hole_frame(void);
#define HOLE_PFN 0xFFFFFu /* what its frame says: there, no guest has memory */
/** The instruction has run, or something else came first: protect its pages again. */
void shadow_step_over_end(struct vcpu *v);
/** This shadow is being dropped. */
void shadow_forget_unsynced(struct shadow_state *s, const struct shadow_page *l1);

/* walk.c: the guest's own tables. */

struct walk {
	u32 pde, pte;	   /* as found; pte also for a 4 MiB page, made up of its pde */
	bool large;	   /* a 4 MiB page */
	bool present;	   /* both levels */
	bool allowed;	   /* the access is permitted */
	bool set_a, set_d; /* the walk had to set the guest's A or D bit */
	bool wp_off;	   /* a supervisor write to a read-only page, allowed by CR0.WP = 0 */
	u32 pfn;	   /* of the page, if present */
	u32 table_pfn;	   /* of the page table, if there is one */
};
/** Walk the guest's tables for `va` and an access (PF_W, PF_US); sets A and D if it is allowed. */
void guest_walk(struct vcpu *v, vaddr_t va, u32 access, struct walk *w);
/** The machine frame of a guest frame, allocated now if there was none. INVALID_FRAME if the guest
 * has no such memory, or (the domain is ended then) the machine has none left. */
mfn_t populate(struct domain *d, u32 pfn);
/** Read or replace one word of guest-physical memory; a page that is not there reads as 0. */
u32 guest_word(struct domain *d, u32 pfn, u32 index);
void guest_word_set(struct domain *d, u32 pfn, u32 index, u32 val);

/* place.c: where the gate is in the guest's address space. */

/** Put the gate into a slot that the guest's page directory leaves free, and into this root. */
void shadow_place_gate(struct vcpu *v, struct shadow_page *root);
/** The guest is going to use this slot of the root: move the gate away if it is there. @return
 * false if that cannot be done, or the domain has ended */
bool shadow_make_room(struct vcpu *v, struct shadow_page *root, u32 slot);

/** The guest's tables changed: flush the software TLB of translate(). */
static inline void shadow_tlb_flush(struct shadow_state *s)
{
	s->epoch++;
}

/** A translation of the guest's changed that may have been one of code. */
static inline void forget_code(struct domain *d)
{
	d->shadow->code_epoch++;
	d->code.len = 0;
}

/* fault.c: */

/** mmu_ops.page_fault: a true fault, or a hidden one that has been seen to. */
bool shadow_page_fault(struct vcpu *v, vaddr_t va, u32 err, struct guest_fault *pf);

/* shadow.c: */

bool shadow_init(struct domain *d);
/** The bits of the guest's CR0 and CR4 may have changed that are built into every entry. */
void shadow_cr_bits(struct vcpu *v);
/** guest_ops.load (vcpu.c). */
void shadow_load(struct vcpu *v);
/** Make the shadow of the guest's present CR0 and CR3 the one that the CPU walks. */
void shadow_select_root(struct vcpu *v);

#endif
