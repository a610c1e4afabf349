/* version.h (pv): which hypercalls there are. */
#ifndef FINCH_VERSION_H
#define FINCH_VERSION_H

#include <trapline/types.h>

/** Does it know sched_op (29) and event_channel_op (32), or only the older forms (6 and 16)?
 * @param version, extra what xen_version says: major in the upper half; ".0" */
bool new_calls(u32 version, const char *extra);

#endif
