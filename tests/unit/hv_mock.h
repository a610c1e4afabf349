/*
 * hv_mock.h: a machine around the emulator: one megabyte of guest memory where linear, physical
 * and machine addresses are equal, page rights, registers, and a note of what was injected.
 *
 * Include it in one file of a test program; everything in it is static but what the hypervisor's
 * files call.
 */
#ifndef TESTS_HV_MOCK_H
#define TESTS_HV_MOCK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "dev/vdev.h"
#include "dom/deliver.h"
#include "dom/guest_ops.h"
#include "dom/segments.h"
#include "dom/run.h"
#include "find/find.h"
#include "mem/frame.h"
#include "mmu/shadow/shadow.h"
#include "no_trace.h"

#define MOCK_PAGES 256u
#define MOCK_GDT   0x2000u /* where the guest has its descriptor table */
#define MOCK_IDT   0x3000u
#define MOCK_TSS   0x4000u
#define MOCK_CODE  0x10000u /* where it runs */
#define MOCK_STACK 0x21000u /* top of its ring-1 stack */
#define MOCK_DATA  0x30000u

/* Selectors of the guest's table. */
#define K_CS	      0x08
#define K_DS	      0x10
#define U_CS	      0x1B
#define U_DS	      0x23
#define TSS_SEL	      0x28
#define ABSENT_CS     0x30
#define ABSENT_DS     0x38
#define BASED_DS      0x40 /* base 0x1000, limit 0xFFF */
#define LDT_SEL	      0x48
#define CONFORMING_CS 0x50
#define READONLY_DS   0x58
#define GATE_SEL      0x60 /* a call gate */
#define LAST_SEL      0x60

static struct {
	u8 mem[MOCK_PAGES * PAGE_SIZE];
	u8 rights[MOCK_PAGES]; /* PTE_P, PTE_RW, PTE_US */
	struct cpu_regs regs;
	struct domain dom;
	struct vcpu first;
	struct gate gate;
	struct desc gdt[8192], ldt[8192]; /* the real ones */
	/* What happened. */
	u32 injected, vec, err, software;
	u32 cr_changes, old_cr3, invlpg_va, flushes, writes, extended;
	bool killed, no_memory;
	u8 kill_reason;
	u16 io_port;
	u8 io_size;
	u32 io_value, io_count;
	u32 dr7; /* the real one */
} mock;

static struct vcpu *const vcpu = &mock.first;
static struct frame mock_frames[MOCK_PAGES];
struct frame *frame_table = mock_frames;
u32 nr_frames = MOCK_PAGES;
struct cpu this_cpu;

/* ---- what the hypervisor's files call ---- */

static mfn_t mock_translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf)
{
	u32 page = va >> PAGE_SHIFT;
	u8 rights = page < MOCK_PAGES ? mock.rights[page] : 0;

	(void)v;
	if (rights & PTE_P && (!(access & PF_W) || rights & PTE_RW) &&
	    (!(access & PF_US) || rights & PTE_US))
		return mfn(page);
	*pf = (struct guest_fault){true, va, access | (rights & PTE_P ? PF_P : 0)};
	return mfn(INVALID_FRAME);
}

static bool mock_write(struct vcpu *v, mfn_t m, u32 offset, const void *src, u32 len,
		       struct guest_fault *pf)
{
	(void)v, (void)pf;
	assert_true(offset + len <= PAGE_SIZE);
	memcpy(mock.mem + m.n * PAGE_SIZE + offset, src, len);
	mock.writes++;
	return true;
}

static void mock_cr_changed(struct vcpu *v, u32 old_cr3)
{
	(void)v;
	mock.cr_changes++;
	mock.old_cr3 = old_cr3;
}

static void mock_invlpg(struct vcpu *v, vaddr_t va)
{
	(void)v;
	mock.flushes++;
	mock.invlpg_va = va;
}

static const struct mmu_ops mock_mmu = {.translate = mock_translate,
					.write = mock_write,
					.cr_changed = mock_cr_changed,
					.invlpg = mock_invlpg};

static u32 mock_patched_at;
static u8 mock_patched_byte;

static bool mock_read(struct vcpu *v, vaddr_t va, void *dst, u32 len, u32 access,
		      struct guest_fault *pf)
{
	for (u32 k = 0; k < len; k++) {
		if (!mfn_valid(mock_translate(v, va + k, access, pf)))
			return false;
		((u8 *)dst)[k] = mock.mem[va + k];
	}
	return true;
}

bool guest_read(struct vcpu *v, vaddr_t va, void *dst, u32 len, u32 access, struct guest_fault *pf)
{
	if (!mock_read(v, va, dst, len, access, pf))
		return false;
	if (mock_patched_at && mock_patched_at - va < len)
		((u8 *)dst)[mock_patched_at - va] = mock_patched_byte;
	return true;
}

bool guest_protected(struct vcpu *v, vaddr_t va)
{
	(void)v, (void)va;
	return true;
}

bool guest_write(struct vcpu *v, vaddr_t va, const void *src, u32 len, u32 access,
		 struct guest_fault *pf)
{
	for (u32 k = 0; k < len; k++)
		if (!mfn_valid(mock_translate(v, va + k, access | PF_W, pf)))
			return false;
	memcpy(mock.mem + va, src, len);
	mock.writes++;
	if (mock_frames[va >> PAGE_SHIFT].flags & FRAME_WATCHED)
		segments_written(v, va, len);
	return true;
}

u32 guest_fetch(struct vcpu *v, vaddr_t va, u8 *dst, u32 max)
{
	struct guest_fault pf;
	u32 n = 0;

	while (n < max && mock_read(v, va + n, dst + n, 1, from_kernel(v->regs) ? 0 : PF_US, &pf))
		n++;
	return n;
}

void inject_exception(struct vcpu *v, u8 vec, u32 err)
{
	(void)v;
	mock.injected++;
	mock.vec = vec;
	mock.err = err;
}

void inject_page_fault(struct vcpu *v, const struct guest_fault *pf)
{
	v->virt.cr2 = pf->va;
	inject_exception(v, VEC_PF, pf->err);
}

void inject_software(struct vcpu *v, u8 vec, u32 insn_len)
{
	v->regs->eip += insn_len;
	mock.software = vec;
}

u32 guest_eflags(const struct vcpu *v)
{
	u32 efl = v->regs->eflags & ~(EFL_IF | EFL_IOPL);

	if (v->virt.stepping)
		efl &= ~EFL_TF;
	return efl | (v->virt.intr_flag ? EFL_IF : 0) | v->virt.iopl << EFL_IOPL_SHIFT | EFL_FIXED;
}

void domain_kill(struct domain *d, u8 reason, u32 code, const char *text)
{
	(void)code, (void)text;
	d->dying = true;
	mock.killed = true;
	mock.kill_reason = reason;
}

void gate_set_ldt(struct gate *g, u32 entries)
{
	(void)g, (void)entries;
}
bool gate_extend(struct gate *g, u16 selector)
{
	(void)g, (void)selector;
	mock.extended++;
	return !mock.no_memory;
}

void write_debug(const u32 at[4], u32 dr7)
{
	(void)at;
	mock.dr7 = dr7;
}

struct desc gate_clip_descriptor(const struct gate *g, struct desc d)
{
	(void)g;
	return d;
}

static void mock_watch(struct domain *d, mfn_t m)
{
	(void)d;
	mock_frames[m.n].flags |= FRAME_WATCHED;
}

static const struct guest_ops mock_guest = {.watch = mock_watch};

/* A patch: what it replaced is found next to it, in mock_patched. */
const struct patch *patch_lookup(const struct domain *d, paddr_t pa)
{
	(void)d, (void)pa;
	return NULL;
}

bool others_run(const struct vcpu *v)
{
	(void)v;
	return false;
}

bool is_copied_trap(struct vcpu *v)
{
	(void)v;
	return false;
}

void patch_overlay(const struct domain *d, paddr_t pa, u8 *bytes, u32 n)
{
	(void)d;
	if (mock_patched_at && mock_patched_at - pa.a < n)
		bytes[mock_patched_at - pa.a] = mock_patched_byte;
}

/* ---- what tests use ---- */

static struct desc mock_desc(u32 base, u32 limit, u32 access)
{
	return (struct desc){base << 16 | (limit & 0xFFFF), (base & 0xFF000000) |
								(base >> 16 & 0xFF) |
								(limit & 0xF0000) | access};
}

#define FLAT_ACCESS (DESC_G | DESC_DB | DESC_P | DESC_S | DESC_RW)
#define DPL(n)	    ((n) << DESC_DPL_SHIFT)

static void mock_put(u32 va, const void *bytes, u32 n)
{
	memcpy(mock.mem + va, bytes, n);
}
static u32 mock_word(u32 va)
{
	u32 val;

	memcpy(&val, mock.mem + va, 4);
	return val;
}

/* A guest kernel in protected mode with its own GDT, about to run at MOCK_CODE. */
static void mock_start(void)
{
	struct desc gdt[LAST_SEL / 8 + 1] = {
	    [K_CS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_CODE | DESC_A),
	    [K_DS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_A),
	    [U_CS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_CODE | DPL(3)),
	    [U_DS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS | DPL(3)),
	    [TSS_SEL / 8] = mock_desc(MOCK_TSS, 103, DESC_P | DESC_TSS_AVAIL << 8),
	    [ABSENT_CS / 8] = mock_desc(0, 0xFFFFF, (FLAT_ACCESS & ~DESC_P) | DESC_CODE),
	    [ABSENT_DS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS & ~DESC_P),
	    [BASED_DS / 8] = mock_desc(0x1000, 0xFFF, DESC_DB | DESC_P | DESC_S | DESC_RW),
	    [LDT_SEL / 8] = mock_desc(0x5000, 0x1F, DESC_P | DESC_LDT << 8),
	    [CONFORMING_CS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_CODE | DESC_EC | DESC_A),
	    [READONLY_DS / 8] = mock_desc(0, 0xFFFFF, FLAT_ACCESS & ~DESC_RW),
	    [GATE_SEL / 8] = {K_CS << 16, DESC_P | DESC_CALL_GATE << 8},
	};

	memset(&mock, 0, sizeof(mock));
	memset(mock_frames, 0, sizeof(mock_frames));
	mock_patched_at = 0;
	for (u32 k = 0; k < MOCK_PAGES; k++) {
		mock.rights[k] = PTE_P | PTE_RW | PTE_US;
		mock_frames[k].pfn = k;
	}
	mock.dom.mmu = &mock_mmu;
	mock.dom.ops = &mock_guest;
	mock.dom.mode = MMU_SHADOW;
	mock.dom.gate = &mock.gate;
	for (u32 k = 0; k < ARRAY_SIZE(mock.gdt); k += 512) {
		mock.gate.page[GATE_GDT + k / 512] = (u8 *)&mock.gdt[k];
		mock.gate.page[GATE_LDT + k / 512] = (u8 *)&mock.ldt[k];
	}
	mock.dom.vdev = (struct vdev *)&mock; /* there is a PC: nobody looks into it here */
	mock.dom.vcpus = vcpu;
	vcpu->domain = &mock.dom;
	vcpu->regs = &mock.regs;
	mock.gdt[(GATE_SHADOW_RESERVED + GATE_SEL_RING1_CS) >> 3] =
	    mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_CODE | DESC_A | DPL(1));
	mock.gdt[(GATE_SHADOW_RESERVED + GATE_SEL_RING1_DS) >> 3] =
	    mock_desc(0, 0xFFFFF, FLAT_ACCESS | DESC_A | DPL(1));
	segments_init(vcpu);
	mock_put(MOCK_GDT, gdt, sizeof(gdt));
	vcpu->virt.cr0 = CR0_PE | CR0_ET;
	vcpu->virt.gdt = (struct table_reg){MOCK_GDT, sizeof(gdt) - 1};
	vcpu->virt.idt = (struct table_reg){MOCK_IDT, 0x7FF};
	segments_sync(vcpu);
	mock.regs.cs = K_CS | 1;
	mock.regs.ss = K_DS | 1;
	mock.regs.ds = mock.regs.es = mock.regs.fs = mock.regs.gs = K_DS;
	mock.regs.esp = MOCK_STACK;
	mock.regs.eip = MOCK_CODE;
	mock.regs.eflags = EFL_FIXED | EFL_IF;
	mock.writes = 0;
}

/* Put an instruction where the guest runs, and carry it out. */
static enum emul mock_run(enum emul (*emulate)(struct vcpu *), const char *bytes, u32 n)
{
	mock_put(mock.regs.eip, bytes, n);
	return emulate(vcpu);
}
#define SYSTEM(bytes) mock_run(emulate_system, bytes, sizeof(bytes) - 1)
#define WRITE(bytes)  mock_run(emulate_write, bytes, sizeof(bytes) - 1)

/* The instruction is carried out without an exception, and is as long as its bytes. */
#define DONE(emulate, bytes)                                                                       \
	do {                                                                                       \
		u32 eip_ = mock.regs.eip;                                                          \
                                                                                                   \
		assert_int_equal(mock_run(emulate, bytes, sizeof(bytes) - 1), EMUL_DONE);          \
		assert_int_equal(mock.injected, 0);                                                \
		assert_int_equal(mock.regs.eip, eip_ + sizeof(bytes) - 1);                         \
	} while (0)
/* It raises an exception, and no register changes. */
#define RAISES(bytes, vector, error)                                                               \
	do {                                                                                       \
		struct cpu_regs before_ = mock.regs;                                               \
                                                                                                   \
		mock.injected = 0;                                                                 \
		assert_int_equal(SYSTEM(bytes), EMUL_EXCEPTION);                                   \
		assert_int_equal(mock.injected, 1);                                                \
		assert_int_equal(mock.vec, vector);                                                \
		assert_int_equal(mock.err, error);                                                 \
		assert_memory_equal(&before_, &mock.regs, sizeof(before_));                        \
		mock.injected = 0;                                                                 \
	} while (0)

#endif
