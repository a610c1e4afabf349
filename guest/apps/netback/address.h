/* address.h: addresses as people write them. */
#ifndef NETBACK_ADDRESS_H
#define NETBACK_ADDRESS_H

#include "lib/lib.h"

/** "10.0.0.1", "00:16:3e:00:00:01". @return false: it is none that an interface can have */
bool read_ip(const char *s, u32 *ip);
bool read_mac(const char *s, u8 mac[6]);

#endif
