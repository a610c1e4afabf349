/*
 * swap.h: pages on the machine's swap disk (overcommit=swap). A slot holds one page. Whose it is,
 * and which, knows only who has put it there (mmu/shadow/swap.c).
 */
#ifndef HV_SWAP_H
#define HV_SWAP_H

#include "mem/words.h"

#define SWAP_FULL 0xFFFFFFFFu

/** Boot: find the disk (hw/ata.h); all of its slots are free. Without one the machine stops. */
void swap_init(void);
/** Write a frame into a free slot. @return which; SWAP_FULL: there is none, or the disk fails */
u32 swap_put(mfn_t m);
/** Read a slot into a frame; the slot stays as it is. @return false if the disk fails */
bool swap_get(u32 slot, mfn_t m);
/** Nobody needs the slot any more. */
void swap_free(u32 slot);
/** How many are in use. */
u32 swap_slots_used(void);
/** The sector that a slot begins at. */
u32 swap_sector(u32 slot);

#endif
