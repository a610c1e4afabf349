/*
 * shadow_machine.h: a machine of the test's own for shadow mode: memory, a processor that walks the
 * shadows, a reference that walks the guest's tables by the manual, and random edits.
 */
#ifndef SHADOW_MACHINE_H
#define SHADOW_MACHINE_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "cpu/gate.h"
#include "dev/apic.h"
#include "dom/account.h"
#include "dom/segments.h"
#include "find/find.h"
#include "insn/insn.h"
#include "lib/printk.h"
#include "mem/domain_page.h"
#include "mem/swap.h"
#include "mmu/shadow/reclaim.h"
#include "no_trace.h"

#define FRAMES	    4096u
#define FIRST_FRAME 16u /* of those for guests */
#define GUEST_PAGES 512u
#define TABLES	    8u /* guest pages 0..7: any of them may be a directory, a table, or data */

static u8 memory[FRAMES][PAGE_SIZE] __attribute__((aligned(4096)));
static struct frame table[FRAMES];
static u32 m2p_table[FRAMES];
static struct vcpu first;
static struct domain dom;
static struct gate gate;
static u32 monitor_pd[NR_PTES];
static struct cpu_regs regs;
static u32 seed;
static u32 write_value;

/* ---- the machine ---- */
struct cpu this_cpu;
#include "host_memory.h"

static u32 heap_next;
void *hv_alloc_pages(u32 n)
{
	static u8 heap[64][PAGE_SIZE] __attribute__((aligned(16)));
	void *p = heap[heap_next];

	heap_next += n;
	assert_true(heap_next <= 64);
	return memset(p, 0, n * PAGE_SIZE);
}
void *hv_alloc_page(void)
{
	return hv_alloc_pages(1);
}
void hv_free_pages(void *pages, u32 n)
{
	(void)pages;
	(void)n;
}
void hv_free_page(void *page)
{
	(void)page;
}
mfn_t hv_page_mfn(const void *p)
{
	(void)p;
	return mfn(1);
}
/* There is one vcpu, and it has no such controller. */
mfn_t apic_page(struct vcpu *v)
{
	(void)v;
	abort();
}
void apic_write(struct vcpu *v, u32 offset, const void *src, u32 len)
{
	(void)v, (void)offset, (void)src, (void)len;
	abort();
}
void flush_translations(void)
{
}
void invlpg(u32 va)
{
	(void)va;
}
u32 read_cr3(void)
{
	return 0;
}
u32 read_cr0(void)
{
	return 0;
}
u32 read_cr4(void)
{
	return 0;
}
void write_cr0(u32 v)
{
	(void)v;
}
void write_cr4(u32 v)
{
	(void)v;
}
void write_cr3(u32 v)
{
	(void)v;
}
u32 gate_guest_pde(const struct gate *g)
{
	(void)g;
	return PTE_P | 1 << PAGE_SHIFT;
}
void gate_place(struct gate *g, u32 va)
{
	g->va = va;
}
void gate_fill_slots(const struct gate *g, u32 *pd)
{
	(void)g, (void)pd;
}
void patch_written(struct domain *d, u32 pa, u32 len)
{
	(void)d, (void)pa, (void)len;
}

void patch_overlay(const struct domain *d, paddr_t pa, u8 *bytes, u32 n)
{
	(void)d, (void)pa, (void)bytes, (void)n;
}

void segments_moved(struct vcpu *v)
{
	(void)v;
}

void segments_written(struct vcpu *v, u32 pa, u32 len)
{
	(void)v, (void)pa, (void)len;
}
struct desc loaded_segment(const struct vcpu *v, enum seg seg)
{
	(void)v, (void)seg;
	return (struct desc){0x0000FFFF, 0x00CF9B00};
}
void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	d->dying = true;
	d->end_reason = reason;
	d->end_code = code;
	(void)text;
}

/* The swap disk. */
static u8 swap_disk[GUEST_PAGES][PAGE_SIZE];
static bool slot_used[GUEST_PAGES];
u32 swap_put(mfn_t m)
{
	for (u32 slot = 0; slot < GUEST_PAGES; slot++)
		if (!slot_used[slot]) {
			slot_used[slot] = true;
			memcpy(swap_disk[slot], memory[m.n], PAGE_SIZE);
			return slot;
		}
	return SWAP_FULL;
}
bool swap_get(u32 slot, mfn_t m)
{
	assert_true(slot_used[slot]);
	memcpy(memory[m.n], swap_disk[slot], PAGE_SIZE);
	return true;
}
void swap_free(u32 slot)
{
	assert_true(slot_used[slot]);
	slot_used[slot] = false;
}
u32 swap_sector(u32 slot)
{
	return slot * 8;
}

/* What the guest has written where, but for the marks that its processor makes. */
static u32 truth[GUEST_PAGES][NR_PTES];
#define MARKS (PTE_A | PTE_D)

static void wrote(mfn_t m, u32 i)
{
	if (frame_of(m)->pfn < GUEST_PAGES)
		truth[frame_of(m)->pfn][i] = write_value;
}

static u32 fault_va, fault_access;
/* The guest's instruction was a store of write_value to the fault address. */
enum emul emulate_write(struct vcpu *v)
{
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, fault_va, fault_access | PF_W, &pf);

	assert_true(mfn_valid(m));
	assert_true(v->domain->mmu->write(v, m, fault_va % PAGE_SIZE, &write_value, 4, &pf));
	wrote(m, fault_va % PAGE_SIZE / 4);
	return EMUL_DONE;
}

static u32 next_random(void)
{
	seed = seed * 1664525u + 1013904223u;
	return seed >> 8;
}

/* What stands at EIP: a store, or a string instruction. */
u32 guest_fetch(struct vcpu *v, vaddr_t va, u8 *dst, u32 max)
{
	(void)v, (void)va, (void)max;
	dst[0] = next_random() % 2 ? 0x89 : 0xF3;
	return 1;
}

static void start(void)
{
	bool lazy = dom.lazy_tables;
	u32 bound = dom.shadow_bound;

	heap_next = 0;
	memset(memory, 0, sizeof(memory));
	memset(&dom, 0, sizeof(dom));
	dom.lazy_tables = lazy;
	dom.shadow_bound = bound;
	memset(&gate, 0, sizeof(gate));
	frames_init(table, m2p_table, FRAMES);
	frames_release(FIRST_FRAME, FRAMES);
	gate.va = 0xFFC00000;
	gate.monitor_pd = monitor_pd;
	dom.gate = &gate;
	dom.mmu = &shadow_ops;
	dom.mode = MMU_SHADOW;
	first = (struct vcpu){.domain = &dom};
	dom.vcpus = &first;
	current = dom.vcpus;
	dom.vcpus->regs = &regs;
	dom.vcpus->gate = &gate;
	dom.nr_pages = GUEST_PAGES;
	dom.reserve.resident = dom.reserve.limit = GUEST_PAGES;
	dom.p2m = calloc(GUEST_PAGES, sizeof(mfn_t));
	for (u32 i = 0; i < GUEST_PAGES; i++)
		dom.p2m[i] = mfn(INVALID_FRAME);
	assert_true(shadow_init(&dom));
	dom.vcpus->virt.cr0 = CR0_PE;
	shadow_select_root(dom.vcpus);
}

static void stop(void)
{
	free(dom.p2m);
}

/* ---- the reference: the guest's tables, by the manual ---- */
struct ref {
	bool allowed, present, beyond;
	u32 pfn;
};
/* A page's contents, wherever they are; NULL: it has none. */
static const u32 *contents(u32 pfn)
{
	mfn_t m = pfn < GUEST_PAGES ? dom.p2m[pfn] : mfn(INVALID_FRAME);

	if (p2m_swapped(m))
		return (u32 *)swap_disk[m.n & ~P2M_SWAPPED];
	return mfn_valid(m) ? (u32 *)memory[m.n] : NULL;
}
static u32 ref_word(u32 pfn, u32 i)
{
	const u32 *page = contents(pfn);

	return page ? page[i] : 0;
}
static struct ref ref_walk(u32 va, u32 access)
{
	u32 pde = ref_word(dom.vcpus->virt.cr3 >> 12, va >> 22), pte, rights;
	bool wp = dom.vcpus->virt.cr0 & CR0_WP;
	struct ref r = {0};

	if (!(pde & PTE_P))
		return r;
	if ((pde & PTE_PS) && (dom.vcpus->virt.cr4 & CR4_PSE))
		pte = (pde & PDE_LARGE_FRAME) | (va & 0x3FF000) | (pde & 0xFFF);
	else
		pte = ref_word(pde >> 12, va >> 12 & 1023);
	if (!(pte & PTE_P))
		return r;
	r.present = true;
	rights = pde & pte;
	r.allowed = (!(access & PF_US) || (rights & PTE_US)) &&
		    (!(access & PF_W) || (rights & PTE_RW) || (!(access & PF_US) && !wp));
	r.pfn = pte >> 12;
	r.beyond = r.pfn >= GUEST_PAGES || dom.p2m[r.pfn].n == P2M_GIVEN;
	return r;
}

/* ---- the processor: it walks the shadows ---- */
static bool cpu_walk(u32 va, u32 access, u32 *frame)
{
	u32 pde = ((u32 *)memory[dom.vcpus->cr3 >> 12])[va >> 22], pte, rights;

	if (!(pde & PTE_P) || va >> 22 == gate.va >> 22)
		return false;
	pte = ((u32 *)memory[pde >> 12])[va >> 12 & 1023];
	rights = pde & pte;
	*frame = pte >> 12;
	return (pte & PTE_P) && (!(access & PF_US) || (rights & PTE_US)) &&
	       (!(access & PF_W) || (rights & PTE_RW));
}

/* It has come to the hypervisor: zeroes are read, a write is lost, and the next one comes here
 * again. A guest whose code lies there (at 0, in this test) is ended. */
static void access_to_nothing(u32 va, u32 access)
{
	u32 frame, *nothing = (u32 *)memory[hole_frame().n];

	if (dom.dying) {
		assert_true(ref_walk(0, 0).beyond);
		dom.dying = false;
		return;
	}
	if (access & PF_W) {
		assert_false(dom.vcpus->stepping_over);
	} else {
		assert_true(dom.vcpus->stepping_over);
		assert_true(cpu_walk(va, access, &frame));
		assert_int_equal(frame, hole_frame().n);
		assert_false(cpu_walk(va, access | PF_W, &frame));
		shadow_step_over_end(dom.vcpus);
	}
	assert_int_equal(nothing[va % PAGE_SIZE / 4], 0);
	assert_false(cpu_walk(va, access, &frame));
}

/* An access, with the hypervisor's help: must end as the reference says. */
static void cpu_access(u32 va, u32 access)
{
	struct ref want = ref_walk(va, access);
	u32 frame = 0;
	struct guest_fault pf = {0};

	for (int tries = 0; tries < 4; tries++) {
		u32 err = access;

		if (cpu_walk(va, access, &frame)) {
			assert_true(want.allowed && !want.beyond);
			assert_int_equal(frame, dom.p2m[want.pfn].n);
			if (access &
			    PF_W) { /* the store itself, perhaps into a table out of sync */
				((u32 *)memory[frame])[va % PAGE_SIZE / 4] = write_value;
				wrote(mfn(frame), va % PAGE_SIZE / 4);
			}
			return;
		}
		fault_va = va;
		fault_access = access;
		if (!dom.mmu->page_fault(dom.vcpus, va, err, &pf)) {
			assert_false(want.allowed);
			assert_int_equal(pf.va, va);
			assert_int_equal(pf.err, access | (want.present ? PF_P : 0));
			return;
		}
		assert_true(want.allowed);
		if (want.beyond) {
			access_to_nothing(va, access);
			return;
		}
		assert_false(dom.dying);
		/* A write that was carried out for the guest needs no second try. */
		if ((access & PF_W) && (frame_of(dom.p2m[want.pfn])->flags & FRAME_TRACED))
			return;
		if ((access & PF_W) && !(dom.vcpus->virt.cr0 & CR0_WP) && !(access & PF_US))
			return;
	}
	fail_msg("va %x access %x: no progress", va, access);
}

static void check_marks(u32 va, u32 access, struct ref before)
{
	u32 pde = ref_word(dom.vcpus->virt.cr3 >> 12, va >> 22);
	u32 marks = PTE_A | (access & PF_W ? PTE_D : 0), pte;

	if (!before.allowed || before.beyond || (access & PF_W)) /* a write may change the tables */
		return;
	if ((pde & PTE_PS) && (dom.vcpus->virt.cr4 & CR4_PSE)) {
		assert_int_equal(pde & marks, marks);
		return;
	}
	pte = ref_word(pde >> 12, va >> 12 & 1023);
	assert_true(pde & PTE_A);
	assert_int_equal(pte & marks, marks);
}

/* Writable entries are counted, and none leads to a table that is shadowed. */
static void check_invariants(void)
{
	static u32 counted[FRAMES];
	struct shadow_state *s = dom.shadow;

	memset(counted, 0, sizeof(counted));
	for (u32 n = 0; n < SHADOW_PAGES; n++) {
		struct shadow_page *p = &s->pages[n];
		u32 *t = (u32 *)memory[p->mfn.n];

		if (!p->in_use || p->kind == SH_L2 || p->kind == SH_UNPAGED_L2)
			continue;
		for (u32 i = 0; i < NR_PTES; i++)
			if ((t[i] & (PTE_P | PTE_RW)) == (PTE_P | PTE_RW)) {
				assert_false(frame_of(mfn(t[i] >> 12))->flags & FRAME_TRACED);
				counted[t[i] >> 12]++;
			}
	}
	for (u32 i = 0; i < GUEST_PAGES; i++)
		if (mfn_valid(dom.p2m[i]))
			assert_int_equal(frame_of(dom.p2m[i])->type_count, counted[dom.p2m[i].n]);
}

static u32 random_entry(void)
{
	static const u32 flags[] = {0,
				    PTE_P,
				    PTE_P | PTE_RW,
				    PTE_P | PTE_US,
				    PTE_P | PTE_RW | PTE_US,
				    PTE_P | PTE_RW | PTE_US | PTE_A,
				    PTE_P | PTE_A,
				    PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D,
				    PTE_RW | PTE_A};
	u32 r = next_random(), frame = r % 4 == 0 ? next_random() % TABLES : next_random() % 96;

	if (r % 97 == 0)
		frame = GUEST_PAGES + r % 1000; /* no such memory */
	return frame << 12 | flags[next_random() % ARRAY_SIZE(flags)] | (r % 31 == 0 ? PTE_G : 0) |
	       (r % 13 == 0 && dom.vcpus->virt.cr4 ? PTE_PS : 0);
}

static const u32 slots[] = {0, 1, 2, 300, 768, 1022, 1023};
static u32 random_va(void)
{
	return slots[next_random() % ARRAY_SIZE(slots)] << 22 | (next_random() % 6) << 12 |
	       (next_random() % 1024) * 4;
}

/* The guest stores a word into one of its pages by its physical address, as by a mapping. */
static void guest_store(u32 pfn, u32 i, u32 val)
{
	struct guest_fault pf;
	mfn_t m = populate(&dom, pfn);

	assert_true(shadow_ops.write(dom.vcpus, m, i * 4, &val, 4, &pf));
	truth[pfn][i] = val;
}

#endif
