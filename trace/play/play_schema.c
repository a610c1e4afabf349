/* play_schema.c: event.def's names and explanations as JSON, by which tell.js reads events. */
#include "play/play.h"

static json_t *fields_of(const struct schema_event *e)
{
	json_t *all = json_array();

	for (size_t i = 0; i < e->nfields; i++) {
		const struct schema_field *f = &e->fields[i];

		json_array_append_new(
		    all, json_pack("[sss]", f->name, schema_types[f->type].name, f->doc));
	}
	return all;
}

/* Numbers that have names, whichever fields have them. */
static json_t *names_of(const char *(*name_of)(u32 number), u32 count)
{
	json_t *all = json_array();

	for (u32 i = 0; i < count; i++) {
		const char *name = name_of(i);

		json_array_append_new(all, name ? json_string(name) : json_null());
	}
	return all;
}

json_t *play_schema(void)
{
	json_t *events = json_object(), *enums = json_object(), *phases = json_array();

	for (size_t i = 0; i < schema_nevents; i++) {
		const struct schema_event *e = &schema_events[i];
		char key[8];

		snprintf(key, sizeof(key), "%u", e->id);
		json_object_set_new(events, key,
				    json_pack("{ss ss ss so}", "name", e->name, "class",
					      schema_classes[e->class].name, "doc", e->doc,
					      "fields", fields_of(e)));
	}
	for (size_t i = 0; i < schema_nenums; i++) {
		const struct schema_enum *e = &schema_enums[i];
		json_t *values = json_object();
		char key[16];

		for (size_t k = 0; k < e->count; k++) {
			snprintf(key, sizeof(key), "%u", e->values[k].number);
			json_object_set_new(values, key, json_string(e->values[k].name));
		}
		snprintf(key, sizeof(key), "e_%s", e->name);
		json_object_set_new(enums, key, values);
	}
	for (int i = 0; i < NR_PHASES; i++) {
		const char *second = draw_phase_name((enum phase)i, 1);

		json_array_append_new(phases,
				      json_sprintf("%s%s%s", draw_phase_name((enum phase)i, 0),
						   second ? " " : "", second ? second : ""));
	}
	return json_pack("{so so so so so}", "events", events, "enums", enums, "phases", phases,
			 "vectors", names_of(vector_name, 32), "hypercalls",
			 names_of(hypercall_name, 64));
}
