/*
 * answer.h: how Domain 0 asks a domain whether it is alive (Trapline's own, not Xen's).
 *
 * Finch's option answer=PORT: to each event on that channel the kernel answers. It looks at the
 * clock, writes this at the end of the page of start_info, and sends an event back.
 */
#ifndef TRAPLINE_ANSWER_H
#define TRAPLINE_ANSWER_H

#include "types.h"

struct answer {
	u32 count, pad; /* of its answers */
	u64 time;	/* system time when it gave the last one, in ns */
};
#define ANSWER_OFFSET (4096 - sizeof(struct answer)) /* in that page */

#endif
