/* watch.h: who is told of which changes. */
#ifndef STORE_WATCH_H
#define STORE_WATCH_H

#include "store.h"

/* So that each event fits into a message, whatever the path. */
#define TOKEN_MAX (XENSTORE_PAYLOAD_MAX - XENSTORE_ABS_PATH_MAX - 2)

struct watch {
	struct watch *next;
	u32 size; /* bytes of memory */
	u32 skip; /* characters of a path that its events leave out: it was given as a relative one
		   */
	const char *token; /* behind the path */
	char path[];
};

/**
 * Let a connection hear of a path and all below it; it hears of it at once, too.
 * @param path valid and absolute, or "@..." for special events
 * @param skip characters to leave out in its events
 * @return 0, -EINVAL (token too long), -EEXIST, -E2BIG (too many), -ENOMEM
 */
int watch_add(struct store *s, struct connection *c, const char *path, u32 skip, const char *token);
/** @return 0 or -ENOENT */
int watch_remove(struct store *s, struct connection *c, const char *path, const char *token);
void watch_remove_all(struct store *s, struct connection *c);
/**
 * Tell of a change in the tree that all see. A removal is told before it happens, and watches below
 * the path hear of theirs. Only who may read a node hears of it.
 */
void watch_fire(struct store *s, const char *path, bool removal);
/** Tell Domain 0 of "@introduceDomain" or "@releaseDomain". */
void watch_fire_special(struct store *s, const char *name);

#endif
