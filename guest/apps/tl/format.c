/* format.c: an event as a line of text: the very line that `tltrace dump` prints of it. */
#include "tl/ring.h"

struct text {
	char *at;
	u32 len, size;
};

#define add(t, ...) (t)->len += print_to((t)->at + (t)->len, (t)->size - (t)->len, __VA_ARGS__)

static void pad_to(struct text *t, u32 len)
{
	while (t->len < len)
		add(t, " ");
}

/* By nine digits at a time: there is no division of 64 bits here but by hand. */
static void add_long(struct text *t, u64 n)
{
	const u32 group = 1000000000;
	u32 high = (u32)(n >> 32), low = (u32)n, rest = high % group;

	if (n < group) {
		add(t, "%u", low);
		return;
	}
	asm("divl %2" : "+a"(low), "+d"(rest) : "r"(group) : "cc");
	add_long(t, (u64)(high / group) << 32 | low);
	add(t, "%09u", rest);
}

static void add_time(struct text *t, u64 n)
{
	char digits[24];
	struct text d = {digits, 0, sizeof(digits)};

	add_long(&d, n);
	pad_to(t, t->len + (d.len < 12 ? 12 - d.len : 0));
	memcpy(t->at + t->len, digits, d.len);
	t->len += d.len;
}

static void add_value(struct text *t, enum type_id type, const u8 *p)
{
	const struct schema_type *s = &schema_types[type];
	const struct schema_enum *e = schema_enum_of(type);
	u64 value = 0;
	const char *name;

	if (type == TY_b16) {
		for (u32 i = 0; i < s->size; i++)
			add(t, "%02x", p[i]);
		return;
	}
	memcpy(&value, p, s->size);
	name = e ? schema_value_name(e, value) : NULL;
	if (name)
		add(t, "%s", name);
	else if (s->hex && s->size == 2)
		add(t, "0x%04x", (u32)value);
	else if (s->hex)
		add(t, "0x%08x", (u32)value);
	else if (s->sign)
		add(t, "%d", (s32)value);
	else
		add_long(t, value);
}

static const char *lane(u32 number)
{
	const char *name = schema_value_name(schema_enum_of(TY_e_lane), number);

	return name ? name : "?";
}

u32 record_format(const struct record *r, char *text, u32 size)
{
	const struct trace_event *h = &r->head;
	struct text t = {text, 0, size - 1};
	const u8 *p = r->fields;

	add(&t, "%6u ", r->seq);
	add_time(&t, h->timestamp);
	if (h->domain == TRACE_NO_DOMAIN)
		add(&t, "  -   ");
	else
		add(&t, " d%uv%u ", h->domain, h->vcpu);
	if (h->fault)
		add(&t, "f%u.%u", h->fault, h->step);
	pad_to(&t, 33);
	add(&t, "%5s %c %-5s %-10s ", lane(h->from), h->from != h->to ? '>' : ' ',
	    h->from != h->to ? lane(h->to) : "", r->def->name);
	for (u32 i = 0; i < r->def->nfields; i++) {
		const struct schema_field *f = &r->def->fields[i];

		add(&t, "%s%s=", i ? " " : "", f->name);
		add_value(&t, f->type, p);
		p += schema_types[f->type].size;
	}
	t.at[t.len++] = '\n';
	return t.len;
}
