/* inet.h: Internet addresses, from and to text. */
#ifndef APPS_INET_H
#define APPS_INET_H

#include "lib/lib.h"

/** 10.0.2.15 @return false: it is not one */
bool inet_parse(const char *s, u32 *addr);
/** 10.0.2.15/24 */
bool inet_parse_net(const char *s, u32 *addr, u32 *mask);
/** 1 to 65535 */
bool inet_parse_port(const char *s, u16 *port);

/* For printf. */
#define INET	   "%u.%u.%u.%u"
#define INET_OF(a) (a) >> 24, (a) >> 16 & 0xFF, (a) >> 8 & 0xFF, (a)&0xFF

#endif
