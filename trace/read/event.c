/* event.c: reading the fields of one event, and writing it as a line of text. */
#include "read/event.h"

#include "trapline/ring.h"

#include <string.h>

bool event_is_entry(const struct event *e)
{
	return event_is(e, EV_trap) || event_is(e, EV_irq) || event_is(e, EV_hypercall);
}

bool event_is_exit(const struct event *e)
{
	return event_is(e, EV_resume) || event_is(e, EV_inject) || event_is(e, EV_hcall_ret);
}

static const u8 *field_at(const struct event *e, size_t i)
{
	const u8 *p = e->fields;

	for (size_t k = 0; k < i; k++)
		p += schema_types[e->def->fields[k].type].size;
	return p;
}

s64 event_value(const struct event *e, size_t i)
{
	const struct schema_type *t = &schema_types[e->def->fields[i].type];
	const u8 *p = field_at(e, i);
	u64 v = 0;

	if (t->size > 8)
		return 0;
	for (size_t k = t->size; k-- > 0;)
		v = v << 8 | p[k];
	return t->sign ? (s64)(s32)(u32)v : (s64)v;
}

static bool common_field(const struct event *e, const char *name, s64 *value, enum type_id *type)
{
	const struct {
		const char *name;
		s64 value;
		enum type_id type;
	} common[] = {
	    {"from", e->from, TY_e_lane},  {"to", e->to, TY_e_lane},
	    {"domain", e->domain, TY_u16}, {"vcpu", e->vcpu, TY_u16},
	    {"fault", e->fault, TY_u32},   {"step", e->step, TY_u32},
	    {"ts", (s64)e->ts, TY_u64},	   {"seq", e->seq, TY_u32},
	};

	for (size_t i = 0; i < ARRAY_SIZE(common); i++) {
		if (strcmp(common[i].name, name))
			continue;
		*value = common[i].value;
		*type = common[i].type;
		return true;
	}
	return false;
}

bool event_field(const struct event *e, const char *name, s64 *value, enum type_id *type)
{
	enum type_id ignored;

	if (!type)
		type = &ignored;
	for (size_t i = 0; i < e->def->nfields; i++) {
		if (strcmp(e->def->fields[i].name, name))
			continue;
		*type = e->def->fields[i].type;
		*value = event_value(e, i);
		return true;
	}
	return common_field(e, name, value, type);
}

u32 event_u32(const struct event *e, const char *name)
{
	s64 v = 0;

	event_field(e, name, &v, NULL);
	return (u32)v;
}

const u8 *event_bytes(const struct event *e, const char *name)
{
	for (size_t i = 0; i < e->def->nfields; i++)
		if (e->def->fields[i].type == TY_b16 && !strcmp(e->def->fields[i].name, name))
			return field_at(e, i);
	return NULL;
}

void event_format_value(struct sb *b, enum type_id type, s64 value)
{
	const struct schema_enum *en = schema_enum_of(type);
	const char *name = en ? schema_value_name(en, (u64)value) : NULL;

	if (name)
		sb_add(b, "%s", name);
	else if (schema_types[type].hex)
		sb_add(b, "0x%0*llx", schema_types[type].size * 2, (unsigned long long)value);
	else
		sb_add(b, "%lld", (long long)value);
}

void event_format_fields(struct sb *b, const struct event *e)
{
	for (size_t i = 0; i < e->def->nfields; i++) {
		const struct schema_field *f = &e->def->fields[i];

		sb_add(b, "%s%s=", i ? " " : "", f->name);
		if (f->type == TY_b16) {
			const u8 *p = field_at(e, i);

			for (int k = 0; k < 16; k++)
				sb_add(b, "%02x", p[k]);
		} else {
			event_format_value(b, f->type, event_value(e, i));
		}
	}
}

void event_format(struct sb *b, const struct event *e)
{
	size_t start = b->len;

	sb_add(b, "%6u %12llu ", e->seq, (unsigned long long)e->ts);
	if (e->domain == TRACE_NO_DOMAIN)
		sb_add(b, " -  ");
	else
		sb_add(b, "d%uv%u", e->domain, e->vcpu);
	sb_add(b, " ");
	if (e->fault)
		sb_add(b, "f%u.%u", e->fault, e->step);
	sb_pad(b, start, 33);
	if (event_crosses(e))
		sb_add(b, "%5s > %-5s", lane_name(e->from), lane_name(e->to));
	else
		sb_add(b, "%5s   %-5s", lane_name(e->from), "");
	sb_add(b, " %-10s ", e->def->name);
	event_format_fields(b, e);
}
