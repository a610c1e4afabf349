/*
 * xs_wire.h: what a domain and the store say to each other, and the page that they say it through.
 *
 * Numbers and layouts are those of Xen 3.0 and 3.1 (public io/xs_wire.h, docs/misc/xenstore.txt),
 * written anew. A message is a struct xsd_sockmsg and `len` bytes of payload. A request is answered
 * by one message of the same type, req_id and tx_id, or by XS_ERROR, whose payload is the error's
 * name and a NUL.
 */
#ifndef TRAPLINE_XS_WIRE_H
#define TRAPLINE_XS_WIRE_H

#include "../../types.h"

/* What each asks for (payload) and is answered. "|" is a NUL; "OK|" where nothing is said. */
enum xsd_sockmsg_type {
	XS_DEBUG,		 /* command|...; Domain 0 only */
	XS_DIRECTORY,		 /* path| -> name|... of the children */
	XS_READ,		 /* path| -> value, no NUL */
	XS_GET_PERMS,		 /* path| -> permission|... */
	XS_WATCH,		 /* path|token| */
	XS_UNWATCH,		 /* path|token| */
	XS_TRANSACTION_START,	 /* | -> id| in decimal */
	XS_TRANSACTION_END,	 /* T| to commit, F| to drop */
	XS_INTRODUCE,		 /* domid|mfn|port|; Domain 0 only */
	XS_RELEASE,		 /* domid|; Domain 0 only */
	XS_GET_DOMAIN_PATH,	 /* domid| -> path| */
	XS_WRITE,		 /* path|value */
	XS_MKDIR,		 /* path| */
	XS_RM,			 /* path| */
	XS_SET_PERMS,		 /* path|permission|... */
	XS_WATCH_EVENT,		 /* from the store only: path|token| */
	XS_ERROR,		 /* from the store only: name| */
	XS_IS_DOMAIN_INTRODUCED, /* domid| -> T| or F| */
	XS_RESUME,		 /* domid|; Domain 0 only */
	XS_RESET_WATCHES = 21,	 /* |: all watches and transactions go; came after 3.1 */
	XS_TYPE_COUNT
};

struct xsd_sockmsg {
	u32 type;   /* enum xsd_sockmsg_type */
	u32 req_id; /* chosen by who asks, repeated in the answer */
	u32 tx_id;  /* transaction, 0: none */
	u32 len;    /* bytes that follow, at most XENSTORE_PAYLOAD_MAX */
};

/* The errors that have a name on the wire; the numbers are errno's. E2BIG and EPERM came after 3.1.
 */
#define XSD_ERRORS(X)                                                                              \
	X(EINVAL, 22)                                                                              \
	X(EACCES, 13)                                                                              \
	X(EEXIST, 17)                                                                              \
	X(EISDIR, 21)                                                                              \
	X(ENOENT, 2)                                                                               \
	X(ENOMEM, 12)                                                                              \
	X(ENOSPC, 28)                                                                              \
	X(EIO, 5)                                                                                  \
	X(ENOTEMPTY, 39)                                                                           \
	X(ENOSYS, 38)                                                                              \
	X(EROFS, 30)                                                                               \
	X(EBUSY, 16)                                                                               \
	X(EAGAIN, 11)                                                                              \
	X(EISCONN, 106)                                                                            \
	X(E2BIG, 7)                                                                                \
	X(EPERM, 1)

#define XSD_NUMBER(name, number) XSD_##name = number,
enum xsd_error { XSD_ERRORS(XSD_NUMBER) };
#undef XSD_NUMBER

#define XENSTORE_PAYLOAD_MAX  4096 /* bytes, in both directions */
#define XENSTORE_ABS_PATH_MAX 3072 /* characters, the NUL not counted */
#define XENSTORE_REL_PATH_MAX 2048

/*
 * The shared page. The indices run freely, modulo 2^32; what lies between consumer and producer is
 * waiting, and is never more than the ring. Each index has one writer: the domain writes req_prod
 * and rsp_cons, the store req_cons and rsp_prod.
 */
#define XENSTORE_RING_SIZE 1024
typedef u32 XENSTORE_RING_IDX;
#define MASK_XENSTORE_IDX(idx) ((idx) & (XENSTORE_RING_SIZE - 1))

struct xenstore_domain_interface {
	u8 req[XENSTORE_RING_SIZE]; /* to the store */
	u8 rsp[XENSTORE_RING_SIZE]; /* answers and events */
	XENSTORE_RING_IDX req_cons, req_prod;
	XENSTORE_RING_IDX rsp_cons, rsp_prod;
};

_Static_assert(sizeof(struct xsd_sockmsg) == 16, "layout");
_Static_assert(offsetof(struct xenstore_domain_interface, rsp) == 1024, "layout");
_Static_assert(offsetof(struct xenstore_domain_interface, req_cons) == 2048, "layout");
_Static_assert(offsetof(struct xenstore_domain_interface, rsp_prod) == 2060, "layout");
_Static_assert(XS_RESUME == 18, "numbers");

#endif
