/* grant.h: the table of grants of the hostile kernel, whose cases are in grant.c and hand_over.c.
 */
#ifndef ROGUE_PV_GRANT_H
#define ROGUE_PV_GRANT_H

#include <trapline/xen/grant_table.h>

#define REF 8u					   /* the entry that grants victim_data */
extern struct grant_entry table[GRANTS_PER_FRAME]; /* a page, its frame replaced by the table's */

s32 grant_op(u32 cmd, void *op, u32 count);
/** Set up the table, and an entry by which we may map victim_data ourselves. */
void grant_victim(u16 flags);

#endif
