/* client.h: asking the store, from Domain 0 or from any other domain. */
#ifndef XS_CLIENT_H
#define XS_CLIENT_H

#include <trapline/xen/io/xs_wire.h>
#include "lib/lib.h"

#define XS_SOCKET "/var/run/xenstored/socket" /* in Domain 0 */
#define XS_RING	  "/dev/xen/xenbus"	      /* in any other */

/** Connect. @return 0, or an error of abi.h: ENOENT if there is no store, EBUSY if another has it
 */
s32 xs_open(void);
/**
 * Ask for something; the payload is of xs_wire.h's form.
 * @return how many bytes xs_answer() has, or -1: xs_error() says why
 */
s32 xs_ask(u32 type, const void *payload, u32 len);
/** The same, where the payload is a path and its NUL, and perhaps something behind it. */
s32 xs_ask_path(u32 type, const char *path, const void *more, u32 len);
/** The last answer, with a NUL behind it. */
const char *xs_answer(void);
/** The name of the last error. */
const char *xs_error(void);
/** Wait for the next event. What happens while something is asked is one event. @return its path */
const char *xs_event(void);
/** For poll(): something has come; and: an event came while something was asked, which poll() will
 * not tell. */
u32 xs_fd(void);
bool xs_happened(void);

#endif
