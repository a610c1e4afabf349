/*
 * store.h: the store: one tree of names and values for all domains (XenStore), kept in Domain 0.
 *
 * It does no I/O of its own. Whoever runs it maps the domains' pages, calls store_round() when an
 * event came, and notifies whom it is told to. All its memory is one arena. Functions return 0 or a
 * negative enum xsd_error, unless they say otherwise.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <trapline/types.h>
#include <trapline/xen/xen.h>
#include <trapline/xen/io/xs_wire.h>
#include "heap.h"

struct connection;
struct node;

/** What a domain other than 0 may have. Xen's own figures, where it has them, are the defaults. */
struct store_limits {
	u32 nodes;	  /* nodes that it owns: ENOSPC */
	u32 node_size;	  /* bytes of value, permissions and children's names in a node: ENOSPC */
	u32 watches;	  /* E2BIG */
	u32 transactions; /* at a time: ENOSPC */
	u32 memory;	  /* bytes for all of these together: ENOMEM */
	u32 queue; /* bytes of events that it has not fetched; more are dropped and counted */
};
#define STORE_LIMITS                                                                               \
	{                                                                                          \
		.nodes = 1000, .node_size = 2048, .watches = 128, .transactions = 10,              \
		.memory = 128 << 10, .queue = 16 << 10                                             \
	}

/** What the store asks of whoever runs it. */
struct store_ops {
	/**
	 * Map the page `mfn` of a domain and bind its event channel `port`.
	 * @return 0 and the page, which the domain can write at any time
	 */
	int (*introduce)(void *context, u16 domid, u32 mfn, u32 port,
			 struct xenstore_domain_interface **page);
	/** Undo that. */
	void (*release)(void *context, u16 domid, struct xenstore_domain_interface *page);
	/** Something has changed in the domain's page: send it an event. */
	void (*notify)(void *context, u16 domid);
};

/** What a domain has, whether it is connected or not. */
struct account {
	u32 nodes; /* that it owns, in the tree that all see */
	u32 bytes; /* that it is charged for: its nodes, watches, transactions */
};

#define STORE_BUCKETS 1024

struct store {
	struct heap heap;
	struct store_limits limits;
	const struct store_ops *ops;
	void *context;			/* for ops */
	struct connection *connections; /* in the order of their introduction */
	struct node *buckets[STORE_BUCKETS];
	struct account accounts[DOMID_FIRST_RESERVED];
};

/** Begin with an empty tree. @param arena `size` bytes, 16-byte aligned @return 0 or -ENOMEM */
int store_init(struct store *s, void *arena, u32 size, const struct store_ops *ops, void *context);
/**
 * Connect a domain through a page that is mapped already, as INTRODUCE does for others: Domain 0
 * itself.
 * @return 0, -EINVAL (no real domain), -EISCONN or -ENOMEM
 */
int store_connect(struct store *s, u16 domid, struct xenstore_domain_interface *page);
/**
 * A domain is gone: its watches, transactions and nodes go too, also what other nodes permit it.
 * Fires @releaseDomain.
 * @return 0, -EINVAL (Domain 0, or no real domain) or -ENOENT (it is not connected)
 */
int store_release(struct store *s, u16 domid);
/** A domain has ended, but is not gone yet: fires @releaseDomain, once until RESUME. */
int store_shutdown(struct store *s, u16 domid);
/**
 * Serve each connection once: fetch what its ring has, answer one request at most, put into its
 * ring what fits.
 * @return whether anything was done; if so, call again
 */
bool store_round(struct store *s);
/** Does everything add up: tree, accounts, queues? Slow; for tests, and for DEBUG "check". */
bool store_check(struct store *s);

#endif
