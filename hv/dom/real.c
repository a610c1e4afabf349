/* real.c: the segments of real mode, and how a processor begins there (SDM 3A 9.1 and 8.4). */
#include "dom/real.h"
#include "lib/string.h"

#define ENTRIES (PAGE_SIZE / sizeof(struct desc))

void real_mode_load(struct vcpu *v, enum seg seg, u16 value)
{
	u32 base = value * 16u, type = seg == SEG_CS ? DESC_CODE | DESC_RW : DESC_RW;
	u16 selector = GATE_REAL + seg * sizeof(struct desc) + 1;

	*gate_descriptor(v->gate, selector) = (struct desc){
	    .lo = base << 16 | 0xFFFF,
	    .hi = base >> 16 | type | DESC_A | DESC_S | DESC_P | 1 << DESC_DPL_SHIFT,
	};
	*seg_slot(v->regs, seg) = selector;
	v->virt.real_value[seg] = value;
}

/* Its copies of descriptors are those of an earlier life. */
static void clear(struct vcpu *v, u32 nr, u16 ti)
{
	for (u32 i = 0; i < nr; i += ENTRIES)
		memset(gate_descriptor(v->gate, i * sizeof(struct desc) | ti), 0,
		       (nr - i < ENTRIES ? nr - i : ENTRIES) * sizeof(struct desc));
}

void real_mode_begin(struct vcpu *v, u8 page)
{
	u32 eax = 1, ebx, ecx, edx;

	clear(v, v->virt.real_gdt.nr, 0);
	clear(v, v->virt.real_ldt.nr, SEL_TI);
	gate_set_ldt(v->gate, 0);
	asm("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	*v->regs = (struct cpu_regs){.eflags = EFL_IF | EFL_FIXED, .edx = eax};
	/* Of the IDT no vector is within the limit, and there is no GDT yet. */
	v->virt = (struct virt_cpu){.cr0 = CR0_ET | CR0_NW | CR0_CD};
	v->virt.real_gdt.nr = v->virt.real_ldt.nr = ENTRIES;
	for (enum seg seg = 0; seg < NR_SEGS; seg++)
		real_mode_load(v, seg, seg == SEG_CS ? page << 8 : 0);
	v->context.cr0 = v->context.cr4 = v->context.dr6 = 0;
	v->exc.valid = v->blocked = v->stepping_over = false;
	v->exit_faults = 0;
	v->cr3 = 0;
	v->initialised = true;
}
