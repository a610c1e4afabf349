/* tree.c: what can be done with the tree, by the rules of who may. */
#include "tree.h"
#include "path.h"
#include "string.h"

u32 tree_access(const struct node *n, u16 domid)
{
	if (domid == 0 || node_owner(n) == domid)
		return ACCESS_READ | ACCESS_WRITE | ACCESS_OWNER;
	for (u32 i = 1; i < n->permission_count; i++) {
		if (n->permissions[i].domid == domid)
			return n->permissions[i].access;
	}
	return n->permissions[0].access;
}

static bool may(const struct view *v, const struct node *n, u32 access)
{
	return (tree_access(n, v->domid) & access) == access;
}

/* Shorten a path to its nearest ancestor that exists; the root always does. @return by how many */
static int nearest(struct view *v, char *path, struct node **n, u32 *steps)
{
	int err;

	*steps = 0;
	do {
		path_up(path);
		++*steps;
		err = view_get(v, path, n);
	} while (!err && !*n);
	return err;
}

int tree_open(struct view *v, const char *path, u32 access, struct node **n)
{
	char above[PATH_ROOM];
	u32 steps;
	int err = view_get(v, path, n);

	if (err)
		return err;
	if (*n)
		return may(v, *n, access) ? 0 : -XSD_EACCES;
	memcpy(above, path, strlen(path) + 1);
	err = nearest(v, above, n, &steps);
	if (err)
		return err;
	return may(v, *n, access) ? -XSD_ENOENT : -XSD_EACCES;
}

static void drop_list(struct view *v, struct node *list)
{
	while (list) {
		struct node *n = list;

		list = n->link;
		node_drop(v->store, n);
	}
}

/*
 * Make what is to be created: the node, the ancestors that are missing, and the parent that exists
 * anew, with one child more. They inherit its permissions, but belong to who creates them.
 * @return 0, and a list for view_put(); or an error, and no list
 */
static int make_lineage(struct view *v, const char *path, const void *value, u32 length,
			struct node **list)
{
	char at[PATH_ROOM], name[PATH_ROOM];
	struct node *parent, **last = list;
	struct node_plan plan, adoption;
	u32 missing;
	int err;

	*list = NULL;
	memcpy(at, path, strlen(path) + 1);
	err = nearest(v, at, &parent, &missing);
	if (err)
		return err;
	if (v->domid != 0 && view_nodes_owned(v) + missing > v->store->limits.nodes)
		return -XSD_ENOSPC;
	plan = adoption = node_as_is(parent);
	memcpy(at, path, strlen(path) + 1);
	plan.path = at;
	plan.owner = v->domid ? v->domid : plan.owner;
	plan.value = value;
	plan.value_length = length;
	plan.children[0].length = 0;
	for (; missing && !err; missing--) {
		err = view_make(v, v->domid, &plan, last);
		if (err)
			break;
		last = &(*last)->link;
		memcpy(name, at + path_base(at), strlen(at + path_base(at)) + 1);
		path_up(at);
		plan.value_length = 0;
		plan.children[0].names = adoption.children[1].names = name;
		plan.children[0].length = adoption.children[1].length = strlen(name) + 1;
	}
	if (!err)
		err = view_make(v, v->domid, &adoption, last);
	if (err)
		drop_list(v, *list);
	return err;
}

static int create(struct view *v, const char *path, const void *value, u32 length)
{
	struct node *list;
	int err = make_lineage(v, path, value, length, &list);

	if (err)
		return err;
	err = view_announce(v, path, false);
	if (err) {
		drop_list(v, list);
		return err;
	}
	while (list) {
		struct node *n = list;

		list = n->link;
		view_put(v, node_path(n), n);
	}
	view_tell(v, path);
	return 0;
}

/* Let a node be as planned. */
static int replace(struct view *v, const char *path, const struct node_plan *plan)
{
	struct node *n;
	int err = view_make(v, v->domid, plan, &n);

	if (err)
		return err;
	err = view_announce(v, path, false);
	if (err) {
		node_drop(v->store, n);
		return err;
	}
	view_put(v, path, n);
	view_tell(v, path);
	return 0;
}

int tree_write(struct view *v, const char *path, const void *value, u32 length)
{
	struct node_plan plan;
	struct node *n;
	int err = tree_open(v, path, ACCESS_WRITE, &n);

	if (err == -XSD_ENOENT)
		return create(v, path, value, length);
	if (err)
		return err;
	plan = node_as_is(n);
	plan.value = value;
	plan.value_length = length;
	return replace(v, path, &plan);
}

int tree_mkdir(struct view *v, const char *path)
{
	struct node *n;
	int err = tree_open(v, path, ACCESS_WRITE, &n);

	return err == -XSD_ENOENT ? create(v, path, NULL, 0) : err;
}

int tree_set_permissions(struct view *v, const char *path, const struct permission *p, u32 count)
{
	struct node_plan plan;
	struct node *n;
	int err = tree_open(v, path, ACCESS_WRITE | ACCESS_OWNER, &n);

	if (err)
		return err;
	if (v->domid != 0 && p[0].domid != v->domid)
		return -XSD_EPERM;
	plan = node_as_is(n);
	plan.owner = p[0].domid;
	plan.permissions = p;
	plan.permission_count = count;
	return replace(v, path, &plan);
}

/* Make the parent of a node that goes: without its name. */
static int make_bereft(struct view *v, const struct node *parent, const char *name,
		       struct node **made)
{
	struct node_plan plan = node_as_is(parent);
	const char *at = node_children(parent), *end = at + parent->children_length;

	while (at < end && strcmp(at, name) != 0)
		at += strlen(at) + 1;
	plan.children[0].length = at - plan.children[0].names;
	if (at < end) {
		plan.children[1].names = at + strlen(at) + 1;
		plan.children[1].length = end - plan.children[1].names;
	}
	return view_make(v, 0, &plan, made);
}

/* Is it not the same name as one before it? */
static bool is_first(const char *names, const char *name)
{
	for (; names < name; names += strlen(names) + 1) {
		if (strcmp(names, name) == 0)
			return false;
	}
	return true;
}

/*
 * In a transaction that will fail, a child may be missing: others removed it between two looks.
 * Made anew then, it is named twice.
 */
int tree_gather(struct view *v, struct node *top)
{
	struct node *last = top;
	char path[PATH_ROOM];

	top->link = NULL;
	for (struct node *n = top; n; n = n->link) {
		const char *name = node_children(n), *end = name + n->children_length;

		for (; name < end; name += strlen(name) + 1) {
			struct node *child;
			int err;

			memcpy(path, node_path(n), n->path_length + 1);
			path_down(path, name);
			err = view_get(v, path, &child);
			if (err)
				return err;
			if (!child || !is_first(node_children(n), name))
				continue;
			child->link = NULL;
			last->link = child;
			last = child;
		}
	}
	return 0;
}

/* Remove a node that exists and is not the root. */
static int remove_all(struct view *v, const char *path, struct node *n)
{
	struct node *parent, *bereft = NULL;
	char above[PATH_ROOM];
	int err;

	memcpy(above, path, strlen(path) + 1);
	path_up(above);
	err = view_get(v, above, &parent);
	if (!err)
		err = tree_gather(v, n);
	if (!err && parent)
		err = make_bereft(v, parent, path + path_base(path), &bereft);
	if (!err)
		err = view_announce(v, path, true);
	if (err) {
		node_drop(v->store, bereft);
		return err;
	}
	if (bereft)
		view_put(v, above, bereft);
	while (n) {
		struct node *gone = n;

		n = n->link;
		view_put(v, node_path(gone), NULL);
	}
	return 0;
}

int tree_remove(struct view *v, const char *path)
{
	char above[PATH_ROOM];
	struct node *n;
	int err = tree_open(v, path, ACCESS_WRITE, &n);

	if (err == -XSD_ENOENT) {
		memcpy(above, path, strlen(path) + 1);
		path_up(above);
		err = view_get(v, above, &n);
		return err || n ? err : -XSD_ENOENT;
	}
	if (err)
		return err;
	return path_base(path) == strlen(path) ? -XSD_EINVAL : remove_all(v, path, n);
}
