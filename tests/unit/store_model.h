/*
 * store_model.h: what the store should do, said as simply as possible: a fixed list of paths,
 * arrays of what is at each, and a whole copy of these arrays for each transaction.
 */
#ifndef STORE_MODEL_H
#define STORE_MODEL_H

#include <trapline/types.h>
#include <trapline/xen/io/xs_wire.h>

#define M_PATHS	    80
#define M_DOMAINS   4
#define M_WATCHES   6
#define M_TXS	    4
#define M_PERMS	    4
#define M_VALUE	    100
#define M_EVENTS    4096
#define M_NODES	    7 /* limits of an unprivileged domain */
#define M_NODE_SIZE 70
#define M_MAX_WATCH 3
#define M_MAX_TX    2

struct m_node {
	bool exists;
	u32 version; /* of its last change; 0 if it does not exist */
	u32 length, perms, kids;
	char value[M_VALUE];
	u16 domid[M_PERMS];
	char letter[M_PERMS];
	u8 kid[M_PATHS];
};

struct m_tx {
	u32 id; /* 0: none */
	bool met[M_PATHS];
	struct m_node seen[M_PATHS], mine[M_PATHS];
	u32 changes;
	struct {
		u8 path;
		bool removal;
	} change[2 * M_PATHS];
};

struct m_event {
	char path[64], token[8];
};

struct m_domain {
	bool connected;
	u32 watches;
	struct {
		char path[64], token[8];
		u32 skip;
	} watch[M_WATCHES];
	struct m_tx tx[M_TXS];
	u32 last_tx;
	u32 events, fetched;
	struct m_event event[M_EVENTS];
};

struct model {
	u32 paths, version;
	char path[M_PATHS][64];
	struct m_node main[M_PATHS];
	struct m_domain domain[M_DOMAINS];
	/* The answer to the last request: an error's name, or the payload. */
	const char *error;
	char answer[4096];
	u32 answered;
};

void model_start(struct model *m);
/** Which path is that; -1: none of the list. */
int model_path(const struct model *m, const char *path);
/** A domain asks: the path's number, the transaction's id (0: none). Sets the answer, queues
 * events. */
void model_read(struct model *m, u16 d, u32 tx, int path);
void model_directory(struct model *m, u16 d, u32 tx, int path);
void model_get_perms(struct model *m, u16 d, u32 tx, int path);
void model_write(struct model *m, u16 d, u32 tx, int path, const char *value, u32 length);
void model_mkdir(struct model *m, u16 d, u32 tx, int path);
void model_rm(struct model *m, u16 d, u32 tx, int path);
void model_set_perms(struct model *m, u16 d, u32 tx, int path, const u16 *domid, const char *letter,
		     u32 n);
void model_begin(struct model *m, u16 d);
void model_end(struct model *m, u16 d, u32 tx, bool commit);
/** @param skip characters that its events leave out */
void model_watch(struct model *m, u16 d, const char *path, u32 skip, const char *token);
void model_unwatch(struct model *m, u16 d, const char *path, const char *token);
void model_introduce(struct model *m, u16 d);
void model_release(struct model *m, u16 d);

#endif
