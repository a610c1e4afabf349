/* context_native.c: a shadow-mode domain in the hands of the one that makes it. */
#include "build/build.h"
#include "find/find.h"
#include "hcall/errno.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mmu/shadow/shadow.h"

int native_set_max(struct domain *d, u32 nr_pages)
{
	/* Which numbers its pages have is settled by the first call; later ones say how many of
	 * them it may have. */
	if (d->p2m) {
		if (nr_pages > d->nr_pages || nr_pages < d->nr_pages - d->reserve.given)
			return -EINVAL;
		d->reserve.limit = nr_pages;
		return 0;
	}
	d->p2m = hv_alloc_pages(pages_of(nr_pages * sizeof(mfn_t)));
	if (!d->p2m)
		return -ENOMEM;
	for (u32 i = 0; i < nr_pages; i++)
		d->p2m[i] = mfn(INVALID_FRAME);
	d->nr_pages = nr_pages;
	d->reserve.target = d->reserve.limit = d->reserve.resident = nr_pages;
	return 0;
}

/*
 * By the guest's own number. From when its code is known to us, or it runs, each write to its
 * memory must be seen: pages with patches and page tables have no writable mapping, and only the
 * shadows' are ever looked for.
 */
mfn_t native_frame(struct domain *d, u32 n, bool write)
{
	if (n >= d->nr_pages || d->dying || (write && (d->patches || d->vcpus->cr3)))
		return mfn(INVALID_FRAME);
	/* Out of memory is the other's problem then. */
	if (!mfn_valid(d->p2m[n]) && !free_frames())
		return mfn(INVALID_FRAME);
	return populate(d, n);
}

int native_code(struct domain *d, u32 *start, u32 end)
{
	if (end - *start > MAX_CODE_PAGES * PAGE_SIZE || (d->scanned && *start != d->scanned))
		return -EINVAL;
	for (u32 n = *start / PAGE_SIZE; n <= (end - 1) / PAGE_SIZE; n++)
		if (!mfn_valid(d->p2m[n]))
			return -EINVAL;
	/* Without patches there is nothing to be done ahead of time. */
	if (d->ahead)
		return 0;
	if (!scan_part(d, start, end))
		return -EINVAL;
	return *start < end ? HCALL_AGAIN : 0;
}

/* Is a page of it still mapped writable elsewhere? */
static bool written_elsewhere(const struct domain *d)
{
	for (u32 n = 0; n < d->nr_pages; n++)
		if (mfn_valid(d->p2m[n]) && frame_of(d->p2m[n])->type_count)
			return true;
	return false;
}

/* It starts as a boot loader would start it: registers, but no segments and no paging. */
int native_set_context(struct vcpu *v, const struct vcpu_guest_context *c)
{
	const struct cpu_user_regs *u = &c->user_regs;
	struct domain *d = v->domain;

	if (v->name.vcpu)
		return -EINVAL; /* the guest begins them */
	if (v->cr3 || d->dying || !d->p2m || written_elsewhere(d))
		return -EBUSY;
	if ((!d->patches && !d->ahead) || d->scanned)
		return -EINVAL; /* which code there is has not been said, or not all of it has been
				   scanned */
	*v->regs = general_regs(u);
	context_set_fpu(v, c->flags & VGCF_i387_valid ? c->fpu_ctxt : NULL);
	return native_start(v) ? 0 : -ENOMEM;
}

struct cpu_regs general_regs(const struct cpu_user_regs *u)
{
	return (struct cpu_regs){.eip = u->eip,
				 .eax = u->eax,
				 .ebx = u->ebx,
				 .ecx = u->ecx,
				 .edx = u->edx,
				 .esi = u->esi,
				 .edi = u->edi,
				 .ebp = u->ebp,
				 .esp = u->esp};
}

void regs_to_user(const struct cpu_regs *r, struct cpu_user_regs *u)
{
	*u = (struct cpu_user_regs){.ebx = r->ebx,
				    .ecx = r->ecx,
				    .edx = r->edx,
				    .esi = r->esi,
				    .edi = r->edi,
				    .ebp = r->ebp,
				    .eax = r->eax,
				    .eip = r->eip,
				    .cs = r->cs,
				    .eflags = r->eflags,
				    .esp = r->esp,
				    .ss = r->ss,
				    .es = r->es,
				    .ds = r->ds,
				    .fs = r->fs,
				    .gs = r->gs};
}

void native_get_context(const struct vcpu *v, struct vcpu_guest_context *c)
{
	regs_to_user(v->regs, &c->user_regs);
	c->flags = VGCF_i387_valid;
	memcpy(c->fpu_ctxt, v->context.fpu, sizeof(c->fpu_ctxt));
	c->ctrlreg[0] = v->virt.cr0;
	c->ctrlreg[2] = v->virt.cr2;
	c->ctrlreg[3] = v->virt.cr3;
	c->ctrlreg[4] = v->virt.cr4;
	memcpy(c->debugreg, v->virt.dr, sizeof(c->debugreg));
}
