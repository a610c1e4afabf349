/* foreign.c: Domain 0's mappings of another domain's pages, its page tables and its registers, with
 * what would break into the hypervisor or outlive that domain. */
#include <trapline/xen/grant_table.h>
#include "others.h"

#define HV_MFN 0x100u
#define IN_HV  (HV_LINEAR + HV_IMAGE_PHYS)
#define BARE   (PTE_P | PTE_A | PTE_D)

s32 map_foreign(u32 domid, u32 n, u32 flags)
{
	return hypercall5(__HYPERVISOR_update_va_mapping_otherdomain, (u32)victim_data,
			  n * PAGE_SIZE | flags, 0, UVMF_INVLPG, domid);
}

/* By both ways, and the entry is what it was. */
static void refused(u32 domid, u32 n, u32 flags)
{
	struct mmu_update req = {pte_maddr(victim_data), n * PAGE_SIZE | flags};
	u32 before = *pte_of(victim_data);

	verdict_errno(map_foreign(domid, n, flags));
	verdict_errno(HCALL(mmu_update, &req, 1, 0, domid));
	must(*pte_of(victim_data) == before, "entry-changed");
}

static void foreign_frame(u32 n)
{
	make_other(false);
	refused(other, n, BARE);
	refused(other, n, BARE | PTE_RW);
	destroy_other();
}

static void foreign_own(u32 unused)
{
	(void)unused;
	foreign_frame(mfn_of(victim_other));
}

static void foreign_nonexistent(u32 unused)
{
	(void)unused;
	foreign_frame(nonexistent_mfn);
}

static void foreign_flags(u32 flags)
{
	make_other(false);
	refused(other, other_mfn[0], BARE | flags);
	destroy_other();
}

/* The page that the hypervisor shares with it is not counted as its own are. */
static void foreign_shared(u32 flags)
{
	struct xen_domctl op = {0};

	make_other(false);
	must(domctl(&op, XEN_DOMCTL_getdomaininfo, other) == 0, "info");
	refused(other, op.u.getdomaininfo.shared_info_frame, BARE | flags);
	destroy_other();
}

static void nobodys(u32 domid)
{
	refused(domid, mfn_of(victim_other), BARE);
}

static s32 pin_other(u32 cmd, u32 mfn)
{
	struct mmuext_op op = {cmd, mfn, 0};

	return HCALL(mmuext_op, &op, 1, 0, other);
}

/* An empty page of it as a page table: then nobody may write it, and who writes it may not use it
 * as one. */
static void foreign_table(u32 cmd)
{
	make_other(false);
	must(pin_other(cmd, other_mfn[0]) == 0, "pin");
	refused(other, other_mfn[0], BARE | PTE_RW);
	must(map_foreign(other, other_mfn[0], BARE) == 0, "map-read-only");
	must(attempt(try_write, (u32)victim_data) == VEC_PF, "written");
	must(pin_other(MMUEXT_UNPIN_TABLE, other_mfn[0]) == 0, "unpin");
	must(map_foreign(other, other_mfn[0], BARE | PTE_RW) == 0, "map");
	verdict_errno(pin_other(cmd, other_mfn[0]));
	must(writable(victim_data) == 0, "unmap");
	destroy_other();
}

/* What the table of another leads to is judged by whose table it is: not ours. */
static void table_with(u32 entry)
{
	make_other(false);
	must(map_foreign(other, other_mfn[0], BARE | PTE_RW) == 0, "map");
	victim_data[5] = entry;
	must(writable(victim_data) == 0, "unmap");
	verdict_errno(pin_other(MMUEXT_PIN_L1_TABLE, other_mfn[0]));
	destroy_other();
}

static void table_with_ours(u32 flags)
{
	table_with(mfn_of(victim_other) * PAGE_SIZE | flags);
}

static void pins(u32 cmd)
{
	for (u32 shadow = 0; shadow < 2; shadow++) {
		make_other(shadow);
		verdict_errno(pin_other(cmd, mfn_of(victim_other)));
		verdict_errno(pin_other(cmd, HV_MFN));
		verdict_errno(pin_other(cmd, nonexistent_mfn));
		if (cmd > MMUEXT_UNPIN_TABLE || shadow)
			verdict_errno(pin_other(cmd, other_mfn[0]));
		destroy_other();
	}
}

/* An entry at such an address cannot be changed, whatever it is to map. */
static void entry_at(u32 ptr)
{
	struct mmu_update req = {ptr, 0};

	make_other(false);
	req.val = other_mfn[1] * PAGE_SIZE | BARE;
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	req.ptr = other_mfn[0] * PAGE_SIZE; /* in a page of its own */
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	must(pin_other(MMUEXT_PIN_L1_TABLE, other_mfn[0]) == 0, "pin");
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	req.ptr = (u64)pte_maddr(victim_data) | 1ull << 32;
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	req.ptr = pte_maddr(victim_data) | 3;
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	req.ptr = mfn_of(victim_data) * PAGE_SIZE | MMU_MACHPHYS_UPDATE;
	verdict_errno(HCALL(mmu_update, &req, 1, 0, other));
	destroy_other();
}

static void entry_in_directory(u32 unused)
{
	(void)unused;
	entry_at(pde_maddr(1));
}

static void entry_in_data(u32 unused)
{
	(void)unused;
	entry_at(mfn_of(victim_other) * PAGE_SIZE);
}

/* Is it listed as what it is? */
static bool listed_as_dying(void)
{
	struct xen_domctl_getdomaininfo info = {0};
	struct xen_sysctl op = {.u.getdomaininfolist = {other, 1, (u32)&info, 0}};

	return sysctl(&op, XEN_SYSCTL_getdomaininfolist) == 0 && info.domain == other &&
	       info.flags & XEN_DOMINF_dying;
}

#define SHADOW 0x10000u
/* It is destroyed while a page of it is mapped: nothing of it is to be had any more, its id stays
 * in use, and the page stays until we let go. */
static void zombie(u32 how)
{
	u32 before = frames_free(), flags = how & ~SHADOW;
	struct xen_domctl op = {0};

	make_other(how & SHADOW);
	must(map_foreign(other, other_mfn[0], BARE | PTE_RW) == 0, "map");
	victim_data[0] = 0x2003;
	must(map_foreign(other, other_mfn[0], BARE | flags) == 0, "map-again");
	destroy_other();
	must(victim_data[0] == 0x2003, "contents-lost");
	must(listed_as_dying(), "not-dying");
	verdict_errno(map_foreign(other, other_mfn[0], BARE));
	verdict_errno(domctl(&op, XEN_DOMCTL_getdomaininfo, other));
	verdict_errno(domctl(&op, XEN_DOMCTL_destroydomain, other));
	verdict_errno(domctl(&op, XEN_DOMCTL_createdomain, other));
	must(frames_free() < before, "freed-while-mapped");
	must(writable(victim_data) == 0, "unmap");
	must(frames_free() == before, "frames-lost");
	must(domctl(&op, XEN_DOMCTL_createdomain, other) == 0, "id-still-in-use");
	destroy_other();
}

/* The next domain with the same id does not see what the one before it wrote. */
static void same_id(u32 unused)
{
	struct xen_memory_reservation r = {(u32)other_mfn, OTHER_FRAMES, 0, 0, 0, 0};
	struct xen_domctl op = {0};
	bool clean = true;

	(void)unused;
	make_other(false);
	for (u32 i = 0; i < OTHER_FRAMES; i++) {
		must(map_foreign(other, other_mfn[i], BARE | PTE_RW) == 0, "map");
		victim_data[9] = 0x5EC2E7;
	}
	must(writable(victim_data) == 0, "unmap");
	destroy_other();
	must(domctl(&op, XEN_DOMCTL_createdomain, other) == 0, "create");
	op.u.max_mem.max_memkb = 256;
	must(domctl(&op, XEN_DOMCTL_max_mem, other) == 0, "max-mem");
	r.domid = other;
	for (u32 i = 0; i < OTHER_FRAMES; i++)
		other_mfn[i] = i;
	must(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0) == OTHER_FRAMES, "populate");
	for (u32 i = 0; i < OTHER_FRAMES; i++) {
		must(map_foreign(other, other_mfn[i], BARE) == 0, "map");
		clean &= victim_data[9] == 0;
	}
	verdict_silent(clean);
	must(writable(victim_data) == 0, "unmap");
	destroy_other();
}

/* Grants are of direct mode: the other has no table of them, and gets none. */
static void table_of_shadow(u32 unused)
{
	u32 frame = 0;
	struct gnttab_setup_table op = {.nr_frames = 1, .frame_list = (u32)&frame, .status = 1};

	(void)unused;
	make_other(true);
	op.dom = other;
	must(HCALL(grant_table_op, GNTTABOP_setup_table, &op, 1, 0) == 0, "call");
	must(op.status < 0 && frame == 0, "set-up");
	verdict_errno(op.status);
	destroy_other();
}

/* From when it can run, its pages are mapped writable nowhere else. */
static void written_from_outside(u32 unused)
{
	static struct vcpu_guest_context c;
	struct xen_domctl op = {0};

	(void)unused;
	make_other(true);
	must(map_foreign(other, 0, BARE | PTE_RW) == 0, "map");
	refused(other, 64, BARE);
	refused(other, 0xFFFFF, BARE);
	op.u.tl_code.end = ~0ull;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_code, other));
	op.u.tl_code.end = 0;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_code, other));
	op.u.tl_code.end = 60 * PAGE_SIZE; /* where it has no pages */
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_code, other));
	op.u.tl_code.start = 64 * PAGE_SIZE; /* behind its last one */
	op.u.tl_code.end = 64 * PAGE_SIZE + 16;
	verdict_errno(domctl(&op, XEN_DOMCTL_tl_code, other));
	op.u.tl_code.start = 0;
	op.u.tl_code.end = 16;
	must(domctl(&op, XEN_DOMCTL_tl_code, other) == 0, "code");
	op = (struct xen_domctl){.u.vcpucontext.ctxt = (u32)&c};
	verdict_errno(domctl(&op, XEN_DOMCTL_setvcpucontext, other));
	must(writable(victim_data) == 0, "unmap");
	refused(other, 1, BARE | PTE_RW);
	must(domctl(&op, XEN_DOMCTL_setvcpucontext, other) == 0, "context");
	verdict_errno(domctl(&op, XEN_DOMCTL_setvcpucontext, other));
	refused(other, 1, BARE | PTE_RW);
	must(map_foreign(other, 1, BARE) == 0, "map-read-only");
	must(writable(victim_data) == 0, "unmap");
	destroy_other();
}

CASES = {
    {"foreign-hv", 0, 0, foreign_frame, HV_MFN},
    {"foreign-frame-0", 0, 0, foreign_frame, 0},
    {"foreign-own", 0, 0, foreign_own, 0},
    {"foreign-nonexistent", 0, 0, foreign_nonexistent, 0},
    {"foreign-max", 0, 0, foreign_frame, 0xFFFFF},
    {"foreign-large", 0, 0, foreign_flags, PTE_PS},
    {"foreign-global", 0, 0, foreign_flags, PTE_G},
    {"foreign-shared-info", 0, 0, foreign_shared, 0},
    {"foreign-shared-info-writable", 0, 0, foreign_shared, PTE_RW},
    {"foreign-table-of-shadow", 0, 0, table_of_shadow, 0},
    {"foreign-nobody", 0, 0, nobodys, NOBODY},
    {"foreign-xen", 0, 0, nobodys, 0x7FF2},
    {"foreign-huge-id", 0, 0, nobodys, 0xFFFFFFFF},
    {"foreign-page-table", 0, 0, foreign_table, MMUEXT_PIN_L1_TABLE},
    {"foreign-directory", 0, 0, foreign_table, MMUEXT_PIN_L2_TABLE},
    {"foreign-table-with-ours", 0, 0, table_with_ours, BARE},
    {"foreign-table-with-ours-writable", 0, 0, table_with_ours, PTE_NORMAL},
    {"foreign-table-with-hv", 0, 0, table_with, HV_MFN << 12 | BARE},
    {"foreign-pin-l1", 0, 0, pins, MMUEXT_PIN_L1_TABLE},
    {"foreign-pin-l2", 0, 0, pins, MMUEXT_PIN_L2_TABLE},
    {"foreign-pin-l4", 0, 0, pins, MMUEXT_PIN_L4_TABLE},
    {"foreign-unpin", 0, 0, pins, MMUEXT_UNPIN_TABLE},
    {"foreign-base", 0, 0, pins, MMUEXT_NEW_BASEPTR},
    {"foreign-ldt", 0, 0, pins, MMUEXT_SET_LDT},
    {"foreign-entry-in-directory", 0, 0, entry_in_directory, 0},
    {"foreign-entry-in-data", 0, 0, entry_in_data, 0},
    {"foreign-entry-in-hv", 0, 0, entry_at, HV_MFN << 12},
    {"foreign-zombie", 0, 0, zombie, 0},
    {"foreign-zombie-writable", 0, 0, zombie, PTE_RW},
    {"foreign-zombie-shadow", 0, 0, zombie, SHADOW},
    {"foreign-zombie-shadow-writable", 0, 0, zombie, SHADOW | PTE_RW},
    {"foreign-same-id", 0, 0, same_id, 0},
    {"foreign-written-from-outside", 0, 0, written_from_outside, 0},
};
