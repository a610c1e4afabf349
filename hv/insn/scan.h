/*
 * scan.h: finding a guest's sensitive instructions ahead of time, and patching them.
 *
 * A patch is the one byte 0xF4, hlt, written over the first byte of an instruction (the source
 * calls that planting): in rings 1 to 3 it raises #GP right there. The table of what was there
 * before is per domain, and sorted by guest-physical address. scan.c and patch.c reach memory
 * through struct code_memory only, so that host tests run them; plant.c connects them to a domain.
 */
#ifndef HV_SCAN_H
#define HV_SCAN_H

#include "insn/insn.h"
#include "mem/words.h"

#define PLANTED_BYTE 0xF4 /* hlt */

/** One patch. */
struct patch {
	u32 pa;	 /* guest-physical address of the instruction */
	u8 byte; /* what its first byte really is */
	u8 op;	 /* enum op */
};

#define MAX_CODE_REGIONS 8
#define MAX_CODE_PAGES	 2048 /* 8 MB of code, over all regions */
#define NO_BOUNDARY	 0xFF

/** A stretch of code that has been scanned. */
struct code_region {
	u32 start, end;	 /* guest-physical; end is the address after the last byte */
	u32 first_index; /* of its first page in patch_table.first */
};

struct patch_table {
	u32 nr, max;
	u32 nr_regions, nr_pages;
	bool reads; /* patch reads of any segment register, too */
	struct code_region regions[MAX_CODE_REGIONS];
	/* Per scanned page: offset of the first instruction that starts there. A later scan can
	 * start there, and need not start at the beginning of the code. */
	u8 first[MAX_CODE_PAGES];
	struct patch entries[];
};

/** How a scan reaches the code. */
struct code_memory {
	void *ctx;
	/** Read `n` bytes, as memory has them (patches included). @return false if there are
	 * none. */
	bool (*read)(void *ctx, u32 pa, u8 *dst, u32 n);
	/** Store one byte; `op` is the instruction that is patched, OP_other when a patch is
	 * removed. */
	void (*write)(void *ctx, u32 pa, u8 byte, u8 op);
};

/** What a scan did. */
struct scan_result {
	u32 start, end; /* what was looked at */
	u32 insns, planted;
};

enum scan_error {
	SCAN_OK,
	SCAN_TABLE_FULL,    /* more sensitive instructions than the table holds */
	SCAN_TOO_MUCH_CODE, /* more than MAX_CODE_REGIONS or MAX_CODE_PAGES */
	SCAN_NO_MEMORY,	    /* the code could not be read */
};
const char *scan_error_text(enum scan_error e);

/** Lay out an empty table in `bytes` of memory. @return NULL if that is too little. */
struct patch_table *patch_table_init(void *memory, u32 bytes);
/** @return the patch at exactly this address, or NULL */
const struct patch *patch_table_lookup(const struct patch_table *t, paddr_t pa);
/** `bytes` were read from `pa` on: put back what the patches among them replaced. */
void patch_table_overlay(const struct patch_table *t, paddr_t pa, u8 *bytes, u32 n);

/**
 * Sweep linearly over the code in [start, end), which begins with an instruction, and patch each
 * instruction that needs it. Bytes that are no instruction are passed over one by one.
 */
enum scan_error patch_table_scan(struct patch_table *t, paddr_t start, paddr_t end,
				 const struct code_memory *m, struct scan_result *result);
/** Sweep over all regions once more. */
enum scan_error patch_table_rescan(struct patch_table *t, const struct code_memory *m,
				   struct scan_result *result);
/**
 * The guest has written `len` bytes at `pa`, and they are in memory: patches there are gone. Scans
 * again from the last instruction known to begin before, until the new boundaries fall in with the
 * old ones. Does nothing outside scanned code (`result->insns` is then 0).
 */
enum scan_error patch_table_written(struct patch_table *t, paddr_t pa, u32 len,
				    const struct code_memory *m, struct scan_result *result);

struct domain;
struct elf;
struct vcpu;
struct found_code;
/* The same on a domain's memory (plant.c). A domain in which nothing was patched has no table; the
 * first three are then without effect. An error of the scanner ends the domain. */
const struct patch *patch_lookup(const struct domain *d, paddr_t pa);
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

/* For scan.c only. */
/** Index of the first entry at or after `pa`. */
u32 patch_find(const struct patch_table *t, u32 pa);
bool patch_insert(struct patch_table *t, u32 index, struct patch p);
void patch_delete(struct patch_table *t, u32 index);

#endif
