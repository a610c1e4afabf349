/* domain.c: domains come and go. */
#include "connection.h"
#include "path.h"
#include "string.h"
#include "tree.h"

/* A node of Domain 0's, for nobody else. */
static const struct permission nobody = {.domid = 0, .access = 0};

int store_init(struct store *s, void *arena, u32 size, const struct store_ops *ops, void *context)
{
	const struct node_plan root = {.path = "/", .permissions = &nobody, .permission_count = 1};
	struct node *n;

	memset(s, 0, sizeof(*s));
	heap_init(&s->heap, arena, size);
	s->limits = (struct store_limits)STORE_LIMITS;
	s->ops = ops;
	s->context = context;
	if (node_make(s, 0, 0, &root, &n))
		return -XSD_ENOMEM;
	table_put(s, "/", n);
	return 0;
}

int store_connect(struct store *s, u16 domid, struct xenstore_domain_interface *page)
{
	struct connection *c;

	if (domid >= DOMID_FIRST_RESERVED)
		return -XSD_EINVAL;
	if (connection_of(s, domid))
		return -XSD_EISCONN;
	c = connection_open(s, domid, page);
	if (!c)
		return -XSD_ENOMEM;
	c->req_cons = __atomic_load_n(&page->req_cons, __ATOMIC_ACQUIRE);
	c->rsp_prod = __atomic_load_n(&page->rsp_prod, __ATOMIC_ACQUIRE);
	watch_fire_special(s, "@introduceDomain");
	return 0;
}

/* Its name in others' permissions becomes Domain 0's, who may everything anyway. */
static void strike_out(struct node *n, u16 domid)
{
	for (u32 i = 1; i < n->permission_count; i++) {
		if (n->permissions[i].domid == domid)
			n->permissions[i] = (struct permission){0};
	}
}

static bool owns_above(const struct store *s, const struct node *n, u16 domid)
{
	char path[PATH_ROOM];

	memcpy(path, node_path(n), n->path_length + 1);
	while (path[1]) {
		path_up(path);
		if (node_owner(table_find(s, path)) == domid)
			return true;
	}
	return false;
}

/*
 * Its nodes go, and its rights: the next domain of this number shall not inherit them. First the
 * highest of its nodes are listed, then each is removed with what is below it.
 */
static int forget_nodes(struct store *s, u16 domid)
{
	struct node *root = table_find(s, "/"), *list = NULL, **last = &list, *n, *next;
	struct view view = {.store = s};
	int err = 0;

	if (node_owner(root) == domid)
		err = tree_set_permissions(&view, "/", &nobody, 1);
	if (!err)
		err = tree_gather(&view, root = table_find(s, "/"));
	if (err)
		return err;
	for (n = root; n; n = next) {
		next = n->link;
		strike_out(n, domid);
		if (node_owner(n) == domid && !owns_above(s, n, domid)) {
			*last = n;
			last = &n->link;
		}
	}
	*last = NULL;
	while (list && !err) {
		n = list;
		list = n->link;
		err = tree_remove(&view, node_path(n));
	}
	return err;
}

int store_release(struct store *s, u16 domid)
{
	struct connection *c = connection_of(s, domid);
	int err;

	if (domid == 0 || domid >= DOMID_FIRST_RESERVED)
		return -XSD_EINVAL;
	if (!c)
		return -XSD_ENOENT;
	connection_close(s, c);
	err = forget_nodes(s, domid);
	if (err)
		return err;
	s->ops->release(s->context, domid, c->page);
	connection_free(s, c);
	watch_fire_special(s, "@releaseDomain");
	return 0;
}

int store_shutdown(struct store *s, u16 domid)
{
	struct connection *c = connection_of(s, domid);

	if (!c)
		return -XSD_ENOENT;
	if (!c->shutdown)
		watch_fire_special(s, "@releaseDomain");
	c->shutdown = true;
	return 0;
}

bool store_round(struct store *s)
{
	bool done = false;

	/* Only Domain 0 can end a connection meanwhile, and never its own. */
	for (struct connection *c = s->connections; c; c = c->next) {
		if (c->page && ring_serve(s, c))
			done = true;
	}
	return done;
}
