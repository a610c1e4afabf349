/* forge.c: change one field of one event of a trace, for the test that the witness notices. */
#include <stdio.h>
#include <trapline/ring.h>

/* The EIP of a trap from an application, in the middle of the trace. */
int main(int argc, char **argv)
{
	static u8 packet[TRACE_PACKET_SIZE];
	FILE *f = argc == 2 ? fopen(argv[1], "r+b") : NULL;
	long traps = 0, want = 0;

	if (!f)
		return 1;
	for (int pass = 0; pass < 2; pass++, want = traps / 2, traps = 0) {
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
#define SIZE_e_mmu				  1
#define SIZE_e_isolation			  1
#define SIZE_e_reason				  1
#define SIZE_e_how				  1
#define SIZE_e_op				  1
#define SIZE_e_kind				  1
#define SIZE_e_walk				  1
#define SIZE_e_shadow				  1
#define SIZE_e_why				  1
#define SIZE_e_ptype				  1
#define SIZE_e_lost				  1
#define SIZE_e_ring				  1
#define SIZE_e_victim				  1
#define SIZE_e_ballooning			  1
#define FIELD(type, name, doc)			  +SIZE_##type
#define TRACE_EVENT(id, name, class, doc, fields) sizes[id] = 0 fields;
#include <trapline/event.def>
			for (u32 i = sizeof(*p); i < end;) {
				struct trace_event *e = (void *)(packet + i);

				if (e->id == 10 && ++traps == want && pass == 1) {
					packet[i + sizeof(*e) + 1 + 4] ^=
					    1; /* vec, err, then EIP */
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
