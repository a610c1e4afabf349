/* hand_over.c: giving pages away, copying them, and the table of grants itself: see grant.c. */
#include "grant.h"
#include "pv.h"

#define IN_HV (HV_LINEAR + HV_IMAGE_PHYS)

static void transfer_frame(u32 mfn, u32 dom, u32 ref)
{
	struct gnttab_transfer op = {.mfn = mfn, .domid = dom, .ref = ref, .status = 1};

	grant_victim(GTF_accept_transfer);
	must(grant_op(GNTTABOP_transfer, &op, 1) == 0, "call");
	verdict_errno(op.status);
	must(op.status < 0 && table[REF].flags == GTF_accept_transfer, "committed");
}

static void transfer_to(u32 dom)
{
	transfer_frame(mfn_of(victim_data), dom, REF);
}
static void transfer_mapped(u32 unused)
{
	(void)unused;
	transfer_frame(mfn_of(victim_data), 0, REF); /* mapped by us: one reference more */
}
static void transfer_table(u32 unused)
{
	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	transfer_frame(mfn_of(victim_table), 0, REF);
	must(unpin(victim_table) == 0, "unpin");
}
static void transfer_mfn(u32 mfn)
{
	transfer_frame(mfn, 0, REF);
}
static void transfer_nonexistent(u32 unused)
{
	(void)unused;
	transfer_frame(nonexistent_mfn, 0, REF);
}
/* A page that could go, but to nobody. */
static void transfer_free_page(u32 dom)
{
	must(update_va((u32)victim_data, 0) == 0, "unmap");
	transfer_frame(mfn_of(victim_data), dom, REF);
	must(writable(victim_data) == 0, "restore");
}

static struct gnttab_copy copy_op(void)
{
	grant_victim(GTF_permit_access);
	return (struct gnttab_copy){.source = {mfn_of(victim_data), DOMID_SELF, 0},
				    .dest = {mfn_of(victim_other), DOMID_SELF, 0},
				    .len = 4,
				    .status = 1};
}

static void refused_copy(struct gnttab_copy op)
{
	victim_data[0] = 0x5A5A5A5A;
	must(grant_op(GNTTABOP_copy, &op, 1) == 0, "call");
	verdict_errno(op.status);
	must(op.status < 0, "accepted");
	must(!(table[REF].flags & (GTF_reading | GTF_writing)), "marked");
	must(victim_other[0] == 0, "copied");
	victim_data[0] = 0;
}

static void copy_offset(u32 offset)
{
	struct gnttab_copy op = copy_op();

	op.source.offset = offset;
	refused_copy(op);
	op = copy_op();
	op.dest.offset = offset;
	refused_copy(op);
}
static void copy_length(u32 len)
{
	struct gnttab_copy op = copy_op();

	op.len = len;
	refused_copy(op);
}
static void copy_flags(u32 flags)
{
	struct gnttab_copy op = copy_op();

	op.flags = flags;
	refused_copy(op);
}
static void copy_domain(u32 dom)
{
	struct gnttab_copy op = copy_op();

	op.source.domid = dom;
	refused_copy(op);
	op = copy_op();
	op.dest.domid = dom;
	refused_copy(op);
}
static void copy_frame(u32 mfn)
{
	struct gnttab_copy op = copy_op();

	op.source.page = mfn;
	refused_copy(op);
	op = copy_op();
	op.dest.page = mfn;
	refused_copy(op);
}
static void copy_nonexistent(u32 unused)
{
	(void)unused;
	copy_frame(nonexistent_mfn);
}
static void copy_ref(u32 ref)
{
	struct gnttab_copy op = copy_op();

	op.flags = GNTCOPY_source_gref;
	op.source.page = ref;
	refused_copy(op);
	op = copy_op();
	op.flags = GNTCOPY_dest_gref;
	op.dest.page = ref;
	refused_copy(op);
}
static void copy_into_readonly(u32 unused)
{
	struct gnttab_copy op = copy_op();

	(void)unused;
	grant_victim(GTF_permit_access | GTF_readonly);
	op.flags = GNTCOPY_dest_gref;
	op.dest = (struct gnttab_copy_end){REF, DOMID_SELF, 0};
	refused_copy(op);
}
static void copy_into_table(u32 unused)
{
	struct gnttab_copy op = copy_op();

	(void)unused;
	must(pin_l1(victim_table) == 0, "pin");
	op.dest.page = mfn_of(victim_table);
	refused_copy(op);
	must(victim_table[0] == 0, "table-changed");
	must(unpin(victim_table) == 0, "unpin");
}

static void setup(u32 dom, u32 nr_frames, u32 list)
{
	struct gnttab_setup_table op = {
	    .dom = dom, .nr_frames = nr_frames, .frame_list = list, .status = 1};
	s32 ret = grant_op(GNTTABOP_setup_table, &op, 1);

	verdict_errno(ret ? ret : op.status);
	must(ret < 0 || op.status < 0, "accepted");
}
static void setup_of(u32 dom)
{
	setup(dom, 1, (u32)victim_data);
	must(victim_data[0] == 0, "told");
}
static void setup_frames(u32 n)
{
	setup(DOMID_SELF, n, (u32)victim_data);
}
static void setup_list(u32 va)
{
	setup(DOMID_SELF, 4, va);
}

CASES = {
    {"grant-transfer-mapped", 0, 0, transfer_mapped, 0},
    {"grant-transfer-table", 0, 0, transfer_table, 0},
    {"grant-transfer-hv-frame", 0, 0, transfer_mfn, 0x100},
    {"grant-transfer-frame-0", 0, 0, transfer_mfn, 0},
    {"grant-transfer-nonexistent", 0, 0, transfer_nonexistent, 0},
    {"grant-transfer-to-1", 0, 0, transfer_to, 1},
    {"grant-transfer-to-self", 0, 0, transfer_free_page, 0},
    {"grant-transfer-to-domid-self", 0, 0, transfer_free_page, DOMID_SELF},
    {"grant-transfer-to-nobody", 0, 0, transfer_free_page, 1},
    {"grant-transfer-to-hv", 0, 0, transfer_free_page, 0xFFFF},
    {"grant-copy-over-end", 0, 0, copy_offset, 4093},
    {"grant-copy-offset", 0, 0, copy_offset, 0xFFFF},
    {"grant-copy-length", 0, 0, copy_length, 4097},
    {"grant-copy-length-max", 0, 0, copy_length, 0xFFFF},
    {"grant-copy-flags", 0, 0, copy_flags, 4},
    {"grant-copy-own-id", 0, 0, copy_domain, 0},
    {"grant-copy-domain-1", 0, 0, copy_domain, 1},
    {"grant-copy-hv-frame", 0, 0, copy_frame, 0x100},
    {"grant-copy-nonexistent", 0, 0, copy_nonexistent, 0},
    {"grant-copy-ref-empty", 0, 0, copy_ref, 9},
    {"grant-copy-ref-huge", 0, 0, copy_ref, 0xFFFFFFFF},
    {"grant-copy-into-read-only", 0, 0, copy_into_readonly, 0},
    {"grant-copy-into-table", 0, 0, copy_into_table, 0},
    {"grant-setup-of-1", 0, 0, setup_of, 1},
    {"grant-setup-of-hv", 0, 0, setup_of, 0xFFFF},
    {"grant-setup-5", 0, 0, setup_frames, NR_GRANT_FRAMES + 1},
    {"grant-setup-huge", 0, 0, setup_frames, 0xFFFFFFFF},
    {"grant-setup-list-in-hv", 0, 0, setup_list, IN_HV},
    {"grant-setup-list-wraps", 0, 0, setup_list, 0xFFFFFFF8},
};
