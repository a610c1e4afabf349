/*
 * domctl.h: domctl and sysctl, by which Domain 0 makes, watches and ends other domains: those of
 * Xen 3.1, with two-level page tables. Of all others who ask, each gets -EPERM.
 *
 * domctl(struct xen_domctl *) and sysctl(struct xen_sysctl *). What is "out" is written back.
 */
#ifndef TRAPLINE_XEN_DOMCTL_H
#define TRAPLINE_XEN_DOMCTL_H

#include "sched_ctl.h"
#include "xen.h"

#define XEN_DOMCTL_INTERFACE_VERSION 5
#define XEN_SYSCTL_INTERFACE_VERSION 3

#define XEN_DOMCTL_createdomain	  1
#define XEN_DOMCTL_destroydomain  2
#define XEN_DOMCTL_pausedomain	  3
#define XEN_DOMCTL_unpausedomain  4
#define XEN_DOMCTL_getdomaininfo  5
#define XEN_DOMCTL_getmemlist	  6
#define XEN_DOMCTL_max_mem	  11
#define XEN_DOMCTL_setvcpucontext 12
#define XEN_DOMCTL_getvcpucontext 13
#define XEN_DOMCTL_getvcpuinfo	  14
#define XEN_DOMCTL_max_vcpus	  15
#define XEN_DOMCTL_scheduler_op	  16
/* Trapline's own: where in a shadow-mode domain's memory there is code, before it runs. */
#define XEN_DOMCTL_tl_code 0x1000
/* The same: what is typed into a domain's console, and what is shown of it. */
#define XEN_DOMCTL_tl_console 0x1001
/* The same: the sectors of its virtual PC's disk. */
#define XEN_DOMCTL_tl_disk 0x1002
/* The same: which classes of events are recorded of a domain, if they are at all. */
#define XEN_DOMCTL_tl_trace 0x1003

/* The same: the memory of a shadow-mode domain: what its balloon driver is asked for, and how much
 * of it the hypervisor keeps in the machine's memory. */
#define XEN_DOMCTL_tl_memory 0x1004

#define XEN_SYSCTL_readconsole	     1
#define XEN_SYSCTL_tbuf_op	     2
#define XEN_SYSCTL_physinfo	     3
#define XEN_SYSCTL_sched_id	     4
#define XEN_SYSCTL_getdomaininfolist 6

/* xen_sysctl_tbuf_op.cmd */
#define XEN_SYSCTL_TBUFOP_get_info     0
#define XEN_SYSCTL_TBUFOP_set_evt_mask 2
#define XEN_SYSCTL_TBUFOP_enable       4
#define XEN_SYSCTL_TBUFOP_disable      5

/* xen_domctl_createdomain.flags: Xen's word for a guest that is not ported: here, mmu=shadow. */
#define XEN_DOMCTL_CDF_hvm_guest 1u
/* Trapline's own: what keeps its ring 1 out of the hypervisor; with neither, what is usual here. */
#define XEN_DOMCTL_CDF_tl_paging   (1u << 30)
#define XEN_DOMCTL_CDF_tl_segments (1u << 31)

/* xen_domctl_getdomaininfo.flags */
#define XEN_DOMINF_dying	 0x01u /* destroyed, but others still have pages of it */
#define XEN_DOMINF_hvm_guest	 0x02u /* mmu=shadow */
#define XEN_DOMINF_shutdown	 0x04u /* it has ended; why: bits 16 to 23, SHUTDOWN_ */
#define XEN_DOMINF_paused	 0x08u
#define XEN_DOMINF_blocked	 0x10u
#define XEN_DOMINF_running	 0x20u
#define XEN_DOMINF_shutdownshift 16

#ifndef __ASSEMBLER__
#include "../types.h"

/* A linear address in a field of 64 bits. */
typedef u64 __attribute__((aligned(8))) xen_u64;

typedef u8 xen_domain_handle_t[16];

/** A domain without memory, paused. domain: the id, in and out; 0: the next that is free. */
struct xen_domctl_createdomain {
	u32 ssidref;
	xen_domain_handle_t handle; /* a name that only Domain 0 understands */
	u32 flags;		    /* XEN_DOMCTL_CDF_ */
};

struct xen_domctl_getdomaininfo {
	domid_t domain;
	u32 flags;
	xen_u64 tot_pages, max_pages;
	xen_u64 shared_info_frame;
	xen_u64 cpu_time; /* ns */
	u32 nr_online_vcpus, max_vcpu_id;
	u32 ssidref;
	xen_domain_handle_t handle;
};

/** The frames that a domain owns: at most max_pfns of them, of 64 bits each, into buffer. */
struct xen_domctl_getmemlist {
	xen_u64 max_pfns, start_pfn; /* leave out so many */
	xen_u64 buffer;
	xen_u64 num_pfns; /* out */
};

/** How much memory it may have: not less than it has. Of a shadow-mode domain the first call says
 * which numbers its pages have, and later ones cannot say more. */
struct xen_domctl_max_mem {
	xen_u64 max_memkb;
};

/** The state of a vcpu that does not run: the domain is paused. */
struct xen_domctl_vcpucontext {
	u32 vcpu;
	xen_u64 ctxt; /* struct vcpu_guest_context * */
};

struct xen_domctl_max_vcpus {
	u32 max;
};

struct xen_domctl_getvcpuinfo {
	u32 vcpu;
	u8 online, blocked, running; /* out, as all that follows */
	xen_u64 cpu_time;	     /* ns */
	u32 cpu;
};

/** Guest-physical addresses. */
struct xen_domctl_tl_code {
	xen_u64 start, end;
};

/** Bytes for its console. attach 1: its output is shown as it comes; 0: by whole lines, marked */
struct xen_domctl_tl_console {
	u32 attach, count;
	u8 bytes[64];
};

/** Attach a disk to a shadow-mode domain, ask what it wants, or answer that. */
struct xen_domctl_tl_disk {
	u32 what;	/* TL_DISK_ */
	u32 port;	/* ATTACH: of the caller: an event there says that something is wanted */
	u32 sectors;	/* ATTACH: of the disk. NEXT: out: how many are wanted, 8 at most */
	u32 sector;	/* NEXT: out: from which on */
	u32 operation;	/* NEXT: out: BLKIF_OP_ */
	u32 id;		/* NEXT: out; ANSWER: in */
	s32 status;	/* ANSWER: BLKIF_RSP_ */
	xen_u64 buffer; /* NEXT: there comes what to write; ANSWER: there is what was read */
};
#define TL_DISK_ATTACH 0u
#define TL_DISK_NEXT   1u
#define TL_DISK_ANSWER 2u

/** classes: bits as in tbuf_op's evt_mask; out: as it was before. At first all */
struct xen_domctl_tl_trace {
	u32 classes;
};

/** In pages. Of what is "out" all is told, whatever is set. */
struct xen_domctl_tl_memory {
	u32 what;   /* TL_MEMORY_ */
	u32 pages;  /* TARGET, RESIDENT: so many */
	u32 victim; /* RESIDENT: how pages are chosen that go to the swap disk: TL_VICTIM_ */
	u32 target, limit, has;	    /* out: it is to have, may have, has not given away */
	u32 resident, resident_max; /* out: in the machine's memory now, and at most */
	u32 swapped, outs, ins;	    /* out: on the swap disk now; written to it, read from it */
};
#define TL_MEMORY_LOOK	   0u
#define TL_MEMORY_TARGET   1u
#define TL_MEMORY_RESIDENT 2u
#define TL_VICTIM_CLOCK	   0u
#define TL_VICTIM_RANDOM   1u
#define TL_VICTIM_SAME	   2u /* as until now */

struct xen_domctl {
	u32 cmd, interface_version;
	domid_t domain;
	union {
		struct xen_domctl_createdomain createdomain;
		struct xen_domctl_getdomaininfo getdomaininfo;
		struct xen_domctl_getmemlist getmemlist;
		struct xen_domctl_max_mem max_mem;
		struct xen_domctl_vcpucontext vcpucontext;
		struct xen_domctl_max_vcpus max_vcpus;
		struct xen_domctl_getvcpuinfo getvcpuinfo;
		struct xen_domctl_scheduler_op scheduler_op;
		struct xen_domctl_tl_code tl_code;
		struct xen_domctl_tl_console tl_console;
		struct xen_domctl_tl_trace tl_trace;
		struct xen_domctl_tl_disk tl_disk;
		struct xen_domctl_tl_memory tl_memory;
		u8 pad[128];
	} u;
};

/** The oldest text that the console's ring holds. */
struct xen_sysctl_readconsole {
	u32 clear;
	xen_u64 buffer;
	u32 count; /* in: bytes of the buffer; out: of text */
};

/**
 * The trace. Its frames are mapped, to be read, as DOMID_XEN's; what they hold, ring.h says, and
 * which bit of evt_mask is which class of events, event.def (TRACE_CLASS).
 */
struct xen_sysctl_tbuf_op {
	u32 cmd; /* XEN_SYSCTL_TBUFOP_ */
	struct {
		xen_u64 bitmap;
		u32 nr_cpus;
	} cpu_mask;	    /* not looked at: there is one processor */
	u32 evt_mask;	    /* in: what is recorded while that is enabled; out: what is, now */
	xen_u64 buffer_mfn; /* out, as what follows */
	u32 size;	    /* in bytes */
};

/** Pages: of the machine, free for domains, and (scrub_pages) free for the hypervisor's own use. */
struct xen_sysctl_physinfo {
	u32 threads_per_core, cores_per_socket, sockets_per_node, nr_nodes;
	u32 cpu_khz;
	xen_u64 total_pages, free_pages, scrub_pages;
	u32 hw_cap[8];
};

struct xen_sysctl_sched_id {
	u32 sched_id;
};

/** Those whose id is first_domain or more, in the order of their ids. */
struct xen_sysctl_getdomaininfolist {
	domid_t first_domain;
	u32 max_domains;
	xen_u64 buffer; /* struct xen_domctl_getdomaininfo [max_domains] */
	u32 num_domains;
};

struct xen_sysctl {
	u32 cmd, interface_version;
	union {
		struct xen_sysctl_readconsole readconsole;
		struct xen_sysctl_tbuf_op tbuf_op;
		struct xen_sysctl_physinfo physinfo;
		struct xen_sysctl_sched_id sched_id;
		struct xen_sysctl_getdomaininfolist getdomaininfolist;
		u8 pad[128];
	} u;
};

struct cpu_user_regs {
	u32 ebx, ecx, edx, esi, edi, ebp, eax;
	u16 error_code, entry_vector;
	u32 eip;
	u16 cs;
	u8 saved_upcall_mask, pad0;
	u32 eflags, esp;
	u16 ss, pad1, es, pad2, ds, pad3, fs, pad4, gs, pad5;
};

/** All of a vcpu. The FPU is not carried: it begins as after fninit. */
struct vcpu_guest_context {
	u8 fpu_ctxt[512];
	u32 flags; /* VGCF_ */
	struct cpu_user_regs user_regs;
	struct trap_info trap_ctxt[256];
	u32 ldt_base, ldt_ents;
	u32 gdt_frames[16], gdt_ents;
	u32 kernel_ss, kernel_sp;
	u32 ctrlreg[8]; /* [3]: the page directory's frame, see xen_pfn_to_cr3() */
	u32 debugreg[8];
	u32 event_callback_cs, event_callback_eip;
	u32 failsafe_callback_cs, failsafe_callback_eip;
	u32 vm_assist;
};
#define VGCF_i387_valid 0x01u /* fpu_ctxt holds the FPU (fxsave); otherwise it is reset */
#define VGCF_in_kernel	0x04u
#define VGCF_online	0x20u /* out: it is up */

static inline u32 xen_pfn_to_cr3(u32 mfn)
{
	return mfn << 12 | mfn >> 20;
}
static inline u32 xen_cr3_to_pfn(u32 cr3)
{
	return cr3 >> 12 | cr3 << 20;
}

_Static_assert(offsetof(struct xen_domctl, u) == 16, "xen_domctl");
_Static_assert(sizeof(struct xen_domctl) == 144, "xen_domctl");
_Static_assert(offsetof(struct xen_sysctl, u) == 8, "xen_sysctl");
_Static_assert(sizeof(struct xen_sysctl) == 136, "xen_sysctl");
_Static_assert(offsetof(struct xen_sysctl_tbuf_op, size) == 40, "xen_sysctl_tbuf_op");
_Static_assert(sizeof(struct xen_domctl_getdomaininfo) == 72, "xen_domctl_getdomaininfo");
_Static_assert(sizeof(struct cpu_user_regs) == 68, "cpu_user_regs");
_Static_assert(sizeof(struct vcpu_guest_context) == 2800, "vcpu_guest_context");
#endif
#endif
