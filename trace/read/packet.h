/* packet.h: one packet of the stream: are its sizes and its head what they must be? */
#ifndef TLTRACE_PACKET_H
#define TLTRACE_PACKET_H

#include "read/err.h"
#include "trapline/ring.h"

/** Check the header of the packet at @p, of which @avail bytes exist, and copy it to @out.
 * The header's content then lies within TRACE_PACKET_SIZE and within @avail. 0, or -1. */
int packet_check(const u8 *p, size_t avail, struct trace_packet *out, struct err *err);

/** Bytes of content, header included, of a packet that packet_check accepted. */
static inline size_t packet_bytes(const struct trace_packet *h)
{
	return h->content_size / 8;
}

#endif
