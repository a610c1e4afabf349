/* grant.c: grants: references, handles and pages that are none, mappings that would make a page
 * both a table and writable, or take back what is in use. The domain is its own granter. */
#include "grant.h"
#include "pv.h"

#define IN_HV	 (HV_LINEAR + HV_IMAGE_PHYS)
#define UNMAPPED 0x00400000u

struct grant_entry table[GRANTS_PER_FRAME] PAGE_ALIGNED;
static bool ready;

s32 grant_op(u32 cmd, void *op, u32 count)
{
	return HCALL(grant_table_op, cmd, op, count, 0);
}

void grant_victim(u16 flags)
{
	u32 mfn = 0;
	struct gnttab_setup_table setup = {
	    .dom = DOMID_SELF, .nr_frames = 1, .frame_list = (u32)&mfn};

	if (!ready) {
		must(grant_op(GNTTABOP_setup_table, &setup, 1) == 0 && setup.status == 0, "setup");
		must(update_va((u32)table, mfn * PAGE_SIZE | PTE_NORMAL) == 0, "map-table");
		ready = true;
	}
	table[REF] = (struct grant_entry){flags, own_id(), mfn_of(victim_data)};
}

static struct gnttab_map_grant_ref map_op(u32 flags)
{
	grant_victim(GTF_permit_access);
	return (struct gnttab_map_grant_ref){.host_addr = (u32)victim_other,
					     .flags = GNTMAP_host_map | flags,
					     .ref = REF,
					     .dom = own_id(),
					     .status = 1};
}

/* The status is the verdict, and a refused operation leaves no mark and no mapping. */
static void refused_map(struct gnttab_map_grant_ref op)
{
	must(grant_op(GNTTABOP_map_grant_ref, &op, 1) == 0, "call");
	must(op.status < 0, "accepted");
	verdict_errno(op.status);
	must(!(table[REF].flags & (GTF_reading | GTF_writing)), "marked");
	must(*pte_of(victim_other) >> 12 == mfn_of(victim_other), "mapped");
}

/* Map it as it should be, and undo that. */
static u32 map_well(void)
{
	struct gnttab_map_grant_ref op = map_op(0);

	must(grant_op(GNTTABOP_map_grant_ref, &op, 1) == 0 && op.status == 0, "map");
	must(table[REF].flags == (GTF_permit_access | GTF_reading | GTF_writing), "not-marked");
	return op.handle;
}

static s16 unmap_at(u32 handle, u64 at)
{
	struct gnttab_unmap_grant_ref op = {.host_addr = at, .handle = handle, .status = 1};

	must(grant_op(GNTTABOP_unmap_grant_ref, &op, 1) == 0, "call");
	must(op.status <= 0, "no-status");
	return op.status;
}

static void undo(u32 handle)
{
	must(unmap_at(handle, (u32)victim_other) == 0, "unmap");
	must(writable(victim_other) == 0, "restore");
	must(table[REF].flags == GTF_permit_access, "still-marked");
}

static void map_ref(u32 ref)
{
	struct gnttab_map_grant_ref op = map_op(0);

	op.ref = ref;
	refused_map(op);
}

static void map_of_domain(u32 dom)
{
	struct gnttab_map_grant_ref op = map_op(0);

	op.dom = dom;
	refused_map(op);
}

static void map_flags(u32 flags)
{
	struct gnttab_map_grant_ref op = map_op(0);

	op.flags = flags;
	refused_map(op);
}

static void map_at(u32 at)
{
	struct gnttab_map_grant_ref op = map_op(0);

	op.host_addr = at;
	refused_map(op);
}

static void map_beyond_4gb(u32 flags)
{
	struct gnttab_map_grant_ref op = map_op(flags);

	op.host_addr |= 1ull << 32;
	if (flags & GNTMAP_contains_pte)
		op.host_addr = 1ull << 32 | pte_maddr(victim_other);
	refused_map(op);
}

static void map_at_pte(u32 maddr)
{
	struct gnttab_map_grant_ref op = map_op(GNTMAP_contains_pte);

	op.host_addr = maddr;
	refused_map(op);
}

/* An entry "of a page table" that is plain data, a directory's, or not at a word. */
static void map_at_data(u32 unused)
{
	(void)unused;
	map_at_pte(mfn_of(victim_data) * PAGE_SIZE);
}
static void map_at_pde(u32 unused)
{
	u32 before = *pde_of(700);

	(void)unused;
	map_at_pte(pde_maddr(700));
	must(*pde_of(700) == before, "pde-changed");
}
static void map_at_odd(u32 unused)
{
	(void)unused;
	map_at_pte(pte_maddr(victim_other) + 2);
}
static void map_at_nonexistent(u32 unused)
{
	(void)unused;
	map_at_pte(nonexistent_mfn * PAGE_SIZE);
}

/* By a map of the directory in itself, "the entry of an address" would be the directory's. */
static void map_in_self_map(u32 slot)
{
	struct gnttab_map_grant_ref op = map_op(GNTMAP_readonly);
	u32 dir = mfn_of((void *)start_info->pt_base) * PAGE_SIZE;

	must(mmu_update(pde_maddr(slot), dir | (PDE_NORMAL & ~PTE_RW)) == 0, "self-map");
	op.host_addr = slot << 22 | (slot + 1) << 12;
	refused_map(op);
	must(*pde_of(slot + 1) == 0, "directory-changed");
	must(mmu_update(pde_maddr(slot), 0) == 0, "restore");
}

static void map_entry(u16 flags, domid_t domid, u32 frame, u32 map_flags)
{
	struct gnttab_map_grant_ref op = map_op(map_flags);

	table[REF] = (struct grant_entry){flags, domid, frame};
	refused_map(op);
	must(table[REF].flags == flags && table[REF].frame == frame, "entry-changed");
}

static void map_granted_to(u32 domid)
{
	map_entry(GTF_permit_access, domid, mfn_of(victim_data), 0);
}
static void map_entry_type(u32 flags)
{
	map_entry(flags, own_id(), mfn_of(victim_data), 0);
}
static void map_granted_frame(u32 frame)
{
	map_entry(GTF_permit_access, own_id(), frame, GNTMAP_readonly);
}
static void map_granted_nonexistent(u32 unused)
{
	(void)unused;
	map_granted_frame(nonexistent_mfn);
}

/* By way of a grant a page table is no more writable than by way of a page table. */
static void map_table_writable(u32 unused)
{
	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	map_entry(GTF_permit_access, own_id(), mfn_of(victim_table), 0);
	must(unpin(victim_table) == 0, "unpin");
}

/* What is mapped writable by a grant becomes no table, wherever else it is read-only. */
static void pin_mapped(u32 unused)
{
	u32 handle = map_well();

	(void)unused;
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(victim_data), 0));
	undo(handle);
	must(writable(victim_data) == 0, "writable");
}

/* The table of grants is no page table, ever, nor can it be given back. */
static void abuse_table(u32 unused)
{
	u32 mfn = 0;
	struct xen_memory_reservation r = {
	    .extent_start = (u32)&mfn, .nr_extents = 1, .domid = DOMID_SELF};
	struct gnttab_transfer op = {.domid = 1, .status = 1};

	(void)unused;
	grant_victim(GTF_permit_access);
	mfn = op.mfn = *pte_of(table) >> 12;
	must(update_va((u32)table, mfn * PAGE_SIZE | (PTE_NORMAL & ~PTE_RW)) == 0, "read-only");
	verdict_errno(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0));
	must(HCALL(memory_op, XENMEM_decrease_reservation, &r, 0, 0) == 0, "given-back");
	must(grant_op(GNTTABOP_transfer, &op, 1) == 0 && op.status < 0, "transferred");
	must(update_va((u32)table, mfn * PAGE_SIZE | PTE_NORMAL) == 0, "writable");
}

static void unmap_handle(u32 handle)
{
	u32 mine = map_well();

	verdict_errno(unmap_at(handle, (u32)victim_other));
	must(*pte_of(victim_other) >> 12 == mfn_of(victim_data), "unmapped");
	undo(mine);
}

static void unmap_twice(u32 unused)
{
	u32 handle = map_well();

	(void)unused;
	undo(handle);
	verdict_errno(unmap_at(handle, (u32)victim_other));
	must(*pte_of(victim_other) >> 12 == mfn_of(victim_other), "unmapped-again");
}

static void unmap_elsewhere(u32 at)
{
	u32 handle = map_well();

	verdict_errno(unmap_at(handle, at));
	must(table[REF].flags & GTF_reading, "not-in-use");
	undo(handle);
}

/* The entry was overwritten: the handle stays, and its entry is seen to be in use. */
static void unmap_overwritten(u32 unused)
{
	u32 handle = map_well();

	(void)unused;
	must(writable(victim_other) == 0, "overwrite");
	verdict_errno(unmap_at(handle, (u32)victim_other));
	must(table[REF].flags & GTF_reading, "not-in-use");
	/* Once it is mapped again, this can be unmapped, and then the other. */
	must(unmap_at(map_well(), (u32)victim_other) == 0, "unmap");
	must(table[REF].flags & GTF_reading, "not-in-use-any-more");
	must(update_va((u32)victim_other, mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL) == 0,
	     "map");
	undo(handle);
}

/* As a granter should: only what nobody has mapped is taken back. */
static void revoke_mapped(u32 unused)
{
	u16 unused_flags = GTF_permit_access;
	u32 handle = map_well();
	bool revoked = __atomic_compare_exchange_n(&table[REF].flags, &unused_flags, 0, false,
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);

	(void)unused;
	verdict_silent(!revoked && unused_flags & GTF_reading);
	undo(handle);
}

static void op_count(u32 count)
{
	for (u32 cmd = 0; cmd <= GNTTABOP_copy; cmd++)
		verdict_errno(grant_op(cmd, victim_data, count));
}
static void op_at(u32 va)
{
	for (u32 cmd = 0; cmd <= GNTTABOP_copy; cmd++)
		verdict_errno(grant_op(cmd, (void *)va, 1));
}
static void op_unknown(u32 cmd)
{
	verdict_errno(grant_op(cmd, victim_data, 1));
}

/* The operations are where what they tell cannot be written. */
static void op_read_only(u32 unused)
{
	struct gnttab_map_grant_ref *op = (void *)victim_data;

	(void)unused;
	*op = map_op(0);
	must(read_only(victim_data) == 0, "read-only");
	verdict_errno(grant_op(GNTTABOP_map_grant_ref, op, 1));
	must(!(table[REF].flags & GTF_reading), "marked");
	must(writable(victim_data) == 0, "writable");
}

/* All handles that there are, and then no more; all come back. */
static void too_many_mappings(u32 unused)
{
	static u32 handles[NR_GRANT_MAPPINGS];
	struct gnttab_map_grant_ref op;
	u32 n = 0;

	(void)unused;
	for (;; n++) {
		op = map_op(0);
		must(grant_op(GNTTABOP_map_grant_ref, &op, 1) == 0, "call");
		if (op.status < 0 || n == NR_GRANT_MAPPINGS)
			break;
		handles[n] = op.handle;
	}
	verdict_errno(op.status);
	must(n == NR_GRANT_MAPPINGS, "bound");
	while (n--) {
		must(unmap_at(handles[n], (u32)victim_other) == 0, "unmap");
		must(update_va((u32)victim_other, mfn_of(victim_data) * PAGE_SIZE | PTE_NORMAL) ==
			 0,
		     "map");
	}
	must(writable(victim_other) == 0, "restore");
	must(table[REF].flags == GTF_permit_access, "still-marked");
}

CASES = {
    {"grant-ref-empty", 0, 0, map_ref, 9},
    {"grant-ref-past-table", 0, 0, map_ref, 512},
    {"grant-ref-2048", 0, 0, map_ref, NR_GRANT_ENTRIES},
    {"grant-ref-huge", 0, 0, map_ref, 0xFFFFFFFF},
    {"grant-ref-wraps", 0, 0, map_ref, 0x20000008},
    {"grant-domain-1", 0, 0, map_of_domain, 1},
    {"grant-domain-self", 0, 0, map_of_domain, DOMID_SELF},
    {"grant-domain-hv", 0, 0, map_of_domain, 0xFFFF},
    {"grant-map-for-device", 0, 0, map_flags, GNTMAP_host_map | GNTMAP_device_map},
    {"grant-map-for-nobody", 0, 0, map_flags, 0},
    {"grant-map-flags", 0, 0, map_flags, GNTMAP_host_map | 0x80000000},
    {"grant-map-in-hv", 0, 0, map_at, IN_HV},
    {"grant-map-in-m2p", 0, 0, map_at, MACH2PHYS_VIRT_START},
    {"grant-map-no-table", 0, 0, map_at, UNMAPPED},
    {"grant-map-in-self-map", 0, 0, map_in_self_map, 600},
    {"grant-map-above-4gb", 0, 0, map_beyond_4gb, 0},
    {"grant-map-entry-above-4gb", 0, 0, map_beyond_4gb, GNTMAP_contains_pte},
    {"grant-map-entry-in-hv", 0, 0, map_at_pte, 0x100000},
    {"grant-map-entry-in-data", 0, 0, map_at_data, 0},
    {"grant-map-entry-in-directory", 0, 0, map_at_pde, 0},
    {"grant-map-entry-odd", 0, 0, map_at_odd, 0},
    {"grant-map-entry-nonexistent", 0, 0, map_at_nonexistent, 0},
    {"grant-to-another", 0, 0, map_granted_to, 1},
    {"grant-to-self", 0, 0, map_granted_to, DOMID_SELF},
    {"grant-invalid", 0, 0, map_entry_type, GTF_invalid},
    {"grant-for-transfer", 0, 0, map_entry_type, GTF_accept_transfer},
    {"grant-type-3", 0, 0, map_entry_type, 3},
    {"grant-read-only", 0, 0, map_entry_type, GTF_permit_access | GTF_readonly},
    {"grant-of-hv-frame", 0, 0, map_granted_frame, 0x100},
    {"grant-of-frame-0", 0, 0, map_granted_frame, 0},
    {"grant-of-nonexistent", 0, 0, map_granted_nonexistent, 0},
    {"grant-of-page-table", 0, 0, map_table_writable, 0},
    {"grant-mapped-page-pinned", 0, 0, pin_mapped, 0},
    {"grant-table-abused", 0, 0, abuse_table, 0},
    {"grant-handle-never-given", 0, 0, unmap_handle, 2000},
    {"grant-handle-2048", 0, 0, unmap_handle, NR_GRANT_MAPPINGS},
    {"grant-handle-huge", 0, 0, unmap_handle, 0xFFFFFFFF},
    {"grant-unmapped-twice", 0, 0, unmap_twice, 0},
    {"grant-unmap-elsewhere", 0, 0, unmap_elsewhere, (u32)victim_data + 0x1000},
    {"grant-unmap-in-hv", 0, 0, unmap_elsewhere, IN_HV},
    {"grant-unmap-nowhere", 0, 0, unmap_elsewhere, 0},
    {"grant-unmap-overwritten", 0, 0, unmap_overwritten, 0},
    {"grant-revoked-while-mapped", 0, 0, revoke_mapped, 0},
    {"grant-too-many", 0, 0, too_many_mappings, 0},
    {"grant-count-513", 0, 0, op_count, 513},
    {"grant-count-huge", 0, 0, op_count, 0xFFFFFFFF},
    {"grant-ops-in-hv", 0, 0, op_at, IN_HV},
    {"grant-ops-unmapped", 0, 0, op_at, UNMAPPED},
    {"grant-ops-wrap", 0, 0, op_at, 0xFFFFFFF8},
    {"grant-ops-read-only", 0, 0, op_read_only, 0},
    {"grant-unknown-3", 0, 0, op_unknown, 3},
    {"grant-unknown-huge", 0, 0, op_unknown, 0xFFFFFFFF},
};
