/*
 * hcall.h: the hypercalls of a direct-mode guest: int $0x82 with the number in EAX.
 *
 * Each takes its arguments a1 to a5 (EBX ECX EDX ESI EDI) and returns what goes into EAX: 0 or
 * more, or a negative errno. Memory of the guest is reached with the rights of its kernel; what
 * cannot be reached gives -EFAULT.
 *
 * A call that would take too long (mmu/direct/direct.h, WORK_BOUND) changes its arguments to what
 * remains and returns HCALL_AGAIN: the guest executes the int again, and in between takes its
 * interrupts.
 */
#ifndef HV_HCALL_H
#define HV_HCALL_H

#include <trapline/xen/domctl.h>
#include "dom/domain.h"
#include "hcall/errno.h"
#include "insn/insn.h"
#include "mem/frame.h"

/** Like HCALL_AGAIN no error, but an order to hypercall_result(): the call has set all registers
 * itself, EAX too. */
#define HCALL_REGS_SET (-513)

/** A call's arguments: the guest's registers where the gate saved them (or, in a multicall, a copy
 * in the same order). */
struct hcall_args {
	u32 a5, a4, ebp, esp, a1, a3, a2; /* EDI ESI EBP ESP EBX EDX ECX, as pushal leaves them */
};
#define HCALL_ARGS(regs) ((struct hcall_args *)&(regs)->edi)
_Static_assert(offsetof(struct cpu_regs, ebx) - offsetof(struct cpu_regs, edi) ==
		       offsetof(struct hcall_args, a1) &&
		   offsetof(struct cpu_regs, ecx) - offsetof(struct cpu_regs, edi) ==
		       offsetof(struct hcall_args, a2),
	       "the registers are the arguments");

typedef s32 hypercall_fn(struct vcpu *v, struct hcall_args *a);

/** By number; each place is filled. */
extern hypercall_fn *const hypercall_table[XEN_NR_HYPERCALLS];
#define INT_N	0xCD
#define INT_LEN 2 /* bytes of int n */

/** Carry out one call. @return as a hypercall_fn */
static inline s32 hypercall_nr(struct vcpu *v, u32 nr, struct hcall_args *a)
{
	return nr < XEN_NR_HYPERCALLS ? hypercall_table[nr](v, a) : -ENOSYS;
}
/** What a result means for the registers. */
static inline void hypercall_result(struct cpu_regs *r, s32 ret)
{
	if (ret == HCALL_AGAIN)
		r->eip -= INT_LEN; /* the arguments are what remains; EAX is still the number */
	else if (ret != HCALL_REGS_SET)
		r->eax = ret;
}

/* trap.c: entering the guest, and leaving its handlers */
hypercall_fn hc_set_trap_table, hc_stack_switch, hc_set_callbacks, hc_callback_op, hc_iret,
    hc_fpu_taskswitch, hc_set_debugreg, hc_get_debugreg;
/** A selector for code or stack that the guest's ring 1 may be entered with. */
bool ring1_selector_ok(u32 sel, u16 flat);
/** The guest is about to take #NM: the FPU is free again, as after clts. */
void fpu_available(struct vcpu *v);
/* pagetable.c: page tables */
hypercall_fn hc_mmu_update, hc_update_va_mapping, hc_mmuext_op;
/** MMU_MACHPHYS_UPDATE: what the owner of the frame at machine address `ptr` calls it. @return 0 or
 * -EINVAL */
int update_m2p(const struct domain *d, u32 ptr, u32 val);
/* foreign.c: Domain 0 and others' memory */
hypercall_fn hc_update_va_mapping_otherdomain;
/** Whom the caller means: itself, or (a privileged one) another. @return 0, -EPERM or -ESRCH */
int find_other(struct vcpu *v, u32 domid, struct domain **d);
static inline int find_target(struct vcpu *v, u32 domid, struct domain **d)
{
	*d = v->domain;
	return domid == DOMID_SELF || domid == v->domain->id ? 0 : find_other(v, domid, d);
}
/** The same where its page tables are meant: also -EINVAL, if it has none of its own. */
int find_tables_of(struct vcpu *v, u32 domid, struct domain **d);
/** mmu_update that maps pages of another domain: carries out the `*left` requests at a->a1,
 * counting *done. @return 0 or an errno: up to the first that is refused; or HCALL_AGAIN */
s32 foreign_mmu_update(struct vcpu *v, struct hcall_args *a, u32 *left, u32 *done);
/* domctl.c, sysctl.c: Domain 0 and other domains */
hypercall_fn hc_domctl, hc_sysctl;
void domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *info);
/** tbuf.c: sysctl's tbuf_op. @return 0 or -EINVAL */
s32 trace_buffer_op(struct xen_sysctl_tbuf_op *t);
/** Record only these classes of a domain's events; *classes becomes what it was before. */
void trace_filter(struct domain *d, u32 *classes);
/* desc.c: descriptor tables */
hypercall_fn hc_set_gdt, hc_update_descriptor;
/** What hc_set_gdt does, with the frames in the hypervisor's memory. @return 0, -EINVAL or -ENOMEM:
 * the old table stays */
s32 set_gdt(struct vcpu *v, const mfn_t *frames, u32 entries);
/** MMUEXT_SET_LDT. */
s32 set_ldt(struct vcpu *v, vaddr_t base, u32 entries);
/** What a guest wants in its DR`nr`: *val is made what the CPU is to have. @return false: it may
 * not */
bool debugreg_check(u32 nr, u32 *val);
/* mem.c: the memory reservation; exchange.c: XENMEM_exchange */
hypercall_fn hc_memory_op, memory_exchange;
/** Only its owner refers to this frame, by the reference of allocation: it can get another owner.
 */
static inline bool can_change_owner(const struct domain *d, const struct frame *f)
{
	return f && f->owner == d->id && f->refs == 1 && (f->flags & FRAME_ALLOCATED) &&
	       !(f->flags & FRAME_PINNED) && !f->type_count;
}
/** How many pages it may have. */
static inline u32 domain_limit(const struct domain *d)
{
	return d->p2m ? d->reserve.limit : d->nr_pages;
}
/* sched.c: giving up the CPU, and time */
hypercall_fn hc_sched_op_compat, hc_sched_op, hc_set_timer_op;
/** The vcpu's timer is to raise VIRQ_TIMER at this system time, in ns; 0: never. */
void set_deadline(struct vcpu *v, u64 at);
/* vcpu.c: the vcpus of a domain */
hypercall_fn hc_vcpu_op;
/** Set or get the context of a vcpu that does not run: it lies in the memory of `by`. */
s32 vcpu_context_read(struct vcpu *by, struct vcpu *v, vaddr_t from);
s32 vcpu_context_write(struct vcpu *by, const struct vcpu *v, vaddr_t to);
/* event.c: event channels */
hypercall_fn hc_event_channel_op, hc_event_channel_op_compat;
/* grant.c: pages of other domains */
hypercall_fn hc_grant_table_op;
/* privileged.c */
/** Carry out the privileged instruction at regs->eip of a direct-mode guest, if Xen would. */
enum emul emulate_privileged(struct vcpu *v);
/** The fast path for what kernels use most, and three bytes of code tell: which instruction it is
 * (OP_other: none of these); and emulate it, which cannot fail. @return the value, for the trace */
#define PRIVILEGED_LEN 3
enum op privileged_short(const u8 *code);
u32 emulate_privileged_short(struct vcpu *v, enum op op, const u8 *code);
/* misc.c */
hypercall_fn hc_xen_version, hc_console_io, hc_vm_assist, hc_multicall, hc_physdev_op,
    hc_physdev_op_compat, hc_tl_note;

int copy_from_guest_slowly(struct vcpu *v, void *dst, vaddr_t src, u32 len) __attribute__((cold));
int copy_to_guest_slowly(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
    __attribute__((cold));

#ifdef TRAPLINE_HOST_TEST
int copy_from_guest(struct vcpu *v, void *dst, vaddr_t src, u32 len);
int copy_to_guest(struct vcpu *v, vaddr_t dst, const void *src, u32 len);
#else
#include "mmu/direct/walk.h"
/** Copy from and to the guest's memory, as its kernel would. @return 0 or -EFAULT */
static inline int copy_from_guest(struct vcpu *v, void *dst, vaddr_t src, u32 len)
{
	const u8 *page = soft_tlb_lookup(v, src, len, false);

	if (!page)
		return copy_from_guest_slowly(v, dst, src, len);
	__builtin_memcpy(dst, page, len);
	return 0;
}
static inline int copy_to_guest(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	u8 *page = soft_tlb_lookup(v, dst, len, true);

	if (!page)
		return copy_to_guest_slowly(v, dst, src, len);
	__builtin_memcpy(page, src, len);
	return 0;
}

/** Xen 3.0.0's form of `op`: struct { u32 cmd; union args; } *. @return as `op`, or -EFAULT */
static inline s32 hcall_compat(struct vcpu *v, const struct hcall_args *a, hypercall_fn *op)
{
	struct hcall_args args = {.a2 = a->a1 + sizeof(u32)};

	if (copy_from_guest(v, &args.a1, a->a1, sizeof(u32)))
		return -EFAULT;
	return op(v, &args);
}
#endif

#endif
