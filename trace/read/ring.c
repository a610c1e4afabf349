/* ring.c: finding the trace in guest RAM, and turning raw packets into a clean stream. */
#include "read/ring.h"

#include "read/packet.h"
#include "read/sb.h"
#include "read/schema.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE	   4096
#define CHUNK	   (256 * PAGE)
#define STREAM_MAX ((size_t)2 << 30)
#ifndef SEEK_DATA /* where files have no holes: in WebAssembly, for the page of web/ */
#define SEEK_DATA SEEK_SET
#endif

/* A packet that was being filled when the machine stopped says nothing of its end: count its
 * events, up to the first without an id. */
static void finish_packet(u8 *page)
{
	const struct schema_event *def;
	struct trace_packet h;
	struct trace_event e;
	size_t at = sizeof(h);

	memcpy(&h, page, sizeof(h));
	if (h.magic != TRACE_CTF_MAGIC || h.content_size)
		return;
	h.timestamp_end = h.timestamp_begin;
	while (at + sizeof(e) <= TRACE_PACKET_SIZE) {
		memcpy(&e, page + at, sizeof(e));
		def = schema_by_id(e.id);
		if (!def || at + sizeof(e) + schema_size(def) > TRACE_PACKET_SIZE)
			break;
		h.timestamp_end = e.timestamp;
		at += sizeof(e) + schema_size(def);
	}
	h.content_size = (u32)(8 * at);
	memcpy(page, &h, sizeof(h));
}

static bool read_packet(int fd, off_t at, u8 *page)
{
	if (pread(fd, page, PAGE, at) != PAGE)
		return false;
	finish_packet(page);
	return true;
}

/* The magic also lies in the hypervisor's own image and perhaps in stale memory, so that the
 * whole header must make sense, and the first packet must be there. */
static bool ring_is_valid(int fd, off_t at, u64 file_size, struct trace_ring *r)
{
	u8 page[PAGE];
	struct trace_packet h;
	struct err ignored;

	if (pread(fd, r, sizeof(*r), at) != (ssize_t)sizeof(*r))
		return false;
	if (memcmp(r->magic, TRACE_RING_MAGIC, sizeof(r->magic)) ||
	    r->packet_size != TRACE_PACKET_SIZE || r->capacity == 0 || r->used > r->capacity)
		return false;
	if ((u64)at + PAGE + (u64)r->capacity * TRACE_PACKET_SIZE > file_size)
		return false;
	if (r->used == 0)
		return true;
	return read_packet(fd, at + PAGE, page) && packet_check(page, PAGE, &h, &ignored) == 0 &&
	       h.packet_seq_num == 0;
}

struct search {
	struct trace_ring ring;
	off_t at;
	unsigned found;
};

static void search_chunk(int fd, const u8 *buf, size_t n, off_t base, u64 size, struct search *s)
{
	for (size_t i = 0; i + sizeof(struct trace_ring) <= n; i += PAGE) {
		struct trace_ring r;

		if (memcmp(buf + i, TRACE_RING_MAGIC, 16) ||
		    !ring_is_valid(fd, base + (off_t)i, size, &r))
			continue;
		if (!s->found || r.used > s->ring.used) {
			s->ring = r;
			s->at = base + (off_t)i;
		}
		s->found++;
	}
}

/* RAM files are sparse: SEEK_DATA skips what the machine never touched. */
static void search_ring(int fd, u64 size, struct search *s)
{
	u8 *buf = xcalloc(CHUNK, 1);
	off_t at = 0;

	while ((u64)at < size) {
		off_t data = lseek(fd, at, SEEK_DATA);
		ssize_t n;

		if (data < 0 && errno == ENXIO)
			break;
		if (data > at)
			at = data & ~(off_t)(PAGE - 1);
		n = pread(fd, buf, CHUNK, at);
		if (n <= 0)
			break;
		search_chunk(fd, buf, (size_t)n, at, size, s);
		at += CHUNK;
	}
	free(buf);
}

/* Append one packet; whatever lies behind its content is cleared, so that equal runs give equal
 * bytes. Returns false if the packet is unusable, which ends the stream. */
static bool add_packet(struct raw_trace *out, const u8 *page, size_t avail, struct err *why)
{
	struct trace_packet h;
	u8 *to = out->stream.data + out->stream.size;

	if (packet_check(page, avail, &h, why))
		return false;
	if (h.packet_seq_num != out->packets) {
		err_set(why, "packet %u is numbered %u", out->packets, h.packet_seq_num);
		return false;
	}
	if (packet_bytes(&h) == sizeof(h) && h.events_discarded == 0) {
		err_set(why, "packet %u holds no event yet", out->packets);
		return false;
	}
	memcpy(to, page, packet_bytes(&h));
	memset(to + packet_bytes(&h), 0, TRACE_PACKET_SIZE - packet_bytes(&h));
	out->stream.size += TRACE_PACKET_SIZE;
	out->packets++;
	out->discarded = h.events_discarded;
	return true;
}

static bool packet_is_empty(const u8 *page)
{
	struct trace_packet h;

	memcpy(&h, page, sizeof(h));
	return h.magic == 0 || h.content_size == 8 * sizeof(h);
}

static int copy_packets(int fd, const struct search *s, struct raw_trace *out, struct err *err)
{
	u8 page[PAGE];
	struct err why;

	out->stream.data = xcalloc((size_t)s->ring.used * TRACE_PACKET_SIZE + 1, 1);
	for (u32 i = 0; i < s->ring.used; i++) {
		off_t at = s->at + PAGE + (off_t)i * TRACE_PACKET_SIZE;

		if (!read_packet(fd, at, page))
			return err_set(err, "packet %u of the ring cannot be read", i);
		if (add_packet(out, page, PAGE, &why))
			continue;
		/* The machine may stop between beginning a packet and its first event. */
		if (i + 1 == s->ring.used && packet_is_empty(page))
			break;
		return err_set(err, "packet %u of the ring: %.400s", i, why.text);
	}
	return 0;
}

/* Events that found the ring full are counted in its header; the packets may not know yet. */
static void note_discarded(struct raw_trace *out, u64 discarded)
{
	struct trace_packet h;
	u8 *last;

	if (out->packets == 0 || discarded <= out->discarded)
		return;
	last = out->stream.data + out->stream.size - TRACE_PACKET_SIZE;
	memcpy(&h, last, sizeof(h));
	h.events_discarded = discarded > UINT32_MAX ? UINT32_MAX : (u32)discarded;
	memcpy(last, &h, sizeof(h));
	out->discarded = discarded;
}

int ring_from_ram(const char *path, struct raw_trace *out, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct search s = {0};
	struct stat st;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	if (fd < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		rc = err_set(err, "%s: not a regular file", path);
	if (rc == 0)
		search_ring(fd, (u64)st.st_size, &s);
	if (rc == 0 && !s.found)
		rc = err_set(err,
			     "%s: no trace in this memory. Was the hypervisor started with trace=, "
			     "and is this the RAM file of that run?",
			     path);
	if (rc == 0 && s.found > 1)
		snprintf(out->warning, sizeof(out->warning),
			 "%u trace rings lie in this memory; took the fullest", s.found);
	if (rc == 0) {
		out->tsc_khz = s.ring.tsc_khz;
		rc = copy_packets(fd, &s, out, err);
	}
	if (rc == 0 && out->packets == 0)
		rc = err_set(err, "%s: the trace ring is there but nothing was recorded", path);
	if (rc == 0)
		note_discarded(out, s.ring.discarded);
	close(fd);
	if (rc) {
		free(out->stream.data);
		out->stream.data = NULL;
	}
	return rc;
}

/* The first event of every trace is `machine`; over a serial port it is all that says how fast
 * the clock ticks. */
static u32 khz_of_machine_event(const struct raw_trace *t)
{
	const u8 *p = t->stream.data + sizeof(struct trace_packet);
	const struct schema_event *def = schema_by_id(EV_machine);
	struct trace_event h;
	u32 khz;

	memcpy(&h, p, sizeof(h));
	if (h.id != EV_machine)
		return 0;
	memcpy(&khz, p + sizeof(h) + schema_size(def) - sizeof(khz), sizeof(khz));
	return khz;
}

int ring_from_stream(const char *path, struct raw_trace *out, struct err *err)
{
	struct blob in;
	struct err why;
	size_t at = 0;

	memset(out, 0, sizeof(*out));
	if (file_read(path, STREAM_MAX, &in, err))
		return -1;
	out->stream.data = xcalloc(in.size + 1, 1);
	while (at < in.size && add_packet(out, in.data + at, in.size - at, &why))
		at += TRACE_PACKET_SIZE;
	if (at < in.size)
		snprintf(out->warning, sizeof(out->warning),
			 "dropped %zu bytes behind packet %u: %.150s", in.size - at, out->packets,
			 why.text);
	free(in.data);
	if (out->packets == 0) {
		free(out->stream.data);
		out->stream.data = NULL;
		return err_set(err, "%s: not a single whole packet%s%.200s", path,
			       out->warning[0] ? ": " : "", out->warning);
	}
	out->tsc_khz = khz_of_machine_event(out);
	return 0;
}
