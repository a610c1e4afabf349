/* cmd_events_doc.c: tltrace events-doc: event.def as a page of the handbook. */
#include "cmd/cmd.h"

#include <stdio.h>

static void print_enums(void)
{
	printf("## Enumerations\n\n");
	for (size_t i = 0; i < schema_nenums; i++) {
		const struct schema_enum *e = &schema_enums[i];

		printf("- **%s**:", e->name);
		for (size_t k = 0; k < e->count; k++)
			printf("%s `%s` (%u)", k ? "," : "", e->values[k].name,
			       e->values[k].number);
		printf("\n");
	}
}

static void print_event(const struct schema_event *e)
{
	printf("### %s\n\nNumber %u. %s.\n\n", e->name, e->id, e->doc);
	printf("| field | type | meaning |\n|---|---|---|\n");
	for (size_t i = 0; i < e->nfields; i++) {
		const struct schema_field *f = &e->fields[i];
		const struct schema_enum *en = schema_enum_of(f->type);

		if (en)
			printf("| `%s` | enum %s | %s |\n", f->name, en->name, f->doc);
		else
			printf("| `%s` | %s | %s |\n", f->name, schema_types[f->type].name, f->doc);
	}
	printf("\n");
}

static int run(const struct command *self, int argc, char **argv)
{
	int c, code;

	while ((c = cmd_getopt(self, argc, argv, NULL, &code)) != -1)
		if (c == '?')
			return code;
	if (!cmd_args(self, argc, 0))
		return EXIT_TROUBLE;
	printf("# The events of a trace\n\n"
	       "This page is generated from `include/trapline/event.def` by "
	       "`make docs/events.md`; change it there.\n\n"
	       "Every event carries a time (TSC), `domain`, `vcpu`, the lanes `from` and `to`, "
	       "the fault episode `fault` (0: none) and its `step` in it. Where the two lanes are "
	       "equal the event is a *note*: work done without a change of ring. The others are "
	       "*crossings*.\n\n"
	       "Types: u8 u16 u32 u64 s32 are written in decimal, x16 x32 in hexadecimal, b16 is "
	       "16 bytes.\n\n");
	printf("| class | bit | events of |\n|---|---|---|\n");
	for (int i = 0; i < NR_CLASSES; i++)
		printf("| `%s` | %d | %s |\n", schema_classes[i].name, i, schema_classes[i].doc);
	printf("\n");
	for (int k = 0; k < NR_CLASSES; k++) {
		printf("## Class %s: %s\n\n", schema_classes[k].name, schema_classes[k].doc);
		for (size_t i = 0; i < schema_nevents; i++)
			if ((int)schema_events[i].class == k)
				print_event(&schema_events[i]);
	}
	print_enums();
	return EXIT_OK;
}

const struct command cmd_events_doc = {
    "events-doc", "", "print docs/events.md, generated from the table of events", "", run,
};
