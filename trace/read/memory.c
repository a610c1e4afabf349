/* memory.c: from the events of class mem to an array of frames, and back to the frame table. */
#include "read/memory.h"

#include "read/sb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* enum ptype and enum inventory, by the names and numbers of event.def. */
#define PTYPE(number, name) PTYPE_##name = number,
enum ptype { TRACE_VALUES_ptype(PTYPE) };
#define INVENTORY(number, name) INVENTORY_##name = number,
enum inventory { TRACE_VALUES_inventory(INVENTORY) };

#define MOST_TOLD 10 /* differences that are told one by one */

struct record {
	u32 first, count;
	struct machine_frame is;
	u32 inventory;
};

static int read_record(const struct memory *m, const struct event *e, struct record *r,
		       struct err *err)
{
	*r = (struct record){.first = event_u32(e, "mfn"),
			     .count = event_u32(e, "count"),
			     .is = {(u16)event_u32(e, "owner"), (u8)event_u32(e, "type"),
				    (u8)event_u32(e, "mapped")},
			     .inventory = event_u32(e, "inventory")};
	if (r->first >= m->frames || r->count > m->frames - r->first || !r->count)
		return err_set(err, "event %u tells of %u frames from 0x%x on; the machine has %u",
			       e->seq, r->count, r->first, m->frames);
	return 0;
}

/* An inventory begins with frame 0, and goes on where its last event has ended. */
int memory_begin(const struct trace *t, struct memory *m, struct err *err)
{
	u64 frames = 0;

	memset(m, 0, sizeof(*m));
	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];

		if (!event_is(e, EV_frames))
			continue;
		if (event_u32(e, "inventory") != INVENTORY_begin || event_u32(e, "mfn") != frames)
			break;
		frames += event_u32(e, "count");
		if (frames > MEMORY_MOST)
			return err_set(err, "%s: event %u tells of more memory than there can be",
				       t->name, e->seq);
	}
	if (!frames)
		return err_set(err,
			       "%s: nothing was recorded of machine memory: record class mem, as "
			       "TRACE=life,mem or TRACE=all do",
			       t->name);
	m->frames = (u32)frames;
	m->v = xcalloc(m->frames, sizeof(*m->v));
	for (u32 i = 0; i < m->frames; i++)
		m->v[i].owner = OWNER_UNTOLD;
	return 0;
}

static void put(struct memory *m, const struct record *r)
{
	for (u32 i = 0; i < r->count; i++)
		m->v[r->first + i] = r->is;
}

int memory_apply(struct memory *m, const struct event *e, struct err *err)
{
	struct record r;

	if (!event_is(e, EV_frames))
		return 0;
	if (read_record(m, e, &r, err))
		return -1;
	put(m, &r);
	return 0;
}

int memory_at(const struct trace *t, u32 at, struct memory *m, struct err *err)
{
	if (memory_begin(t, m, err))
		return -1;
	for (size_t i = 0; i < at && i < t->count; i++)
		if (memory_apply(m, &t->events[i], err)) {
			memory_free(m);
			return -1;
		}
	return 0;
}

/* As memory_apply(), and keep count of the free frames. */
static int apply_counted(struct memory *m, const struct event *e, u32 *free, struct err *err)
{
	u32 first = event_u32(e, "mfn"), n = event_u32(e, "count");

	for (u32 i = first; i < m->frames && i - first < n; i++)
		*free -= m->v[i].owner == OWNER_FREE;
	*free += event_u32(e, "owner") == OWNER_FREE ? n : 0;
	return memory_apply(m, e, err);
}

int memory_fullest(const struct trace *t, u32 *at, struct err *err)
{
	u32 free = 0, least = UINT32_MAX;
	struct memory m;
	int rc = memory_begin(t, &m, err);

	*at = 1;
	for (size_t i = 0; i < t->count && !rc; i++) {
		if (!event_is(&t->events[i], EV_frames))
			continue;
		rc = apply_counted(&m, &t->events[i], &free, err);
		/* Not while the first inventory is being taken. */
		if (free < least && m.v[m.frames - 1].owner != OWNER_UNTOLD) {
			least = free;
			*at = (u32)i + 1;
		}
	}
	memory_free(&m);
	return rc;
}

void memory_free(struct memory *m)
{
	free(m->v);
	memset(m, 0, sizeof(*m));
}

enum memory_use memory_use(const struct machine_frame *f)
{
	if (f->mapped)
		return USE_MAPPED;
	return f->type == PTYPE_page_table		      ? USE_PAGE_TABLE
	       : f->type == PTYPE_page_directory	      ? USE_PAGE_DIRECTORY
	       : f->type == PTYPE_gdt || f->type == PTYPE_ldt ? USE_DESCRIPTORS
							      : USE_ORDINARY;
}

/* The hypervisor comes first, then the domains, then what nobody has. */
static int by_owner(const void *a, const void *b)
{
	return (u16)(((const struct memory_share *)a)->owner + 1) -
	       (u16)(((const struct memory_share *)b)->owner + 1);
}

/* What the trace says of the domains otherwise. */
static void add_lives(struct memory_census *c, const struct trace *t, u32 at)
{
	for (size_t i = 0; i < at && i < t->count; i++) {
		const struct event *e = &t->events[i];
		bool starts = event_is(e, EV_domain_start);

		if (!starts && !event_is(e, EV_domain_end))
			continue;
		for (size_t k = 0; k < c->count; k++) {
			if (c->v[k].owner != e->domain)
				continue;
			c->v[k].ended = !starts;
			if (starts)
				c->v[k].pages = event_u32(e, "pages");
		}
	}
}

void memory_count(const struct memory *m, const struct trace *t, u32 at, struct memory_census *out)
{
	u32 *place = xcalloc(0x10000, sizeof(*place));

	memset(out, 0, sizeof(*out));
	for (u32 i = 0; i < m->frames; i++) {
		const struct machine_frame *f = &m->v[i];

		if (!place[f->owner]) {
			out->v = xrealloc(out->v, out->count + 1, sizeof(*out->v));
			out->v[out->count] = (struct memory_share){.owner = f->owner};
			place[f->owner] = (u32)++out->count;
		}
		out->v[place[f->owner] - 1].frames++;
		out->v[place[f->owner] - 1].use[memory_use(f)]++;
	}
	free(place);
	qsort(out->v, out->count, sizeof(*out->v), by_owner);
	add_lives(out, t, at);
}

void memory_census_free(struct memory_census *c)
{
	free(c->v);
	memset(c, 0, sizeof(*c));
}

const char *memory_owner_name(u16 owner, char *buf)
{
	switch (owner) {
	case OWNER_HV:
		return "the hypervisor";
	case OWNER_FREE:
		return "free";
	case OWNER_NONE:
		return "no memory";
	case OWNER_UNTOLD:
		return "not told yet";
	}
	snprintf(buf, 24, "domain %u", owner);
	return buf;
}

static void tell(struct sb *b, u32 mfn, const struct machine_frame *sum,
		 const struct machine_frame *is)
{
	const struct schema_enum *types = schema_enum_by_name("ptype");
	const struct machine_frame *both[] = {sum, is};
	char buf[24];

	sb_add(b, "frame 0x%x:", mfn);
	for (u32 i = 0; i < 2; i++) {
		const char *type = schema_value_name(types, both[i]->type);

		sb_add(b, "%s %s, %s%s", i ? "; the frame table:" : " the events:",
		       memory_owner_name(both[i]->owner, buf), type ? type : "?",
		       both[i]->mapped ? ", mapped by another" : "");
	}
	sb_add(b, "\n");
}

static u32 compare(const struct memory *m, const struct record *r, u32 differences, struct sb *text)
{
	u32 n = 0;

	for (u32 i = r->first; i < r->first + r->count; i++) {
		if (!memcmp(&m->v[i], &r->is, sizeof(r->is)))
			continue;
		if (differences + n++ < MOST_TOLD)
			tell(text, i, &m->v[i], &r->is);
	}
	return n;
}

int memory_check(const struct trace *t, u32 *inventories, u32 *frames, u32 *differences,
		 struct sb *text, struct err *err)
{
	struct memory m;
	struct record r;
	u32 next = 0; /* frame of an inventory that has begun */
	int rc = memory_begin(t, &m, err);

	*inventories = *differences = 0;
	*frames = m.frames;
	for (size_t i = 0; i < t->count && !rc; i++) {
		if (!event_is(&t->events[i], EV_frames))
			continue;
		rc = read_record(&m, &t->events[i], &r, err);
		if (!rc && r.inventory == INVENTORY_end) {
			if (r.first != next)
				rc = err_set(err, "%s: event %u: the inventory is not whole",
					     t->name, t->events[i].seq);
			else
				*differences += compare(&m, &r, *differences, text);
			next = r.first + r.count;
			*inventories += next == m.frames;
			next = next == m.frames ? 0 : next;
		}
		if (!rc)
			put(&m, &r);
	}
	if (!rc && (next || !*inventories))
		rc = err_set(
		    err, "%s: the recording has no inventory of memory at its end%s", t->name,
		    t->discarded ? ", for the ring was full: a larger one (EXTRA=trace-kb=16384) "
				   "or fewer classes (TRACE=life,mem) would have it"
				 : ": did the machine come to its end?");
	memory_free(&m);
	return rc;
}
