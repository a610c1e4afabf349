/*
 * reader.c: from the bytes of a CTF directory to a checked struct trace.
 *
 * The bytes may come from a student's hypervisor or from a damaged disk: everything is checked
 * before use, and what we allocate is bounded by the size of the file.
 */
#include "read/trace.h"

#include "read/file.h"
#include "read/packet.h"
#include "read/tsdl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define METADATA_MAX (256u << 10)
#define STREAM_MAX   ((size_t)2 << 30)

/* What stands behind @key in the metadata, up to @stop; NULL if it does not. */
static char *word_behind(const char *text, size_t size, const char *key, char stop)
{
	const char *at = memmem(text, size, key, strlen(key)), *end;
	struct sb word = {0};

	if (!at)
		return NULL;
	at += strlen(key);
	end = memchr(at, stop, size - (size_t)(at - text));
	if (!end)
		return NULL;
	sb_put(&word, at, (size_t)(end - at));
	return word.s;
}

/* The metadata must be what we would write, but for the clock's frequency and the words that the
 * machine was started with. */
static int check_metadata(struct trace *t, const char *text, size_t size, struct err *err)
{
	char *ticks = word_behind(text, size, "\tfreq = ", ';');
	struct sb ours = {0};
	u64 freq = 0;
	bool same;

	for (const char *p = ticks; p && *p >= '0' && *p <= '9' && freq < 100000000000000ull; p++)
		freq = freq * 10 + (u64)(*p - '0');
	free(ticks);
	if (freq == 0)
		return err_set(err, "%s: the metadata is not a Trapline trace's", t->name);
	t->started = word_behind(text, size, "\tcommand_line = \"", '"');
	if (!t->started || !tsdl_words_fit(t->started)) {
		free(t->started);
		t->started = xstrdup("");
	}
	tsdl_metadata(&ours, freq, t->started);
	same = ours.len == size && !memcmp(ours.s, text, size);
	sb_free(&ours);
	if (!same)
		return err_set(err,
			       "%s: this trace was made by another version of Trapline; extract it "
			       "again with the tltrace that belongs to it",
			       t->name);
	t->freq = freq;
	return 0;
}

static int bad_event(struct trace *t, u32 packet, size_t offset, struct err *err, const char *what)
{
	return err_set(err, "%s: packet %u, byte %zu: %s", t->name, packet, offset, what);
}

static struct event *new_event(struct trace *t, size_t *cap)
{
	if (t->count == *cap) {
		*cap = *cap ? *cap * 2 : 1024;
		t->events = xrealloc(t->events, *cap, sizeof(*t->events));
	}
	memset(&t->events[t->count], 0, sizeof(*t->events));
	return &t->events[t->count++];
}

static int read_event(struct trace *t, const u8 *p, size_t left, struct event *e, const char **what)
{
	struct trace_event h;

	*what = "an event is cut off";
	if (left < sizeof(h))
		return -1;
	memcpy(&h, p, sizeof(h));
	e->def = schema_by_id(h.id);
	*what = "an event with an unknown number";
	if (!e->def)
		return -1;
	*what = "an event is cut off";
	if (left - sizeof(h) < schema_size(e->def))
		return -1;
	*what = "an event names a lane that does not exist";
	if (h.from >= NR_LANES || h.to >= NR_LANES)
		return -1;
	*what = "time goes backwards";
	if (t->count > 1 && h.timestamp < t->events[t->count - 2].ts)
		return -1;
	e->ts = h.timestamp;
	e->fields = p + sizeof(h);
	e->seq = (u32)t->count;
	e->fault = h.fault;
	e->domain = h.domain;
	e->step = h.step;
	e->vcpu = h.vcpu;
	e->from = h.from;
	e->to = h.to;
	return (int)(sizeof(h) + schema_size(e->def));
}

static int read_packet(struct trace *t, u32 n, size_t *cap, struct trace_packet *h, struct err *err)
{
	const u8 *p = t->stream + (size_t)n * TRACE_PACKET_SIZE;
	size_t at = sizeof(*h), end = packet_bytes(h);
	const char *what = NULL;

	while (at < end) {
		struct event *e = new_event(t, cap);
		int used = read_event(t, p + at, end - at, e, &what);

		if (used < 0)
			return bad_event(t, n, at, err, what);
		if (e->ts < h->timestamp_begin || e->ts > h->timestamp_end)
			return bad_event(t, n, at, err, "an event lies outside its packet's time");
		at += (size_t)used;
	}
	return 0;
}

static int read_stream(struct trace *t, struct err *err)
{
	size_t cap = 0;
	u32 discarded = 0;

	for (u32 n = 0; (size_t)n * TRACE_PACKET_SIZE < t->stream_size; n++) {
		size_t at = (size_t)n * TRACE_PACKET_SIZE;
		struct trace_packet h;
		struct err why;

		if (packet_check(t->stream + at, t->stream_size - at, &h, &why))
			return err_set(err, "%s: packet %u: %.500s", t->name, n, why.text);
		if (h.packet_seq_num != n)
			return err_set(err, "%s: packet %u is numbered %u: packets are missing",
				       t->name, n, h.packet_seq_num);
		if (h.events_discarded < discarded)
			return err_set(err, "%s: packet %u takes back lost events", t->name, n);
		if (read_packet(t, n, &cap, &h, err))
			return -1;
		if (t->count)
			t->events[t->count - 1].lost_after += h.events_discarded - discarded;
		discarded = h.events_discarded;
		t->packets++;
	}
	t->discarded = discarded;
	if (t->count == 0)
		return err_set(err, "%s: the trace is empty", t->name);
	return 0;
}

/* The first event of a domain that only one design has tells its design. */
static void find_domains(struct trace *t)
{
	const struct event *machine = trace_first(t, EV_machine);

	t->mmu = machine ? event_u32(machine, "mmu") : 0;
	for (size_t i = 0; i < t->count; i++) {
		u16 d = t->events[i].domain;

		t->domains.seen[d / 8] |= (u8)(1u << d % 8);
		if (d != TRACE_NO_DOMAIN && d >= t->ndesigns)
			t->ndesigns = d + 1u;
	}
	for (u32 d = 0; d < t->ndesigns; d++)
		t->domains.count += domains_have(&t->domains, d);
	t->designs = xcalloc(t->ndesigns, sizeof(*t->designs));
	for (size_t i = 0; i < t->count; i++) {
		const struct event *e = &t->events[i];
		u16 d = e->domain;

		if (d >= t->ndesigns || t->designs[d])
			continue;
		if (event_is(e, EV_shadow_new) || event_is(e, EV_spte))
			t->designs[d] = 1;
		else if (event_is(e, EV_page_type) || event_is(e, EV_mmu_update))
			t->designs[d] = 2;
		else if (event_is(e,
				  EV_inject)) /* by the guest's IDT, or by what it has registered */
			t->designs[d] = event_u32(e, "how") ? 2 : 1;
	}
}

int trace_from_memory(struct trace *t, const char *name, const char *metadata, size_t metadata_size,
		      const void *stream, size_t stream_size, struct err *err)
{
	memset(t, 0, sizeof(*t));
	t->name = xstrdup(name);
	t->stream = xcalloc(stream_size, 1);
	memcpy(t->stream, stream, stream_size);
	t->stream_size = stream_size;
	if (check_metadata(t, metadata, metadata_size, err) || read_stream(t, err)) {
		trace_close(t);
		return -1;
	}
	find_domains(t);
	return 0;
}

int trace_open(struct trace *t, const char *dir, struct err *err)
{
	struct blob meta = {0}, stream = {0};
	struct sb path = {0};
	int rc = -1;

	memset(t, 0, sizeof(*t));
	sb_add(&path, "%s/metadata", dir);
	if (access(dir, F_OK)) {
		err_set(err, "%s: there is no such trace; tools/run OUT=NAME writes NAME.ctf", dir);
		goto out;
	}
	if (file_read(path.s, METADATA_MAX, &meta, err))
		goto out;
	path.len = 0;
	sb_add(&path, "%s/stream", dir);
	if (file_read(path.s, STREAM_MAX, &stream, err))
		goto out;
	rc = trace_from_memory(t, dir, (const char *)meta.data, meta.size, stream.data, stream.size,
			       err);
out:
	free(meta.data);
	free(stream.data);
	sb_free(&path);
	return rc;
}

void trace_close(struct trace *t)
{
	free(t->name);
	free(t->started);
	free(t->stream);
	free(t->events);
	free(t->designs);
	memset(t, 0, sizeof(*t));
}

void trace_what_ran(const struct trace *t, struct ran *out)
{
	bool other = false; /* no kernel of ours, which has scenarios */

	memset(out, 0, sizeof(*out));
	for (const char *w = t->started; *w; w += strcspn(w, " "), w += strspn(w, " ")) {
		if (!other)
			sscanf(w, "scenario=%47[^ ]", out->what);
		other |= sscanf(w, "guest=%47[^ ]", out->what) == 1;
		sscanf(w, "seed=%15[0-9]", out->seed);
	}
}

const struct event *trace_first(const struct trace *t, enum event_id id)
{
	for (size_t i = 0; i < t->count; i++)
		if (event_is(&t->events[i], id))
			return &t->events[i];
	return NULL;
}

u32 trace_mmu(const struct trace *t)
{
	return t->mmu;
}

u32 trace_domain_mmu(const struct trace *t, u16 domain)
{
	return domain < t->ndesigns && t->designs[domain] ? t->designs[domain] : t->mmu;
}
