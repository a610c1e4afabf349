/*[H12]
 * gate.c: building the gate of each domain, and the last steps before a guest runs.
 *
 * Under `paging` isolation a ring-1 kernel, which the paging unit takes for a supervisor, can read
 * the gate and write its entry stack. Neither matters: there is nothing secret in it, and what
 * lies on the stack counts only between the CPU's pushing it and the guest's next instruction.
 */
#include "cpu/gate.h"
#include "cpu/layout.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/frame.h"

struct cpu this_cpu;
void (*ring0_entry)(struct cpu_regs *frame);
struct gate_entries gate_entries;
bool limits_checked;
u32 hv_page_directory[NR_PTES] __attribute__((aligned(PAGE_SIZE)));
u32 m2p_pde;

extern u8 gate_code[], gate_code_end[];
extern u8 gate_switch_common[], gate_switch_fault[], gate_switch_protection[],
    gate_switch_hypercall[];
extern u8 gate_leave[], gate_leave_same_cr3[], gate_leave_16[];

#define STUB_SIZE      16
#define HYPERCALL_STUB 48
#define PAGES(n)       ((n)*PAGE_SIZE)

static struct desc system_segment(u32 base, u32 limit, u32 type)
{
	return (struct desc){
	    .lo = base << 16 | limit,
	    .hi = (base & 0xFF000000) | (base >> 16 & 0xFF) | DESC_P | type << 8,
	};
}

static void set_gate(struct desc *idt, u32 vec, u16 sel, u32 offset, u32 type, u32 dpl)
{
	idt[vec].lo = sel << 16 | (offset & 0xFFFF);
	idt[vec].hi = (offset & 0xFFFF0000) | DESC_P | dpl << DESC_DPL_SHIFT | type << 8;
}

/* All that depends on the gate's linear address. */
static void relocate(struct gate *g, u32 va)
{
	struct desc *d = g->own;
	u32 cs = g->reserved_sel + GATE_SEL_CS;

	g->va = va;
	d[GATE_SEL_TSS / 8] = system_segment(va + PAGES(GATE_TABLES) + GATE_TSS_OFFSET,
					     sizeof(struct tss) - 1, DESC_TSS_AVAIL);
	if (d[GATE_SEL_LDT / 8].hi & DESC_P)
		d[GATE_SEL_LDT / 8] =
		    system_segment(va + PAGES(GATE_LDT), desc_limit(d[GATE_SEL_LDT / 8]), DESC_LDT);

	for (u32 vec = 0; vec < VEC_IRQ0 + NR_IRQS; vec++)
		set_gate(g->idt, vec, cs, g->va + vec * STUB_SIZE, DESC_INTR_GATE, 0);
	/* The only vector that ring 1 may raise by itself; from ring 3 even that one is a #GP. */
	if (g->entries->hypercall)
		set_gate(g->idt, XEN_HYPERCALL_VECTOR, cs, g->va + HYPERCALL_STUB * STUB_SIZE,
			 DESC_INTR_GATE, 1);
	g->idtr = (struct table_at){256 * 8 - 1, g->va + PAGES(GATE_TABLES)};
	g->gdtr = (struct table_at){g->reserved_sel == GATE_DIRECT_RESERVED ? g->reserved_sel + 0x47
									    : 0xFFFF,
				    g->va + PAGES(GATE_GDT)};
	g->tss->ss0 = g->reserved_sel + GATE_SEL_DS;
	g->tss->esp0 = g->va + PAGES(GATE_STACK) + PAGE_SIZE;
	g->tss->iomap = sizeof(struct tss); /* beyond the limit: no port is free for ring 1 or 3 */
}

/*
 * Map one of the gate's pages at its address, for the guest and for the hypervisor. Of a GDT some
 * pages may be missing before the one that is ours, of an LDT as well. A selector there is a #GP,
 * by a descriptor that is not valid; without any page it would be a page fault, at an address that
 * is not the guest's.
 */
static void map_page(const struct gate *g, u32 i)
{
	static const u8 no_descriptors[PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	u32 at = (g->va >> PAGE_SHIFT) % NR_PTES + i;
	const u8 *page = g->page[i] ? g->page[i] : no_descriptors;
	u32 pte = mfn_maddr(hv_page_mfn(page)).a | PTE_P | PTE_A | PTE_D;

	g->pt[at] = pte | (i == GATE_STACK ? PTE_RW : 0);
	g->monitor_pt[at] = pte | (g->page[i] ? PTE_RW : 0);
}

static void map_pages(const struct gate *g)
{
	memset(g->pt, 0, PAGE_SIZE);
	memset(g->monitor_pt, 0, PAGE_SIZE);
	for (u32 i = 0; i < ARRAY_SIZE(g->page); i++)
		map_page(g, i);
}

static u32 pde_of(const void *table)
{
	return mfn_maddr(hv_page_mfn(table)).a | PTE_P | PTE_RW | PTE_A | PTE_D;
}

/* The address space stays: a jump over `len` bytes of code that would change it. */
static void skip(struct gate *g, const u8 *at, u8 len)
{
	memcpy(g->page[GATE_CODE] + (at - gate_code), (u8[]){0xEB, len - 2}, 2);
}

/* A stub's switch to the hypervisor's address space (mov $cr3, %eax; mov %eax, %cr3), or nothing
 * where it is there already. */
static void set_switch(struct gate *g, const u8 *at)
{
	if (g->segments)
		skip(g, at, 8);
	else
		memcpy(g->page[GATE_CODE] + (at - gate_code) + 1, &g->monitor_cr3, 4);
}

/* What all vcpus of a domain have in common: the code, and the tables that map the gate. */
static bool make_common(struct gate *g)
{
	u8 *code = g->page[GATE_CODE] = hv_alloc_page();

	g->pt = hv_alloc_page();
	g->monitor_pt = hv_alloc_page();
	g->monitor_pd = hv_alloc_page();
	if (!code || !g->pt || !g->monitor_pt || !g->monitor_pd)
		return false;
	g->monitor_cr3 = mfn_maddr(hv_page_mfn(g->monitor_pd)).a;
	memcpy(code, gate_code, gate_code_end - gate_code);
	set_switch(g, gate_switch_common);
	set_switch(g, gate_switch_fault);
	set_switch(g, gate_switch_protection);
	set_switch(g, gate_switch_hypercall);
	if (g->segments && g->layout->loads_cr3)
		skip(g, gate_leave, 3);
	memcpy(g->monitor_pd, hv_page_directory, PAGE_SIZE);
	return true;
}

/* The pages that each vcpu has for itself. */
static bool make_own(struct gate *g)
{
	u32 gdt_page = GATE_GDT + g->reserved_sel / PAGE_SIZE;

	g->page[GATE_TABLES] = hv_alloc_page();
	g->page[GATE_STACK] = hv_alloc_page();
	g->page[gdt_page] = hv_alloc_page();
	if (g->layout->tables) {
		g->page[GATE_GDT] = hv_alloc_page();
		g->page[GATE_LDT] = hv_alloc_page();
		if (!g->page[GATE_GDT] || !g->page[GATE_LDT])
			return false;
	}
	g->idt = (struct desc *)g->page[GATE_TABLES];
	g->tss = (struct tss *)(g->page[GATE_TABLES] + GATE_TSS_OFFSET);
	g->own = gate_descriptor(g, g->reserved_sel);
	return g->page[GATE_TABLES] && g->page[GATE_STACK] && g->page[gdt_page];
}

bool gate_create(struct vcpu *v, const struct gate_layout *layout, bool traced, bool segments)
{
	struct gate *g = v->gate = hv_alloc_page(), *first = v->domain->gate;

	if (!g)
		return false;
	g->layout = layout;
	g->entries = &layout->entries[traced];
	g->reserved_sel = layout->reserved_sel;
	g->segments = segments;
	g->breakpoints = layout->breakpoints;
	if (first) {
		*g = *first;
		memset(&g->page[GATE_TABLES], 0, sizeof(g->page) - sizeof(g->page[0]));
	}
	if ((!first && !make_common(g)) || !make_own(g)) {
		gate_destroy(v);
		return false;
	}
	v->regs = (struct cpu_regs *)(g->page[GATE_STACK] + PAGE_SIZE) - 1;
	gate_build_descriptors(g);
	if (first)
		relocate(g, first->va);
	else
		gate_place(v->domain->gate = g, HV_GATE);
	return true;
}

void gate_destroy(struct vcpu *v)
{
	struct gate *g = v->gate;

	for (u32 i = GATE_TABLES; i < ARRAY_SIZE(g->page); i++)
		hv_free_page(g->page[i]);
	if (v->name.vcpu == 0) { /* the first one's, which has the common pages */
		hv_free_page(g->page[GATE_CODE]);
		hv_free_page(g->pt);
		hv_free_page(g->monitor_pt);
		hv_free_page(g->monitor_pd);
	}
	hv_free_page(g);
}

void gate_load(struct vcpu *v)
{
	struct gate *g = v->gate, *old = v->domain->gate;

	v->domain->gate = g;
	if (g->va != old->va) /* it has moved meanwhile */
		relocate(g, old->va);
	for (u32 i = GATE_TABLES; i < ARRAY_SIZE(g->page); i++)
		if (g->page[i] != old->page[i])
			map_page(g, i);
	if (current->domain == v->domain) {
		write_cr3(read_cr3());
		gate_load_ldt(g); /* the CPU remembers the other's, or that it had none */
	}
}

void gate_place(struct gate *g, u32 va)
{
	g->monitor_pd[g->va >> 22] = 0;
	relocate(g, va);
	map_pages(g);
	g->monitor_pd[va >> 22] = pde_of(g->monitor_pt);
	if (current && current->domain->gate == g)
		gate_activate(current);
}

bool gate_extend(struct gate *g, u16 selector)
{
	u32 first = selector & SEL_TI ? GATE_LDT : GATE_GDT;

	for (u32 i = first; i <= first + selector / PAGE_SIZE; i++)
		if (!g->page[i] && !(g->page[i] = hv_alloc_page()))
			return false;
	gate_remap(g);
	return true;
}

void gate_remap(struct gate *g)
{
	map_pages(g);
	if (current && current->domain->gate == g)
		write_cr3(read_cr3());
}

u32 gate_guest_pde(const struct gate *g)
{
	return pde_of(g->segments ? g->monitor_pt : g->pt);
}

void gate_fill_slots(const struct gate *g, u32 *page_directory)
{
	for (u32 slot = HV_BASE >> 22; slot < NR_PTES; slot++)
		page_directory[slot] = g->segments ? g->monitor_pd[slot] : 0;
	if (g->layout->m2p)
		page_directory[MACH2PHYS_VIRT_START >> 22] = m2p_pde;
	page_directory[g->va >> 22] = gate_guest_pde(g);
}

void gate_activate(struct vcpu *v)
{
	struct gate *g = v->gate; /* and its domain's */

	write_cr3(g->segments ? v->cr3 : g->monitor_cr3);
	/* ltr wants an available TSS and marks it busy. */
	g->own[GATE_SEL_TSS / 8].hi &= ~0x200u;
	asm volatile("lgdt %0\n\t"
		     "lidt %1\n\t"
		     "movl %2, %%ds\n\t"
		     "movl %2, %%es\n\t"
		     "movl %2, %%ss\n\t"
		     "pushl %3\n\t"
		     "pushl $1f\n\t"
		     "lret\n"
		     "1:\tltr %w4"
		     :
		     : "m"(g->gdtr), "m"(g->idtr), "r"(g->reserved_sel + GATE_SEL_DS),
		       "r"(g->reserved_sel + GATE_SEL_CS), "r"(g->reserved_sel + GATE_SEL_TSS)
		     : "memory");
	gate_load_ldt(g);
	gate_entries = *g->entries;
	current = v;
}

void gate_set_ldt(struct gate *g, u32 entries)
{
	struct desc *d = &g->own[GATE_SEL_LDT / 8];

	*d = (struct desc){0, 0};
	if (entries)
		*d = system_segment(g->va + PAGES(GATE_LDT), entries * sizeof(*d) - 1, DESC_LDT);
	if (current && current->domain->gate == g)
		gate_load_ldt(g);
}

void gate_load_ldt(struct gate *g)
{
	u32 sel = 0;

	if (g->own[GATE_SEL_LDT / 8].hi & DESC_P)
		sel = g->reserved_sel + GATE_SEL_LDT;
	asm volatile("lldt %w0" : : "r"(sel));
}

void gate_set_fast(struct gate *g, u8 vec, u16 cs, u32 eip)
{
	if (cs)
		set_gate(g->idt, vec, cs, eip, DESC_TRAP_GATE, 3);
	else if (vec < VEC_IRQ0 + NR_IRQS)
		panic("vector %u is the hypervisor's", vec);
	else
		g->idt[vec] = (struct desc){0, 0};
}

static void __attribute__((noreturn)) leave_by(struct vcpu *v, const u8 *stub)
{
	const struct gate *g = v->gate; /* and its domain's */

	v->domain->flush = false;
	asm volatile("movl %0, %%esp\n\t"
		     "jmp *%1"
		     :
		     : "r"(g->va + PAGES(GATE_STACK) + PAGE_SIZE - sizeof(struct cpu_regs)),
		       "r"(g->va + (stub - gate_code)), "a"(v->cr3)
		     : "memory");
	__builtin_unreachable();
}

void gate_exit(struct vcpu *v)
{
	leave_by(v, v->gate->segments && !v->domain->flush ? gate_leave_same_cr3 : gate_leave);
}

void gate_exit_16(struct vcpu *v)
{
	leave_by(v, gate_leave_16);
}

/*
 * The way out pops registers upwards from struct cpu_regs. If a pop of a segment register or the
 * iret faults (the guest asked for a selector that has gone since, or an EIP beyond its segment),
 * the CPU's frame has overwritten only slots below the fault's ESP. Those are exactly the ones
 * already popped, and the stub has just saved their values again.
 */
bool gate_exit_fault(struct vcpu *v, const struct cpu_regs *frame, struct cpu_regs *fault)
{
	struct gate *g = v->domain->gate;
	u32 leave = g->va + (gate_leave - gate_code);
	u32 regs_va = g->va + PAGES(GATE_STACK) + PAGE_SIZE - sizeof(struct cpu_regs);
	u32 done;

	*fault = *frame;
	if (frame->eip < leave || frame->eip >= g->va + (u32)(gate_code_end - gate_code))
		return false;
	done = (u32)&frame->esp - regs_va; /* ESP at the fault: no esp and ss were pushed */
	if (done > offsetof(struct cpu_regs, vec))
		done = offsetof(struct cpu_regs, vec); /* at the iret */
	memcpy(v->regs, fault, done);
	return true;
}
