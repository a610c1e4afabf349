/* ring.h: finding the trace in guest RAM, and turning raw packets into a clean stream. */
#ifndef TLTRACE_RING_H
#define TLTRACE_RING_H

#include "read/file.h"

struct raw_trace {
	struct blob stream; /* clean packets, without holes; free stream.data */
	u32 packets;
	u32 tsc_khz; /* 0 if nobody measured it */
	u64 discarded;
	char warning[256]; /* empty, or what the user should know */
};

/** Find the trace ring in the RAM file @path. 0, or -1. */
int ring_from_ram(const char *path, struct raw_trace *out, struct err *err);
/** Read packets as they came through a serial port. 0, or -1. */
int ring_from_stream(const char *path, struct raw_trace *out, struct err *err);

#endif
