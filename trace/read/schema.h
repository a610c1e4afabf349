/* schema.h: event.def as tables that a program can walk. */
#ifndef TLTRACE_SCHEMA_H
#define TLTRACE_SCHEMA_H

#include "trapline/types.h"

/* Every type that a field can have: the plain ones, then one for each enumeration. */
enum type_id {
	TY_u8,
	TY_u16,
	TY_u32,
	TY_u64,
	TY_s32,
	TY_x16,
	TY_x32,
	TY_b16,
	TY_FIRST_ENUM,
	TY_BEFORE_ENUMS = TY_FIRST_ENUM - 1,
#define TRACE_ENUM(name, values) TY_e_##name,
#include "trapline/event.def"
	TY_END
};

/* The lanes, by the names and numbers of enum lane in event.def. */
enum lane { LANE_app, LANE_guest, LANE_hw, LANE_vmm, NR_LANES };

/* Event ids by name: EV_trap and so on. */
enum event_id {
#define TRACE_EVENT(id, name, class, doc, fields) EV_##name = id,
#include "trapline/event.def"
};

enum event_class {
#define TRACE_CLASS(bit, name, doc) CLASS_##name = bit,
#include "trapline/event.def"
	NR_CLASSES
};

#define MAX_FIELDS   8
#define MAX_EVENT_ID 64

struct schema_type {
	const char *name; /* "u32", "e_mmu" */
	u8 size;	  /* bytes */
	bool hex, sign;
};

struct schema_value {
	u8 number;
	const char *name;
};

struct schema_enum {
	const char *name;
	size_t count;
	const struct schema_value *values;
};

struct schema_field {
	enum type_id type;
	const char *name, *doc;
};

struct schema_event {
	u16 id;
	enum event_class class;
	const char *name, *doc;
	size_t nfields;
	const struct schema_field *fields;
};

struct schema_class {
	const char *name, *doc;
};

extern const struct schema_type schema_types[TY_END];
extern const struct schema_enum schema_enums[];
extern const size_t schema_nenums;
extern const struct schema_event schema_events[];
extern const size_t schema_nevents;
extern const struct schema_class schema_classes[NR_CLASSES];

/** The event with number @id, or NULL. */
const struct schema_event *schema_by_id(u32 id);
/** The event called @name, or NULL. */
const struct schema_event *schema_by_name(const char *name);
/** The enumeration behind type @t, or NULL if @t is a plain number. */
const struct schema_enum *schema_enum_of(enum type_id t);
/** The enumeration called @name ("lane"), or NULL. */
const struct schema_enum *schema_enum_by_name(const char *name);
/** Name of @number in @e, or NULL if the enumeration has none. */
const char *schema_value_name(const struct schema_enum *e, u64 number);
/** Number of the value called @name in @e, or -1. */
int schema_value_number(const struct schema_enum *e, const char *name);
/** Bytes that the event's own fields take on the wire. */
size_t schema_size(const struct schema_event *e);

#endif
