/* grants.h: entries of a domain's own grant table: pages that another may map. */
#ifndef RINGS_GRANTS_H
#define RINGS_GRANTS_H

#include <trapline/xen/grant_table.h>

/** From now on `domid` may map our machine frame by this entry, which is not in use. */
void grant_access(struct grant_entry *e, u16 domid, u32 frame, bool readonly);
/** From now on it may not. @return false if it has the page mapped: then the entry stays as it is
 */
bool revoke_access(struct grant_entry *e);

#endif
