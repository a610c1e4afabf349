/* json.c: events as JSON objects. */
#include "read/json.h"

#include "trapline/ring.h"

#include <stdio.h>
#include <stdlib.h>

static json_t *value(enum type_id type, s64 v)
{
	const struct schema_enum *en = schema_enum_of(type);
	const char *name = en ? schema_value_name(en, (u64)v) : NULL;

	return name ? json_string(name) : json_integer(v);
}

json_t *json_event(const struct event *e)
{
	json_t *j = json_object();

	json_object_set_new(j, "seq", json_integer(e->seq));
	json_object_set_new(j, "ts", json_integer((json_int_t)e->ts));
	json_object_set_new(j, "event", json_string(e->def->name));
	json_object_set_new(j, "domain",
			    e->domain == TRACE_NO_DOMAIN ? json_null() : json_integer(e->domain));
	json_object_set_new(j, "vcpu", json_integer(e->vcpu));
	json_object_set_new(j, "from", json_string(lane_name(e->from)));
	json_object_set_new(j, "to", json_string(lane_name(e->to)));
	json_object_set_new(j, "fault", json_integer(e->fault));
	json_object_set_new(j, "step", json_integer(e->step));
	for (size_t i = 0; i < e->def->nfields; i++) {
		const struct schema_field *f = &e->def->fields[i];
		const u8 *p = f->type == TY_b16 ? event_bytes(e, f->name) : NULL;
		struct sb b = {0};

		if (!p) {
			json_object_set_new(j, f->name, value(f->type, event_value(e, i)));
			continue;
		}
		for (int k = 0; k < 16; k++)
			sb_add(&b, "%02x", p[k]);
		json_object_set_new(j, f->name, json_string(b.s));
		sb_free(&b);
	}
	if (e->lost_after)
		json_object_set_new(j, "lost_after", json_integer(e->lost_after));
	return j;
}

void json_print(json_t *j)
{
	char *s = json_dumps(j, JSON_COMPACT);

	if (s)
		puts(s);
	free(s);
	json_decref(j);
}
