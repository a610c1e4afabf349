/* packet.c: one packet of the stream: are its sizes and its head what they must be? */
#include "read/packet.h"

#include <string.h>

int packet_check(const u8 *p, size_t avail, struct trace_packet *out, struct err *err)
{
	static const u8 uuid[16] = TRACE_UUID;

	if (avail < TRACE_PACKET_SIZE)
		return err_set(err, "the last packet is cut off: %zu of %u bytes are there", avail,
			       TRACE_PACKET_SIZE);
	memcpy(out, p, sizeof(*out));
	if (out->magic != TRACE_CTF_MAGIC)
		return err_set(err, "no packet starts here (magic 0x%08x)", out->magic);
	if (memcmp(out->uuid, uuid, sizeof(uuid)) || out->stream_id != 0)
		return err_set(err, "the packet belongs to another trace format");
	if (out->packet_size != 8 * TRACE_PACKET_SIZE)
		return err_set(err, "packet size %u bits, expected %u", out->packet_size,
			       8 * TRACE_PACKET_SIZE);
	if (out->content_size % 8 || out->content_size < 8 * sizeof(*out) ||
	    out->content_size > out->packet_size)
		return err_set(err, "impossible content size %u bits", out->content_size);
	if (out->timestamp_begin > out->timestamp_end)
		return err_set(err, "the packet ends before it begins");
	return 0;
}
