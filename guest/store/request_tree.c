/* request_tree.c: requests that look at the tree, or change it. */
#include "request.h"
#include "string.h"
#include "tree.h"

int do_directory(struct request *r)
{
	struct node *n;
	int err =
	    request_only_path(r) ? tree_open(&r->view, r->path, ACCESS_READ, &n) : -XSD_EINVAL;

	return err ? err : request_say(r, node_children(n), n->children_length);
}

int do_read(struct request *r)
{
	struct node *n;
	int err =
	    request_only_path(r) ? tree_open(&r->view, r->path, ACCESS_READ, &n) : -XSD_EINVAL;

	return err ? err : request_say(r, node_value(n), n->value_length);
}

int do_write(struct request *r)
{
	if (!request_path(r))
		return -XSD_EINVAL;
	return request_ok(r, tree_write(&r->view, r->path, r->payload + r->at, r->length - r->at));
}

int do_mkdir(struct request *r)
{
	return request_ok(r, request_only_path(r) ? tree_mkdir(&r->view, r->path) : -XSD_EINVAL);
}

int do_rm(struct request *r)
{
	return request_ok(r, request_only_path(r) ? tree_remove(&r->view, r->path) : -XSD_EINVAL);
}

/* By ACCESS_READ | ACCESS_WRITE. */
static const char access_letters[] = "nrwb";

int do_get_perms(struct request *r)
{
	struct node *n;
	int err =
	    request_only_path(r) ? tree_open(&r->view, r->path, ACCESS_READ, &n) : -XSD_EINVAL;

	for (u32 i = 0; !err && i < n->permission_count; i++) {
		char text[12] = {access_letters[n->permissions[i].access]};

		put_decimal(text + 1, n->permissions[i].domid);
		err = request_say_string(r, text);
	}
	return err;
}

static bool parse_permission(const char *text, struct permission *p)
{
	u32 domid;

	for (u16 access = 0; access < 4; access++) {
		if (text[0] != access_letters[access])
			continue;
		p->access = access;
		if (!parse_number(text + 1, DOMID_FIRST_RESERVED - 1, &domid))
			return false;
		p->domid = domid;
		return true;
	}
	return false;
}

int do_set_perms(struct request *r)
{
	struct permission permissions[XENSTORE_PAYLOAD_MAX / sizeof("r0")];
	u32 count = 0;

	if (!request_path(r))
		return -XSD_EINVAL;
	while (!request_at_end(r)) {
		const char *text = request_string(r);

		if (!text || !parse_permission(text, &permissions[count++]))
			return -XSD_EINVAL;
	}
	if (!count)
		return -XSD_EINVAL;
	return request_ok(r, tree_set_permissions(&r->view, r->path, permissions, count));
}
