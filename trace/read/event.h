/* event.h: one event of a trace that has been read. */
#ifndef TLTRACE_EVENT_H
#define TLTRACE_EVENT_H

#include "read/sb.h"
#include "read/schema.h"

struct event {
	u64 ts;
	const struct schema_event *def;
	const u8 *fields; /* as they lie on the wire */
	u32 seq;	  /* 1 for the first event of the trace */
	u32 fault;	  /* episode, 0: none */
	u32 step;
	u16 domain, vcpu;
	u8 from, to;	/* enum lane, always below NR_LANES */
	u32 lost_after; /* events discarded between this one and the next */
};

/** A crossing changes the lane; any other event is a note. */
static inline bool event_crosses(const struct event *e)
{
	return e->from != e->to;
}

static inline bool event_is(const struct event *e, enum event_id id)
{
	return e->def->id == (u16)id;
}

/** Which episode an event belongs to, 0 if to none. Domains number their faults each for itself. */
static inline u64 event_episode(const struct event *e)
{
	return e->fault ? (u64)e->domain << 32 | e->fault : 0;
}

/** trap, irq or hypercall: the CPU entered ring 0. */
bool event_is_entry(const struct event *e);
/** resume, inject or hcall_ret: the VMM let go of the CPU. */
bool event_is_exit(const struct event *e);

/** The value of field number @i, sign-extended where the type has a sign. */
s64 event_value(const struct event *e, size_t i);
/** Find field @name among the event's own and the common ones (from, to, domain, vcpu, fault,
 * step, ts). Returns false if the event has none. @type, if not NULL, gets its type. */
bool event_field(const struct event *e, const char *name, s64 *value, enum type_id *type);
/** The same for callers that know the field exists; 0 if it does not. */
u32 event_u32(const struct event *e, const char *name);
/** The bytes of a b16 field called @name, or NULL. */
const u8 *event_bytes(const struct event *e, const char *name);

/** Append one value as people read it: an enumeration's name, 0x... for hexadecimal types. */
void event_format_value(struct sb *b, enum type_id type, s64 value);
/** Append "vec=14 err=0x6 ...", the event's own fields. */
void event_format_fields(struct sb *b, const struct event *e);
/** Append the whole line of `tltrace dump`, without the newline. */
void event_format(struct sb *b, const struct event *e);

/** "#PF" for 14 and so on; NULL for vectors that are no exceptions. */
const char *vector_name(u32 vec);
/** "mmu_update" for 1 and so on; NULL if unknown. */
const char *hypercall_name(u32 nr);
/** What a hypercall is to do, where its first argument says so; NULL where that is none of its
 * commands. */
const char *hypercall_command(u32 nr, u32 a1);
const char *lane_name(u32 lane);

#endif
