/* trace_synth.c: invented traces for the unit tests; no hypervisor made them. */
#include "trace_synth.h"

#include "read/file.h"
#include "read/tsdl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define KHZ	 1000000u
#define GUEST_CS 0x61u
#define APP_CS	 0x1bu

static u8 *last_packet(struct synth *s)
{
	return s->stream + s->size - TRACE_PACKET_SIZE;
}

static void new_packet(struct synth *s)
{
	struct trace_packet h = {.magic = TRACE_CTF_MAGIC,
				 .uuid = TRACE_UUID,
				 .timestamp_begin = s->now,
				 .timestamp_end = s->now,
				 .content_size = 8 * sizeof(h),
				 .packet_size = 8 * TRACE_PACKET_SIZE,
				 .packet_seq_num = (u32)(s->size / TRACE_PACKET_SIZE),
				 .events_discarded = s->discarded};

	if (!(s->size & (s->size - 1))) /* at each power of two */
		s->stream = xrealloc(s->stream, s->size ? 2 * s->size : TRACE_PACKET_SIZE, 1);
	s->size += TRACE_PACKET_SIZE;
	memset(last_packet(s), 0, TRACE_PACKET_SIZE);
	memcpy(last_packet(s), &h, sizeof(h));
	s->at = sizeof(h);
}

static void update_header(struct synth *s)
{
	struct trace_packet h;

	memcpy(&h, last_packet(s), sizeof(h));
	h.timestamp_end = s->now;
	h.content_size = (u32)s->at * 8;
	h.events_discarded = s->discarded;
	memcpy(last_packet(s), &h, sizeof(h));
}

void synth_event(struct synth *s, u32 ticks, enum event_id id, u8 from, u8 to, ...)
{
	const struct schema_event *def = schema_by_id(id);
	struct trace_event h = {.id = (u16)id, .from = from, .to = to, .fault = s->fault};
	va_list ap;
	u8 *p;

	s->now += ticks;
	if (!s->stream || s->at + sizeof(h) + schema_size(def) > TRACE_PACKET_SIZE)
		new_packet(s);
	h.timestamp = s->now;
	h.domain = s->domain;
	h.step = s->fault ? ++s->step : 0;
	p = last_packet(s) + s->at;
	memcpy(p, &h, sizeof(h));
	p += sizeof(h);
	va_start(ap, to);
	for (size_t i = 0; i < def->nfields; i++) {
		u8 size = schema_types[def->fields[i].type].size;

		if (def->fields[i].type == TY_b16) {
			memcpy(p, va_arg(ap, const char *), 16);
		} else {
			u64 v = va_arg(ap, u64);

			memcpy(p, &v, size);
		}
		p += size;
	}
	va_end(ap);
	s->at = (size_t)(p - last_packet(s));
	update_header(s);
}

void synth_lose(struct synth *s, u32 n)
{
	s->discarded += n;
	update_header(s);
	s->at = TRACE_PACKET_SIZE; /* so that the next event begins a packet */
}

/* Shorthand: fields are u64 for va_arg's sake. */
#define U(x) ((u64)(x))
#define NOTE LANE_vmm, LANE_vmm

void synth_begin(struct synth *s, u32 mmu)
{
	memset(s, 0, sizeof(*s));
	s->now = 1000000;
	s->domain = TRACE_NO_DOMAIN;
	synth_event(s, 0, EV_machine, NOTE, U(mmu), U(0), U(32768), U(KHZ));
	s->domain = 1;
	synth_event(s, 5000, EV_domain_start, NOTE, U(0), U(4096), U(0xC0100000));
}

static void insn(struct synth *s, u32 eip, u32 len, const char *bytes)
{
	char b[16] = {0};

	memcpy(b, bytes, len);
	synth_event(s, 3, EV_insn, NOTE, U(eip), U(len), b);
}

void synth_esx_walk(struct synth *s, u32 fault, u32 va)
{
	u32 pte = 0x01234067, spte = 0x07654067;
	u8 store[5] = {0xa3};

	memcpy(store + 1, &va, 4);
	s->fault = fault;
	s->step = 0;
	synth_event(s, 900, EV_trap, LANE_app, LANE_vmm, U(14), U(6), U(0x8048123), U(APP_CS),
		    U(va));
	insn(s, 0x8048123, 5, (char *)store);
	synth_event(s, 60, EV_walk, NOTE, U(va), U(0x1235067), U(0), U(0));
	synth_event(s, 300, EV_inject, LANE_vmm, LANE_guest, U(14), U(6), U(va), U(0xC0101230),
		    U(0xC0300FE8), U(0), U(0));
	synth_event(s, 12, EV_trap, LANE_guest, LANE_vmm, U(13), U(0), U(0xC0101240), U(GUEST_CS),
		    U(0));
	insn(s, 0xC0101240, 3, "\x0f\x20\xd0");
	synth_event(s, 80, EV_emulate, NOTE, U(2), U(0xC0101240), U(va), U(1));
	synth_event(s, 100, EV_resume, LANE_vmm, LANE_guest, U(0xC0101243), U(GUEST_CS));
	synth_event(s, 350, EV_trap, LANE_guest, LANE_vmm, U(14), U(3), U(0xC0102000), U(GUEST_CS),
		    U(0xC0235004));
	insn(s, 0xC0102000, 2, "\x89\x10");
	synth_event(s, 70, EV_walk, NOTE, U(0xC0235004), U(0x236067), U(0x1235067), U(5));
	synth_event(s, 90, EV_pte_write, NOTE, U(0x1235004), U(0), U(pte));
	synth_event(s, 200, EV_p2m, NOTE, U(0x1234), U(0x7654));
	synth_event(s, 60, EV_spte, NOTE, U(va), U(0), U(spte));
	synth_event(s, 120, EV_resume, LANE_vmm, LANE_guest, U(0xC0102002), U(GUEST_CS));
	synth_event(s, 240, EV_trap, LANE_guest, LANE_vmm, U(13), U(0), U(0xC0101300), U(GUEST_CS),
		    U(0));
	insn(s, 0xC0101300, 1, "\xcf");
	synth_event(s, 110, EV_emulate, NOTE, U(45), U(0xC0101300), U(0x8048123), U(2));
	synth_event(s, 130, EV_resume, LANE_vmm, LANE_app, U(0x8048123), U(APP_CS));
	s->fault = 0;
}

void synth_xen_walk(struct synth *s, u32 fault, u32 va)
{
	u8 store[5] = {0xa3};

	memcpy(store + 1, &va, 4);
	s->fault = fault;
	s->step = 0;
	synth_event(s, 900, EV_trap, LANE_app, LANE_vmm, U(14), U(6), U(0x8048123), U(0xE02B),
		    U(va));
	insn(s, 0x8048123, 5, (char *)store);
	synth_event(s, 160, EV_inject, LANE_vmm, LANE_guest, U(14), U(6), U(va), U(0xC0101230),
		    U(0xC0300FE4), U(1), U(1));
	synth_event(s, 300, EV_hypercall, LANE_guest, LANE_vmm, U(1), U(0xC0101252), U(0xE019),
		    U(0xC0300F00), U(1), U(0));
	synth_event(s, 400, EV_mmu_update, NOTE, U(0x1235004), U(0x07654067), U(0));
	synth_event(s, 200, EV_hcall_ret, LANE_vmm, LANE_guest, U(1), U(0));
	synth_event(s, 500, EV_native, LANE_guest, LANE_app, U(0x8048130));
	s->fault = 0;
}

void synth_noise(struct synth *s, unsigned n)
{
	synth_event(s, 1000, EV_irq, LANE_vmm, LANE_vmm, U(0x20), U(0xFC001000), U(8));
	for (unsigned i = 0; i < n; i++) {
		synth_event(s, 500, EV_trap, LANE_guest, LANE_vmm, U(13), U(0), U(0xC0105000 + i),
			    U(GUEST_CS), U(0));
		insn(s, 0xC0105000 + i, 1, "\xfa");
		synth_event(s, 40, EV_emulate, NOTE, U(17), U(0xC0105000 + i), U(0), U(1));
		synth_event(s, 90, EV_resume, LANE_vmm, LANE_guest, U(0xC0105001 + i), U(GUEST_CS));
	}
}

int synth_open(const struct synth *s, struct trace *t, struct err *err)
{
	struct sb meta = {0};
	int rc;

	tsdl_metadata(&meta, (u64)KHZ * 1000, "");
	rc = trace_from_memory(t, "synthetic", meta.s, meta.len, s->stream, s->size, err);
	sb_free(&meta);
	return rc;
}

int synth_write(const struct synth *s, const char *dir, struct err *err)
{
	struct sb meta = {0};
	struct blob metadata, stream = {s->stream, s->size};
	int rc;

	tsdl_metadata(&meta, (u64)KHZ * 1000, "");
	metadata = (struct blob){(u8 *)meta.s, meta.len};
	rc = ctfdir_write(dir, &metadata, &stream, err);
	sb_free(&meta);
	return rc;
}

void synth_free(struct synth *s)
{
	free(s->stream);
	memset(s, 0, sizeof(*s));
}
