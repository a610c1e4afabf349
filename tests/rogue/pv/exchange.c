/* exchange.c: giving pages for others that are not ours to give, or cannot be had. */
#include "pv.h"

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00400000u

static struct xen_memory_exchange x;

static s32 reservation(void)
{
	domid_t self = DOMID_SELF;

	return HCALL(memory_op, XENMEM_current_reservation, &self, 0, 0);
}

/* n old extents for as many, or for n >> out_order. */
static s32 exchange(u32 in, u32 n, u32 in_order, u32 out, u32 out_order)
{
	x.in = (struct xen_memory_reservation){in, n, in_order, 0, DOMID_SELF, 0};
	x.out = (struct xen_memory_reservation){
	    out, n << in_order >> (out_order & 31), out_order, 0, DOMID_SELF, 0};
	x.nr_exchanged = 0;
	return HCALL(memory_op, XENMEM_exchange, &x, 0, 0);
}

static u32 pfn_of(const void *page)
{
	return ((u32)page - VIRT_BASE) / PAGE_SIZE;
}

/* It is refused, and everything is as before. */
static void refused(s32 ret)
{
	static s32 before;

	verdict_errno(ret);
	must(x.nr_exchanged == 0, "counted");
	if (!before)
		before = reservation();
	must(reservation() == before, "reservation-changed");
}

static void give_frame(u32 mfn)
{
	u32 out = pfn_of(victim_data);

	refused(exchange((u32)&mfn, 1, 0, (u32)&out, 0));
	must(out == pfn_of(victim_data), "answered");
}

static void give_nonexistent(u32 unused)
{
	(void)unused;
	give_frame(nonexistent_mfn);
	give_frame(0xFFFFFFFF);
}

static void give_shared(u32 unused)
{
	(void)unused;
	give_frame(start_info->shared_info / PAGE_SIZE);
}

static void give_mapped(u32 unused)
{
	(void)unused;
	give_frame(mfn_of(victim_data));
	give_frame(mfn_of(victim_table));
}

static void give_pinned(u32 unused)
{
	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	give_frame(mfn_of(victim_table));
	must(unpin(victim_table) == 0, "unpin");
}

/* What is ours to give, once; then all is as it was, with other frames. */
static void give_twice(u32 unused)
{
	u32 in[2] = {mfn_of(victim_data), mfn_of(victim_data)}, out[2];

	(void)unused;
	out[0] = out[1] = pfn_of(victim_data);
	must(update_va((u32)victim_data, 0) == 0, "unmap");
	refused(exchange((u32)in, 2, 0, (u32)out, 1));
	must(exchange((u32)in, 1, 0, (u32)out, 0) == 0 && x.nr_exchanged == 1, "exchange");
	must(out[0] != in[0], "the-same-frame");
	((u32 *)start_info->mfn_list)[pfn_of(victim_data)] = out[0];
	must(writable(victim_data) == 0, "map-again");
	must(((u32 *)MACH2PHYS_VIRT_START)[out[0]] == pfn_of(victim_data), "m2p");
	/* It is another's now, if anybody's. */
	verdict_errno(update_va((u32)victim_other, in[0] * PAGE_SIZE | PTE_P));
}

static void list_at(u32 va)
{
	u32 out = 0, mfn = mfn_of(victim_data);

	refused(exchange(va, 1, 0, (u32)&out, 0));
	must(update_va((u32)victim_data, 0) == 0, "unmap");
	refused(exchange((u32)&mfn, 1, 0, va, 0));
	must(writable(victim_data) == 0, "map-again");
}

static void answer_in_table(u32 unused)
{
	u32 *entry = pte_of(victim_other), before = *entry, mfn = mfn_of(victim_data);

	(void)unused;
	must(update_va((u32)victim_data, 0) == 0, "unmap");
	refused(exchange((u32)&mfn, 1, 0, (u32)entry, 0));
	must(*entry == before, "entry-changed");
	must(writable(victim_data) == 0, "map-again");
}

static void orders(u32 order)
{
	u32 list[4] = {0};

	refused(exchange((u32)list, 1, order, (u32)list, 0));
	refused(exchange((u32)list, 1, 0, (u32)list, order));
}

static void counts(u32 n)
{
	u32 list[4] = {0};

	refused(exchange((u32)list, n, 0, (u32)list, 0));
	refused(exchange((u32)list, n, 8, (u32)list, 0));
}

/* Where it goes on, is ours to forge. */
static void goes_on_at(u32 at)
{
	u32 mfn = mfn_of(victim_data), out = 0;
	s32 before = reservation();

	exchange(IN_HV, 1, 0, (u32)&out, 0);
	x.in = (struct xen_memory_reservation){(u32)&mfn, 2, 0, 0, DOMID_SELF, 0};
	x.out = (struct xen_memory_reservation){(u32)&out, 2, 0, 0, DOMID_SELF, 0};
	x.nr_exchanged = at;
	verdict_errno(HCALL(memory_op, XENMEM_exchange, &x, 0, 0));
	must(x.nr_exchanged == at && reservation() == before, "changed");
}

static void other_domain(u32 domid)
{
	u32 mfn = mfn_of(victim_data), out = 0;

	exchange((u32)&mfn, 0, 0, (u32)&out, 0);
	x.in.nr_extents = x.out.nr_extents = 1;
	x.in.domid = domid;
	verdict_errno(HCALL(memory_op, XENMEM_exchange, &x, 0, 0));
	x.in.domid = DOMID_SELF;
	x.out.domid = domid;
	verdict_errno(HCALL(memory_op, XENMEM_exchange, &x, 0, 0));
}

static void below(u32 bits)
{
	u32 mfn = mfn_of(victim_data), out = pfn_of(victim_data);

	must(update_va((u32)victim_data, 0) == 0, "unmap");
	exchange((u32)&mfn, 0, 0, (u32)&out, 0);
	x.in.nr_extents = x.out.nr_extents = 1;
	x.out.address_bits = bits;
	verdict_errno(HCALL(memory_op, XENMEM_exchange, &x, 0, 0));
	must(writable(victim_data) == 0, "map-again");
}

CASES = {
    {"exchange-hv-frame", 212, 0, give_frame, 0x100},
    {"exchange-frame-0", 212, 0, give_frame, 0},
    {"exchange-nonexistent", 212, 0, give_nonexistent, 0},
    {"exchange-shared-info", 212, 0, give_shared, 0},
    {"exchange-mapped", 212, 0, give_mapped, 0},
    {"exchange-pinned", 212, 0, give_pinned, 0},
    {"exchange-twice", 212, 0, give_twice, 0},
    {"exchange-list-in-hv", 212, 0, list_at, IN_HV},
    {"exchange-list-in-m2p", 212, 0, list_at, MACH2PHYS_VIRT_START},
    {"exchange-list-unmapped", 212, 0, list_at, UNMAPPED},
    {"exchange-list-wraps", 212, 0, list_at, 0xFFFFFFFE},
    {"exchange-answer-in-table", 212, 0, answer_in_table, 0},
    {"exchange-order-9", 212, 0, orders, 9},
    {"exchange-order-32", 212, 0, orders, 32},
    {"exchange-order-huge", 212, 0, orders, 0xFFFFFFFF},
    {"exchange-count-overflows", 212, 0, counts, 0x01000001},
    {"exchange-count-huge", 212, 0, counts, 0xFFFFFFFF},
    {"exchange-goes-on-beyond", 212, 0, goes_on_at, 3},
    {"exchange-goes-on-far-beyond", 212, 0, goes_on_at, 0xFFFFFFFF},
    {"exchange-domain-1", 0, 0, other_domain, 1},
    {"exchange-domain-xen", 0, 0, other_domain, 0x7FF2},
    {"exchange-below-nothing", 0, 0, below, 13},
};
