/*
 * layout.h: the top 64 MB of every address space in which the hypervisor is mapped.
 *
 *   FC000000  M2P table, read-only to direct-mode guests (4 MB)
 *   FC400000  machine memory from 0, linearly (48 MB): image, frame table, heap, trace ring
 *   FF400000  window of map_domain_page (4 MB)
 *   FF800000  unused
 *   FFC00000  the gate of the current direct-mode domain (4 MB)
 */
#ifndef HV_LAYOUT_H
#define HV_LAYOUT_H

#define HV_BASE	       0xFC000000
#define HV_LINEAR      0xFC400000
#define HV_LINEAR_SIZE 0x03000000
#define HV_WINDOW      0xFF400000
#define HV_GATE	       0xFFC00000
#define HV_IMAGE_PHYS  0x00100000
#define GATE_FAR_STACK 8 /* bytes below struct cpu_regs: what gate_leave_16 makes SS:ESP */

#if !defined(__ASSEMBLER__) && !defined(TRAPLINE_HOST_TEST)
#include "mem/words.h"
static inline void *hv_virt(maddr_t m)
{
	return (void *)(HV_LINEAR + m.a);
}
static inline maddr_t hv_phys(const void *p)
{
	return maddr((u32)p - HV_LINEAR);
}
#endif
#endif
