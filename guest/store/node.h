/*
 * node.h: what the tree consists of, and who is charged for it.
 *
 * A node never changes: whoever changes something makes a new one, which takes the old one's place.
 * So a transaction keeps what it has seen by holding a reference.
 */
#ifndef STORE_NODE_H
#define STORE_NODE_H

#include "store.h"

#define ACCESS_READ  1u
#define ACCESS_WRITE 2u
#define ACCESS_OWNER 4u

struct permission {
	u16 domid;
	u16 access; /* ACCESS_READ, ACCESS_WRITE: r, w, b (both), n (none) */
};

struct node {
	struct node *next; /* in its bucket */
	struct node *link; /* for whoever gathers nodes */
	u32 references;
	u32 size;  /* bytes of memory */
	u16 payer; /* the domain whose account has them, or NOBODY */
	u16 permission_count;
	u16 path_length;
	u16 value_length;
	u32 children_length;
	struct permission permissions[]; /* owner and all others; the others by name */
	/* path and NUL, value, the children's names each with a NUL */
};
#define NOBODY 0xFFFFu

static inline const char *node_path(const struct node *n)
{
	return (const char *)(n->permissions + n->permission_count);
}
static inline const char *node_value(const struct node *n)
{
	return node_path(n) + n->path_length + 1;
}
static inline const char *node_children(const struct node *n)
{
	return node_value(n) + n->value_length;
}
static inline u16 node_owner(const struct node *n)
{
	return n->permissions[0].domid;
}

/** What a new node shall have. */
struct node_plan {
	const char *path;
	u16 owner; /* takes the place of the first permission's domain */
	const struct permission *permissions;
	u32 permission_count;
	const void *value;
	u32 value_length;
	struct {
		const char *names; /* each with its NUL */
		u32 length;
	} children[2]; /* one list in two parts */
};

/** The plan of a node as it is, to be altered. */
struct node_plan node_as_is(const struct node *n);
/**
 * Make a node with one reference and charge it.
 * @param actor who asks; nobody but Domain 0 makes a node over the limits
 * @param payer whom to charge
 * @return 0, -ENOSPC (too large) or -ENOMEM
 */
int node_make(struct store *s, u16 actor, u16 payer, const struct node_plan *plan,
	      struct node **made);
void node_hold(struct node *n);
/** Drop a reference; the last one frees it. NULL is allowed. */
void node_drop(struct store *s, struct node *n);

/** May `actor` cause a charge of so many bytes? @return 0 or -ENOMEM */
int account_allows(const struct store *s, u16 actor, u16 payer, u32 bytes);
/** Memory that is charged to a domain. @return NULL: its limit is reached, or the arena is full */
void *account_alloc(struct store *s, u16 payer, u32 bytes);
void account_free(struct store *s, u16 payer, void *p, u32 bytes);
/** Charge a node to somebody else. @return 0 or -ENOMEM, and then nothing has changed */
int node_charge(struct store *s, u16 actor, struct node *n, u16 payer);

/** @return the node of that path in the tree that all see, or NULL */
struct node *table_find(const struct store *s, const char *path);
/** Let `n` (NULL: nothing) take the place of what was at `path`. Takes over the reference. */
void table_put(struct store *s, const char *path, struct node *n);

#endif
