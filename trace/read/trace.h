/* trace.h: a whole trace in memory, checked. */
#ifndef TLTRACE_TRACE_H
#define TLTRACE_TRACE_H

#include "read/err.h"
#include "read/event.h"

/* One bit of each domain, 8 KB, whatever the trace says. */
struct domains {
	u8 seen[(0xFFFF + 1) / 8];
	size_t count; /* without TRACE_NO_DOMAIN */
};
static inline bool domains_have(const struct domains *d, u32 id)
{
	return d->seen[id / 8] & 1u << id % 8;
}

struct trace {
	char *name;    /* as the user gave it */
	char *started; /* the words that the machine was started with; "": nobody said */
	u8 *stream;    /* the packets; events point into it */
	size_t stream_size;
	u64 freq; /* clock ticks a second */
	u32 packets;
	struct event *events;
	size_t count;
	u64 discarded; /* events that the hypervisor had no room for */
	/* What is asked for each picture is looked for once. */
	struct domains domains; /* that the trace has events of */
	u8 *designs; /* of each domain up to the last, as trace_mmu(); 0: no event tells */
	u32 ndesigns;
	u32 mmu;
};

/** Read the CTF directory @dir that `tltrace extract` wrote. 0, or -1 with @err filled. */
int trace_open(struct trace *t, const char *dir, struct err *err);
/** Build a trace from metadata and packets in memory (both are copied). 0, or -1. */
int trace_from_memory(struct trace *t, const char *name, const char *metadata, size_t metadata_size,
		      const void *stream, size_t stream_size, struct err *err);
void trace_close(struct trace *t);

/** What the words that the machine was started with tell of what was run; "" what they do not. */
struct ran {
	char what[48], seed[16];
};
void trace_what_ran(const struct trace *t, struct ran *out);

/** The first event with number @id, or NULL. */
const struct event *trace_first(const struct trace *t, enum event_id id);
/** enum mmu of the trace's machine event: 0 none, 1 shadow, 2 direct. */
u32 trace_mmu(const struct trace *t);
/** The design of one domain, as trace_mmu(); what its events do not tell, the machine event does.
 */
u32 trace_domain_mmu(const struct trace *t, u16 domain);

#endif
