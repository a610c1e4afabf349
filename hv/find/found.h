/*
 * found.h: what the scanner knows of a domain's code, for the files of this folder: scan_domain.c
 * patches what has been loaded, follow.c what the guest brings forth itself, scanned.c remembers
 * where the kernel has been seen, copied.c tells a patch from a hlt of the guest's own.
 */
#ifndef HV_FOUND_H
#define HV_FOUND_H

#include "dom/domain.h"
#include "find/scan.h"
#include "mem/frame.h"

/*
 * Code that was not there when the kernel was loaded: generated, copied, a module. Nothing tells
 * where it begins or what of its page is data, so it is not swept but followed, from each place
 * where the kernel is seen in it. What was written, called and left again without an entry into the
 * hypervisor has not been seen.
 */
#define FOUND_PAGES   32u /* pages that may have such code; the one found first goes first */
#define FOUND_ENTRIES 8u  /* places in a page from which to follow it when it has changed */
#define NR_SCANNED    32u
#define NR_HLTS	      128u /* addresses of hlts written into scanned code; the oldest go first */

struct found_page {
	u32 pfn; /* 0: not in use */
	bool changed;
	u8 code_size; /* of operands: 2 or 4 */
	u8 nr_entries;
	u32 entries[FOUND_ENTRIES]; /* linear */
	u32 seen[PAGE_SIZE / 32];   /* where instructions begin, as bits */
};

struct found_code {
	bool changed; /* one of the pages has */
	bool warned;  /* of a hlt that may be a copied patch */
	u32 next;     /* to be given up if all are in use */
	u32 hlts[NR_HLTS], next_hlt;
	/* Stretches of EIP, each within a page, that are known to have been scanned. */
	struct scanned_page {
		struct scanned_code code;
		u32 cr3, epoch, descriptors_epoch;
		u32 pde, pte; /* by which EIP's page is mapped; 0: another way than by a table */
		bool flat;    /* CS begins at 0 */
	} scanned[NR_SCANNED];
	struct found_page pages[FOUND_PAGES];
};
#define FOUND_CODE_PAGES pages_of(sizeof(struct found_code))

/* scan_domain.c */

/** The machine frame of a guest-physical address. Code was loaded, so memory is there. */
mfn_t code_frame(struct domain *d, u32 pa);
/** struct code_memory on a domain's memory, `ctx`. */
bool read_code(void *ctx, u32 pa, u8 *dst, u32 n);
void write_code(void *ctx, u32 pa, u8 byte, u8 op);
/** A scan is over: tell the trace. @return false: it has failed, and the domain has ended */
bool scan_finish(struct domain *d, enum scan_error err, const struct scan_result *r);
/** The stretch of scanned code that this address lies in, or NULL. */
const struct code_region *region_of(const struct patch_table *t, u32 pa);
static inline bool was_scanned(const struct patch_table *t, u32 pa)
{
	return region_of(t, pa);
}
/** From now on reads of segment registers must be caught, too. */
void patch_segment_reads(struct domain *d);

/* follow.c */

/** The page of the instruction at `va`, if it is to be followed there: not scanned, not yet seen.
 * @param pa gets where that is, guest-physical; 0: nowhere */
struct found_page *unseen(struct vcpu *v, u32 va, u8 code_size, u32 *pa);
/** Patch what is needed of all that can be reached from there without an indirect branch. */
void follow_code(struct vcpu *v, u32 from, u8 code_size);
/** What has been written to is followed anew from where it was entered. */
void follow_changes(struct vcpu *v);

/* copied.c */

/** These bytes have been written into scanned code. */
void note_hlts(struct domain *d, u32 pa, u32 len);

#endif
