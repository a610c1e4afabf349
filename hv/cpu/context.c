/* context.c: from one vcpu to another: CR0, CR3, CR4, debug registers, FPU, descriptor tables. */
#include "cpu/context.h"
#include "cpu/gate.h"
#include "lib/string.h"

/* What a guest may set in the real registers; the rest is the hypervisor's. */
#define CONTEXT_CR0 (CR0_TS | CR0_EM | CR0_MP)
#define CONTEXT_CR4 (CR4_TSD | CR4_OSFXSR | CR4_OSXMMEXCPT)
#define CPUID_FXSR  (1u << 24) /* CPUID 1, EDX */

static u8 first_fpu[512]; /* what all begin with */
static bool fxsr;	  /* there is fxsave, and may be SSE */

static void exchange(struct context *from, const struct context *to)
{
	u32 cr0 = read_cr0(), cr4 = read_cr4();

	from->cr0 = cr0 & CONTEXT_CR0;
	from->cr4 = cr4 & CONTEXT_CR4;
	from->dr6 = read_dr6();
	/* The FPU and, if there are, the SSE registers may be moved. */
	write_cr0(cr0 & ~CONTEXT_CR0);
	if (fxsr) {
		write_cr4(cr4 | CR4_OSFXSR);
		asm volatile("fxsave %0\n\tfxrstor %1" : "=m"(from->fpu) : "m"(to->fpu));
	} else {
		asm volatile("fnsave %0\n\tfrstor %1" : "=m"(from->fpu) : "m"(to->fpu));
	}
	write_dr6(to->dr6);
	write_cr4((cr4 & ~CONTEXT_CR4) | to->cr4);
	write_cr0((cr0 & ~CONTEXT_CR0) | to->cr0);
}

/* What it has in DR0 to DR7 is known. A shadow-mode guest gets its breakpoints only just before it
 * runs (shadow_ready()), those that cannot strike us. */
static void load_breakpoints(const struct vcpu *v)
{
	if (v->gate->breakpoints)
		write_debug(v->virt.dr, v->virt.dr[7]);
	else
		write_dr7(0);
}

void context_init(struct context *c)
{
	u32 eax = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	fxsr = edx & CPUID_FXSR;
	exchange(c, c);
	memcpy(first_fpu, c->fpu, sizeof(first_fpu));
}

#define FXSAVE_MXCSR 24 /* offsets */
#define FXSAVE_MASK  28
#define MXCSR_MASK   0xFFBFu /* if the CPU names none (SDM 1, 11.6.6) */

void context_set_fpu(struct vcpu *v, const u8 fpu[512])
{
	u32 mask = *(const u32 *)(first_fpu + FXSAVE_MASK);

	memcpy(v->context.fpu, fpu ? fpu : first_fpu, sizeof(v->context.fpu));
	/* A bit that the CPU does not have would be our fault when that is loaded. */
	if (fxsr)
		*(u32 *)(v->context.fpu + FXSAVE_MXCSR) &= mask ? mask : MXCSR_MASK;
}

void context_switch(struct vcpu *next)
{
	exchange(&current->context, &next->context);
	load_breakpoints(next);
	gate_activate(next);
}
