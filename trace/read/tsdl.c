/* tsdl.c: the CTF metadata text, generated from event.def and ring.h's layout. */
#include "read/tsdl.h"

#include "read/schema.h"
#include "trapline/ring.h"

static void add_uuid(struct sb *b)
{
	static const u8 uuid[16] = TRACE_UUID;

	for (size_t i = 0; i < sizeof(uuid); i++)
		sb_add(b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
}

static void add_types(struct sb *b)
{
	static const struct {
		const char *name;
		int bits;
		bool sign;
		int base;
	} ints[] = {{"u8", 8, false, 10},   {"u16", 16, false, 10}, {"u32", 32, false, 10},
		    {"u64", 64, false, 10}, {"s32", 32, true, 10},  {"x8", 8, false, 16},
		    {"x16", 16, false, 16}, {"x32", 32, false, 16}};

	for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
		sb_add(
		    b,
		    "typealias integer { size = %d; align = 8; signed = %s; base = %d; } := %s;\n",
		    ints[i].bits, ints[i].sign ? "true" : "false", ints[i].base, ints[i].name);
	sb_add(b, "typealias integer { size = 64; align = 8; signed = false; "
		  "map = clock.tsc.value; } := tsc_t;\n\n");
}

static void add_enums(struct sb *b)
{
	for (size_t i = 0; i < schema_nenums; i++) {
		const struct schema_enum *e = &schema_enums[i];

		sb_add(b, "typealias enum : u8 {");
		for (size_t k = 0; k < e->count; k++)
			sb_add(b, "%s \"%s\" = %u", k ? "," : "", e->values[k].name,
			       e->values[k].number);
		sb_add(b, " } := e_%s;\n", e->name);
	}
	sb_add(b, "\n");
}

static void add_event(struct sb *b, const struct schema_event *e)
{
	sb_add(b, "event {\n\tname = \"%s\";\n\tid = %u;\n\tstream_id = 0;\n\tfields := struct {\n",
	       e->name, e->id);
	for (size_t i = 0; i < e->nfields; i++) {
		const struct schema_field *f = &e->fields[i];

		if (f->type == TY_b16)
			sb_add(b, "\t\tx8 %s[16];\n", f->name);
		else
			sb_add(b, "\t\t%s %s;\n", schema_types[f->type].name, f->name);
	}
	sb_add(b, "\t} align(8);\n};\n\n");
}

bool tsdl_words_fit(const char *words)
{
	size_t n = 0;

	for (; words[n]; n++)
		if (words[n] < ' ' || words[n] > '~' || words[n] == '"' || words[n] == '\\')
			return false;
	return n <= TSDL_WORDS_MAX;
}

void tsdl_metadata(struct sb *b, u64 freq, const char *started)
{
	sb_add(b, "/* CTF 1.8 */\n\n");
	add_types(b);
	add_enums(b);
	sb_add(b, "trace {\n\tmajor = 1;\n\tminor = 8;\n\tuuid = \"");
	add_uuid(b);
	sb_add(b, "\";\n\tbyte_order = le;\n"
		  "\tpacket.header := struct {\n\t\tu32 magic;\n\t\tu8 uuid[16];\n"
		  "\t\tu32 stream_id;\n\t} align(8);\n};\n\n");
	sb_add(b, "env {\n\tdomain = \"kernel\";\n\ttracer_name = \"trapline\";\n");
	if (started[0])
		sb_add(b, "\tcommand_line = \"%s\";\n", started);
	sb_add(b, "};\n\n");
	sb_add(b, "clock {\n\tname = \"tsc\";\n\tuuid = \"");
	add_uuid(b);
	sb_add(b,
	       "\";\n\tdescription = \"time-stamp counter\";\n"
	       "\tfreq = %llu;\n\toffset_s = 0;\n\toffset = 0;\n\tabsolute = false;\n};\n\n",
	       (unsigned long long)freq);
	sb_add(b, "stream {\n\tid = 0;\n"
		  "\tpacket.context := struct {\n\t\ttsc_t timestamp_begin;\n"
		  "\t\ttsc_t timestamp_end;\n\t\tu32 content_size;\n\t\tu32 packet_size;\n"
		  "\t\tu32 packet_seq_num;\n\t\tu32 events_discarded;\n\t} align(8);\n"
		  "\tevent.header := struct {\n\t\tu16 id;\n\t\ttsc_t timestamp;\n\t} align(8);\n"
		  "\tevent.context := struct {\n\t\tu16 domain;\n\t\tu16 vcpu;\n"
		  "\t\te_lane from;\n\t\te_lane to;\n\t\tu32 fault;\n\t\tu32 step;\n"
		  "\t} align(8);\n};\n\n");
	for (size_t i = 0; i < schema_nevents; i++)
		add_event(b, &schema_events[i]);
}
