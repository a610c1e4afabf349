/* no_trace.h: what units that emit events need besides, in a test that reads none. */
#ifndef TEST_NO_TRACE_H
#define TEST_NO_TRACE_H

#include "trace/trace.h"

u32 trace_classes = ~0u;
u8 *trace_next, *trace_limit;
struct vcpu trace_nobody;
mfn_t trace_ring_mfn;
u32 trace_ring_pages;

u8 *trace_turn_page(void)
{
	static u8 record[sizeof(struct trace_event) + sizeof(union trace_fields)];

	return trace_next = record;
}
u64 rdtsc(void)
{
	return 0;
}

#endif
