/* check.c: does everything add up? */
#include "connection.h"
#include "path.h"
#include "string.h"
#include "tree.h"

static bool names(const struct node *parent, const char *child)
{
	const char *name = node_children(parent), *end = name + parent->children_length;
	u32 times = 0;

	for (; name < end; name += strlen(name) + 1)
		times += strcmp(name, child) == 0;
	return times == 1;
}

/* Its parent names it, and as many nodes name it as their parent as it has children. */
static bool node_fits(const struct store *s, const struct node *n)
{
	const char *name = node_children(n), *end = name + n->children_length;
	char path[PATH_ROOM];
	struct node *parent;

	for (; name < end; name += strlen(name) + 1) {
		memcpy(path, node_path(n), n->path_length + 1);
		path_down(path, name);
		if (!table_find(s, path))
			return false;
	}
	memcpy(path, node_path(n), n->path_length + 1);
	path_up(path);
	parent = table_find(s, path);
	return n->path_length == 1 ||
	       (parent && names(parent, node_path(n) + path_base(node_path(n))));
}

/* What a domain is charged for: its nodes, watches and transactions. */
static struct account add_up(const struct store *s, u16 domid)
{
	struct account a = {0};

	for (u32 i = 0; i < STORE_BUCKETS; i++) {
		for (struct node *n = s->buckets[i]; n; n = n->next) {
			a.nodes += node_owner(n) == domid;
			a.bytes += n->payer == domid ? n->size : 0;
		}
	}
	for (struct connection *c = s->connections; c; c = c->next) {
		if (c->domid != domid)
			continue;
		for (struct watch *w = c->watches; w; w = w->next)
			a.bytes += w->size;
		for (struct transaction *t = c->transactions; t; t = t->next)
			a.bytes += transaction_cost(t);
	}
	return a;
}

bool store_check(struct store *s)
{
	for (u32 i = 0; i < STORE_BUCKETS; i++) {
		for (struct node *n = s->buckets[i]; n; n = n->next) {
			if (n->payer != node_owner(n) || !node_fits(s, n))
				return false;
		}
	}
	for (u32 domid = 0; domid < DOMID_FIRST_RESERVED; domid++) {
		const struct account *a = &s->accounts[domid];
		struct account sum;

		if (!a->nodes && !a->bytes)
			continue;
		sum = add_up(s, domid);
		if (a->nodes != sum.nodes || a->bytes != sum.bytes)
			return false;
	}
	return true;
}
