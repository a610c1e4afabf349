/*
 * forge.c: change one field of one event of a trace, for the tests that it is noticed.
 *
 *   forge STREAM            the EIP of a trap, in the middle of the trace
 *   forge STREAM frames     whose the frames are, in the last change of any
 */
#include <stdio.h>
#include <trapline/ring.h>

#define TRACE_ENUM(name, values) enum { SIZE_e_##name = 1 };
#include <trapline/event.def>

#define EV_TRAP	     10
#define EV_FRAMES    57
#define TRAP_EIP     5	/* behind vec, err */
#define FRAMES_OWNER 8	/* behind mfn, count */
#define FRAMES_PART  12 /* of an inventory, if not 0 */

int main(int argc, char **argv)
{
	static u8 packet[TRACE_PACKET_SIZE];
	FILE *f = argc >= 2 ? fopen(argv[1], "r+b") : NULL;
	bool frames = argc == 3;
	long events = 0, want = 0;

	if (!f)
		return 1;
	for (int pass = 0; pass < 2; pass++, want = frames ? events : events / 2, events = 0) {
		rewind(f);
		for (long at = 0; fread(packet, sizeof(packet), 1, f) == 1; at += sizeof(packet)) {
			const struct trace_packet *p = (const void *)packet;
			u32 end = p->content_size / 8;
			u8 sizes[256] = {0};

#define SIZE_u8					  1
#define SIZE_u16				  2
#define SIZE_u32				  4
#define SIZE_u64				  8
#define SIZE_s32				  4
#define SIZE_x16				  2
#define SIZE_x32				  4
#define SIZE_b16				  16
#define FIELD(type, name, doc)			  +SIZE_##type
#define TRACE_EVENT(id, name, class, doc, fields) sizes[id] = 0 fields;
#include <trapline/event.def>
			for (u32 i = sizeof(*p); i < end;) {
				struct trace_event *e = (void *)(packet + i);
				u8 *fields = (u8 *)(e + 1);
				bool it = frames ? e->id == EV_FRAMES && !fields[FRAMES_PART]
						 : e->id == EV_TRAP;

				if (it && ++events == want && pass == 1) {
					fields[frames ? FRAMES_OWNER : TRAP_EIP] ^= 1;
					fseek(f, at, SEEK_SET);
					fwrite(packet, sizeof(packet), 1, f);
					return fclose(f);
				}
				i += sizeof(*e) + sizes[e->id];
			}
		}
	}
	return 1;
}
