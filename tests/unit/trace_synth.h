/* trace_synth.h: invented traces for the unit tests; no hypervisor made them. */
#ifndef TRACE_SYNTH_H
#define TRACE_SYNTH_H

#include "read/sb.h"
#include "read/trace.h"

#include "trapline/ring.h"

#define SYNTH_VA 0x40001000u

struct synth {
	u8 *stream;
	size_t size, at; /* at: next byte within the last packet */
	u64 now;
	u32 fault, discarded;
	u32 step;
	u16 domain;
};

/** Start a trace: a machine event and a domain_start event. */
void synth_begin(struct synth *s, u32 mmu);
/** Add an event @ticks after the one before. One u64 per field follows; a pointer for b16. */
void synth_event(struct synth *s, u32 ticks, enum event_id id, u8 from, u8 to, ...);
/** Pretend that @n events were lost behind the last one: the packet ends here. */
void synth_lose(struct synth *s, u32 n);
/** The walkthroughs of DESIGN 4 and 5, as one fault episode. */
void synth_esx_walk(struct synth *s, u32 fault, u32 va);
void synth_xen_walk(struct synth *s, u32 fault, u32 va);
/** An interrupt of the idle VMM, and @n times an emulated cli from the guest. */
void synth_noise(struct synth *s, unsigned n);
/** Parse what was built. The synth may be freed afterwards. */
int synth_open(const struct synth *s, struct trace *t, struct err *err);
/** Write it as a CTF directory. */
int synth_write(const struct synth *s, const char *dir, struct err *err);
void synth_free(struct synth *s);

#endif
