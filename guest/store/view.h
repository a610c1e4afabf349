/*
 * view.h: the tree as one request sees it: as all do, or with the changes of its transaction.
 *
 * Conflicts are found at the end, node by node (optimistic concurrency control with backward
 * validation; Kung and Robinson 1981): whatever a transaction has looked at or changed must still
 * be as it was when it first met it. A node counts as changed when its value, its permissions or
 * the list of its children is. What a transaction has seen stays as it was for it; but of a tree
 * that others are changing it may have seen parts of different moments, and then it fails.
 */
#ifndef STORE_VIEW_H
#define STORE_VIEW_H

#include "node.h"

/* A path that a transaction has met. */
struct met {
	struct met *next;
	struct node *seen; /* when first met, held; NULL: there was none */
	struct node *now;  /* in this transaction, held; NULL: none */
	char path[];
};

/* A change that watches hear of when the transaction is committed. */
struct change {
	struct change *next;
	bool removal;
	char path[];
};

struct transaction {
	struct transaction *next;
	u32 id;
	s32 nodes; /* by how many its domain's own nodes become more */
	struct met *met;
	struct change *changes, **last_change;
};

struct view {
	struct store *store;
	u16 domid;			 /* who asks */
	struct transaction *transaction; /* or NULL */
};

/** Begin a transaction, charged to a domain. @return NULL if there is no memory */
struct transaction *transaction_begin(struct store *s, u16 domid);
/** @return bytes that a transaction's domain is charged for it */
u32 transaction_cost(const struct transaction *t);
/** Give up a transaction and all that it holds. */
void transaction_drop(struct store *s, u16 domid, struct transaction *t);
/**
 * Make the changes of the view's transaction everybody's, all or none, and tell the watches. The
 * transaction stays to be dropped.
 * @return 0, -EAGAIN (conflict), -ENOSPC (too many nodes), -ENOMEM
 */
int transaction_commit(struct view *v);

/** Look a path up. @return 0, *n being NULL if there is no such node; or -ENOMEM */
int view_get(struct view *v, const char *path, struct node **n);
/**
 * Let `n` (NULL: nothing) take the place of what is at a path that view_get() was called for.
 * Takes over the reference. Cannot fail.
 */
void view_put(struct view *v, const char *path, struct node *n);
/**
 * Make a node for view_put(), charged to whom this view lets pay.
 * @param actor whose limits count: the asking domain, or 0 if there is only to be less
 * @return as node_make()
 */
int view_make(struct view *v, u16 actor, const struct node_plan *plan, struct node **made);
/** How many nodes the asking domain owns, in this view. */
s64 view_nodes_owned(const struct view *v);
/**
 * Say which path is about to change. A removal is told to the watches now, a change by view_tell();
 * in a transaction both are remembered for its end.
 * @return 0 or -ENOMEM
 */
int view_announce(struct view *v, const char *path, bool removal);
/** Tell the watches of a change that was announced and is made. */
void view_tell(struct view *v, const char *path);

#endif
