/* granttab.c (pv): our table of grants, mapped when somebody first asks for it. */
#include <trapline/xen/grant_table.h>
#include "hypercall.h"

static u8 page[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE))); /* the table lies over it */

struct grant_entry *grant_table(void)
{
	static bool mapped;
	u32 frame = 0;
	struct gnttab_setup_table s = {
	    .dom = DOMID_SELF, .nr_frames = 1, .frame_list = (u32)&frame};

	if (!mapped)
		mapped =
		    !hypercall(__HYPERVISOR_grant_table_op, GNTTABOP_setup_table, (u32)&s, 1, 0) &&
		    !s.status &&
		    !hyper_update_va_mapping(
			page, frame << PAGE_SHIFT | PTE_P | PTE_RW | PTE_A | PTE_D, UVMF_INVLPG);
	return mapped ? (struct grant_entry *)page : NULL;
}
