/*
 * ring.h: how the trace lies in memory and on the wire.
 *
 * The trace is a CTF 1.8 stream: fixed packets of TRACE_PACKET_SIZE bytes, little endian, every
 * field byte-aligned. In machine memory a struct trace_ring fills one page, and the packets follow
 * it. Only when a packet is full are its content_size and timestamp_end filled in. Until then they
 * are 0, and so is the id behind its last event: whoever reads the memory counts the events, and
 * has a whole trace even if the machine stopped without warning.
 */
#ifndef TRAPLINE_RING_H
#define TRAPLINE_RING_H

#include "types.h"

#define TRACE_PACKET_SIZE 4096u
#define TRACE_RING_MAGIC  "TRAPLINE TRACE 1" /* 16 bytes, at a page boundary of machine memory */
#define TRACE_CTF_MAGIC	  0xC1FC1FC1u
#define TRACE_UUID                                                                                 \
	{                                                                                          \
		0x74, 0x72, 0x61, 0x70, 0x6c, 0x69, 0x4e, 0x45, 0x80, 0x63, 0x74, 0x66, 0x00,      \
		    0x00, 0x00, 0x02                                                               \
	}

/** The first page of the trace area in machine memory. */
struct trace_ring {
	char magic[16];
	u32 packet_size; /* bytes: TRACE_PACKET_SIZE */
	u32 capacity;	 /* packets that fit behind this page */
	u32 used;	 /* packets begun so far; packet i lies at page 1 + i */
	u32 tsc_khz;	 /* 0 until measured */
	u64 discarded;	 /* events that found the ring full */
} __attribute__((packed));

/** CTF packet header and packet context. */
struct trace_packet {
	u32 magic;
	u8 uuid[16];
	u32 stream_id;	      /* 0 */
	u64 timestamp_begin;  /* TSC at which the packet was begun */
	u64 timestamp_end;    /* TSC at which it was full */
	u32 content_size;     /* bits, this header included; 0: it is being filled */
	u32 packet_size;      /* bits: 8 * TRACE_PACKET_SIZE */
	u32 packet_seq_num;   /* 0, 1, ... */
	u32 events_discarded; /* cumulative, up to the end of this packet */
} __attribute__((packed));

/** CTF event header and event context, before each event's own fields. */
struct trace_event {
	u16 id;
	u64 timestamp; /* TSC */
	u16 domain;    /* 0xFFFF: the hypervisor itself */
	u16 vcpu;
	u8 from;   /* enum lane */
	u8 to;	   /* enum lane */
	u32 fault; /* fault episode, 0: none */
	u32 step;  /* within the episode, from 1; 0 outside */
} __attribute__((packed));

#define TRACE_NO_DOMAIN 0xFFFFu

#endif
