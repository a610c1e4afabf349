/* victims.c: domains that the random Domain 0 makes, looks at, and ends. */
#include "master.h"

#define MOST_KB (1024u * 1024)

u32 pages_of(const struct victim *v)
{
	u32 n = v->code;

	for (u32 i = 0; i < VICTIM_PAGES; i++)
		n += v->page[i].there;
	return n;
}

/* The id of a victim that is there, of one that is not quite gone, or of nobody. */
static bool id_in_use(u32 id)
{
	for (u32 i = 0; i < NR_VICTIMS; i++)
		if ((victim[i].there || victim[i].zombie) && victim[i].id == id)
			return true;
	return false;
}

const char *create_step(void)
{
	struct victim *v = &victim[random_below(NR_VICTIMS)];
	struct xen_domctl op = {0};
	u32 id = one_in(3) ? 1000 + random_below(3) : 0;
	s32 want = 0;

	if (one_in(10)) { /* of a member, of ourselves, of nobody that could be */
		static const u32 ids[] = {DOMID_FIRST_RESERVED, 0x7FF2, 0xFFFF};

		op.u.createdomain.flags = one_in(2) ? 2 + random32() % 1000 * 2 : 0;
		return must_be(domctl(&op, XEN_DOMCTL_createdomain,
				      op.u.createdomain.flags ? id : random_of(ids)),
			       -EINVAL, "a domain is made that cannot be");
	}
	if (id_in_use(id))
		want = -EEXIST;
	else if (v->there || v->zombie)
		return NULL;
	for (u32 i = 0; i < sizeof(v->name); i++)
		op.u.createdomain.handle[i] = random32();
	op.u.createdomain.flags = one_in(3) ? XEN_DOMCTL_CDF_hvm_guest : 0;
	if (must_be(domctl(&op, XEN_DOMCTL_createdomain, id), want, "create"))
		return "create";
	if (want)
		return NULL;
	*v = (struct victim){.there = true,
			     .shadow = op.u.createdomain.flags,
			     .serial = ++done.created,
			     .id = op.domain,
			     .paused = true,
			     .vcpus = 1,
			     .mcu_advance = 0};
	memcpy(v->name, op.u.createdomain.handle, sizeof(v->name));
	return id && id != v->id ? "another id" : NULL;
}

const char *destroy(struct victim *v)
{
	struct xen_domctl op = {0};

	v->zombie = views_of_any(v) != 0;
	done.destroyed++;
	done.zombies += v->zombie;
	v->there = false;
	/* What no view holds is gone. */
	for (u32 i = 0; i < VICTIM_PAGES; i++) {
		v->page[i].table = NO_TABLE;
		v->page[i].there &= views_of(v, i) != 0;
	}
	v->code = 0;
	return must_be(domctl(&op, XEN_DOMCTL_destroydomain, v->id), 0, "destroy");
}

const char *destroy_step(void)
{
	struct victim *v = any_victim();
	struct xen_domctl op = {0};

	if (v->there)
		return one_in(4) ? destroy(v) : NULL;
	if (one_in(2))
		return must_be(domctl(&op, XEN_DOMCTL_destroydomain, one_in(2) ? 0 : DOMID_SELF),
			       -EINVAL, "Domain 0 destroys itself");
	return must_be(domctl(&op, XEN_DOMCTL_destroydomain, v->zombie ? v->id : NOBODY), -ESRCH,
		       "nobody is destroyed");
}

const char *limit_step(void)
{
	struct victim *v = any_victim();
	u32 pages = one_in(4) ? random_below(4) : 2 + random_below(VICTIM_PAGES + 8);
	struct xen_domctl op = {.u.max_mem.max_memkb = pages * 4 + random_below(4)};
	s32 want = 0;

	if (one_in(16)) {
		op.u.max_mem.max_memkb = MOST_KB + 1 + (u64)random32() * random_below(3);
		pages = 0;
	}
	if (!pages || (v->shadow ? v->max && v->max != pages : pages < pages_of(v)))
		want = -EINVAL;
	if (!v->there)
		want = -ESRCH;
	if (must_be(domctl(&op, XEN_DOMCTL_max_mem, v->there ? v->id : NOBODY), want, "limit"))
		return "limit";
	if (!want)
		v->max = pages;
	return NULL;
}

const char *vcpus_step(void)
{
	struct victim *v = any_victim();
	u32 n = one_in(8) ? random32() >> random_below(32) : random_below(5);
	struct xen_domctl op = {.u.max_vcpus.max = n};
	s32 want = !n || n > XEN_LEGACY_MAX_VCPUS || n < v->vcpus ? -EINVAL : 0;

	/* In shadow mode they come with memory of the domain's: tests/boot/mp.sh. */
	if (!v->there || n > 4 || (n > 1 && v->shadow))
		return NULL;
	if (must_be(domctl(&op, XEN_DOMCTL_max_vcpus, v->id), want, "vcpus"))
		return "vcpus";
	if (!want)
		v->vcpus = n;
	return NULL;
}

const char *pause_step(void)
{
	struct victim *v = any_victim();
	struct xen_domctl op = {0};
	bool pause = one_in(2);
	s32 want = pause || (v->ready && v->paused) ? 0 : -EINVAL;

	if (!v->there)
		want = -ESRCH;
	else if (!want)
		v->paused = pause;
	done.ran += !want && !pause && v->ready;
	return must_be(domctl(&op, pause ? XEN_DOMCTL_pausedomain : XEN_DOMCTL_unpausedomain,
			      v->there ? v->id : NOBODY),
		       want, "pause");
}

/* ---- one that runs: it blocks for ever ---- */

#define CODE_VA 0xC0000000u

static const u8 block_for_ever[] = {
    0xB8, __HYPERVISOR_sched_op,
    0,	  0,
    0, /* mov $sched_op, %eax */
    0xBB, SCHEDOP_block,
    0,	  0,
    0,		/* mov $block, %ebx */
    0xCD, 0x82, /* int $0x82 */
    0xEB, 0xF2, /* jmp to the beginning */
};

static bool put(const struct victim *v, u32 frame, u32 offset, const void *from, u32 len)
{
	if (map_view(SCRATCH, v->id, frame, PTE_NORMAL))
		return false;
	memset(view_page[SCRATCH], 0, PAGE_SIZE);
	memcpy((u8 *)view_page[SCRATCH] + offset, from, len);
	return !drop_view(SCRATCH);
}

static s32 set_context(const struct victim *v, u32 directory)
{
	static struct vcpu_guest_context c;
	struct xen_domctl op = {.u.vcpucontext.ctxt = (u32)&c};

	memset(&c, 0, sizeof(c));
	c.user_regs.cs = c.event_callback_cs = c.failsafe_callback_cs = FLAT_RING1_CS;
	c.user_regs.ss = c.kernel_ss = FLAT_RING1_SS;
	c.user_regs.eip = CODE_VA;
	c.user_regs.esi = v->id;
	c.ctrlreg[3] = xen_pfn_to_cr3(directory);
	return domctl(&op, XEN_DOMCTL_setvcpucontext, v->id);
}

const char *ready_step(void)
{
	struct victim *v = any_victim();
	u32 mfn[CODE_PAGES] = {0, 1, 2}, pde, pte;
	struct xen_memory_reservation r = {(u32)mfn, CODE_PAGES, 0, 0, v->id, 0};
	struct mmuext_op pin = {.cmd = MMUEXT_PIN_L2_TABLE};

	if (!v->there || v->shadow)
		return NULL;
	if (v->ready || v->max < pages_of(v) + CODE_PAGES)
		return must_be(set_context(v, nonexistent_mfn), v->paused ? -EINVAL : -EBUSY,
			       "a context without a directory");
	if (must_be(HCALL(memory_op, XENMEM_populate_physmap, &r, 0, 0), CODE_PAGES, "code"))
		return "pages for its code";
	v->code = CODE_PAGES;
	pde = mfn[1] << 12 | PDE_NORMAL;
	pte = mfn[2] << 12 | PTE_P | PTE_A;
	pin.arg1 = mfn[0];
	if (!put(v, mfn[2], 0, block_for_ever, sizeof(block_for_ever)) ||
	    !put(v, mfn[1], 0, &pte, sizeof(pte)) ||
	    !put(v, mfn[0], (CODE_VA >> 22) * 4, &pde, sizeof(pde)))
		return "its pages cannot be written";
	if (must_be(HCALL(mmuext_op, &pin, 1, 0, v->id), 0, "pin"))
		return "its directory is refused";
	v->ready = true;
	return must_be(set_context(v, mfn[0]), 0, "its context is refused");
}

/* ---- what is told of them ---- */

const char *info_step(void)
{
	struct victim *v = any_victim();
	struct xen_domctl op = {0};
	const struct xen_domctl_getdomaininfo *d = &op.u.getdomaininfo;
	s32 err = domctl(&op, XEN_DOMCTL_getdomaininfo, v->there || v->zombie ? v->id : NOBODY);

	if (!v->there)
		return must_be(err, -ESRCH, "one that is not there is told of");
	if (err || d->domain != v->id || !same(d->handle, v->name, sizeof(v->name)))
		return must_be(err, 0, "info");
	if (must_be(d->tot_pages, pages_of(v), "pages") || must_be(d->max_pages, v->max, "max"))
		return "its memory";
	if (must_be(d->max_vcpu_id, v->vcpus - 1, "vcpus"))
		return "its vcpus";
	return must_be(d->flags & (XEN_DOMINF_paused | XEN_DOMINF_dying | XEN_DOMINF_shutdown |
				   XEN_DOMINF_hvm_guest),
		       (v->paused ? XEN_DOMINF_paused : 0) | (v->shadow ? XEN_DOMINF_hvm_guest : 0),
		       "its state");
}

/* Each is listed once, a zombie as dying, in the order of their ids. */
const char *list_step(void)
{
	static struct xen_domctl_getdomaininfo list[64];
	struct xen_sysctl op = {.u.getdomaininfolist = {1000 * random_below(2), 64, (u32)list, 0}};
	u32 first = op.u.getdomaininfolist.first_domain, n, found = 0, want = 0;

	if (must_be(sysctl(&op, XEN_SYSCTL_getdomaininfolist), 0, "list"))
		return "list";
	n = op.u.getdomaininfolist.num_domains;
	for (u32 i = 0; i < NR_VICTIMS; i++) {
		const struct victim *v = &victim[i];

		if ((!v->there && !v->zombie) || v->id < first)
			continue;
		want++;
		for (u32 k = 0; k < n; k++)
			found += list[k].domain == v->id &&
				 !(list[k].flags & XEN_DOMINF_dying) == !v->zombie &&
				 list[k].tot_pages == pages_of(v);
	}
	for (u32 k = 1; k < n; k++)
		if (list[k - 1].domain >= list[k].domain)
			return "the list is not in order";
	return must_be(found, want, "the list");
}

const char *share_step(void)
{
	struct victim *v = any_victim();
	struct xen_domctl op = {0};
	struct xen_domctl_scheduler_op *s = &op.u.scheduler_op;

	if (!v->there)
		return NULL;
	s->sched_id = one_in(8) ? random_below(8) : XEN_SCHEDULER_BVT;
	s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	if (domctl(&op, XEN_DOMCTL_scheduler_op, v->id))
		return NULL; /* round robin has no parameters */
	if (v->mcu_advance && must_be(s->u.bvt.mcu_advance, v->mcu_advance, "share"))
		return "its share";
	s->u.bvt.mcu_advance = one_in(8) ? random32() : 1 + random_below(1000);
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	if (must_be(domctl(&op, XEN_DOMCTL_scheduler_op, v->id),
		    s->u.bvt.mcu_advance - 1 < 1000 ? 0 : -EINVAL, "share"))
		return "a share is set, or refused";
	if (s->u.bvt.mcu_advance - 1 < 1000)
		v->mcu_advance = s->u.bvt.mcu_advance;
	return NULL;
}
