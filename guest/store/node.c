/* node.c: nodes, the table that finds them by their paths, and the accounts. */
#include "node.h"
#include "string.h"

int account_allows(const struct store *s, u16 actor, u16 payer, u32 bytes)
{
	u32 used = s->accounts[payer].bytes;

	if (actor == 0 || payer == 0)
		return 0;
	return used > s->limits.memory || bytes > s->limits.memory - used ? -XSD_ENOMEM : 0;
}

void *account_alloc(struct store *s, u16 payer, u32 bytes)
{
	void *p = account_allows(s, payer, payer, bytes) ? NULL : heap_alloc(&s->heap, bytes);

	if (p)
		s->accounts[payer].bytes += bytes;
	return p;
}

void account_free(struct store *s, u16 payer, void *p, u32 bytes)
{
	s->accounts[payer].bytes -= bytes;
	heap_free(&s->heap, p);
}

static void node_uncharge(struct store *s, struct node *n)
{
	if (n->payer != NOBODY)
		s->accounts[n->payer].bytes -= n->size;
	n->payer = NOBODY;
}

int node_charge(struct store *s, u16 actor, struct node *n, u16 payer)
{
	if (n->payer == payer)
		return 0;
	if (account_allows(s, actor, payer, n->size))
		return -XSD_ENOMEM;
	node_uncharge(s, n);
	s->accounts[payer].bytes += n->size;
	n->payer = payer;
	return 0;
}

struct node_plan node_as_is(const struct node *n)
{
	return (struct node_plan){
	    .path = node_path(n),
	    .owner = node_owner(n),
	    .permissions = n->permissions,
	    .permission_count = n->permission_count,
	    .value = node_value(n),
	    .value_length = n->value_length,
	    .children = {{.names = node_children(n), .length = n->children_length}},
	};
}

static char *append(char *to, const void *from, u32 n)
{
	if (n)
		memcpy(to, from, n);
	return to + n;
}

int node_make(struct store *s, u16 actor, u16 payer, const struct node_plan *plan,
	      struct node **made)
{
	u32 path_length = strlen(plan->path);
	u32 children = plan->children[0].length + plan->children[1].length;
	u32 counted =
	    plan->permission_count * sizeof(struct permission) + plan->value_length + children;
	u32 size = sizeof(struct node) + counted + path_length + 1;
	struct node *n;
	char *to;

	if (actor != 0 && counted > s->limits.node_size)
		return -XSD_ENOSPC;
	if (account_allows(s, actor, payer, size))
		return -XSD_ENOMEM;
	n = heap_alloc(&s->heap, size);
	if (!n)
		return -XSD_ENOMEM;
	*n = (struct node){
	    .references = 1,
	    .size = size,
	    .payer = NOBODY,
	    .permission_count = plan->permission_count,
	    .path_length = path_length,
	    .value_length = plan->value_length,
	    .children_length = children,
	};
	to = append((char *)n->permissions, plan->permissions,
		    plan->permission_count * sizeof(struct permission));
	n->permissions[0].domid = plan->owner;
	to = append(to, plan->path, path_length + 1);
	to = append(to, plan->value, plan->value_length);
	to = append(to, plan->children[0].names, plan->children[0].length);
	append(to, plan->children[1].names, plan->children[1].length);
	s->accounts[payer].bytes += size;
	n->payer = payer;
	*made = n;
	return 0;
}

void node_hold(struct node *n)
{
	n->references++;
}

void node_drop(struct store *s, struct node *n)
{
	if (!n || --n->references)
		return;
	node_uncharge(s, n);
	heap_free(&s->heap, n);
}

/* FNV-1a. Who makes paths collide waits a little longer: nobody has more than limits.nodes. */
static u32 bucket_of(const char *path)
{
	u32 hash = 2166136261u;

	for (; *path; path++)
		hash = (hash ^ (u8)*path) * 16777619u;
	return hash % STORE_BUCKETS;
}

static struct node **place_of(struct store *s, const char *path)
{
	struct node **at = &s->buckets[bucket_of(path)];

	while (*at && strcmp(node_path(*at), path) != 0)
		at = &(*at)->next;
	return at;
}

struct node *table_find(const struct store *s, const char *path)
{
	return *place_of((struct store *)s, path);
}

void table_put(struct store *s, const char *path, struct node *n)
{
	struct node **at = place_of(s, path), *old = *at;

	if (n) {
		n->next = old ? old->next : NULL;
		s->accounts[node_owner(n)].nodes++;
		*at = n;
	} else if (old) {
		*at = old->next;
	}
	if (old) {
		s->accounts[node_owner(old)].nodes--;
		node_uncharge(s, old); /* who still holds it pays for it himself */
		node_drop(s, old);
	}
}
