/*
 * gate.h: the only way between a guest and the hypervisor.
 *
 * The gate is a few pages that are mapped while a guest runs: entry stubs, IDT, TSS and GDT
 * (read-only), and one entry-stack page. Under `paging` isolation nothing else of the hypervisor
 * is; the stub switches to the monitor's page directory and back. Under `segments` the whole
 * hypervisor is mapped above the guest's segment limits, and CR3 does not change (gate.segments).
 */
#ifndef HV_GATE_H
#define HV_GATE_H

#include "cpu/layout.h"
#include "cpu/x86.h"
#include "dom/domain.h"

/* Pages of the gate, from its linear address. */
#define GATE_CODE	0		/* stubs */
#define GATE_TABLES	1		/* IDT, then TSS */
#define GATE_STACK	2		/* entry stack, writable */
#define GATE_GDT	3		/* GDT, up to 16 pages */
#define GATE_LDT	(GATE_GDT + 16) /* LDT, up to 16 pages */
#define GATE_PAGES	(GATE_LDT + 16)
#define GATE_TSS_OFFSET 2048

/* Selectors of the hypervisor's own descriptors. In shadow mode they are the last that there are;
 * in direct mode they are where Xen has them, from 0xE008 on. */
#define GATE_SHADOW_RESERVED 0xFFC0 /* first reserved selector in shadow mode */
#define GATE_DIRECT_RESERVED 0xE000 /* the same in direct mode */
#define GATE_SEL_LDT	     0x00   /* offsets from the first reserved selector */
#define GATE_SEL_CS	     0x08
#define GATE_SEL_DS	     0x10
#define GATE_SEL_RING1_CS    0x18
#define GATE_SEL_RING1_DS    0x20
#define GATE_SEL_RING3_CS    0x28
#define GATE_SEL_RING3_DS    0x30
#define GATE_SEL_TSS	     0x38
#define GATE_SEL_STACK16     GATE_SEL_RING3_DS /* shadow mode, which has no use for that: gate_exit */
/* Flat ring-1 segments that a shadow-mode guest starts with, before it has a GDT: numbered as those
 * that boot loaders make. */
/* In real mode each segment register has one of six descriptors below the reserved ones. */
#define GATE_REAL    0xFF90
#define GATE_BOOT_CS 0x09
#define GATE_BOOT_DS 0x11

/** Where the gate leads to from rings 1 and 3, by a way of its own for what comes most often: C
 * functions that do not return. gate.S knows the order. */
struct gate_entries {
	void (*any)(void), (*hypercall)(void), (*fault)(void), (*protection)(void);
};

/** What differs between the designs' gates. */
struct gate_layout {
	u16 reserved_sel;		/* GATE_SHADOW_RESERVED or GATE_DIRECT_RESERVED */
	bool tables;			/* it has a page each for a GDT and an LDT from the start */
	bool m2p;			/* the guest sees the M2P table */
	bool loads_cr3;			/* under `segments`, its MMU does: the way out need not */
	bool breakpoints;		/* what it has in DR0 to DR7 is there while it runs */
	struct gate_entries entries[2]; /* without a trace, and with one */
};

/** What lgdt and lidt take. */
struct table_at {
	u16 limit;
	u32 base;
} __attribute__((packed));

/**
 * A vcpu's gate. Those of a domain lie at the same address and share the code, and the tables that
 * map them: there the pages are of the vcpu that has run last (domain.gate).
 */
struct gate {
	u32 va;		      /* linear address of the gate */
	u8 *page[GATE_PAGES]; /* hypervisor's mappings; of GDT and LDT, some may be NULL */
	struct desc *idt;     /* [256] */
	struct tss *tss;
	struct table_at gdtr, idtr; /* where the CPU finds them */
	struct desc *own; /* the hypervisor's descriptors, from the first reserved selector on */
	u32 *pt;	  /* the page table that maps the gate while the guest runs */
	u32 *monitor_pt;  /* the same for the hypervisor: all writable */
	u32 *monitor_pd;  /* the hypervisor's page directory for this domain */
	u32 monitor_cr3;
	bool segments;	  /* isolation: segment limits keep the guest out, not paging */
	bool breakpoints; /* the layout's */
	u16 reserved_sel; /* the same */
	const struct gate_layout *layout;
	const struct gate_entries *entries;
};

/** The C function for traps from ring 0: a pointer, since the gate calls nothing above its room. */
extern void (*ring0_entry)(struct cpu_regs *frame);
/** The same from rings 1 and 3, for the vcpu that runs (gate_activate). */
extern struct gate_entries gate_entries;
/** The page directory that the hypervisor starts with: its part of each address space. */
extern u32 hv_page_directory[];
/** Does this processor check segment limits? If not, `segments` keeps nobody out. */
extern bool limits_checked;
/** The page-directory entry of the M2P table, as guests and hypervisor see it. */
extern u32 m2p_pde;
/** 0xFC3FF: the page number of the last page that guest segments may reach under `segments`. */
#define GUEST_LIMIT_PAGES 0xFC3FFu

/** Build a vcpu's gate; with the first of a domain, its monitor page directory. @param segments of
 * the first: the domain's isolation. @return false if memory is short. */
bool gate_create(struct vcpu *v, const struct gate_layout *layout, bool traced, bool segments);
/** The end of a gate that is not the current one, after those of the domain's later vcpus. */
void gate_destroy(struct vcpu *v);
/** From now on the gate's address leads to this vcpu's, of those that its domain has. */
void gate_load(struct vcpu *v);
/** Move the gate to another 4 MB slot (its first page goes to `va`). */
void gate_place(struct gate *g, u32 va);
/** The set of the gate's pages changed (a GDT page was mapped or unmapped): map them anew. */
void gate_remap(struct gate *g);
/** The page-directory entry through which a guest's address space maps the gate. */
u32 gate_guest_pde(const struct gate *g);
/** Make this vcpu's tables the CPU's: GDTR, IDTR, TR, monitor CR3. */
void gate_activate(struct vcpu *v);
/** Make the LDT descriptor of this gate's GDT the CPU's LDT, or none if it is not present. */
void gate_load_ldt(struct gate *g);
/** Point vector `vec` straight at a ring-1 handler, or (cs 0) back at the hypervisor. Arguments
 * must have been validated: nothing may run in ring 0. */
void gate_set_fast(struct gate *g, u8 vec, u16 cs, u32 eip);
/** Have pages for all descriptors of the selector's table up to its own. @return false if memory is
 * short */
bool gate_extend(struct gate *g, u16 selector);
/** Make the first `entries` descriptors of the gate's LDT pages the CPU's LDT; 0: there is none. */
void gate_set_ldt(struct gate *g, u32 entries);
/** The segments of rings 0, 1 and 3, from the gate's first reserved selector on (rings.c). */
void gate_build_descriptors(struct gate *g);
/** A flat data segment for ring 0 that begins at `base`. */
struct desc gate_data_segment(u32 base);
/** Under `segments`: truncate a guest descriptor so that it cannot reach the hypervisor. */
struct desc gate_clip_descriptor(const struct gate *g, struct desc d);
/** The real descriptor of a selector in the domain's GDT or LDT; NULL: it has no such page. */
static inline struct desc *gate_descriptor(const struct gate *g, u16 selector)
{
	u8 *page = g->page[(selector & SEL_TI ? GATE_LDT : GATE_GDT) + selector / PAGE_SIZE];

	return page ? (struct desc *)(page + (selector & (PAGE_SIZE - 1) & ~7u)) : NULL;
}
/** Write the hypervisor's entries into the slots from HV_BASE up of a page directory that a guest
 * will run on: M2P and gate, and under `segments` the whole hypervisor. */
void gate_fill_slots(const struct gate *g, u32 *page_directory);
/**
 * A fault in ring 0: was it the guest's registers that could not be restored? Then puts them back
 * into v->regs as they were before the attempt and returns true. @param frame the fault's frame,
 * which is not one any more then; @param fault gets a copy of it
 */
bool gate_exit_fault(struct vcpu *v, const struct cpu_regs *frame, struct cpu_regs *fault);
/** Leave the hypervisor for `current`. Does not return. */
void gate_exit(struct vcpu *v) __attribute__((noreturn));
/** The same where stack16_prepare() has prepared it. */
void gate_exit_16(struct vcpu *v) __attribute__((noreturn));

/** The same for a direct-mode domain, whose gate never moves: a few instructions. */
static inline void __attribute__((noreturn, always_inline)) gate_exit_direct(struct vcpu *v)
{
	asm volatile("movl %0, %%esp\n\t"
		     "jmp gate_exit_direct_to"
		     :
		     : "i"(HV_GATE + (GATE_STACK + 1) * PAGE_SIZE - sizeof(struct cpu_regs)),
		       "a"(v->cr3)
		     : "memory");
	__builtin_unreachable();
}

#endif
