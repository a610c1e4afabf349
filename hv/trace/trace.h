/*
 * trace.h: recording events. One emitter per line of event.def:
 *
 *   trace_NAME(vcpu, from lane, to lane, fields in order)
 *
 * vcpu is &trace_nobody for what concerns no domain. A class that is off costs one test.
 */
#ifndef HV_TRACE_H
#define HV_TRACE_H

#include <trapline/ring.h>
#include "dom/domain.h"

typedef u16 x16;
typedef u32 x32;
typedef struct {
	u8 b[16];
} b16;

/* enum lane, enum walk, ... of the table are 8-bit fields e_lane, e_walk, ... */
#define TRACE_ENUM(name, values) typedef u8 e_##name;
#include <trapline/event.def>
/* The values that the source uses by name. */
#define WALK_VALUE(number, name)       WALK_##name = number,
#define END_VALUE(number, name)	       END_##name = number,
#define DROP_VALUE(number, name)       DROP_##name = number,
#define LOST_VALUE(number, name)       LOST_##name = number,
#define VICTIM_VALUE(number, name)     VICTIM_##name = number,
#define BALLOONING_VALUE(number, name) BALLOONING_##name = number,
#define INVENTORY_VALUE(number, name)  INVENTORY_##name = number,
#define RING_VALUE(number, name)       RING_##name = number,
enum walk_verdict { TRACE_VALUES_walk(WALK_VALUE) };
enum end_reason { TRACE_VALUES_reason(END_VALUE) };
enum drop_reason { TRACE_VALUES_why(DROP_VALUE) };
enum lost { TRACE_VALUES_lost(LOST_VALUE) };
enum victim { TRACE_VALUES_victim(VICTIM_VALUE) };
enum ballooning { TRACE_VALUES_ballooning(BALLOONING_VALUE) };
enum inventory { TRACE_VALUES_inventory(INVENTORY_VALUE) };
enum ring_end { TRACE_VALUES_ring(RING_VALUE) };
#define SWAP_IN_FOREIGN 255 /* swap_in's vec: another domain wanted the page */

enum trace_class {
#define TRACE_CLASS(bit, name, doc) TRACE_CLASS_##name = 1u << bit,
#include <trapline/event.def>
};

/* What each event carries behind struct trace_event. */
#define FIELD(type, name, doc) type name;
#define TRACE_EVENT(id, name, class, doc, fields)                                                  \
	struct trace_fields_##name {                                                               \
		fields                                                                             \
	} __attribute__((packed));
#include <trapline/event.def>
#undef FIELD

/* Room for any of them. */
union trace_fields {
#define TRACE_EVENT(id, name, class, doc, fields) struct trace_fields_##name name;
#include <trapline/event.def>
};

extern u32 trace_classes; /* bit per TRACE_CLASS_ that is on, of some vcpu */
extern u32 trace_wanted;  /* which of them would be, if anything is recorded */
/** Where the ring lies, in machine memory. */
extern mfn_t trace_ring_mfn;
extern u32 trace_ring_pages;

/* Where the next record goes, and behind the last place of its packet where one may begin. */
extern u8 *trace_next, *trace_limit;
extern u32 trace_last_fault; /* number of the last fault episode */
/** The packet is full: begin another one. @return trace_next; in a full ring, a place for a record
 * that is lost (and counted as discarded) */
u8 *trace_turn_page(void);

/* An emitter is a few stores behind a test: half of what it costs would be the call. */

/* Begin a record, `fields` bytes behind what all have. @return where these go, or NULL if the class
 * is off. What is 0 is not written: a new packet is all zeros. */
static ALWAYS_INLINE void *trace_begin(struct vcpu *v, u32 class, u16 id, u32 fields, u8 from,
				       u8 to)
{
	struct trace_event *e;

	if (!(v->records & class))
		return NULL;
	e = (void *)(trace_next < trace_limit ? trace_next : trace_turn_page());
	trace_next += sizeof(*e) + fields;
	e->timestamp = rdtsc();
	e->id = id;
	/* Domain and vcpu, in one store. */
	__builtin_memcpy((u8 *)e + offsetof(struct trace_event, domain), &v->name, sizeof(v->name));
	e->from = from;
	e->to = to;
	if (v->fault) {
		e->fault = v->fault;
		e->step = ++v->step;
	}
	return e + 1;
}

/*
 * The emitters, each in two forms. trace_NAME_at(vcpu, from lane, to lane) only returns where the
 * fields go, or NULL: for where each instruction counts, since each field then needs a register
 * only while it is stored.
 *
 * FIELD makes of an event's fields a sequence (type, name)(type, name)..., which the two pairs of
 * macros below walk along, once for the parameters and once for the assignments.
 */
#define FIELD(type, name, doc)	  (type, name)
#define TRACE_PARAM_1(type, name) , type name TRACE_PARAM_2
#define TRACE_PARAM_2(type, name) , type name TRACE_PARAM_1
#define TRACE_PARAM_1_END
#define TRACE_PARAM_2_END
#define TRACE_ASSIGN_1(type, name)                                                                 \
	p->name = name;                                                                            \
	TRACE_ASSIGN_2
#define TRACE_ASSIGN_2(type, name)                                                                 \
	p->name = name;                                                                            \
	TRACE_ASSIGN_1
#define TRACE_ASSIGN_1_END
#define TRACE_ASSIGN_2_END
#define TRACE_CAT_END(...) __VA_ARGS__##_END
#define TRACE_WALK(...)	   TRACE_CAT_END(__VA_ARGS__)
#define TRACE_EVENT(id, event, class, doc, fields)                                                 \
	static ALWAYS_INLINE struct trace_fields_##event *trace_##event##_at(struct vcpu *v,       \
									     u8 from, u8 to)       \
	{                                                                                          \
		return trace_begin(v, TRACE_CLASS_##class, id,                                     \
				   sizeof(struct trace_fields_##event), from, to);                 \
	}                                                                                          \
	static ALWAYS_INLINE void trace_##event(struct vcpu *v, u8 from,                           \
						u8 to TRACE_WALK(TRACE_PARAM_1 fields))            \
	{                                                                                          \
		struct trace_fields_##event *p = trace_##event##_at(v, from, to);                  \
		if (p) {                                                                           \
			TRACE_WALK(TRACE_ASSIGN_1 fields)                                          \
		}                                                                                  \
	}
#include <trapline/event.def>
#undef FIELD

extern struct vcpu trace_nobody; /* whose record is the hypervisor's own */

/** Bytes of the ring, header page included; `serial`: trace_flush() sends it out of COM2, for
 * machines whose memory nobody can read. Not before: a serial port is slow, and time spent on it
 * would show in what is traced. */
void trace_init(void *ring, u32 bytes, u32 classes, bool serial, u32 tsc_khz);
/** Select classes by name: "all", "off" or a comma-separated list. @return false if unknown, with
 * *bad pointing at the name. */
bool trace_parse_classes(const char *list, u32 *classes, const char **bad);
/** Stop recording, at the machine's end. */
void trace_flush(void);

/* A fault episode runs from an application's leaving to its resuming. No other has its number, of
 * whichever vcpu or domain. */
static inline void episode_begins(struct vcpu *v)
{
	v->fault = ++trace_last_fault;
	v->step = 0;
}

/** A vcpu came from `lane` into the hypervisor: keeps account of fault episodes. */
static ALWAYS_INLINE void trace_entered(struct vcpu *v, u8 lane)
{
	u8 was = v->lane;

	if (lane != was) {
		/* It went from one ring to the other without us: a direct-mode guest may. */
		if (was == LANE_APP)
			episode_begins(v);
		trace_native(v, was, lane, v->regs->eip);
	}
	if (lane == LANE_APP)
		episode_begins(v);
}

/** A vcpu is about to run in `lane`. */
static inline void trace_left(struct vcpu *v, u8 lane)
{
	v->lane = lane;
	if (lane == LANE_APP)
		v->fault = 0;
}

#endif
