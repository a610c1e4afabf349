/*
 * scan.h: the table of patches, and the scan that makes it.
 *
 * The table of what was there before is per domain, and sorted by guest-physical address. scan.c
 * and patch.c reach memory through struct code_memory only, so that host tests run them;
 * scan_domain.c connects them to a domain.
 */
#ifndef HV_SCAN_H
#define HV_SCAN_H

#include "find/find.h"
#include "insn/insn.h"

#define MAX_CODE_REGIONS 8
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
	u32 insns, patched;
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

/* For the files of this folder. */
/** Index of the first entry at or after `pa`. */
u32 patch_find(const struct patch_table *t, u32 pa);
bool patch_insert(struct patch_table *t, u32 index, struct patch p);
void patch_delete(struct patch_table *t, u32 index);

#endif
