/* watch.c: who is told of which changes. */
#include "connection.h"
#include "path.h"
#include "string.h"
#include "tree.h"
#include "watch.h"

/* Where the watch is, or its place at the end. */
static struct watch **place_of(struct connection *c, const char *path, const char *token)
{
	struct watch **at = &c->watches;

	while (*at && (strcmp((*at)->path, path) != 0 || strcmp((*at)->token, token) != 0))
		at = &(*at)->next;
	return at;
}

static void tell(struct store *s, struct connection *c, const struct watch *w, const char *path)
{
	connection_event(s, c, path + w->skip, w->token);
}

int watch_add(struct store *s, struct connection *c, const char *path, u32 skip, const char *token)
{
	u32 path_size = strlen(path) + 1, token_size = strlen(token) + 1;
	u32 size = sizeof(struct watch) + path_size + token_size;
	struct watch **at = place_of(c, path, token), *w;

	if (token_size - 1 > TOKEN_MAX)
		return -XSD_EINVAL;
	if (*at)
		return -XSD_EEXIST;
	if (c->domid != 0 && c->watch_count >= s->limits.watches)
		return -XSD_E2BIG;
	w = account_alloc(s, c->domid, size);
	if (!w)
		return -XSD_ENOMEM;
	memcpy(w->path, path, path_size);
	memcpy(w->path + path_size, token, token_size);
	w->token = w->path + path_size;
	w->size = size;
	w->skip = skip;
	w->next = NULL;
	*at = w;
	c->watch_count++;
	tell(s, c, w, w->path);
	return 0;
}

static void take_out(struct store *s, struct connection *c, struct watch **at)
{
	struct watch *w = *at;

	*at = w->next;
	c->watch_count--;
	account_free(s, c->domid, w, w->size);
}

int watch_remove(struct store *s, struct connection *c, const char *path, const char *token)
{
	struct watch **at = place_of(c, path, token);

	if (!*at)
		return -XSD_ENOENT;
	take_out(s, c, at);
	return 0;
}

void watch_remove_all(struct store *s, struct connection *c)
{
	while (c->watches)
		take_out(s, c, &c->watches);
}

static bool readable(const struct store *s, const struct connection *c, const char *path)
{
	const struct node *n = table_find(s, path);

	return n && tree_access(n, c->domid) & ACCESS_READ;
}

void watch_fire(struct store *s, const char *path, bool removal)
{
	for (struct connection *c = s->connections; c; c = c->next) {
		for (struct watch *w = c->watches; w; w = w->next) {
			const char *of = path;

			if (!path_within(path, w->path)) {
				if (!removal || !path_within(w->path, path))
					continue;
				of = w->path;
			}
			if (readable(s, c, of))
				tell(s, c, w, of);
		}
	}
}

void watch_fire_special(struct store *s, const char *name)
{
	for (struct connection *c = s->connections; c; c = c->next) {
		for (struct watch *w = c->watches; w && c->domid == 0; w = w->next) {
			if (strcmp(w->path, name) == 0)
				tell(s, c, w, name);
		}
	}
}
