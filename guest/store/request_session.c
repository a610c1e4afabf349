/* request_session.c: a domain's watches and transactions. */
#include "request.h"
#include "string.h"

/* Read where a watch is. @return the token, or NULL; `skip` is what its events leave out */
static const char *read_watch(struct request *r, u32 *skip)
{
	const char *path = r->payload, *token;

	*skip = 0;
	if (path[0] == '@') {
		if (!request_string(r) || strlen(path) > XENSTORE_REL_PATH_MAX)
			return NULL;
		memcpy(r->path, path, strlen(path) + 1);
	} else if (!request_path(r)) {
		return NULL;
	} else if (path[0] != '/') {
		*skip = strlen(r->path) - strlen(path);
	}
	token = request_string(r);
	return request_at_end(r) ? token : NULL;
}

int do_watch(struct request *r)
{
	u32 skip;
	const char *token = read_watch(r, &skip);

	return request_ok(r,
			  token ? watch_add(r->store, r->from, r->path, skip, token) : -XSD_EINVAL);
}

int do_unwatch(struct request *r)
{
	u32 skip;
	const char *token = read_watch(r, &skip);

	return request_ok(r, token ? watch_remove(r->store, r->from, r->path, token) : -XSD_EINVAL);
}

/* Where the transaction is, or NULL's place. */
struct transaction **request_transaction(struct connection *c, u32 id)
{
	struct transaction **at = &c->transactions;

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

int do_transaction_start(struct request *r)
{
	struct connection *c = r->from;
	struct transaction *t;
	char text[12];

	if (r->view.transaction)
		return -XSD_EBUSY;
	if (c->domid != 0 && c->transaction_count >= r->store->limits.transactions)
		return -XSD_ENOSPC;
	t = transaction_begin(r->store, c->domid);
	if (!t)
		return -XSD_ENOMEM;
	do
		t->id = ++c->last_transaction;
	while (t->id == 0 || *request_transaction(c, t->id));
	t->next = c->transactions;
	c->transactions = t;
	c->transaction_count++;
	put_decimal(text, t->id);
	return request_say_string(r, text);
}

int do_transaction_end(struct request *r)
{
	const char *what = request_string(r);
	struct transaction *t = r->view.transaction;
	int err = 0;

	if (!what || !request_at_end(r) || (strcmp(what, "T") != 0 && strcmp(what, "F") != 0))
		return -XSD_EINVAL;
	if (!t)
		return -XSD_ENOENT;
	if (what[0] == 'T')
		err = transaction_commit(&r->view);
	*request_transaction(r->from, t->id) = t->next;
	r->from->transaction_count--;
	transaction_drop(r->store, r->from->domid, t);
	return request_ok(r, err);
}

int do_reset_watches(struct request *r)
{
	if (r->view.transaction || r->length != 1 || r->payload[0])
		return -XSD_EINVAL;
	connection_reset(r->store, r->from);
	return request_ok(r, 0);
}
