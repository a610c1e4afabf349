/* grant_machine.c: see grant_machine.h. */
#include <stdlib.h>
#include <string.h>

#include "hw/pic.h"
#include "grant_machine.h"
#include "dom/guest_ops.h"
#include "dom/run.h"
#include "hcall/hcall.h"
#include "insn/insn.h"
#include "mmu/direct/walk.h"
#include "no_trace.h"

u32 memory[FRAMES][1024] __attribute__((aligned(4096)));
u8 guest_page[PAGE_SIZE];
struct guest guests[DOMAINS];
u32 heap_pages;
struct cpu this_cpu;
static struct frame frames[FRAMES];
static u32 m2p_table[FRAMES];
static struct shared_info shared[DOMAINS];

#include "host_memory.h"

/* Two pages: structures are larger here than in the hypervisor. */
void *hv_alloc_page(void)
{
	heap_pages++;
	return calloc(2, PAGE_SIZE);
}
void hv_free_page(void *page)
{
	heap_pages -= page != NULL;
	free(page);
}

/* ---- the processor ---- */

struct remembered tlb[SLOTS][FRAMES];

void flush_translations(void)
{
	memset(tlb, 0, sizeof(tlb));
}
void direct_flush(struct vcpu *v)
{
	(void)v;
	flush_translations();
}
void direct_invlpg(struct vcpu *v, vaddr_t va)
{
	if (v == current && va >> PAGE_SHIFT < SLOTS)
		memset(tlb[va >> PAGE_SHIFT], 0, sizeof(tlb[0]));
}
void machine_run(u16 id)
{
	if (current == guests[id].d->vcpus)
		return;
	current = guests[id].d->vcpus;
	flush_translations(); /* another page directory is loaded */
	machine_touch();
}
void machine_touch(void)
{
	const u32 *low = current ? memory[guests[current->domain->id].frame[LOW]] : NULL;

	for (u32 i = 0; low && i < SLOTS; i++) {
		struct remembered *r = &tlb[i][low[i] >> PAGE_SHIFT];

		if (!(low[i] & PTE_P))
			continue;
		r->read = true;
		r->write |= !!(low[i] & PTE_RW);
		r->owner = frame_table[low[i] >> PAGE_SHIFT].owner;
	}
}

/* What the MMU needs of page tables that the guest writes: there are none. */
void direct_load_base(struct vcpu *v)
{
	v->domain->direct->base = mfn_valid(v->base) ? memory[v->base.n] : NULL;
}
void soft_tlb_flush(struct domain *d)
{
	(void)d;
}
void rehook_all(struct vcpu *v)
{
	(void)v;
}
void rehook_each(struct vcpu *v)
{
	(void)v;
}
bool rehook_missing(struct vcpu *v, vaddr_t va)
{
	(void)v, (void)va;
	return false;
}
bool writable_fault(struct vcpu *v, vaddr_t va)
{
	(void)v, (void)va;
	return false;
}
mfn_t direct_translate(struct vcpu *v, vaddr_t va, u32 access, struct guest_fault *pf)
{
	(void)v, (void)va, (void)access, (void)pf;
	return NO_FRAME;
}
u8 *soft_tlb_fill(struct vcpu *v, vaddr_t va, u32 len, bool write)
{
	(void)v, (void)va, (void)len, (void)write;
	return NULL; /* so that all is read by copy_from_guest() */
}

/* No line of a device is at a port here. */
void pic_mask(u32 irq)
{
	(void)irq;
}
void pic_unmask(u32 irq)
{
	(void)irq;
}
void vcpu_wake(struct vcpu *v)
{
	v->blocked = false;
}

static bool in_page(vaddr_t va, u32 len)
{
	return va >= GUEST_VA && va - GUEST_VA <= PAGE_SIZE - len;
}
int copy_from_guest(struct vcpu *v, void *dst, vaddr_t src, u32 len)
{
	(void)v;
	if (!in_page(src, len))
		return -EFAULT;
	memcpy(dst, guest_page + (src - GUEST_VA), len);
	return 0;
}
int copy_to_guest(struct vcpu *v, vaddr_t dst, const void *src, u32 len)
{
	(void)v;
	if (!in_page(dst, len))
		return -EFAULT;
	memcpy(guest_page + (dst - GUEST_VA), src, len);
	return 0;
}

s32 grant_op(u16 id, u32 cmd, void *op, u32 size)
{
	struct hcall_args a = {.a1 = cmd, .a2 = GUEST_VA, .a3 = 1};
	s32 ret;

	memcpy(guest_page, op, size);
	ret = hc_grant_table_op(guests[id].d->vcpus, &a);
	memcpy(op, guest_page, size);
	return ret;
}

struct grant_entry *entry(u16 id, u32 ref)
{
	mfn_t m = guests[id].d->grants->table[ref / GRANTS_PER_FRAME];

	return (struct grant_entry *)memory[m.n] + ref % GRANTS_PER_FRAME;
}

void machine_init(void)
{
	memset(guests, 0, sizeof(guests));
	frames_init(frames, m2p_table, FRAMES);
	frames_release(0, FRAMES);
}

/* Others call its frames by the numbers that they have. */
static mfn_t frame_number(struct domain *d, u32 n, bool write)
{
	(void)d, (void)write;
	return mfn(n);
}
static const struct guest_ops design = {.frame = frame_number, .by_mfn = true};

static bool use_tables(struct domain *d, const u32 *frame)
{
	memory[frame[DIRECTORY]][0] = frame[LOW] << PAGE_SHIFT | PTE_P | PTE_RW | PTE_US;
	return !new_base(d->vcpus, mfn(frame[DIRECTORY])) &&
	       !pin_table(d, mfn(frame[OTHER]), FT_PAGE_TABLE);
}

bool machine_create(u16 id)
{
	struct gnttab_setup_table setup = {.dom = DOMID_SELF, .nr_frames = 1, .frame_list = 0x1800};
	struct domain *d, **end = &domains;

	if (domain_find(id) || free_frames() < PAGES + 1)
		return false;
	d = hv_alloc_page();
	d->vcpus = hv_alloc_page();
	while (*end)
		end = &(*end)->next;
	*end = d;
	guests[id].d = d->vcpus->domain = d;
	d->id = id;
	d->mmu = &direct_ops;
	d->ops = &design;
	d->privileged = id == 0;
	d->nr_pages = PAGES;
	d->shared_mfn = NO_FRAME;
	d->shared = &shared[id];
	d->vcpus->info = &shared[id].vcpu_info[0];
	if (!direct_create(d) || !evtchn_create(d))
		panic("no memory");
	for (u32 i = 0; i < PAGES; i++)
		page_charge(d, mfn(guests[id].frame[i] = alloc_frame(id).n));
	if (!use_tables(d, guests[id].frame) ||
	    grant_op(id, GNTTABOP_setup_table, &setup, sizeof(setup)) || setup.status)
		panic("domain %u cannot begin", id);
	return true;
}

void machine_destroy(u16 id)
{
	struct domain *d = guests[id].d, **at = &domains;

	if (current == d->vcpus) {
		current = NULL;
		flush_translations();
	}
	/* As domain_destroy_part() does it. */
	evtchn_destroy(d);
	grant_destroy(d);
	while (!direct_release(d))
		;
	d->mmu->destroy(d);
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	domain_free(d);
	guests[id].d = NULL;
}
