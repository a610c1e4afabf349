/* checksum.h: the checksum that a sender has left to whoever has the wire. */
#ifndef ROUTER_CHECKSUM_H
#define ROUTER_CHECKSUM_H

#include "router/header.h"

/** Write UDP's or TCP's into a frame, by RFC 768, 793 and 1071. @param h its headers */
void checksum_fill(u8 *frame, const struct header *h);

#endif
