/*
 * trace.h: recording events. One emitter per line of event.def:
 *
 *   trace_NAME(vcpu, from lane, to lane, fields in order)
 *
 * vcpu may be NULL for what concerns no domain. A class that is off costs one test.
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
#define TRACE_NAME(number, name) WALK_##name = number,
enum walk_verdict { TRACE_VALUES_walk(TRACE_NAME) };
#undef TRACE_NAME
#define TRACE_NAME(number, name) END_##name = number,
enum end_reason { TRACE_VALUES_reason(TRACE_NAME) };
#undef TRACE_NAME
#define TRACE_NAME(number, name) DROP_##name = number,
enum drop_reason { TRACE_VALUES_why(TRACE_NAME) };
#undef TRACE_NAME

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

extern u32 trace_classes; /* bit per TRACE_CLASS_ that is on */

/* An event's id and lanes in one word, and arguments in registers: recording should be cheap. */
#define TRACE_WHAT(id, from, to) ((id) | (u32)(from) << 16 | (u32)(to) << 24)
#ifdef __i386__
#define TRACE_FAST __attribute__((regparm(3)))
#else
#define TRACE_FAST
#endif
/** Reserve an event of `size` bytes, fields included. @return where its fields go, or NULL if the
 * ring is full (the event is then counted as discarded). */
TRACE_FAST void *trace_reserve(struct vcpu *v, u32 what, u32 size);

/*
 * The emitters. FIELD makes of an event's fields a sequence (type, name)(type, name)..., which the
 * two pairs of macros below walk along, once for the parameters and once for the assignments.
 */
#define FIELD(type, name, doc) (type, name)
#define TRACE_PARAM_1(type, name) , type name TRACE_PARAM_2
#define TRACE_PARAM_2(type, name) , type name TRACE_PARAM_1
#define TRACE_PARAM_1_END
#define TRACE_PARAM_2_END
#define TRACE_ASSIGN_1(type, name) p->name = name; TRACE_ASSIGN_2
#define TRACE_ASSIGN_2(type, name) p->name = name; TRACE_ASSIGN_1
#define TRACE_ASSIGN_1_END
#define TRACE_ASSIGN_2_END
#define TRACE_CAT_END(...) __VA_ARGS__##_END
#define TRACE_WALK(...) TRACE_CAT_END(__VA_ARGS__)
#define TRACE_EVENT(id, event, class, doc, fields)                                                 \
	static inline void trace_##event(struct vcpu *v, u8 from,                                  \
					 u8 to TRACE_WALK(TRACE_PARAM_1 fields))                   \
	{                                                                                          \
		struct trace_fields_##event *p;                                                    \
		if (!(trace_classes & TRACE_CLASS_##class))                                        \
			return;                                                                    \
		p = trace_reserve(v, TRACE_WHAT(id, from, to),                                     \
				  sizeof(struct trace_event) + sizeof(*p));                        \
		if (p) {                                                                           \
			TRACE_WALK(TRACE_ASSIGN_1 fields)                                          \
		}                                                                                  \
	}
#include <trapline/event.def>
#undef FIELD

/** Bytes of the ring, header page included; `serial`: trace_flush() sends it out of COM2, for
 * machines whose memory nobody can read. Not before: a serial port is slow, and time spent on it
 * would show in what is traced. */
void trace_init(void *ring, u32 bytes, u32 classes, bool serial, u32 tsc_khz);
/** Select classes by name: "all", "off" or a comma-separated list. @return false if unknown, with
 * *bad pointing at the name. */
bool trace_parse_classes(const char *list, u32 *classes, const char **bad);
/** Stop recording, at the machine's end. */
void trace_flush(void);

/** A vcpu came from `lane` into the hypervisor: keeps account of fault episodes. */
void trace_entered(struct vcpu *v, u8 lane);
/** A vcpu is about to run in `lane`. */
void trace_left(struct vcpu *v, u8 lane);

#endif
