/* direct_machine.c: see direct_machine.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "direct_machine.h"
#include "no_trace.h"

u32 memory[FRAMES][1024] __attribute__((aligned(4096)));
struct domain guest;
static struct vcpu first;
u32 flushes, freed_pages;
static struct frame frames[FRAMES];
static u32 m2p_table[FRAMES];
static struct direct_state state;

#include "host_memory.h"

void flush_translations(void)
{
	flushes++;
}
void direct_flush(struct vcpu *v)
{
	(void)v;
	flush_translations();
}
void direct_load_base(struct vcpu *v)
{
	direct_flush(v);
}
void hv_free_page(void *page)
{
	(void)page;
	freed_pages++;
}

void machine_init(void)
{
	memset(memory, 0, sizeof(memory));
	memset(&guest, 0, sizeof(guest));
	memset(&state, 0, sizeof(state));
	frames_init(frames, m2p_table, FRAMES);
	domains = &guest;
	guest.id = 1;
	guest.direct = &state;
	first = (struct vcpu){.domain = &guest};
	guest.vcpus = &first;
	guest.vcpus->base = NO_FRAME;
	guest.shared_mfn = mfn(SHARED);
	state.unfinished = NO_FRAME;
	for (u32 i = 0; i < FRAMES; i++)
		frames[i] = (struct frame){.owner = guest.id, .refs = 1, .flags = FRAME_ALLOCATED};
	frames[FOREIGN].owner = 2;
	frames[SHARED].owner = DOM_HV;
	guest.populated = FRAMES - 2;
}

int set_l1(u32 table, u32 index, u32 val)
{
	return l1_update(&guest, memory[table], index, val);
}

int set_l2(u32 directory, u32 index, u32 val)
{
	return finish(l2_update(&guest, frame_of(mfn(directory)), memory[directory], index, val));
}
