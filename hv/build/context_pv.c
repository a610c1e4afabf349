/* context_pv.c: a direct-mode domain in the hands of the one that makes it. */
#include "build/build.h"
#include "build/build_pv.h"
#include "hcall/hcall.h"
#include "lib/string.h"
#include "mmu/direct/direct.h"

int pv_set_max(struct domain *d, u32 nr_pages)
{
	if (nr_pages < d->populated)
		return -EINVAL;
	d->nr_pages = nr_pages;
	return 0;
}

/* By its machine number, which l1e_get() judges. */
mfn_t pv_frame(struct domain *d, u32 n, bool write)
{
	(void)d;
	(void)write;
	return mfn(n);
}

int pv_code(struct domain *d, u32 *start, u32 end)
{
	(void)d;
	(void)start;
	(void)end;
	return -EINVAL; /* nothing in it is patched */
}

static bool handler_ok(u32 cs, u32 eip)
{
	return ring1_selector_ok(cs, FLAT_RING1_CS) && eip < HYPERVISOR_VIRT_START;
}

static bool handlers_ok(const struct vcpu_guest_context *c)
{
	for (u32 i = 0; i < ARRAY_SIZE(c->trap_ctxt); i++)
		if (c->trap_ctxt[i].address &&
		    !handler_ok(c->trap_ctxt[i].cs, c->trap_ctxt[i].address))
			return false;
	return handler_ok(c->event_callback_cs, c->event_callback_eip) &&
	       handler_ok(c->failsafe_callback_cs, c->failsafe_callback_eip) &&
	       ring1_selector_ok(c->kernel_ss, FLAT_RING1_SS);
}

/* What it says of rings: a wrong selector otherwise is a fault at the first iret, as any other. */
static bool context_ok(const struct vcpu_guest_context *c)
{
	const struct cpu_user_regs *u = &c->user_regs;
	u32 ring = u->cs & SEL_RPL;

	if (ring == 1 ? !ring1_selector_ok(u->cs, FLAT_RING1_CS) : ring != 3)
		return false;
	return (u->ss & SEL_RPL) == ring && handlers_ok(c) && !(c->vm_assist & ~ASSIST_TABLES);
}

/* @return false if the guest could not set them itself */
static bool debug_ok(const u32 from[8], u32 dr[8])
{
	static const u8 registers[] = {0, 1, 2, 3, 6, 7};

	memcpy(dr, from, 8 * sizeof(dr[0]));
	for (u32 i = 0; i < ARRAY_SIZE(registers); i++)
		if (!debugreg_check(registers[i], &dr[registers[i]]))
			return false;
	return true;
}

static int set_context(struct vcpu *v, const struct vcpu_guest_context *c, const u32 dr[8])
{
	const struct cpu_user_regs *u = &c->user_regs;
	struct hcall_args stack = {.a1 = c->kernel_ss, .a2 = c->kernel_sp};
	struct domain *d = v->domain;
	int err;

	work_begin(d->direct);
	err = new_base(v, mfn(xen_cr3_to_pfn(c->ctrlreg[3])));
	if (!err)
		err = set_gdt(v, (const mfn_t *)c->gdt_frames, c->gdt_ents);
	if (!err)
		err = set_ldt(v, c->ldt_base, c->ldt_ents);
	if (err)
		return err;
	context_set_fpu(v, c->flags & VGCF_i387_valid ? c->fpu_ctxt : NULL);
	v->virt.cr0 = (v->virt.cr0 & ~CR0_TS) | (c->ctrlreg[0] & CR0_TS);
	v->context.cr0 = (v->context.cr0 & ~CR0_TS) | (c->ctrlreg[0] & CR0_TS);
	memcpy(v->virt.dr, dr, sizeof(v->virt.dr));
	v->context.dr6 = dr[6];
	*v->regs = general_regs(u);
	v->regs->cs = u->cs;
	v->regs->ss = u->ss;
	v->regs->ds = u->ds;
	v->regs->es = u->es;
	v->regs->fs = u->fs;
	v->regs->gs = u->gs;
	v->regs->eflags =
	    (u->eflags & ~(EFL_IOPL | EFL_VM | EFL_NT | EFL_VIF | EFL_VIP)) | EFL_IF | EFL_FIXED;
	for (u32 i = 0; i < ARRAY_SIZE(v->traps); i++) {
		v->traps[i] = c->trap_ctxt[i];
		v->traps[i].vector = i;
	}
	/* The short way for system calls comes with the guest's own set_trap_table. */
	gate_set_fast(d->gate, 0x80, 0, 0);
	hc_stack_switch(v, &stack);
	v->event_cs = c->event_callback_cs;
	v->event_eip = c->event_callback_eip;
	v->failsafe_cs = c->failsafe_callback_cs;
	v->failsafe_eip = c->failsafe_callback_eip;
	if (v == d->vcpus) /* it is the whole domain's */
		d->vm_assist = c->vm_assist;
	v->exc.valid = false;
	v->stopped = 0;
	v->initialised = true;
	return 0;
}

/* The vcpu has the gate and the MMU meanwhile. */
int pv_set_context(struct vcpu *v, const struct vcpu_guest_context *c)
{
	struct domain *d = v->domain;
	u32 dr[8];
	int err;

	rehook_all(v);
	if (d->dying || !context_ok(c) || !debug_ok(c->debugreg, dr))
		return -EINVAL;
	d->ops->load(v);
	err = set_context(v, c, dr);
	if (current->domain == d)
		d->ops->load(current);
	return err;
}

void pv_get_context(const struct vcpu *v, struct vcpu_guest_context *c)
{
	regs_to_user(v->regs, &c->user_regs);
	if (from_kernel(v->regs))
		c->flags = VGCF_in_kernel;
	if (!v->down)
		c->flags |= VGCF_online;
	c->flags |= VGCF_i387_valid;
	memcpy(c->fpu_ctxt, v->context.fpu, sizeof(c->fpu_ctxt));
	memcpy(c->trap_ctxt, v->traps, sizeof(c->trap_ctxt));
	memcpy(c->gdt_frames, v->gdt, sizeof(v->gdt));
	c->gdt_ents = v->gdt_pages * (PAGE_SIZE / 8);
	c->ldt_base = v->ldt_base;
	c->ldt_ents = v->ldt_entries;
	c->kernel_ss = v->kernel_ss;
	c->kernel_sp = v->kernel_sp;
	c->ctrlreg[0] = v->virt.cr0;
	c->ctrlreg[2] = v->virt.cr2;
	c->ctrlreg[3] = xen_pfn_to_cr3(v->base.n);
	memcpy(c->debugreg, v->virt.dr, sizeof(c->debugreg));
	c->debugreg[6] = v->context.dr6;
	c->event_callback_cs = v->event_cs;
	c->event_callback_eip = v->event_eip;
	c->failsafe_callback_cs = v->failsafe_cs;
	c->failsafe_callback_eip = v->failsafe_eip;
	c->vm_assist = v->domain->vm_assist;
}
