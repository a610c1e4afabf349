/*
 * ring.c: reading the trace's ring. Its frames are the hypervisor's: Finch's window maps one at a
 * time, read-only, and copies. That is recorded, too: so what is there is looked at once, and then
 * read to its end.
 */
#include "tl/ring.h"

static union {
	struct trace_packet head;
	u8 bytes[TRACE_PACKET_SIZE];
} page;
static u32 page_of; /* the packet that is there, from 1 on; 0: none */
static bool whole;  /* nothing will come behind what is there */
static u32 used;    /* packets that had been begun when it was looked at */

/* Page 0 is the ring's head, packet i lies on page 1 + i. */
static void copy_page(u32 i, void *to, u32 len)
{
	static u32 first;
	struct foreign_copy c = {DOMID_XEN, 0, 0, len, to, 0};
	struct xen_sysctl op = {.u.tbuf_op.cmd = XEN_SYSCTL_TBUFOP_get_info};
	s32 err = first ? 0 : sysctl(&op, XEN_SYSCTL_tbuf_op);

	if (!err) {
		first = first ? first : (u32)op.u.tbuf_op.buffer_mfn;
		c.frame = first + i;
		err = foreign(&c);
	}
	if (err)
		fail("trace: %s", error_text(err));
}

static struct trace_ring ring_head(void)
{
	struct trace_ring head;

	memset(&head, 0, sizeof(head)); /* so that there is a page */
	copy_page(0, &head, sizeof(head));
	return head;
}

u32 reader_lost(void)
{
	return (u32)ring_head().discarded;
}

void reader_look(void)
{
	used = ring_head().used;
	page_of = 0;
}

struct reader reader_begin(void)
{
	reader_look();
	return (struct reader){0, sizeof(struct trace_packet), 0};
}

/* @return false: it had not been begun */
static bool load(u32 packet)
{
	if (packet >= used)
		return false;
	whole = packet + 1 < used;
	copy_page(1 + packet, page.bytes, sizeof(page));
	page_of = packet + 1;
	return true;
}

/* What begins at this place of the page; NULL: nothing (yet). */
static const struct schema_event *event_at(u32 offset, struct trace_event *head)
{
	const struct schema_event *def;

	if (offset + sizeof(*head) > TRACE_PACKET_SIZE)
		return NULL;
	memcpy(head, page.bytes + offset, sizeof(*head));
	def = schema_by_id(head->id);
	if (!def || offset + sizeof(*head) + schema_size(def) > TRACE_PACKET_SIZE)
		return NULL;
	return def;
}

static bool take(struct reader *at, struct record *r)
{
	r->def = event_at(at->offset, &r->head);
	if (!r->def)
		return false;
	r->fields = page.bytes + at->offset + sizeof(r->head);
	at->offset += sizeof(r->head) + schema_size(r->def);
	r->seq = ++at->seq;
	return true;
}

bool reader_next(struct reader *at, struct record *r)
{
	for (;;) {
		if (page_of != at->packet + 1 && !load(at->packet))
			return false;
		if (take(at, r))
			return true;
		if (!whole)
			return false;
		at->packet++;
		at->offset = sizeof(struct trace_packet);
	}
}

const void *reader_packet(struct reader *at)
{
	struct trace_event head;
	const struct schema_event *def;
	u64 last = 0;
	u32 end = sizeof(page.head);

	if (!load(at->packet++))
		return NULL;
	for (; (def = event_at(end, &head)); end += sizeof(head) + schema_size(def))
		last = head.timestamp;
	if (!last)
		return NULL;
	if (!page.head.content_size) {
		page.head.content_size = 8 * end;
		page.head.timestamp_end = last;
	}
	return page.bytes;
}
