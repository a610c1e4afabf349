/*
 * find.h: finding a guest's sensitive instructions before they run, and making them trap. What they
 * do is carried out by insn/.
 *
 * By a patch (sensitive=patch): the one byte 0xF4, hlt, written over the first byte of an
 * instruction: in rings 1 to 3 it raises #GP right there. Or
 * without touching the code (sensitive=breakpoint): whenever the guest's kernel is about to run,
 * its code is read ahead along every way that it can take without an indirect branch, up to the
 * first sensitive instruction on each; the debug registers DR0 to DR3 stop it there. What was found
 * is cached, by the place where it started.
 */
#ifndef HV_FIND_H
#define HV_FIND_H

#include "dom/domain.h"

struct elf;

#define PATCH_BYTE     0xF4 /* hlt */
#define MAX_CODE_PAGES 2048 /* 8 MB of scanned code, over all regions */

/** One patch. */
struct patch {
	u32 pa;	 /* guest-physical address of the instruction */
	u8 byte; /* what its first byte really is */
	u8 op;	 /* enum op */
};

/* Patches. */

/** The patch at this address, or NULL. (A domain in which nothing was patched has no table; this
 * and the next two are then without effect.) */
const struct patch *patch_lookup(const struct domain *d, paddr_t pa);
/** `bytes` were read from guest-physical `pa` on: put back what the patches among them replaced. */
void patch_overlay(const struct domain *d, paddr_t pa, u8 *bytes, u32 n);
/** The guest has written `len` bytes at guest-physical `pa`, and they are in memory. */
void patch_written(struct domain *d, u32 pa, u32 len);
/** Scan the executable sections of a kernel that has just been loaded (all of its executable
 * segments, if it has no sections). @return false if the domain has been ended */
bool scan_kernel(struct domain *d, const struct elf *elf);
/** The same of one that is no ELF file: all that has been loaded of it. Can be called for more than
 * one stretch. */
bool scan_image(struct domain *d, u32 start, u32 end);
/** The same, a part at a time: *start moves on, and is `end` when it is done. */
bool scan_part(struct domain *d, u32 *start, u32 end);
/** The domain's end: what the scanner has is given back. */
void scan_end(struct domain *d);

/**
 * A vcpu is about to run its kernel at EIP, or has been stopped there: if that is not in code that
 * has been scanned (it has been generated, copied or loaded by the guest itself), follow it from
 * there and patch what is needed. Also what d->catch_reads asks for, the first time.
 */
void code_entered(struct vcpu *v);
/** Is the `hlt` at EIP a patch of ours, in a copy that the guest has made of its code? If that
 * cannot be told, says so on the console. */
bool is_copied_trap(struct vcpu *v);

/** Bytes that have been read from linear address `va`: put back what the patches replaced
 * (overlay.c). */
void emul_overlay(struct vcpu *v, vaddr_t va, void *bytes, u32 n);

/* Breakpoints (ahead.c). */

/** Get ready for a domain with sensitive=breakpoint. @return false if there is no memory. */
bool ahead_init(struct domain *d);
void ahead_end(struct domain *d);
/** The vcpu is about to run ring-1 code at regs->eip: load the debug registers.
 * @return false if that instruction has been dealt with instead: ask again */
bool ahead_arm(struct vcpu *v);
/** #DB from ring 1, `why` as in DR6: where we wanted to stop, emulate the instruction.
 * @return what of it is the guest's affair, as the guest numbers its breakpoints */
u32 ahead_stopped(struct vcpu *v, u32 why);
/** Another vcpu of the domain is about to run. */
void ahead_switch(struct domain *d);
/** The guest changed its code, or where it is, or its breakpoints: the cache is void. */
static inline void ahead_forget(struct domain *d)
{
	d->ahead_epoch++;
}

#endif
