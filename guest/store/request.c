/* request.c: what each request means. Its bytes may be anything. */
#include "request.h"
#include "string.h"

const char *request_string(struct request *r)
{
	const char *text = r->payload + r->at;
	u32 n = strlen(text); /* there is a NUL behind the payload */

	if (r->at + n >= r->length)
		return NULL;
	r->at += n + 1;
	return text;
}

bool request_at_end(const struct request *r)
{
	return r->at == r->length;
}

bool parse_number(const char *text, u32 max, u32 *number)
{
	u64 n = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		n = n * 10 + (*text - '0');
		if (n > max)
			return false;
	}
	*number = n;
	return true;
}

bool request_number(struct request *r, u32 max, u32 *number)
{
	const char *text = request_string(r);

	return text && parse_number(text, max, number);
}

bool request_path(struct request *r)
{
	const char *text = request_string(r);

	return text && path_absolute(r->path, text, r->from->domid);
}

bool request_only_path(struct request *r)
{
	return request_path(r) && request_at_end(r);
}

int request_say(struct request *r, const void *bytes, u32 n)
{
	struct message *m = &r->from->answer.message;

	if (n > XENSTORE_PAYLOAD_MAX - m->header.len)
		return -XSD_E2BIG;
	if (n)
		memcpy(m->payload + m->header.len, bytes, n);
	m->header.len += n;
	return 0;
}

int request_say_string(struct request *r, const char *text)
{
	return request_say(r, text, strlen(text) + 1);
}

int request_ok(struct request *r, int err)
{
	return err ? err : request_say_string(r, "OK");
}

static const request_handler handlers[XS_TYPE_COUNT] = {
    [XS_DEBUG] = do_debug,
    [XS_DIRECTORY] = do_directory,
    [XS_READ] = do_read,
    [XS_GET_PERMS] = do_get_perms,
    [XS_WATCH] = do_watch,
    [XS_UNWATCH] = do_unwatch,
    [XS_TRANSACTION_START] = do_transaction_start,
    [XS_TRANSACTION_END] = do_transaction_end,
    [XS_INTRODUCE] = do_introduce,
    [XS_RELEASE] = do_release,
    [XS_GET_DOMAIN_PATH] = do_get_domain_path,
    [XS_WRITE] = do_write,
    [XS_MKDIR] = do_mkdir,
    [XS_RM] = do_rm,
    [XS_SET_PERMS] = do_set_perms,
    [XS_IS_DOMAIN_INTRODUCED] = do_is_domain_introduced,
    [XS_RESUME] = do_resume,
    [XS_RESET_WATCHES] = do_reset_watches,
};

void request_refuse(struct connection *c, int err)
{
	struct message *m = &c->answer.message;
	const char *name = "EINVAL";

	switch (-err) {
#define XSD_NAME(n, number)                                                                        \
	case number:                                                                               \
		name = #n;                                                                         \
		break;
		XSD_ERRORS(XSD_NAME)
#undef XSD_NAME
	}
	m->header = c->in.header;
	m->header.type = XS_ERROR;
	m->header.len = strlen(name) + 1;
	memcpy(m->payload, name, m->header.len);
}

void request_answer(struct store *s, struct connection *c)
{
	const struct xsd_sockmsg *h = &c->in.header;
	request_handler handler = h->type < XS_TYPE_COUNT ? handlers[h->type] : NULL;
	struct request r = {
	    .store = s,
	    .from = c,
	    .view = {.store = s, .domid = c->domid},
	    .payload = (const char *)c->in.payload,
	    .length = h->len,
	};
	int err = 0;

	c->answer.message.header = *h;
	c->answer.message.header.len = 0;
	if (h->tx_id) {
		r.view.transaction = *request_transaction(c, h->tx_id);
		err = r.view.transaction ? 0 : -XSD_ENOENT;
	}
	if (!handler)
		err = -XSD_ENOSYS;
	if (!err)
		err = handler(&r);
	if (err)
		request_refuse(c, err);
}
