/*
 * xen.h: the interface of a direct-mode guest: a strict subset of xen-3.0-x86_32, two-level paging.
 *
 * Numbers and layouts are those of Xen 3.0.0's public interface, written anew; what is learned
 * here is true of Xen. The static assertions below pin the layouts.
 *
 * A hypercall is `int $0x82` with its number in EAX and its arguments in EBX ECX EDX ESI EDI; the
 * result comes back in EAX (negative errno on failure).
 */
#ifndef TRAPLINE_XEN_H
#define TRAPLINE_XEN_H

#define XEN_HYPERCALL_VECTOR 0x82

#define __HYPERVISOR_set_trap_table		   0
#define __HYPERVISOR_mmu_update			   1
#define __HYPERVISOR_set_gdt			   2
#define __HYPERVISOR_stack_switch		   3
#define __HYPERVISOR_set_callbacks		   4
#define __HYPERVISOR_fpu_taskswitch		   5
#define __HYPERVISOR_sched_op_compat		   6
#define __HYPERVISOR_set_debugreg		   8
#define __HYPERVISOR_get_debugreg		   9
#define __HYPERVISOR_update_descriptor		   10
#define __HYPERVISOR_memory_op			   12
#define __HYPERVISOR_multicall			   13
#define __HYPERVISOR_update_va_mapping		   14
#define __HYPERVISOR_set_timer_op		   15
#define __HYPERVISOR_event_channel_op_compat	   16
#define __HYPERVISOR_xen_version		   17
#define __HYPERVISOR_console_io			   18
#define __HYPERVISOR_physdev_op_compat		   19
#define __HYPERVISOR_grant_table_op		   20
#define __HYPERVISOR_vm_assist			   21
#define __HYPERVISOR_update_va_mapping_otherdomain 22
#define __HYPERVISOR_iret			   23
#define __HYPERVISOR_vcpu_op			   24
#define __HYPERVISOR_mmuext_op			   26
#define __HYPERVISOR_sched_op			   29
#define __HYPERVISOR_callback_op		   30
#define __HYPERVISOR_event_channel_op		   32
#define __HYPERVISOR_physdev_op			   33
#define __HYPERVISOR_sysctl			   35
#define __HYPERVISOR_domctl			   36
/* Trapline's own, where Xen has room for what one architecture needs: tl_note(what, front,
 * requests, responses) leaves an event "ring" in the trace (event.def); 0 or -EINVAL. */
#define __HYPERVISOR_tl_note 48
#define XEN_NR_HYPERCALLS    64

/* Segments that every direct-mode guest finds in its GDT (base 0). */
#define FLAT_RING1_CS		 0xE019
#define FLAT_RING1_DS		 0xE021
#define FLAT_RING1_SS		 0xE021
#define FLAT_RING3_CS		 0xE02B
#define FLAT_RING3_DS		 0xE033
#define FLAT_RING3_SS		 0xE033
#define FIRST_RESERVED_GDT_PAGE	 14 /* guests own GDT pages 0..13 */
#define FIRST_RESERVED_GDT_ENTRY (FIRST_RESERVED_GDT_PAGE * 512)

/* The machine-to-physical table: read-only for guests, one u32 per machine frame. */
#define MACH2PHYS_VIRT_START  0xFC000000u
#define MACH2PHYS_VIRT_END    0xFC400000u
#define HYPERVISOR_VIRT_START 0xFC000000u
#define XEN_INVALID_PFN	      0xFFFFFFFFu

#ifndef __ASSEMBLER__
#include "../types.h"

typedef u16 domid_t;
#define DOMID_SELF	     0x7FF0u
#define DOMID_FIRST_RESERVED 0x7FF0u
#define DOMID_XEN	     0x7FF2u /* the hypervisor: of its memory, what Domain 0 may map */

/* mmu_update(mmu_update_t *req, u32 count, u32 *done, domid_t domain) */
struct mmu_update {
	u64 ptr; /* machine address of the entry | MMU_* command */
	u64 val; /* the new entry, or the pfn for MMU_MACHPHYS_UPDATE */
};
#define MMU_NORMAL_PT_UPDATE 0u
#define MMU_MACHPHYS_UPDATE  1u

/* mmuext_op(struct mmuext_op *op, u32 count, u32 *done, domid_t domain) */
struct mmuext_op {
	u32 cmd;
	u32 arg1; /* mfn, or linear address */
	u32 arg2; /* nr_ents, or pointer to a vcpu mask */
};
#define MMUEXT_PIN_L1_TABLE    0
#define MMUEXT_PIN_L2_TABLE    1
#define MMUEXT_PIN_L3_TABLE    2
#define MMUEXT_PIN_L4_TABLE    3
#define MMUEXT_UNPIN_TABLE     4
#define MMUEXT_NEW_BASEPTR     5
#define MMUEXT_TLB_FLUSH_LOCAL 6
#define MMUEXT_INVLPG_LOCAL    7
#define MMUEXT_TLB_FLUSH_MULTI 8
#define MMUEXT_INVLPG_MULTI    9
#define MMUEXT_TLB_FLUSH_ALL   10
#define MMUEXT_INVLPG_ALL      11
#define MMUEXT_FLUSH_CACHE     12
#define MMUEXT_SET_LDT	       13

/* update_va_mapping(va, val_lo, val_hi, flags): two-level guests pass val_hi = 0 in EDX. */
#define UVMF_NONE	    0u
#define UVMF_TLB_FLUSH	    1u
#define UVMF_INVLPG	    2u
#define UVMF_FLUSHTYPE_MASK 3u
#define UVMF_LOCAL	    0u
#define UVMF_ALL	    4u

/* set_trap_table(struct trap_info *table): ends at an entry whose address is 0; NULL clears. */
struct trap_info {
	u8 vector;
	u8 flags; /* TI_* */
	u16 cs;
	u32 address;
};
#define TI_DPL_MASK	3u
#define TI_MASK_EVENTS	4u /* enter the handler with event delivery masked */
#define TI_CR2_ON_STACK 8u /* Trapline, after SOSP'03: the fault address is pushed last */

/* console_io(cmd, count, char *buffer) */
#define CONSOLEIO_write 0
#define CONSOLEIO_read	1

/* vm_assist(cmd, type) */
#define VMASST_CMD_enable		0
#define VMASST_CMD_disable		1
#define VMASST_TYPE_4gb_segments	0
#define VMASST_TYPE_4gb_segments_notify 1
#define VMASST_TYPE_writable_pagetables 2
/* Trapline's own: one form for all writes, where type 2 lets the hypervisor choose. */
#define VMASST_TYPE_unhook_pagetables  32 /* unhook, write, validate, re-hook */
#define VMASST_TYPE_emulate_pagetables 33 /* each write is emulated */

/* xen_version(cmd, void *arg) */
#define XENVER_version		   0
#define XENVER_extraversion	   1
#define XENVER_capabilities	   3
#define XENVER_platform_parameters 5
#define XENVER_get_features	   6
#define XENVER_pagesize		   7

/* physdev_op(cmd, void *arg); the compat form (19, Xen 3.0.0) takes both in one structure */
#define PHYSDEVOP_irq_unmask_notify 4 /* no argument: the domain has looked at its devices */
#define PHYSDEVOP_irq_status_query  5
#define PHYSDEVOP_set_iopl	    6 /* u32: 0 to 3 */
#define PHYSDEVOP_set_iobitmap	    7
struct physdev_irq_status_query {
	u32 irq;
	u32 flags; /* out: 1, the line is off until irq_unmask_notify */
};
struct physdev_set_iobitmap {
	u32 bitmap;   /* linear address; a 0 bit allows the port */
	u32 nr_ports; /* how many the map covers */
};

/* sched_op(cmd, void *arg), and sched_op_compat(cmd, u32 arg) */
#define SCHEDOP_yield	 0
#define SCHEDOP_block	 1
#define SCHEDOP_shutdown 2
#define SCHEDOP_poll	 3
struct sched_shutdown {
	u32 reason;
};
struct sched_poll {
	u32 ports; /* address of nr_ports u32 */
	u32 nr_ports;
	u64 timeout; /* system time in ns; 0: none */
};
#define SHUTDOWN_poweroff 0
#define SHUTDOWN_reboot	  1
#define SHUTDOWN_suspend  2
#define SHUTDOWN_crash	  3

/* callback_op */
#define CALLBACKOP_register   0
#define CALLBACKOP_unregister 1
#define CALLBACKTYPE_event    0
#define CALLBACKTYPE_failsafe 1

struct multicall_entry {
	u32 op;
	u32 result;
	u32 args[6];
};

/* Virtual interrupts. */
#define VIRQ_TIMER	  0
#define VIRQ_DEBUG	  1
#define VIRQ_CONSOLE	  2
#define VIRQ_DOM_EXC	  3 /* for Domain 0: another domain has ended */
#define NR_VIRQS	  24
#define NR_EVENT_CHANNELS 1024

/* event_channel_op(cmd, void *arg); the compat form wraps the same in {u32 cmd; union}. */
#define EVTCHNOP_bind_interdomain 0
#define EVTCHNOP_bind_virq	  1
#define EVTCHNOP_bind_pirq	  2
#define EVTCHNOP_close		  3
#define EVTCHNOP_send		  4
#define EVTCHNOP_status		  5
#define EVTCHNOP_alloc_unbound	  6
#define EVTCHNOP_bind_ipi	  7
#define EVTCHNOP_bind_vcpu	  8
#define EVTCHNOP_unmask		  9
struct evtchn_bind_virq {
	u32 virq, vcpu, port; /* port: out */
};
struct evtchn_bind_pirq {
	u32 pirq;
	u32 flags; /* 1: others may share it; none does */
	u32 port;  /* out */
};
struct evtchn_port {
	u32 port;
}; /* for close, send, unmask */
struct evtchn_bind_ipi {
	u32 vcpu, port; /* port: out */
};
struct evtchn_alloc_unbound {
	domid_t dom, remote_dom;
	u32 port; /* out */
};
struct evtchn_bind_interdomain {
	domid_t remote_dom;
	u32 remote_port, local_port; /* local_port: out */
};

struct vcpu_time_info {
	u32 version; /* odd while being changed */
	u32 pad0;
	u64 tsc_timestamp;
	u64 system_time; /* ns since boot at tsc_timestamp */
	u32 tsc_to_system_mul;
	s8 tsc_shift; /* ns = ((tsc delta << shift) * mul) >> 32 */
	u8 pad1[3];
};

struct vcpu_info {
	u8 evtchn_upcall_pending;
	u8 evtchn_upcall_mask; /* the guest's virtual interrupt flag, inverted */
	u8 pad[2];
	u32 evtchn_pending_sel;
	u32 cr2; /* struct arch_vcpu_info */
	u32 arch_pad[5];
	struct vcpu_time_info time;
};

#define XEN_LEGACY_MAX_VCPUS 32
struct shared_info {
	struct vcpu_info vcpu_info[XEN_LEGACY_MAX_VCPUS];
	u32 evtchn_pending[32];
	u32 evtchn_mask[32];
	u32 wc_version, wc_sec, wc_nsec; /* wall clock: UTC at system time 0 */
	u32 max_pfn;			 /* struct arch_shared_info */
	u32 pfn_to_mfn_frame_list_list;
	u32 nmi_reason;
	u32 arch_pad[4];
};

#define MAX_GUEST_CMDLINE 1024
struct start_info {
	char magic[32];	 /* "xen-3.0-x86_32" */
	u32 nr_pages;	 /* memory of the domain, in pages */
	u32 shared_info; /* machine address of the shared_info page */
	u32 flags;	 /* SIF_* */
	u32 store_mfn;
	u32 store_evtchn;
	u32 console_mfn;
	u32 console_evtchn;
	u32 pt_base;	  /* linear address of the page directory */
	u32 nr_pt_frames; /* page-table frames, contiguous from pt_base */
	u32 mfn_list;	  /* linear address of the u32 array pfn -> mfn */
	u32 mod_start;	  /* linear address of the initrd, 0 if none */
	u32 mod_len;	  /* bytes */
	char cmd_line[MAX_GUEST_CMDLINE];
	u32 first_p2m_pfn, nr_p2m_frames; /* unused, 0 */
};
#define SIF_PRIVILEGED 1u
#define SIF_INITDOMAIN 2u

_Static_assert(sizeof(struct mmu_update) == 16, "mmu_update");
_Static_assert(sizeof(struct mmuext_op) == 12, "mmuext_op");
_Static_assert(sizeof(struct trap_info) == 8, "trap_info");
_Static_assert(sizeof(struct multicall_entry) == 32, "multicall_entry");
_Static_assert(sizeof(struct vcpu_info) == 64, "vcpu_info");
_Static_assert(offsetof(struct vcpu_info, cr2) == 8, "cr2");
_Static_assert(offsetof(struct vcpu_info, time) == 32, "time");
_Static_assert(offsetof(struct shared_info, evtchn_pending) == 2048, "evtchn_pending");
_Static_assert(offsetof(struct shared_info, evtchn_mask) == 2176, "evtchn_mask");
_Static_assert(offsetof(struct shared_info, wc_version) == 2304, "wc_version");
_Static_assert(sizeof(struct shared_info) == 2344, "shared_info");
_Static_assert(offsetof(struct start_info, pt_base) == 60, "pt_base");
_Static_assert(offsetof(struct start_info, mfn_list) == 68, "mfn_list");
_Static_assert(offsetof(struct start_info, cmd_line) == 80, "cmd_line");
_Static_assert(sizeof(struct start_info) == 1112, "start_info");
#endif
#endif
