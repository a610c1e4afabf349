/*
 * connection.h: one end of a conversation with the store: bytes become requests, answers and events
 * become bytes.
 *
 * A request is taken only when the answer to the one before has been fetched. So whoever does not
 * fetch his answers is not answered any more, and needs no more memory than one answer and the
 * limit of his events.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include "node.h"
#include "watch.h"

/* What goes out: an answer or an event. */
struct message {
	struct message *next;
	struct xsd_sockmsg header;
	u8 payload[];
};

struct transaction;

struct connection {
	struct connection *next;
	u16 domid;
	bool closed;   /* it broke the rules of the ring: nothing is taken or given any more */
	bool shutdown; /* @releaseDomain was fired for its shutdown */

	struct xenstore_domain_interface *page; /* NULL: no ring */
	u32 req_cons, rsp_prod; /* ours: what the page says of them is only told, never read */

	struct watch *watches;
	u32 watch_count;
	struct transaction *transactions;
	u32 transaction_count, last_transaction;

	u32 in_used; /* bytes of the request that are there */
	u32 in_skip; /* bytes to come that nobody wants */
	struct {
		struct xsd_sockmsg header;
		u8 payload[XENSTORE_PAYLOAD_MAX + 1]; /* and a NUL behind */
	} in;

	struct message *messages, **last_message; /* to be fetched, in this order */
	u32 sent;				  /* bytes of the first that were */
	u32 queued;				  /* bytes of the events among them */
	u32 lost;				  /* events that found the queue full */
	bool answering;				  /* the answer is among them */
	struct {
		struct message message;
		u8 payload[XENSTORE_PAYLOAD_MAX];
	} answer;
};

/** Connect a domain, behind all others. @return NULL if there is no memory */
struct connection *connection_open(struct store *s, u16 domid,
				   struct xenstore_domain_interface *page);
/** End its watches and transactions. */
void connection_reset(struct store *s, struct connection *c);
/** The same; drop what is queued, take nothing more. */
void connection_close(struct store *s, struct connection *c);
/** Close it, and forget it. */
void connection_free(struct store *s, struct connection *c);
/** A domain's connection through a ring. @return NULL if it has none */
struct connection *connection_of(const struct store *s, u32 domid);

/**
 * Take what came in, up to the end of one request, which is answered.
 * @return how many of the n bytes were taken; the others are to be offered again later
 */
u32 connection_take(struct store *s, struct connection *c, const u8 *bytes, u32 n);
/** Fetch what goes out. @param bytes room for n @return how many there were */
u32 connection_give(struct store *s, struct connection *c, u8 *bytes, u32 n);
/** Queue an event. Path and token, each with its NUL, fit into a message. */
void connection_event(struct store *s, struct connection *c, const char *path, const char *token);

/** Answer the request in c->in; its answer has its place in the queue already (request.c). */
void request_answer(struct store *s, struct connection *c);
/** Answer it by an error's name. @param err a negative enum xsd_error */
void request_refuse(struct connection *c, int err);

/** Move bytes between a connection and its page. @return whether any were moved (ring.c) */
bool ring_serve(struct store *s, struct connection *c);

#endif
