/* long_others.c: what takes long in the management of other domains is interrupted, too; and of one
 * that is half destroyed nothing can be had. */
#include "long.h"
#include "others.h"

#define MANY_PAGES 14000u
#define AT_A_TIME  1000u
#define CODE_PAGES 64u
#define MAX_GAP	   700000u

static u32 frames[AT_A_TIME];

/* A domain with so many pages. */
static void make_large(bool shadow, u32 pages)
{
	struct xen_domctl op = {0};
	struct xen_memory_reservation r = {(u32)frames, 0, 0, 0, 0, 0};

	op.u.createdomain.flags = shadow ? XEN_DOMCTL_CDF_hvm_guest : 0;
	must(domctl(&op, XEN_DOMCTL_createdomain, 0) == 0, "create");
	other = r.domid = op.domain;
	op.u.max_mem.max_memkb = pages * 4;
	must(domctl(&op, XEN_DOMCTL_max_mem, other) == 0, "max-mem");
	for (u32 done = 0; done < pages; done += r.nr_extents) {
		r.nr_extents = pages - done < AT_A_TIME ? pages - done : AT_A_TIME;
		for (u32 i = 0; i < r.nr_extents; i++)
			frames[i] = done + i;
		must(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0) == (s32)r.nr_extents,
		     "populate");
	}
}

static void long_destroy(u32 shadow)
{
	u32 before = frames_free();

	make_large(shadow, MANY_PAGES);
	start_clock();
	destroy_other();
	stop_clock_at(2, MAX_GAP);
	must(frames_free() == before, "frames-lost");
}

static void ask_half(void)
{
	struct xen_domctl op = {0};
	struct xen_memory_reservation r = {(u32)frames, 1, 0, 0, other, 0};

	verdict_errno(domctl(&op, XEN_DOMCTL_getdomaininfo, other));
	verdict_errno(domctl(&op, XEN_DOMCTL_unpausedomain, other));
	verdict_errno(domctl(&op, XEN_DOMCTL_createdomain, other));
	for (u32 i = 0; i < AT_A_TIME; i++)
		verdict_errno(map_foreign(other, frames[i], PTE_P));
	verdict_errno(HCALL(memory_op, XENMEM_increase_reservation, &r, 0, 0));
	verdict_errno(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0));
}

static void partial_destroy(u32 shadow)
{
	u32 before = frames_free();

	make_large(shadow, MANY_PAGES);
	meanwhile = ask_half;
	events_on(once);
	set_timer(TICK);
	destroy_other();
	events_off();
	must(!meanwhile, "not-interrupted");
	must(frames_free() == before, "frames-lost");
}

static void partial_destroy_restarted(u32 unused)
{
	struct xen_domctl op = {0};

	(void)unused;
	make_large(false, MANY_PAGES);
	meanwhile = destroy_other;
	events_on(once);
	set_timer(TICK);
	/* The inner call has finished it. */
	verdict_errno(domctl(&op, XEN_DOMCTL_destroydomain, other));
	events_off();
	must(!meanwhile, "not-interrupted");
}

/* ---- code ---- */

static u32 state, left; /* of the generator; bytes of an instruction */

static u32 next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

#define PUSHF	0x9C
#define MOV_EAX 0xB8 /* and four bytes, which look like instructions here */
#define HLT	0xF4

/* Random code, byte by byte, of which so many are to come: a `pushf` gets a patch. */
static u8 code_byte(u32 room, bool *patch)
{
	u32 dice;

	*patch = false;
	if (left) {
		left--;
		return PUSHF;
	}
	dice = room < 5 ? 0 : next_random() % 64;
	left = dice > 1 ? 4 : 0;
	*patch = dice == 0;
	return dice > 1 ? MOV_EAX : dice ? HLT : PUSHF;
}

/* Write that code, or see whether it has been patched. Both begin with the same seed. */
static bool code_is(bool write)
{
	u32 old = *pte_of(victim_data);
	bool well = true, patch;

	state = 11;
	left = 0;
	for (u32 n = 0; n < CODE_PAGES; n++) {
		must(map_foreign(other, n, write ? PTE_NORMAL : PTE_NORMAL & ~PTE_RW) == 0, "map");
		for (u32 i = 0; i < PAGE_SIZE; i++) {
			u8 byte = code_byte(CODE_PAGES * PAGE_SIZE - n * PAGE_SIZE - i, &patch),
			   *at = (u8 *)victim_data + i;

			if (write)
				*at = byte;
			else
				well &= *at == (patch ? HLT : byte);
		}
	}
	must(update_va((u32)victim_data, old) == 0, "unmap");
	return well;
}

static void long_scan(u32 unused)
{
	struct xen_domctl op = {0};

	(void)unused;
	make_large(true, CODE_PAGES);
	code_is(true);
	op.u.tl_code.end = CODE_PAGES * PAGE_SIZE;
	start_clock();
	must(domctl(&op, XEN_DOMCTL_tl_code, other) == 0, "scan");
	stop_clock_at(8, MAX_GAP);
	must(code_is(false), "not-all-scanned");
	destroy_other();
}

/* ---- the list of its frames ---- */

static void long_list(u32 first)
{
	static u64 list[OTHER_FRAMES];
	struct xen_domctl op = {0};
	u32 found = 0;

	make_other(false);
	op.u.getmemlist.max_pfns = OTHER_FRAMES;
	op.u.getmemlist.start_pfn = first;
	op.u.getmemlist.buffer = (u32)list;
	start_clock();
	must(domctl(&op, XEN_DOMCTL_getmemlist, other) == 0, "list");
	stop_clock_at(first ? 2 : 0, MAX_GAP);
	must(op.u.getmemlist.num_pfns == OTHER_FRAMES - first, "number");
	for (u32 i = 0; i < OTHER_FRAMES - first; i++)
		for (u32 k = 0; k < OTHER_FRAMES; k++)
			found += list[i] == other_mfn[k];
	must(found == OTHER_FRAMES - first, "frames");
	destroy_other();
}

CASES = {
    {"long-destroy", 45, 0, long_destroy, false},
    {"long-destroy-shadow", 45, 0, long_destroy, true},
    {"long-scan", 45, 0, long_scan, 0},
    {"long-list", 45, 0, long_list, 0},
    {"long-list-from-4", 45, 0, long_list, 4},
    {"partial-destroy", 45, 0, partial_destroy, false},
    {"partial-destroy-shadow", 45, 0, partial_destroy, true},
    {"partial-destroy-restarted", 45, 0, partial_destroy_restarted, 0},
};
