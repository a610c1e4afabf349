/* store_model.c: what the store should do, said as simply as possible. */
#include <stdio.h>
#include <string.h>
#include "store_model.h"

static void add_path(struct model *m, const char *a, const char *b, const char *c, const char *d)
{
	snprintf(m->path[m->paths++], sizeof(m->path[0]), "%s%s%s%s", a, b, c, d);
}

void model_start(struct model *m)
{
	static const char *const letters[] = {"a", "b", "long-name"}, *const homes[] = {"0", "1",
											"2", "3"};

	memset(m, 0, sizeof(*m));
	add_path(m, "/", "", "", "");
	add_path(m, "/local", "", "", "");
	add_path(m, "/local/domain", "", "", "");
	for (u32 i = 0; i < 4; i++) {
		add_path(m, "/local/domain/", homes[i], "", "");
		add_path(m, "/local/domain/", homes[i], "/a", "");
		add_path(m, "/local/domain/", homes[i], "/b", "");
		add_path(m, "/local/domain/", homes[i], "/a/a", "");
	}
	for (u32 i = 0; i < 3; i++) {
		add_path(m, "/", letters[i], "", "");
		for (u32 k = 0; k < 3; k++) {
			add_path(m, "/", letters[i], "/", letters[k]);
			add_path(m, m->path[m->paths - 1], "/a", "", "");
			add_path(m, m->path[m->paths - 2], "/b", "", "");
		}
	}
	m->main[0] =
	    (struct m_node){.exists = true, .version = ++m->version, .perms = 1, .letter = "n"};
	m->domain[0].connected = true;
}

int model_path(const struct model *m, const char *path)
{
	for (u32 i = 0; i < m->paths; i++) {
		if (strcmp(m->path[i], path) == 0)
			return (int)i;
	}
	return -1;
}

static int parent_of(const struct model *m, int path)
{
	char above[64];
	char *slash;

	snprintf(above, sizeof(above), "%s", m->path[path]);
	slash = strrchr(above, '/');
	slash[slash == above] = 0;
	return model_path(m, above);
}

static const char *name_of(const struct model *m, int path)
{
	return strrchr(m->path[path], '/') + 1;
}

/* ---------------------------------------------------------------- answers, events */

static void fail(struct model *m, const char *error)
{
	m->error = error;
	m->answered = 0;
}
static void say(struct model *m, const void *bytes, u32 n)
{
	memcpy(m->answer + m->answered, bytes, n);
	m->answered += n;
}
static void begin_answer(struct model *m)
{
	m->error = NULL;
	m->answered = 0;
}
static void ok(struct model *m)
{
	begin_answer(m);
	say(m, "OK", 3);
}

static void event(struct model *m, u16 d, const char *path, const char *token)
{
	struct m_domain *dom = &m->domain[d];
	struct m_event *e = &dom->event[dom->events++ % M_EVENTS];

	snprintf(e->path, sizeof(e->path), "%s", path);
	snprintf(e->token, sizeof(e->token), "%s", token);
}

static bool allows(const struct m_node *n, u16 d, char what)
{
	char letter = n->letter[0];

	if (d == 0 || n->domid[0] == d)
		return true;
	for (u32 i = n->perms - 1; i > 0; i--) {
		if (n->domid[i] == d)
			letter = n->letter[i];
	}
	return what != 'o' && (letter == 'b' || letter == what);
}

static bool below(const char *path, const char *above)
{
	char with_slash[70];

	if (strcmp(path, above) == 0 || (strcmp(above, "/") == 0 && path[0] == '/'))
		return true;
	snprintf(with_slash, sizeof(with_slash), "%s/", above);
	return strncmp(path, with_slash, strlen(with_slash)) == 0;
}

static void fire(struct model *m, int path, bool removal)
{
	for (u16 d = 0; d < M_DOMAINS; d++) {
		struct m_domain *dom = &m->domain[d];

		for (u32 w = 0; w < dom->watches; w++) {
			int about = -1;

			if (below(m->path[path], dom->watch[w].path))
				about = path;
			else if (removal && below(dom->watch[w].path, m->path[path]))
				about = model_path(m, dom->watch[w].path);
			if (about >= 0 && m->main[about].exists && allows(&m->main[about], d, 'r'))
				event(m, d, m->path[about] + dom->watch[w].skip,
				      dom->watch[w].token);
		}
	}
}

static void fire_special(struct model *m, const char *name)
{
	for (u32 w = 0; w < m->domain[0].watches; w++) {
		if (strcmp(m->domain[0].watch[w].path, name) == 0)
			event(m, 0, name, m->domain[0].watch[w].token);
	}
}

/* ---------------------------------------------------------------- the tree */

static struct m_tx *tx_of(struct model *m, u16 d, u32 id)
{
	for (u32 i = 0; id && i < M_TXS; i++) {
		if (m->domain[d].tx[i].id == id)
			return &m->domain[d].tx[i];
	}
	return NULL;
}

/* @return whether the transaction is one, or none is asked for */
static bool known(struct model *m, u16 d, u32 id)
{
	if (!id || tx_of(m, d, id))
		return true;
	fail(m, "ENOENT");
	return false;
}

static struct m_node *look(struct model *m, u16 d, u32 id, int path)
{
	struct m_tx *t = tx_of(m, d, id);

	if (!t)
		return &m->main[path];
	if (!t->met[path])
		t->seen[path] = t->mine[path] = m->main[path];
	t->met[path] = true;
	return &t->mine[path];
}

/* @return the node, or NULL and the error */
static struct m_node *need(struct model *m, u16 d, u32 id, int path, char what)
{
	struct m_node *n;

	if (!known(m, d, id))
		return NULL;
	n = look(m, d, id, path);
	if (n->exists) {
		if (allows(n, d, what))
			return n;
		fail(m, "EACCES");
		return NULL;
	}
	while (!look(m, d, id, path)->exists)
		path = parent_of(m, path);
	fail(m, allows(look(m, d, id, path), d, what) ? "ENOENT" : "EACCES");
	return NULL;
}

static void changed(struct model *m, u16 d, u32 id, int path, bool removal)
{
	struct m_tx *t = tx_of(m, d, id);

	if (!t) {
		fire(m, path, removal);
		return;
	}
	for (u32 i = 0; i < t->changes; i++) {
		if (t->change[i].path == path && t->change[i].removal == removal)
			return;
	}
	t->change[t->changes].path = path;
	t->change[t->changes++].removal = removal;
}

static u32 size_of(const struct model *m, const struct m_node *n)
{
	u32 size = 4 * n->perms + n->length;

	for (u32 i = 0; i < n->kids; i++)
		size += strlen(name_of(m, n->kid[i])) + 1;
	return size;
}

static int owned(struct model *m, u16 d, u32 id)
{
	struct m_tx *t = tx_of(m, d, id);
	int n = 0;

	for (u32 i = 0; i < m->paths; i++) {
		n += m->main[i].exists && m->main[i].domid[0] == d;
		if (t && t->met[i]) {
			n += t->mine[i].exists && t->mine[i].domid[0] == d;
			n -= t->seen[i].exists && t->seen[i].domid[0] == d;
		}
	}
	return n;
}

void model_read(struct model *m, u16 d, u32 tx, int path)
{
	struct m_node *n = need(m, d, tx, path, 'r');

	if (!n)
		return;
	begin_answer(m);
	say(m, n->value, n->length);
}

void model_directory(struct model *m, u16 d, u32 tx, int path)
{
	struct m_node *n = need(m, d, tx, path, 'r');

	if (!n)
		return;
	begin_answer(m);
	for (u32 i = 0; i < n->kids; i++)
		say(m, name_of(m, n->kid[i]), strlen(name_of(m, n->kid[i])) + 1);
}

void model_get_perms(struct model *m, u16 d, u32 tx, int path)
{
	struct m_node *n = need(m, d, tx, path, 'r');
	char text[16];

	if (!n)
		return;
	begin_answer(m);
	for (u32 i = 0; i < n->perms; i++) {
		snprintf(text, sizeof(text), "%c%u", n->letter[i], n->domid[i]);
		say(m, text, strlen(text) + 1);
	}
}

static void make(struct model *m, u16 d, u32 tx, int path, const char *value, u32 length)
{
	int chain[8], links = 0, at = path;
	struct m_node fresh[8], *above;

	do {
		chain[links++] = at;
		at = parent_of(m, at);
	} while (!look(m, d, tx, at)->exists);
	if (d && owned(m, d, tx) + links > M_NODES) {
		fail(m, "ENOSPC");
		return;
	}
	above = look(m, d, tx, at);
	for (int i = 0; i < links; i++) {
		fresh[i] = *above;
		fresh[i].kids = fresh[i].length = 0;
		if (d)
			fresh[i].domid[0] = d;
		if (i == 0)
			memcpy(fresh[0].value, value, fresh[0].length = length);
		else
			fresh[i].kid[fresh[i].kids++] = chain[i - 1];
		if (d && size_of(m, &fresh[i]) > M_NODE_SIZE) {
			fail(m, "ENOSPC");
			return;
		}
	}
	if (d && size_of(m, above) + strlen(name_of(m, chain[links - 1])) + 1 > M_NODE_SIZE) {
		fail(m, "ENOSPC");
		return;
	}
	above->kid[above->kids++] = chain[links - 1];
	above->version = ++m->version;
	for (int i = 0; i < links; i++) {
		fresh[i].version = ++m->version;
		*look(m, d, tx, chain[i]) = fresh[i];
	}
	changed(m, d, tx, path, false);
	ok(m);
}

static bool missing(const struct model *m)
{
	return strcmp(m->error, "ENOENT") == 0;
}

/* The node becomes another, if that is not too large. */
static void replace(struct model *m, u16 d, u32 tx, int path, struct m_node *n,
		    const struct m_node *new)
{
	if (d && size_of(m, new) > M_NODE_SIZE) {
		fail(m, "ENOSPC");
		return;
	}
	*n = *new;
	n->version = ++m->version;
	changed(m, d, tx, path, false);
	ok(m);
}

void model_write(struct model *m, u16 d, u32 tx, int path, const char *value, u32 length)
{
	struct m_node *n = need(m, d, tx, path, 'w'), new;

	if (!n) {
		if (missing(m) && known(m, d, tx))
			make(m, d, tx, path, value, length);
		return;
	}
	new = *n;
	memcpy(new.value, value, new.length = length);
	replace(m, d, tx, path, n, &new);
}

void model_mkdir(struct model *m, u16 d, u32 tx, int path)
{
	if (need(m, d, tx, path, 'w'))
		ok(m);
	else if (missing(m) && known(m, d, tx))
		make(m, d, tx, path, "", 0);
}

static void wipe(struct model *m, u16 d, u32 tx, int path)
{
	struct m_node *n = look(m, d, tx, path), was = *n;

	memset(n, 0, sizeof(*n));
	for (u32 i = 0; i < was.kids; i++)
		wipe(m, d, tx, was.kid[i]);
}

void model_rm(struct model *m, u16 d, u32 tx, int path)
{
	struct m_node *above;
	u32 kept = 0;

	if (!need(m, d, tx, path, 'w')) {
		if (missing(m) && known(m, d, tx) && look(m, d, tx, parent_of(m, path))->exists)
			ok(m);
		return;
	}
	if (path == 0) {
		fail(m, "EINVAL");
		return;
	}
	above = look(m, d, tx, parent_of(m, path));
	if (!tx)
		changed(m, d, tx, path, true);
	for (u32 i = 0, found = 0; i < above->kids; i++) {
		if (above->kid[i] != path || found++)
			above->kid[kept++] = above->kid[i];
	}
	above->kids = kept;
	if (above->exists)
		above->version = ++m->version;
	wipe(m, d, tx, path);
	if (tx)
		changed(m, d, tx, path, true);
	ok(m);
}

void model_set_perms(struct model *m, u16 d, u32 tx, int path, const u16 *domid, const char *letter,
		     u32 count)
{
	struct m_node *n = need(m, d, tx, path, 'o'), new;

	if (!n)
		return;
	if (d && domid[0] != d) {
		fail(m, "EPERM");
		return;
	}
	new = *n;
	new.perms = count;
	memcpy(new.domid, domid, count * sizeof(*domid));
	memcpy(new.letter, letter, count);
	replace(m, d, tx, path, n, &new);
}

/* ---------------------------------------------------------------- transactions */

void model_begin(struct model *m, u16 d)
{
	u32 open = 0, slot = 0;
	char text[16];

	for (u32 i = 0; i < M_TXS; i++) {
		open += m->domain[d].tx[i].id != 0;
		slot = m->domain[d].tx[i].id ? slot : i;
	}
	if (d && open >= M_MAX_TX) {
		fail(m, "ENOSPC");
		return;
	}
	memset(&m->domain[d].tx[slot], 0, sizeof(struct m_tx));
	m->domain[d].tx[slot].id = ++m->domain[d].last_tx;
	begin_answer(m);
	snprintf(text, sizeof(text), "%u", m->domain[d].last_tx);
	say(m, text, strlen(text) + 1);
}

static void fire_all(struct model *m, const struct m_tx *t, bool removal)
{
	for (u32 i = 0; i < t->changes; i++) {
		if (t->change[i].removal == removal)
			fire(m, t->change[i].path, removal);
	}
}

static void commit(struct model *m, u16 d, struct m_tx *t)
{
	int more = owned(m, d, t->id) - owned(m, d, 0);

	ok(m);
	for (u32 i = 0; i < m->paths; i++) {
		if (t->met[i] && m->main[i].version != t->seen[i].version)
			fail(m, "EAGAIN");
	}
	if (!m->error && d && more > 0 && owned(m, d, t->id) > M_NODES)
		fail(m, "ENOSPC");
	if (m->error)
		return;
	fire_all(m, t, true);
	for (u32 i = 0; i < m->paths; i++) {
		if (t->met[i])
			m->main[i] = t->mine[i];
	}
	fire_all(m, t, false);
}

void model_end(struct model *m, u16 d, u32 tx, bool really)
{
	struct m_tx *t = tx_of(m, d, tx);

	if (!t) {
		fail(m, "ENOENT");
		return;
	}
	ok(m);
	if (really)
		commit(m, d, t);
	t->id = 0;
}

/* ---------------------------------------------------------------- watches, domains */

static int watch_at(const struct m_domain *dom, const char *path, const char *token)
{
	for (u32 w = 0; w < dom->watches; w++) {
		if (strcmp(dom->watch[w].path, path) == 0 &&
		    strcmp(dom->watch[w].token, token) == 0)
			return (int)w;
	}
	return -1;
}

void model_watch(struct model *m, u16 d, const char *path, u32 skip, const char *token)
{
	struct m_domain *dom = &m->domain[d];

	if (watch_at(dom, path, token) >= 0) {
		fail(m, "EEXIST");
		return;
	}
	if (d && dom->watches >= M_MAX_WATCH) {
		fail(m, "E2BIG");
		return;
	}
	snprintf(dom->watch[dom->watches].path, sizeof(dom->watch[0].path), "%s", path);
	snprintf(dom->watch[dom->watches].token, sizeof(dom->watch[0].token), "%s", token);
	dom->watch[dom->watches++].skip = skip;
	event(m, d, path + skip, token);
	ok(m);
}

void model_unwatch(struct model *m, u16 d, const char *path, const char *token)
{
	struct m_domain *dom = &m->domain[d];
	int w = watch_at(dom, path, token);

	if (w < 0) {
		fail(m, "ENOENT");
		return;
	}
	dom->watches--;
	memmove(&dom->watch[w], &dom->watch[w + 1], (dom->watches - w) * sizeof(dom->watch[0]));
	ok(m);
}

void model_introduce(struct model *m, u16 d)
{
	if (m->domain[d].connected) {
		fail(m, "EISCONN");
		return;
	}
	memset(&m->domain[d], 0, sizeof(m->domain[d]));
	m->domain[d].connected = true;
	fire_special(m, "@introduceDomain");
	ok(m);
}

static void strike_out(struct m_node *n, u16 d)
{
	for (u32 p = 1; p < n->perms; p++) {
		if (n->domid[p] == d) {
			n->domid[p] = 0;
			n->letter[p] = 'n';
		}
	}
}

/* Transactions that have the node as it is see that too. */
static void strike_out_everywhere(struct model *m, u8 path, u16 d)
{
	for (u32 i = 0; i < M_DOMAINS * M_TXS; i++) {
		struct m_node *mine = &m->domain[i / M_TXS].tx[i % M_TXS].mine[path];

		if (mine->version == m->main[path].version)
			strike_out(mine, d);
	}
	strike_out(&m->main[path], d);
}

void model_release(struct model *m, u16 d)
{
	u8 queue[M_PATHS] = {0};
	u32 queued = 1;
	u16 none = 0;

	if (!m->domain[d].connected) {
		fail(m, "ENOENT");
		return;
	}
	memset(&m->domain[d], 0, sizeof(m->domain[d]));
	if (m->main[0].domid[0] == d)
		model_set_perms(m, 0, 0, 0, &none, "n", 1);
	/* Parents before their children. */
	for (u32 i = 0; i < queued; i++) {
		const struct m_node *n = &m->main[queue[i]];

		for (u32 k = 0; k < n->kids; k++)
			queue[queued++] = n->kid[k];
	}
	/* Transactions may see what is about to be removed. */
	for (u32 i = 0; i < queued; i++)
		strike_out_everywhere(m, queue[i], d);
	for (u32 i = 0; i < queued; i++) {
		struct m_node *n = &m->main[queue[i]];

		if (n->exists && n->domid[0] == d)
			model_rm(m, 0, 0, queue[i]);
	}
	fire_special(m, "@releaseDomain");
	ok(m);
}
