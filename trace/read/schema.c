/* schema.c: event.def as tables that a program can walk. */
#include "read/schema.h"

#include <string.h>

const struct schema_type schema_types[TY_END] = {
    [TY_u8] = {"u8", 1, false, false},	 [TY_u16] = {"u16", 2, false, false},
    [TY_u32] = {"u32", 4, false, false}, [TY_u64] = {"u64", 8, false, false},
    [TY_s32] = {"s32", 4, false, true},	 [TY_x16] = {"x16", 2, true, false},
    [TY_x32] = {"x32", 4, true, false},	 [TY_b16] = {"b16", 16, true, false},
#define TRACE_ENUM(name, values) [TY_e_##name] = {"e_" #name, 1, false, false},
#include "trapline/event.def"
};

#define VALUE(number, name)	 {number, #name},
#define TRACE_ENUM(name, values) static const struct schema_value values_##name[] = {values};
#include "trapline/event.def"

const struct schema_enum schema_enums[] = {
#define TRACE_ENUM(name, values) {#name, ARRAY_SIZE(values_##name), values_##name},
#include "trapline/event.def"
};
const size_t schema_nenums = ARRAY_SIZE(schema_enums);
#undef VALUE

#define FIELD(type, name, doc) {TY_##type, #name, doc},
#define TRACE_EVENT(id, name, class, doc, fields)                                                  \
	static const struct schema_field fields_##name[] = {fields};                               \
	_Static_assert(ARRAY_SIZE(fields_##name) <= MAX_FIELDS, #name);                            \
	_Static_assert((id) < MAX_EVENT_ID, #name);
#include "trapline/event.def"

const struct schema_event schema_events[] = {
#define TRACE_EVENT(id, name, class, doc, fields)                                                  \
	{id, CLASS_##class, #name, doc, ARRAY_SIZE(fields_##name), fields_##name},
#include "trapline/event.def"
};
const size_t schema_nevents = ARRAY_SIZE(schema_events);

const struct schema_class schema_classes[NR_CLASSES] = {
#define TRACE_CLASS(bit, name, doc) [bit] = {#name, doc},
#include "trapline/event.def"
};

const struct schema_event *schema_by_id(u32 id)
{
	static const struct schema_event *table[MAX_EVENT_ID];

	if (!table[schema_events[0].id])
		for (size_t i = 0; i < schema_nevents; i++)
			table[schema_events[i].id] = &schema_events[i];
	return id < MAX_EVENT_ID ? table[id] : NULL;
}

const struct schema_event *schema_by_name(const char *name)
{
	for (size_t i = 0; i < schema_nevents; i++)
		if (!strcmp(schema_events[i].name, name))
			return &schema_events[i];
	return NULL;
}

const struct schema_enum *schema_enum_of(enum type_id t)
{
	return t >= TY_FIRST_ENUM && t < TY_END ? &schema_enums[t - TY_FIRST_ENUM] : NULL;
}

const struct schema_enum *schema_enum_by_name(const char *name)
{
	for (size_t i = 0; i < schema_nenums; i++)
		if (!strcmp(schema_enums[i].name, name))
			return &schema_enums[i];
	return NULL;
}

const char *schema_value_name(const struct schema_enum *e, u64 number)
{
	for (size_t i = 0; i < e->count; i++)
		if (e->values[i].number == number)
			return e->values[i].name;
	return NULL;
}

int schema_value_number(const struct schema_enum *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (!strcmp(e->values[i].name, name))
			return e->values[i].number;
	return -1;
}

size_t schema_size(const struct schema_event *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->nfields; i++)
		n += schema_types[e->fields[i].type].size;
	return n;
}
