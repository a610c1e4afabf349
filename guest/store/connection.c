/* connection.c: bytes become requests, answers and events become bytes. */
#include "connection.h"
#include "string.h"
#include "view.h"

struct connection *connection_open(struct store *s, u16 domid,
				   struct xenstore_domain_interface *page)
{
	struct connection *c = heap_alloc(&s->heap, sizeof(*c)), **at = &s->connections;

	if (!c)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->domid = domid;
	c->page = page;
	c->last_message = &c->messages;
	while (*at)
		at = &(*at)->next;
	*at = c;
	return c;
}

static void queue_message(struct connection *c, struct message *m)
{
	m->next = NULL;
	*c->last_message = m;
	c->last_message = &m->next;
}

static void drop_message(struct store *s, struct connection *c)
{
	struct message *m = c->messages;

	c->messages = m->next;
	if (!c->messages)
		c->last_message = &c->messages;
	c->sent = 0;
	if (m == &c->answer.message) {
		c->answering = false;
		return;
	}
	c->queued -= sizeof(*m) + m->header.len;
	heap_free(&s->heap, m);
}

void connection_reset(struct store *s, struct connection *c)
{
	watch_remove_all(s, c);
	while (c->transactions) {
		struct transaction *t = c->transactions;

		c->transactions = t->next;
		transaction_drop(s, c->domid, t);
	}
	c->transaction_count = 0;
}

void connection_close(struct store *s, struct connection *c)
{
	c->closed = true;
	connection_reset(s, c);
	while (c->messages)
		drop_message(s, c);
}

void connection_free(struct store *s, struct connection *c)
{
	struct connection **at = &s->connections;

	connection_close(s, c);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	heap_free(&s->heap, c);
}

struct connection *connection_of(const struct store *s, u32 domid)
{
	struct connection *c = s->connections;

	while (c && (c->domid != domid || !c->page))
		c = c->next;
	return c;
}

/* Domain 0 shall lose no event: when many wait for it, everybody's requests wait too. */
static bool must_wait(const struct store *s, const struct connection *c)
{
	if (c->answering)
		return true;
	for (const struct connection *o = s->connections; o; o = o->next) {
		if (o->domid == 0 && o->queued > s->limits.queue)
			return true;
	}
	return false;
}

static void begin_answer(struct connection *c)
{
	c->answering = true;
	queue_message(c, &c->answer.message);
}

/* How much there is to come of what is being taken. */
static u32 wanted(const struct connection *c)
{
	const struct xsd_sockmsg *h = &c->in.header;

	if (c->in_skip)
		return c->in_skip;
	return sizeof(*h) + (c->in_used < sizeof(*h) ? 0 : h->len) - c->in_used;
}

/* A header or a whole request is there. */
static void part_is_there(struct store *s, struct connection *c)
{
	const struct xsd_sockmsg *h = &c->in.header;

	if (h->len > XENSTORE_PAYLOAD_MAX) {
		c->in_skip = h->len;
		begin_answer(c);
		request_refuse(c, -XSD_E2BIG);
	} else if (c->in_used == sizeof(*h) + h->len) {
		c->in.payload[h->len] = 0;
		begin_answer(c);
		request_answer(s, c);
	} else {
		return;
	}
	c->in_used = 0;
}

u32 connection_take(struct store *s, struct connection *c, const u8 *bytes, u32 n)
{
	u32 taken = 0;

	while (taken < n && !must_wait(s, c)) {
		u32 want = wanted(c), part = want < n - taken ? want : n - taken;

		if (c->in_skip) {
			c->in_skip -= part;
		} else {
			memcpy((u8 *)&c->in + c->in_used, bytes + taken, part);
			c->in_used += part;
			if (part == want)
				part_is_there(s, c);
		}
		taken += part;
	}
	return taken;
}

u32 connection_give(struct store *s, struct connection *c, u8 *bytes, u32 n)
{
	u32 given = 0;

	while (given < n && c->messages) {
		const struct xsd_sockmsg *h = &c->messages->header;
		u32 left = sizeof(*h) + h->len - c->sent;
		u32 part = left < n - given ? left : n - given;

		memcpy(bytes + given, (const u8 *)h + c->sent, part);
		given += part;
		c->sent += part;
		if (part == left)
			drop_message(s, c);
	}
	return given;
}

void connection_event(struct store *s, struct connection *c, const char *path, const char *token)
{
	u32 path_size = strlen(path) + 1, token_size = strlen(token) + 1;
	u32 size = sizeof(struct message) + path_size + token_size;
	struct message *m = NULL;

	if (c->domid == 0 || c->queued + size <= s->limits.queue)
		m = heap_alloc(&s->heap, size);
	if (!m) {
		c->lost++;
		return;
	}
	m->header = (struct xsd_sockmsg){.type = XS_WATCH_EVENT, .len = path_size + token_size};
	memcpy(m->payload, path, path_size);
	memcpy(m->payload + path_size, token, token_size);
	queue_message(c, m);
	c->queued += size;
}
