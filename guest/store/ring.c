/*
 * ring.c: between a connection and the page that it shares with its domain.
 *
 * The domain may write the whole page at any moment. So each of its indices is read once and
 * checked, ours are kept elsewhere, and no byte of a request is looked at before it is copied.
 */
#include "connection.h"

/* Acquire and release: the bytes are read after the index, and written before it. */
static u32 read_index(const u32 *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}
static void write_index(u32 *index, u32 value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

/* What lies between an index and the end of the ring, at most n. */
static u32 up_to_end(u32 index, u32 n)
{
	u32 left = XENSTORE_RING_SIZE - MASK_XENSTORE_IDX(index);

	return n < left ? n : left;
}

/* @return how many bytes were moved, or -1 if the domain's index makes no sense */
static s32 take_requests(struct store *s, struct connection *c)
{
	u32 waiting = read_index(&c->page->req_prod) - c->req_cons, begin = c->req_cons;

	if (waiting > XENSTORE_RING_SIZE)
		return -1;
	while (waiting) {
		u32 n = up_to_end(c->req_cons, waiting);
		u32 taken = connection_take(s, c, c->page->req + MASK_XENSTORE_IDX(c->req_cons), n);

		c->req_cons += taken;
		waiting -= taken;
		if (taken < n)
			break;
	}
	write_index(&c->page->req_cons, c->req_cons);
	return c->req_cons - begin;
}

static s32 give_messages(struct store *s, struct connection *c)
{
	u32 used = c->rsp_prod - read_index(&c->page->rsp_cons), begin = c->rsp_prod, n;

	if (used > XENSTORE_RING_SIZE)
		return -1;
	for (u32 room = XENSTORE_RING_SIZE - used; room; room -= n) {
		n = connection_give(s, c, c->page->rsp + MASK_XENSTORE_IDX(c->rsp_prod),
				    up_to_end(c->rsp_prod, room));
		if (!n)
			break;
		c->rsp_prod += n;
	}
	write_index(&c->page->rsp_prod, c->rsp_prod);
	return c->rsp_prod - begin;
}

bool ring_serve(struct store *s, struct connection *c)
{
	s32 taken, given;

	if (c->closed)
		return false;
	taken = take_requests(s, c);
	given = taken < 0 ? -1 : give_messages(s, c);
	if (given < 0) {
		connection_close(s, c);
		return true;
	}
	if (taken || given)
		s->ops->notify(s->context, c->domid);
	return taken || given;
}
