/* paths.h: values of the store below a directory, as both ends of a virtual device ask for them. */
#ifndef XS_PATHS_H
#define XS_PATHS_H

#include "xs/client.h"

/** What an end of a device says of itself, as Xen's xenbus_state: that is its `state`. */
enum { DEVICE_WAITS = 2, DEVICE_READY = 3, DEVICE_CONNECTED = 4, DEVICE_CLOSED = 6 };

/** "A/B". It stands until the next call of any function here. */
const char *join(const char *a, const char *b);
/** The value of A/B, or NULL. It stands until something else is asked. */
const char *value_of(const char *a, const char *b);
u32 number_of(const char *a, const char *b); /* 0: there is none */
/** Write A/B. @return false: the store does not take it */
bool say(const char *a, const char *b, u32 value);
/** A back end does not serve that device, or no longer: it says why, for good. */
void close_device(const char *back, const char *why);
/** A front end waits until the back end is connected; if that one refuses, this ends the program.
 */
void await_back(const char *back);
/** The names in a directory, one behind the other, copied. @return how many bytes */
u32 list_of(const char *path, char names[512]);

#endif
