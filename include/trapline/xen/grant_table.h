/*
 * grant_table.h: grant_table_op, by which domains share pages and give them away, as in Xen 3.0.0
 * (copy: as in Xen 3.1).
 *
 * A domain that grants writes an entry of its table, which it shares with the hypervisor; the
 * entry's number, the reference, it tells the other. While GTF_reading or GTF_writing is set, the
 * page is mapped, and the entry must not be changed but for its type's bits being cleared with a
 * compare-and-exchange that finds neither set.
 */
#ifndef TRAPLINE_XEN_GRANT_TABLE_H
#define TRAPLINE_XEN_GRANT_TABLE_H

/* grant_table_op(cmd, struct of that command *ops, u32 count): count is at most 512. The call fails
 * with an errno only if the operations cannot be read or written; each has a status of its own. */
#define GNTTABOP_map_grant_ref	 0
#define GNTTABOP_unmap_grant_ref 1
#define GNTTABOP_setup_table	 2
#define GNTTABOP_transfer	 4
#define GNTTABOP_copy		 5
#define GNTTAB_MAX_OPS		 512u

#define GNTST_okay		0
#define GNTST_general_error	(-1)
#define GNTST_bad_domain	(-2)
#define GNTST_bad_gntref	(-3)
#define GNTST_bad_handle	(-4)
#define GNTST_bad_virt_addr	(-5)
#define GNTST_bad_dev_addr	(-6)
#define GNTST_no_device_space	(-7)
#define GNTST_permission_denied (-8)
#define GNTST_bad_page		(-9)
#define GNTST_bad_copy_arg	(-10)

/* The type of an entry, and bits that go with type 1. */
#define GTF_invalid	    0u
#define GTF_permit_access   1u /* domain `domid` may map or copy page `frame` */
#define GTF_accept_transfer 2u /* domain `domid` may give a page: it comes to stand in `frame` */
#define GTF_type_mask	    3u
#define GTF_readonly	    (1u << 2)
#define GTF_reading	    (1u << 3) /* by the hypervisor: in use */
#define GTF_writing	    (1u << 4) /* and for writing */
/* And with type 2, by the hypervisor: a page is on its way, and has come. */
#define GTF_transfer_committed (1u << 2)
#define GTF_transfer_completed (1u << 3)

#define GNTMAP_device_map      (1u << 0)
#define GNTMAP_host_map	       (1u << 1)
#define GNTMAP_readonly	       (1u << 2)
#define GNTMAP_application_map (1u << 3) /* for ring 3, too */
#define GNTMAP_contains_pte    (1u << 4) /* host_addr: machine address of the entry */

#define GNTCOPY_source_gref 1u
#define GNTCOPY_dest_gref   2u

#define NR_GRANT_FRAMES	  4u /* of a domain's table */
#define GRANTS_PER_FRAME  512u
#define NR_GRANT_ENTRIES  (NR_GRANT_FRAMES * GRANTS_PER_FRAME)
#define NR_GRANT_MAPPINGS 2048u /* that one domain may have */

#ifndef __ASSEMBLER__
#include "xen.h"

typedef u32 grant_ref_t;
typedef u32 grant_handle_t;

struct grant_entry {
	u16 flags; /* GTF_ */
	domid_t domid;
	u32 frame;
};

struct gnttab_map_grant_ref {
	u64 host_addr;
	u32 flags; /* GNTMAP_ */
	grant_ref_t ref;
	domid_t dom;
	s16 status;	       /* out: GNTST_ */
	grant_handle_t handle; /* out */
	u64 dev_bus_addr;      /* out: the page's machine address */
} __attribute__((packed, aligned(4)));

struct gnttab_unmap_grant_ref {
	u64 host_addr;
	u64 dev_bus_addr;
	grant_handle_t handle;
	s16 status; /* out */
	u16 pad;
} __attribute__((packed, aligned(4)));

struct gnttab_setup_table {
	domid_t dom;
	u16 pad;
	u32 nr_frames;
	s16 status; /* out */
	u16 pad2;
	u32 frame_list; /* linear address of nr_frames u32; out: the table's frames */
};

struct gnttab_transfer {
	u32 mfn;
	domid_t domid;
	u16 pad;
	grant_ref_t ref;
	s16 status; /* out */
	u16 pad2;
};

struct gnttab_copy_end {
	u32 page; /* a reference into `domid`'s table, or a frame of one's own */
	domid_t domid;
	u16 offset;
};
struct gnttab_copy {
	struct gnttab_copy_end source, dest;
	u16 len;
	u16 flags;  /* GNTCOPY_: which of the two is a reference */
	s16 status; /* out */
	u16 pad;
};

_Static_assert(sizeof(struct grant_entry) == 8, "grant_entry");
_Static_assert(sizeof(struct gnttab_map_grant_ref) == 32, "gnttab_map_grant_ref");
_Static_assert(offsetof(struct gnttab_map_grant_ref, handle) == 20, "handle");
_Static_assert(sizeof(struct gnttab_unmap_grant_ref) == 24, "gnttab_unmap_grant_ref");
_Static_assert(sizeof(struct gnttab_setup_table) == 16, "gnttab_setup_table");
_Static_assert(sizeof(struct gnttab_transfer) == 16, "gnttab_transfer");
_Static_assert(sizeof(struct gnttab_copy) == 24, "gnttab_copy");
#endif
#endif
