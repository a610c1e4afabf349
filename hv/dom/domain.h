/* domain.h: the processor, its virtual ones, domains, and what a guest believes of a processor. */
#ifndef HV_DOMAIN_H
#define HV_DOMAIN_H

#include <trapline/xen/vcpu.h>
#include <trapline/xen/xen.h>
#include "cpu/context.h"
#include "cpu/x86.h"
#include "dom/reserve.h"
#include "mem/words.h"
#include "sched/sched.h"

struct mmu_ops;
struct guest_ops;
struct gate;
struct vdev;
struct shadow_state;
struct direct_state;
struct evtchn;
struct grants;
struct domain;
struct apic;

/** Where the processor is, in the trace's words (event.def, enum lane). */
enum lane { LANE_APP, LANE_GUEST, LANE_HW, LANE_VMM };

/** A descriptor-table register. */
struct table_reg {
	u32 base, limit;
};

/** The table of ours that the CPU uses for one of the guest's (segments.c). */
struct real_table {
	u32 nr;	      /* of this many descriptors there is a copy */
	mfn_t at[17]; /* the guest's pages on which they lie: 64 KB at most */
};

/**
 * The processor that a shadow-mode guest believes it has: an ordinary one with its kernel in
 * ring 0. The real EFLAGS.IF is always 1 and IOPL 0 while a guest runs; these are the virtual ones.
 */
struct virt_cpu {
	u32 cr0, cr2, cr3, cr4;
	u8 intr_flag;	/* EFLAGS.IF */
	u8 intr_shadow; /* 1: the instruction after sti or mov ss has not run yet */
	u8 stepping;	/* 1: the real TF is ours, to see the end of that instruction */
	u8 iopl;
	struct table_reg gdt, idt, ldt, tr; /* base, limit of the segments for ldt and tr */
	struct real_table real_gdt, real_ldt;
	u16 ldt_sel, tr_sel;
	bool tr_wide;	   /* the TSS is one of 32 bits */
	u8 null_rpl[6];	   /* by enum seg: the RPL of a null selector, which the CPU forgets */
	u16 real_value[6]; /* likewise: what was loaded in real mode */
	u32 dr[8];
};

/** An exception that will be delivered when the vcpu next runs. */
struct pending_exception {
	u8 valid;
	u8 vec;
	u8 has_err;
	u8 software; /* int n: the gate's DPL counts, and no EXT bit */
	u8 insn_len; /* of an int n: only past the gate does EIP move on */
	u32 err;
};

struct vcpu {
	struct cpu_regs *regs; /* in its entry-stack page, by its linear address in the monitor */
	struct domain *domain;
	struct gate *gate;
	struct vcpu *next; /* of the same domain */
	u32 cr3;	   /* machine: what CR3 holds while this vcpu runs */
	struct pending_exception exc;
	bool stepping_over; /* shadow mode: one instruction is stepped, its page made writable:
			     * sync.c
			     */
	u8 exit_faults;	    /* retry count: ways out to it that have faulted, in a row */
	union {
		struct {
			bool blocked;	/* waits for an event or interrupt */
			bool preempted; /* another is to run first, or its domain is paused */
		};
		u16 stopped; /* either of them: schedule() before it goes on */
	};
	bool down;		/* it does not run until it is brought up: vcpu_op */
	bool initialised;	/* it has registers */
	u8 lost;		/* enum lost of event.def: why it is preempted */
	struct sched_unit unit; /* runnable there: neither blocked nor paused nor ended */
	struct vcpu_runstate_info runstate; /* its times are those until state_entry_time */
	u64 poll_until; /* blocked in a poll: system time in ns at which it ends; 0: in none */

	/* Shadow mode. */
	struct virt_cpu virt;
	struct apic *apic; /* its own interrupt controller; NULL where there is one vcpu */

	/* Direct mode. */
	struct trap_info traps[256];
	u32 kernel_ss, kernel_sp; /* stack_switch: ring-1 stack on entry from ring 3 */
	u32 event_cs, event_eip, failsafe_cs, failsafe_eip;
	vaddr_t port_map; /* physdev_op: bits of the ports that it lets its applications use */
	u32 nr_ports;
	mfn_t base;			    /* the page directory in use */
	mfn_t gdt[FIRST_RESERVED_GDT_PAGE]; /* hcall/desc.c: the guest's frames, typed */
	u32 gdt_pages;
	mfn_t ldt[16];
	u32 ldt_pages, ldt_base, ldt_entries;
	struct { /* mmu/direct/vcpu.c: of direct_state, while another of its vcpus is loaded */
		mfn_t dir;
		bool releasing;
		int error;
	} unfinished;
	struct vcpu_info *info;
	u16 virq_port[NR_VIRQS]; /* 0: not bound */
	u64 timer_deadline;	 /* system time in ns, 0: none */
	u64 next_tick, period;	 /* of its periodic timer, in ns; period 0: it is stopped */

	/* The trace's view. */
	struct {
		u16 domain, vcpu;
	} name;	      /* which vcpu this is */
	u32 records;  /* which classes of events are recorded of it: trace.h */
	u8 lane;      /* enum lane in which it was last put to run */
	u32 step;     /* steps recorded in the current fault episode */
	u32 fault;    /* number of the current fault episode, 0: none */
	u32 left_eip; /* direct mode: where the application was when it left */
	u32 left_sp;  /* and the ring-1 stack then; 0: not known */

	struct context context; /* while it does not run */
};

#define MMU_SHADOW 1 /* struct domain.mode: enum mmu of event.def */
#define MMU_DIRECT 2
#define NR_MMU	   3 /* one more than the last */

#define DOM_HV	 0xFFFFu /* owner of the hypervisor's own frames */
#define DOM_FREE 0xFFFEu
#define DOM_NONE 0xFFFDu /* not memory at all */

/** A range of EIP, within one page, in which all code has been scanned. */
struct scanned_code {
	u32 start, len, cs;
};

struct domain {
	struct domain *next; /* in the list of all */
	u16 id;
	bool dying;
	bool paused; /* none of its vcpus runs, whatever comes: at first, and by domain_pause() */
	bool begun;  /* it has been unpaused once */
	bool gone;   /* it is being destroyed, or a zombie: account.h */
	bool privileged; /* Domain 0: may manage the others */
	bool managed;	 /* another domain has made it, and its output is marked as its own */
	u8 handle[16];	 /* domctl.h */
	u8 line_len;	 /* console.c: of a line that it has not ended yet */
	char line[123];
	char input[256];	    /* console.c: typed, and not read yet (direct mode) */
	u32 input_head, input_tail; /* head - tail bytes */
	u8 mode;		    /* enum mmu of event.def: 1 shadow, 2 direct */
	const struct mmu_ops *mmu;
	const struct guest_ops *ops;
	struct gate *gate;  /* of the vcpu that has run last; so are direct->base and its like */
	bool flush;	    /* the TLB may be stale: reload CR3 on the way out to it */
	struct vcpu *vcpus; /* the first one, which begins; its `next` leads to the others */

	u32 nr_pages;  /* guest-physical pages: pfn 0 .. nr_pages - 1 */
	u32 populated; /* how many have machine memory */
	u32 frames,
	    frames_end; /* direct mode: the lowest number of its frames; one above the highest */
	u32 swept;	/* while it is destroyed: its memory is freed up to here */
	mfn_t *p2m;	/* [nr_pages], INVALID_FRAME where there is none yet, or P2M_ (reserve.h) */
	struct reserve reserve; /* shadow mode: how many of these pages it has, and where */
	struct vdev *vdev;	/* shadow mode: its virtual PC */
	struct shadow_state *shadow;
	struct patch_table *patches; /* shadow mode: the patches in its code */
	u32 descriptors_epoch;	     /* shadow mode: how often its descriptors have been copied */
	struct scanned_code code; /* shadow mode: where the kernel was last seen; len 0: nowhere */
	struct found_code *found; /* shadow mode: code that it has generated or loaded */
	u32 scanned; /* shadow mode: up to here, in a scan that is not finished; 0: there is none */
	bool catch_reads;	   /* shadow mode: reads of ds, es, fs and gs must be caught, too */
	bool lazy_tables;	   /* shadow mode, tables=outofsync */
	bool breakpoints;	   /* shadow mode, sensitive=breakpoint */
	u32 shadow_bound;	   /* shadow mode: how many shadow tables it may have */
	struct ahead_state *ahead; /* sensitive=breakpoint: find/ahead.c */
	u32 ahead_epoch;	   /* entries of its cache with another number are void */
	struct direct_state *direct; /* direct mode: mmu/direct/direct.h */
	struct shared_info *shared;  /* direct mode, hypervisor's mapping */
	mfn_t shared_mfn;
	struct evtchn *evtchn;
	struct grants *grants; /* direct mode: NULL until it has any */
	u32 vm_assist;	       /* bit per VMASST_TYPE_ */
	u8 end_reason;
	u32 end_code;
	u32 records; /* no other classes of events are recorded of its vcpus */
};

/** The processor. There is one. */
struct cpu {
	struct vcpu *current; /* whose guest ran last on it, and will run next */
	struct sched sched;   /* who else wants it */
	u64 slice_end;	      /* system time at which the policy wants to be asked; SCHED_NEVER */
	u64 alarm; /* at this system time the real timer interrupts, if not before; SCHED_NEVER */
};
extern struct cpu this_cpu;
#define current (this_cpu.current)

/** All domains that there are, in the order in which they were made. */
extern struct domain *domains;
/** What the processor is when it is no guest's: the hypervisor's own, which never runs. */
extern struct domain hypervisor;

/** Each vcpu of a domain. */
#define for_each_vcpu(v, d) for (v = (d)->vcpus; v; v = v->next)

/** The vcpu of this number; NULL: there is none. */
static inline struct vcpu *vcpu_find(struct domain *d, u32 nr)
{
	struct vcpu *v;

	for_each_vcpu(v, d) if (v->name.vcpu == nr) break;
	return v;
}
/** Begin a vcpu, down unless it is the first (@return NULL: memory is short); the end of all, of
 * the first of which the trace may still speak until domain_free(). */
struct vcpu *vcpu_create(struct domain *d, u16 nr, bool traced, bool segments);
void vcpus_free(struct domain *d);
/** Have `n` vcpus; the new ones are down. @return 0; -ENOMEM: fewer have been made; -EBUSY: too
 * late, it has begun */
int vcpus_create(struct domain *d, u32 n);

/** Make a domain of this design, without memory. @param segments its isolation (gate.h). @return
 * NULL if there is no memory to describe it, or the id is in use */
struct domain *domain_create(const struct guest_ops *ops, u16 id, bool traced, bool segments);
/** Give back a part of what a domain has, at last the domain. If the processor is at it, it leaves
 * it. From the first part on nobody finds it to ask anything of it. @return true if it is no more
 */
bool domain_destroy_part(struct domain *d);
/** The same at once. */
static inline void domain_destroy(struct domain *d)
{
	while (!domain_destroy_part(d))
		;
}

/** True if the interrupted code was the guest's kernel (ring 1), false for an application. Nothing
 * of a guest's is ever in ring 0, so one bit tells. */
static inline bool from_kernel(const struct cpu_regs *regs)
{
	return !(regs->cs & 2);
}

/**
 * End a domain: record why, print a register dump unless it went by its own will, and
 * never run it again. `reason` is enum reason of event.def, `text` one line for the console.
 */
void domain_kill(struct domain *d, u8 reason, u32 code, const char *text);
/** The same, because the guest has asked for it: its registers say nothing. */
void domain_shut_down(struct domain *d, u8 reason);

#endif
