/* context.c: from one vcpu to another: CR0, CR3, CR4, debug registers, FPU, descriptor tables. */
#include "cpu/context.h"
#include "cpu/gate.h"

/* What a guest may set in the real registers; the rest is the hypervisor's. */
#define CONTEXT_CR0 (CR0_TS | CR0_EM | CR0_MP)
#define CONTEXT_CR4 (CR4_TSD | CR4_OSFXSR | CR4_OSXMMEXCPT)
#define CPUID_FXSR  (1u << 24) /* CPUID 1, EDX */

static bool has_fxsr(void)
{
	u32 eax = 1, ebx, ecx, edx;

	asm volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	return edx & CPUID_FXSR;
}

/* The FPU and, if there are, the SSE registers may be moved. */
static void open_fpu(void)
{
	write_cr0(read_cr0() & ~(CR0_TS | CR0_EM));
	if (has_fxsr())
		write_cr4(read_cr4() | CR4_OSFXSR);
}

static void set_control(const struct context *c)
{
	write_cr4((read_cr4() & ~CONTEXT_CR4) | c->cr4);
	write_cr0((read_cr0() & ~CONTEXT_CR0) | c->cr0);
}

void context_save(struct context *c)
{
	c->cr0 = read_cr0() & CONTEXT_CR0;
	c->cr4 = read_cr4() & CONTEXT_CR4;
	c->dr7 = read_debug(c->dr);
	open_fpu();
	if (has_fxsr())
		asm volatile("fxsave %0" : "=m"(c->fpu));
	else
		asm volatile("fnsave %0" : "=m"(c->fpu));
	set_control(c);
}

static void context_load(const struct context *c)
{
	open_fpu();
	if (has_fxsr())
		asm volatile("fxrstor %0" : : "m"(c->fpu));
	else
		asm volatile("frstor %0" : : "m"(c->fpu));
	write_debug(c->dr, c->dr7);
	set_control(c);
}

void context_switch(struct vcpu *next)
{
	context_save(&current->context);
	context_load(&next->context);
	gate_activate(next);
}
