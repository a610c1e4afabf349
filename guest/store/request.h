/* request.h: a request while it is being answered. */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include "connection.h"
#include "path.h"
#include "view.h"

struct request {
	struct store *store;
	struct connection *from;
	struct view view;
	const char *payload; /* with a NUL behind its end */
	u32 length;
	u32 at;		      /* how much of it was read */
	char path[PATH_ROOM]; /* room for the absolute path */
};

/** @return the next string of the payload that ends with a NUL, or NULL */
const char *request_string(struct request *r);
/** Is all of the payload read? */
bool request_at_end(const struct request *r);
/** Read a decimal number up to `max`, which is all of the next string. */
bool request_number(struct request *r, u32 max, u32 *number);
/** Read a path and make it absolute, in r->path. */
bool request_path(struct request *r);
/** Read a path that is all of the payload. */
bool request_only_path(struct request *r);
/** Append to the answer. @return 0 or -E2BIG */
int request_say(struct request *r, const void *bytes, u32 n);
/** Append a string and its NUL. */
int request_say_string(struct request *r, const char *text);
/** Say "OK" unless there was an error. @return err */
int request_ok(struct request *r, int err);
/** Where a connection keeps that transaction; where NULL is, if it has none. */
struct transaction **request_transaction(struct connection *c, u32 id);
/** Is this all of a string a decimal number up to `max`? */
bool parse_number(const char *text, u32 max, u32 *number);

/* What answers a request: 0, its answer being said ("OK" if nothing was), or a negative error. */
typedef int (*request_handler)(struct request *r);

/* request_tree.c */
int do_directory(struct request *r);
int do_read(struct request *r);
int do_write(struct request *r);
int do_mkdir(struct request *r);
int do_rm(struct request *r);
int do_get_perms(struct request *r);
int do_set_perms(struct request *r);

/* request_session.c */
int do_watch(struct request *r);
int do_unwatch(struct request *r);
int do_reset_watches(struct request *r);
int do_transaction_start(struct request *r);
int do_transaction_end(struct request *r);

/* request_domain.c: only Domain 0 may, but for the path and is_introduced. */
int do_introduce(struct request *r);
int do_release(struct request *r);
int do_resume(struct request *r);
int do_get_domain_path(struct request *r);
int do_is_domain_introduced(struct request *r);
int do_debug(struct request *r);

#endif
