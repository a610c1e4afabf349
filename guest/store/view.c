/* view.c: the tree as one request sees it, and transactions. */
#include "view.h"
#include "string.h"
#include "watch.h"

static u32 met_size(const char *path)
{
	return sizeof(struct met) + strlen(path) + 1;
}

static u32 change_size(const char *path)
{
	return sizeof(struct change) + strlen(path) + 1;
}

struct transaction *transaction_begin(struct store *s, u16 domid)
{
	struct transaction *t = account_alloc(s, domid, sizeof(*t));

	if (t) {
		*t = (struct transaction){0};
		t->last_change = &t->changes;
	}
	return t;
}

u32 transaction_cost(const struct transaction *t)
{
	u32 bytes = sizeof(*t);

	for (const struct met *m = t->met; m; m = m->next) {
		bytes += met_size(m->path) + (m->seen ? m->seen->size : 0);
		bytes += m->now && m->now != m->seen ? m->now->size : 0;
	}
	for (const struct change *c = t->changes; c; c = c->next)
		bytes += change_size(c->path);
	return bytes;
}

void transaction_drop(struct store *s, u16 domid, struct transaction *t)
{
	while (t->met) {
		struct met *m = t->met;

		t->met = m->next;
		if (m->seen)
			s->accounts[domid].bytes -= m->seen->size;
		node_drop(s, m->seen);
		node_drop(s, m->now);
		account_free(s, domid, m, met_size(m->path));
	}
	while (t->changes) {
		struct change *c = t->changes;

		t->changes = c->next;
		account_free(s, domid, c, change_size(c->path));
	}
	account_free(s, domid, t, sizeof(*t));
}

static struct met *met_find(struct transaction *t, const char *path)
{
	struct met *m = t->met;

	while (m && strcmp(m->path, path) != 0)
		m = m->next;
	return m;
}

/* What a transaction has seen is charged to it too: somebody else may replace it at any time. */
static struct met *meet(struct view *v, const char *path)
{
	struct store *s = v->store;
	struct node *n = table_find(s, path);
	struct met *m;

	if (n && account_allows(s, v->domid, v->domid, n->size))
		return NULL;
	m = account_alloc(s, v->domid, met_size(path));
	if (!m)
		return NULL;
	memcpy(m->path, path, strlen(path) + 1);
	m->seen = m->now = n;
	if (n) {
		node_hold(n);
		node_hold(n);
		s->accounts[v->domid].bytes += n->size;
	}
	m->next = v->transaction->met;
	v->transaction->met = m;
	return m;
}

int view_get(struct view *v, const char *path, struct node **n)
{
	struct met *m;

	if (!v->transaction) {
		*n = table_find(v->store, path);
		return 0;
	}
	m = met_find(v->transaction, path);
	if (!m)
		m = meet(v, path);
	if (!m)
		return -XSD_ENOMEM;
	*n = m->now;
	return 0;
}

void view_put(struct view *v, const char *path, struct node *n)
{
	struct met *m;

	if (!v->transaction) {
		table_put(v->store, path, n);
		return;
	}
	m = met_find(v->transaction, path);
	v->transaction->nodes +=
	    (n && node_owner(n) == v->domid) - (m->now && node_owner(m->now) == v->domid);
	node_drop(v->store, m->now);
	m->now = n;
}

int view_make(struct view *v, u16 actor, const struct node_plan *plan, struct node **made)
{
	u16 payer = v->transaction ? v->domid : plan->owner;

	return node_make(v->store, actor, payer, plan, made);
}

s64 view_nodes_owned(const struct view *v)
{
	return (s64)v->store->accounts[v->domid].nodes +
	       (v->transaction ? v->transaction->nodes : 0);
}

int view_announce(struct view *v, const char *path, bool removal)
{
	struct change *c;

	if (!v->transaction) {
		if (removal)
			watch_fire(v->store, path, true);
		return 0;
	}
	for (c = v->transaction->changes; c; c = c->next) {
		if (c->removal == removal && strcmp(c->path, path) == 0)
			return 0;
	}
	c = account_alloc(v->store, v->domid, change_size(path));
	if (!c)
		return -XSD_ENOMEM;
	c->next = NULL;
	c->removal = removal;
	memcpy(c->path, path, strlen(path) + 1);
	*v->transaction->last_change = c;
	v->transaction->last_change = &c->next;
	return 0;
}

void view_tell(struct view *v, const char *path)
{
	if (!v->transaction)
		watch_fire(v->store, path, false);
}

static void tell_changes(struct view *v, bool removals)
{
	for (struct change *c = v->transaction->changes; c; c = c->next) {
		if (c->removal == removals)
			watch_fire(v->store, c->path, removals);
	}
}

int transaction_commit(struct view *v)
{
	struct transaction *t = v->transaction;
	struct store *s = v->store;

	for (struct met *m = t->met; m; m = m->next) {
		if (table_find(s, m->path) != m->seen)
			return -XSD_EAGAIN;
	}
	if (v->domid != 0 && t->nodes > 0 && view_nodes_owned(v) > s->limits.nodes)
		return -XSD_ENOSPC;
	/* From now on each owner pays. If one cannot, the nodes are dropped with the transaction.
	 */
	for (struct met *m = t->met; m; m = m->next) {
		if (m->now != m->seen && m->now &&
		    node_charge(s, v->domid, m->now, node_owner(m->now)))
			return -XSD_ENOMEM;
	}
	tell_changes(v, true);
	for (struct met *m = t->met; m; m = m->next) {
		if (m->now == m->seen)
			continue;
		if (m->now)
			node_hold(m->now);
		table_put(s, m->path, m->now);
	}
	tell_changes(v, false);
	return 0;
}
