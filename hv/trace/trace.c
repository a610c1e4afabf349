/*[H16] trace.c: the trace ring: CTF packets in machine memory. */
#include "cpu/uart.h"
#include "lib/string.h"
#include "trace/trace.h"

u32 trace_classes;

static struct trace_ring *ring;
static struct trace_packet *packet; /* being filled, NULL before the first event */
static u8 *next, *limit;	    /* free room in it */
static bool to_serial;

static struct trace_packet *packet_at(u32 i)
{
	return (struct trace_packet *)((u8 *)ring + TRACE_PACKET_SIZE * (1 + i));
}

void trace_init(void *memory, u32 bytes, u32 classes, bool serial, u32 tsc_khz)
{
	ring = memory;
	packet = NULL;
	next = limit = NULL;
	memset(ring, 0, PAGE_SIZE);
	/* The magic goes in last: a half-made ring must not be found. */
	ring->packet_size = TRACE_PACKET_SIZE;
	ring->capacity = bytes / TRACE_PACKET_SIZE - 1;
	ring->tsc_khz = tsc_khz;
	memcpy(ring->magic, TRACE_RING_MAGIC, sizeof(ring->magic));
	trace_classes = classes;
	to_serial = serial;
}

void trace_flush(void)
{
	trace_classes = 0;
	for (u32 i = 0; to_serial && i < ring->used * TRACE_PACKET_SIZE; i++)
		uart2_putc(((const u8 *)packet_at(0))[i]);
	to_serial = false;
}

static bool open_packet(void)
{
	static const u8 uuid[16] = TRACE_UUID;

	if (ring->used == ring->capacity)
		return false;
	packet = packet_at(ring->used);
	memset(packet, 0, TRACE_PACKET_SIZE);
	packet->magic = TRACE_CTF_MAGIC;
	memcpy(packet->uuid, uuid, sizeof(uuid));
	packet->content_size = 8 * sizeof(*packet);
	packet->packet_size = 8 * TRACE_PACKET_SIZE;
	packet->packet_seq_num = ring->used++;
	packet->events_discarded = ring->discarded;
	next = (u8 *)(packet + 1);
	limit = (u8 *)packet + TRACE_PACKET_SIZE;
	return true;
}

/* struct trace_event as it is written: what lies together, in one store. */
struct event_words {
	u16 id;
	u64 timestamp;
	u32 domain_from_to;
	u32 fault;
	u32 step_vcpu;
} __attribute__((packed));
_Static_assert(sizeof(struct event_words) == sizeof(struct trace_event) &&
		   offsetof(struct event_words, domain_from_to) ==
		       offsetof(struct trace_event, domain) &&
		   offsetof(struct event_words, step_vcpu) == offsetof(struct trace_event, step),
	       "the same event");

/* Make room, or find out who is meant, and try again. */
static void *__attribute__((noinline)) reserve_slowly(struct vcpu *v, u32 what, u32 size)
{
	static struct domain nobody = {.id = TRACE_NO_DOMAIN};
	static struct vcpu no_vcpu = {.domain = &nobody};

	bool first = next + size > limit;
	void *fields;

	if (first && !open_packet()) {
		/* A full ring never stops the guest: the event is lost, and counted. */
		ring->discarded++;
		packet->events_discarded = ring->discarded;
		next = limit;
		return NULL;
	}
	fields = trace_reserve(v ? v : &no_vcpu, what, size);
	if (first)
		packet->timestamp_begin = packet->timestamp_end;
	return fields;
}

TRACE_FAST void *trace_reserve(struct vcpu *v, u32 what, u32 size)
{
	struct event_words *e = (struct event_words *)next;
	u32 fault;
	u64 now;

	if (!v || next + size > limit)
		return reserve_slowly(v, what, size);
	next += size;
	packet->content_size += 8 * size;
	fault = v->fault;
	e->id = what;
	e->domain_from_to = v->domain->id | (what & 0xFFFF0000);
	e->fault = fault;
	e->step_vcpu = fault ? ++v->step : 0;
	now = rdtsc();
	packet->timestamp_end = now;
	e->timestamp = now;
	return e + 1;
}

/* A fault episode runs from an application's leaving to its resuming. */
static void episode_begins(struct vcpu *v)
{
	v->fault = ++v->last_fault;
	v->step = 0;
}

void trace_entered(struct vcpu *v, u8 lane)
{
	if (lane != v->lane) {
		/* It went from one ring to the other without us: a direct-mode guest may. */
		u8 was = v->lane;

		if (was == LANE_APP)
			episode_begins(v);
		trace_native(v, was, lane, v->regs->eip);
	}
	if (lane == LANE_APP)
		episode_begins(v);
}

void trace_left(struct vcpu *v, u8 lane)
{
	v->lane = lane;
	if (lane == LANE_APP)
		v->fault = 0;
}

bool trace_parse_classes(const char *list, u32 *classes, const char **bad)
{
	static const struct {
		const char *name;
		u32 bit;
	} names[] = {
#define TRACE_CLASS(bit, name, doc) {#name, 1u << bit},
#include <trapline/event.def>
	};

	*classes = 0;
	if (strcmp(list, "off") == 0)
		return true;
	if (strcmp(list, "all") == 0) {
		*classes = ~0u;
		return true;
	}
	while (*list) {
		u32 len = 0, i;

		while (list[len] && list[len] != ',')
			len++;
		for (i = 0; i < ARRAY_SIZE(names); i++)
			if (strlen(names[i].name) == len && !strncmp(list, names[i].name, len))
				break;
		if (i == ARRAY_SIZE(names)) {
			*bad = list;
			return false;
		}
		*classes |= names[i].bit;
		list += len + (list[len] == ',');
	}
	return true;
}
