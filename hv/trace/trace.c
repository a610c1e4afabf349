/*[H17] trace.c: the trace ring: CTF packets in machine memory. */
#include "hw/uart.h"
#include "lib/string.h"
#include "trace/trace.h"

u32 trace_classes, trace_wanted;
mfn_t trace_ring_mfn;
u32 trace_ring_pages;
u32 trace_last_fault;
u8 *trace_next, *trace_limit; /* trace_limit is NULL while there is no packet to fill */

static struct domain nobody = {.id = TRACE_NO_DOMAIN};
struct vcpu trace_nobody = {.domain = &nobody, .name = {TRACE_NO_DOMAIN, 0}};

static struct trace_ring *ring;
static struct trace_packet *packet; /* the last one */
static bool to_serial;

static struct trace_packet *packet_at(u32 i)
{
	return (struct trace_packet *)((u8 *)ring + TRACE_PACKET_SIZE * (1 + i));
}

void trace_init(void *memory, u32 bytes, u32 classes, bool serial, u32 tsc_khz)
{
	ring = memory;
	trace_next = trace_limit = NULL;
	memset(ring, 0, PAGE_SIZE);
	/* The magic goes in last: a half-made ring must not be found. */
	ring->packet_size = TRACE_PACKET_SIZE;
	ring->capacity = bytes / TRACE_PACKET_SIZE - 1;
	ring->tsc_khz = tsc_khz;
	memcpy(ring->magic, TRACE_RING_MAGIC, sizeof(ring->magic));
	trace_classes = trace_nobody.records = classes;
	trace_wanted = classes ? classes : ~0u;
	trace_last_fault = 0;
	to_serial = serial;
}

static void open_packet(void)
{
	static const u8 uuid[16] = TRACE_UUID;

	packet = packet_at(ring->used);
	memset(packet, 0, TRACE_PACKET_SIZE);
	packet->magic = TRACE_CTF_MAGIC;
	memcpy(packet->uuid, uuid, sizeof(uuid));
	packet->timestamp_begin = rdtsc();
	packet->packet_size = 8 * TRACE_PACKET_SIZE;
	packet->packet_seq_num = ring->used++;
	trace_next = (u8 *)(packet + 1);
	trace_limit = (u8 *)packet + TRACE_PACKET_SIZE - sizeof(struct trace_event) -
		      sizeof(union trace_fields) + 1;
}

static void close_packet(void)
{
	packet->timestamp_end = rdtsc();
	packet->content_size = 8 * (trace_next - (u8 *)packet);
	trace_limit = NULL;
}

u8 *trace_turn_page(void)
{
	static u8 lost[sizeof(struct trace_event) + sizeof(union trace_fields)];

	if (trace_limit)
		close_packet();
	if (ring->used < ring->capacity) {
		open_packet();
	} else {
		/* A full ring never stops the guest: the event is lost, and counted. */
		packet->events_discarded = ++ring->discarded;
		trace_next = lost;
	}
	return trace_next;
}

void trace_flush(void)
{
	trace_classes = 0;
	if (trace_limit)
		close_packet();
	for (u32 i = 0; to_serial && i < ring->used * TRACE_PACKET_SIZE; i++)
		uart2_putc(((const u8 *)packet_at(0))[i]);
	to_serial = false;
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
	for (;;) {
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
		if (!list[len])
			return true;
		list += len + 1;
	}
}
