/* request_domain.c: what Domain 0 says of domains, and what others may ask of them. */
#include "request.h"
#include "string.h"

/* All of the payload is the number of a real domain. */
static bool only_domid(struct request *r, u32 *domid)
{
	return request_number(r, DOMID_FIRST_RESERVED - 1, domid) && request_at_end(r);
}

/* A frame number is signed, in the text of Xen's tools. */
static bool frame_number(struct request *r, u32 *mfn)
{
	const char *text = request_string(r);
	bool minus = text && text[0] == '-';

	if (!text || !parse_number(text + minus, minus ? 1u << 31 : UINT32_MAX, mfn))
		return false;
	if (minus)
		*mfn = -*mfn;
	return true;
}

int do_introduce(struct request *r)
{
	struct store *s = r->store;
	struct xenstore_domain_interface *page;
	u32 domid, mfn, port;
	int err;

	if (r->from->domid != 0)
		return -XSD_EACCES;
	if (!request_number(r, DOMID_FIRST_RESERVED - 1, &domid) || !domid ||
	    !frame_number(r, &mfn) || !request_number(r, UINT32_MAX, &port) || !port)
		return -XSD_EINVAL;
	if (connection_of(s, domid))
		return -XSD_EISCONN;
	err = s->ops->introduce(s->context, domid, mfn, port, &page);
	if (err)
		return err;
	err = store_connect(s, domid, page);
	if (err) {
		s->ops->release(s->context, domid, page);
		return err;
	}
	return request_ok(r, 0);
}

int do_release(struct request *r)
{
	u32 domid;
	int err;

	if (r->from->domid != 0)
		return -XSD_EACCES;
	err = only_domid(r, &domid) ? store_release(r->store, domid) : -XSD_EINVAL;
	return request_ok(r, err);
}

int do_resume(struct request *r)
{
	struct connection *c;
	u32 domid;

	if (r->from->domid != 0)
		return -XSD_EACCES;
	if (!only_domid(r, &domid) || !domid)
		return -XSD_EINVAL;
	c = connection_of(r->store, domid);
	if (!c)
		return -XSD_ENOENT;
	c->shutdown = false;
	return request_ok(r, 0);
}

int do_get_domain_path(struct request *r)
{
	u32 domid;

	if (!only_domid(r, &domid))
		return -XSD_EINVAL;
	path_of_domain(r->path, domid);
	return request_say_string(r, r->path);
}

int do_is_domain_introduced(struct request *r)
{
	u32 domid;

	if (!only_domid(r, &domid))
		return -XSD_EINVAL;
	return request_say_string(r, connection_of(r->store, domid) ? "T" : "F");
}

int do_debug(struct request *r)
{
	const char *command = request_string(r);

	if (r->from->domid != 0)
		return -XSD_EACCES;
	if (!command || strcmp(command, "check") != 0)
		return -XSD_EINVAL;
	return store_check(r->store) ? request_say_string(r, "OK") : -XSD_EIO;
}
