/* ring.h: reading the trace's ring (trapline/ring.h) from Domain 0. */
#ifndef TL_RING_H
#define TL_RING_H

#include <trapline/ring.h>
#include "read/schema.h"
#include "tl/tl.h"

/** An event, copied out of the ring. */
struct record {
	u32 seq; /* 1: the first of the trace */
	struct trace_event head;
	const struct schema_event *def;
	const u8 *fields;
};

/** Where in the trace somebody is: before the next event. */
struct reader {
	u32 packet, offset, seq;
};

/** Before the first event. */
struct reader reader_begin(void);
/** See what there is by now. */
void reader_look(void);
/** The next event (until the next call); false: when it was looked at there was no more. */
bool reader_next(struct reader *at, struct record *r);
/** The next packet with an event, as if it were full; NULL: there is none. */
const void *reader_packet(struct reader *at);
/** How many events found the ring full. */
u32 reader_lost(void);
/** format.c: a line, as `tltrace dump` has it. @return its length */
u32 record_format(const struct record *r, char *text, u32 size);

#endif
