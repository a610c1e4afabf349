/*
 * segments.h: segmentation of a shadow-mode guest.
 *
 * The guest's own descriptor tables stay where they are; the processor uses a table of ours, in
 * the gate, into which each of the guest's code and data descriptors is copied with DPL 0 raised
 * to 1. Real selectors of ring 1 therefore have RPL 1 where the guest expects 0: always in cs and
 * ss, never in ds, es, fs and gs, where the processor takes RPL 0 too and the guest reads back
 * what it loaded.
 */
#ifndef HV_SEGMENTS_H
#define HV_SEGMENTS_H

#include "cpu/gate.h"
#include "dom/desc_rules.h"
#include "lib/range.h"
#include "mmu/mmu.h"

/** The selector as the guest knows it: RPL 0 for what is really ring 1. */
static inline u16 guest_selector(u32 real)
{
	return (real & SEL_RPL) == 1 ? real & ~SEL_RPL : real;
}
/** The selector as the CPU must have it: RPL 1 for what the guest believes is ring 0. */
static inline u16 real_selector(u32 guest)
{
	return (guest & SEL_RPL) == 0 && (guest & ~SEL_RPL) ? guest | 1 : guest;
}
/** Why a domain that switches tasks by hardware is ended. */
#define NO_TASKS "switched tasks by hardware, which is not virtualized"
/** A selector in an error code (SDM 3A 6.13): without its RPL. */
static inline u32 selector_error(u16 selector)
{
	return selector & ~SEL_RPL;
}

/* segments.c: the real table. */

#define TABLE_BYTES 0x10000u /* of which selectors can name a descriptor, however long it is */
/** How many descriptors there are in one of the guest's tables. */
static inline u32 table_entries(const struct table_reg *table)
{
	return elements_within(table->limit, sizeof(struct desc));
}
/** Copy the guest's descriptor table into the one that the CPU uses: after lgdt, or a write. */
void segments_sync(struct vcpu *v);
/** The same for its LDT: after lldt. */
void segments_sync_ldt(struct vcpu *v);
/** The guest wrote `len` bytes at guest-physical `pa`: if they belong to its GDT, copy it anew. */
void segments_written(struct vcpu *v, u32 pa, u32 len);
/** The guest flushed its TLB: do its tables lie on other pages now? Then copy them anew. (The
 * processor reads a table when a selector is loaded, by the translation that there is then.) */
void segments_moved(struct vcpu *v);
/** The guest is on a stack with a 16-bit pointer. Can it go on with that? Gets the gate ready then
 * for gate_exit_16() (stack16.c). */
bool stack16_prepare(struct vcpu *v);
/** A bare machine's start (Multiboot 1, 3.2): flat segments, no table of the guest's own yet. */
void segments_init(struct vcpu *v);

/* descriptor.c: the guest's tables, and loading from them. */

/** Fetch the guest's descriptor of a selector; DESC_FAULT: the table cannot be read, *pf says why.
 */
enum desc_lookup { DESC_FOUND, DESC_BEYOND /* or null */, DESC_FAULT };
enum desc_lookup lookup_descriptor(struct vcpu *v, u16 selector, struct desc *d,
				   struct guest_fault *pf);
/** The same, where it does not matter why. @return false if null or beyond the table. */
bool guest_descriptor(struct vcpu *v, u16 selector, struct desc *d);
/**
 * The same for an instruction that names it.
 * @return true, or false with an exception queued: `vec` with the selector, 0 if that is null, or
 * the page fault of reading the table
 */
bool fetch_descriptor(struct vcpu *v, u16 selector, u8 vec, struct desc *d);
/** Set a bit in byte 5 of a descriptor in the guest's memory, as the CPU does: accessed, busy.
 * @return true, or false with the page fault queued. */
bool mark_descriptor(struct vcpu *v, u16 selector, u8 bit);

/**
 * The CPU found a segment not present, with this error code: was that only because the guest has
 * not used its descriptor before? Marks it then as used. @return true: the guest tries again
 */
bool first_use(struct vcpu *v, u32 err);
/**
 * The guest uses this selector (RPL 0), or the CPU has refused it with this error code: is that
 * only because there is no copy of its descriptor yet? Then makes one. @return true: it may try
 * again
 */
bool segments_extend(struct vcpu *v, u32 selector);
/** Is there nothing against loading it (the caller's checks apart)? Sets the accessed bit, as the
 * CPU would. @return true, or false with the page fault queued or the domain ended. */
bool use_descriptor(struct vcpu *v, u16 selector, struct desc d);

/** Where the selector of a segment register is saved. */
static inline u32 *seg_slot(struct cpu_regs *r, enum seg seg)
{
#define SLOT(name) offsetof(struct cpu_regs, name) / sizeof(u32)
	static const u8 slot[NR_SEGS] = {
	    [SEG_ES] = SLOT(es), [SEG_CS] = SLOT(cs), [SEG_SS] = SLOT(ss),
	    [SEG_DS] = SLOT(ds), [SEG_FS] = SLOT(fs), [SEG_GS] = SLOT(gs)};
#undef SLOT

	return (u32 *)r + slot[seg];
}
/** The descriptor that the CPU uses for a segment register; all zero for a null selector. */
struct desc loaded_segment(const struct vcpu *v, enum seg seg);
/** The linear address of the instruction at EIP, and the size of operands there: 2 or 4. */
static inline u32 code_address(const struct vcpu *v, u8 *code_size)
{
	struct desc cs = loaded_segment(v, SEG_CS);

	*code_size = cs.hi & DESC_DB ? 4 : 2;
	return desc_base(cs) + v->regs->eip;
}
/** What the guest's kernel reads from a segment register. */
u16 read_segment(const struct vcpu *v, enum seg seg);
/** In ds, es, fs or gs there is now this selector. Keeps the RPL of a null one. */
void note_null_selector(struct vcpu *v, enum seg seg, u16 selector);
/**
 * Load a data-segment register (not CS) as `mov` and `pop` would in the ring where the guest
 * believes it is. @return true, or false with the exception queued (SDM 2, MOV).
 */
bool load_data_segment(struct vcpu *v, enum seg seg, u16 selector);
/** Check a far transfer of control within the kernel and set CS. @return as above. */
bool load_code_segment(struct vcpu *v, u16 selector);

/*
 * The checks by themselves, for instructions that load more than one register and must change none
 * unless all are good. They return as above.
 */
enum transfer { TRANSFER_JUMP /* or call */, TRANSFER_RETURN /* or iret: RPL is the new CPL */ };
bool check_code_segment(struct vcpu *v, u16 selector, enum transfer how, struct desc *d);
bool check_stack_segment(struct vcpu *v, u16 selector, u32 cpl, struct desc *d);
/**
 * The stack that the guest's TSS names for its ring 0 (SDM 3A 6.12.1): read anew each time, the
 * guest may change it. @param ext ERR_EXT or 0, for the error code of what may be wrong with it
 */
bool kernel_stack(struct vcpu *v, u32 ext, u16 *ss, u32 *esp, struct desc *d);

#endif
