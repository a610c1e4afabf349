/*[H63] build_pv.c: the start of day of a direct-mode domain (start_of_day.h says what it finds). */
#include <trapline/start_of_day.h>
#include "comm/evtchn.h"
#include "comm/grant.h"
#include "build/build_pv.h"
#include "dom/time.h"
#include "build/xen_image.h"
#include "hcall/hcall.h"
#include "lib/printk.h"
#include "lib/range.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mmu/direct/direct.h"

#define MFNS_PER_PAGE (PAGE_SIZE / sizeof(u32))
#define L1_PROT	      (PTE_P | PTE_RW | PTE_A | PTE_D)
#define L2_PROT	      (PTE_P | PTE_RW | PTE_US | PTE_A | PTE_D)

struct builder {
	struct domain *d;
	struct layout at;
	mfn_t *list; /* [] the frames that hold the guest's list of machine frames */
	u32 nr_pages;
	bool by_paddr; /* its program headers' physical addresses say where it lies */
};

static bool fail(const char *why)
{
	printk("trapline: direct-mode kernel: %s\n", why);
	return false;
}

/* The list of machine frames is the guest's own: its page `pfn / 1024` lies in list[pfn / 1024]. */
static mfn_t frame_at(const struct builder *b, u32 va)
{
	u32 pfn = (va - b->at.start) / PAGE_SIZE;
	const mfn_t *page = map_domain_page(b->list[pfn / MFNS_PER_PAGE]);
	mfn_t m = page[pfn % MFNS_PER_PAGE];

	unmap_domain_page(page);
	return m;
}

static void set_frame(const struct builder *b, u32 pfn, mfn_t m)
{
	mfn_t *page = map_domain_page(b->list[pfn / MFNS_PER_PAGE]);

	page[pfn % MFNS_PER_PAGE] = m;
	unmap_domain_page(page);
	m2p[m.n] = pfn;
	page_charge(b->d, m);
}

static bool allocate(struct builder *b)
{
	u32 first = (b->at.p2m - b->at.start) / PAGE_SIZE;
	u32 n = round_up(b->nr_pages, MFNS_PER_PAGE) / MFNS_PER_PAGE;

	b->list = hv_alloc_page();
	if (!b->list || free_frames() < b->nr_pages)
		return false;
	for (u32 i = 0; i < n; i++)
		b->list[i] = alloc_frame(b->d->id);
	for (u32 pfn = 0; pfn < b->nr_pages; pfn++)
		set_frame(b, pfn, pfn - first < n ? b->list[pfn - first] : alloc_frame(b->d->id));
	return true;
}

/* Copy into the guest; its memory is zero before. */
static void put(const struct builder *b, u32 va, const void *src, u32 len)
{
	while (len) {
		u32 offset = va % PAGE_SIZE;
		u32 part = len < PAGE_SIZE - offset ? len : PAGE_SIZE - offset;
		u8 *page = map_domain_page(frame_at(b, va));

		memcpy(page + offset, src, part);
		unmap_domain_page(page);
		va += part;
		src = (const u8 *)src + part;
		len -= part;
	}
}

/* Where a part of the kernel lies. Xen goes by its physical address, and takes that for a linear
 * one; with VIRT_BASE we can tell, and do not mind how it was linked. */
static u32 place_of(const struct builder *b, const struct elf_phdr *ph)
{
	return b->by_paddr ? ph->paddr : ph->vaddr;
}

/* @return the end of what the kernel occupies, or 0 if it does not fit. Without VIRT_BASE it says
 * itself where guest frame 0 is. */
static u32 kernel_end(struct builder *b, const struct elf *e)
{
	struct elf_phdr ph;
	u32 end = 0, low = NO_ADDRESS;
	int more;

	for (u32 i = 0; (more = elf_next_load(e, &i, &ph)) > 0;) {
		u32 at = place_of(b, &ph);

		if (at < low)
			low = at;
		if (at + ph.memsz > end)
			end = at + ph.memsz;
	}
	if (b->by_paddr)
		b->at.start = low & ~(MB4 - 1);
	return more < 0 || low < b->at.start || b->at.start % PAGE_SIZE ? 0 : end;
}

static void put_kernel(const struct builder *b, const struct elf *e)
{
	struct elf_phdr ph;

	for (u32 i = 0; elf_next_load(e, &i, &ph) > 0;)
		put(b, place_of(b, &ph), e->file + ph.offset, ph.filesz);
}

/* The page tables that map [start, end), themselves read-only. */
static void put_tables(const struct builder *b)
{
	const struct layout *at = &b->at;
	u32 table = at->tables + PAGE_SIZE, entry,
	    tables_end = at->tables + at->nr_tables * PAGE_SIZE;

	for (u32 va = at->start; va < at->end; va += PAGE_SIZE) {
		if (va == at->start || va % MB4 == 0) {
			entry = mfn_maddr(frame_at(b, table)).a | L2_PROT;
			put(b, at->tables + (va >> 22) * sizeof(u32), &entry, sizeof(entry));
			table += PAGE_SIZE;
		}
		entry = mfn_maddr(frame_at(b, va)).a | L1_PROT;
		if (va >= at->tables && va < tables_end)
			entry &= ~PTE_RW;
		put(b, table - PAGE_SIZE + (va >> PAGE_SHIFT) % NR_PTES * sizeof(u32), &entry,
		    sizeof(entry));
	}
}

/* A page of the guest's that it shares with domain 0, and a channel on which that may listen.
 * @return false: there is no memory for the channel */
static bool share_with_domain0(const struct builder *b, u32 va, u32 *mfn, u32 *port)
{
	struct evtchn_alloc_unbound channel = {.dom = DOMID_SELF, .remote_dom = 0};

	*mfn = frame_at(b, va).n;
	if (evtchn_alloc_unbound(b->d, &channel))
		return false;
	*port = channel.port;
	return true;
}

static bool put_start_info(const struct builder *b, u32 initrd_len, const char *cmdline)
{
	const struct layout *at = &b->at;
	struct start_info si = {
	    .magic = "xen-3.0-x86_32",
	    .nr_pages = b->nr_pages,
	    .shared_info = mfn_maddr(b->d->shared_mfn).a,
	    .flags = b->d->id == 0 ? SIF_PRIVILEGED | SIF_INITDOMAIN : 0,
	    .pt_base = at->tables,
	    .nr_pt_frames = at->nr_tables,
	    .mfn_list = at->p2m,
	    .mod_start = initrd_len ? at->initrd : 0,
	    .mod_len = initrd_len,
	};

	if (b->d->id != 0 &&
	    (!share_with_domain0(b, at->store, &si.store_mfn, &si.store_evtchn) ||
	     !share_with_domain0(b, at->console, &si.console_mfn, &si.console_evtchn)))
		return false;
	for (u32 i = 0; cmdline && cmdline[i] && i < sizeof(si.cmd_line) - 1; i++)
		si.cmd_line[i] = cmdline[i];
	put(b, at->start_info, &si, sizeof(si));
	return true;
}

/* For each call a stub of 32 bytes: mov $nr, %eax; int $0x82; ret. */
static bool put_hypercall_page(const struct builder *b, const struct xen_image *x)
{
	u32 va = x->hypercall_page;

	if (va == NO_ADDRESS && x->hypercall_pfn == NO_ADDRESS)
		return true;
	if (va == NO_ADDRESS && !range_end(b->at.start, x->hypercall_pfn, PAGE_SIZE, &va))
		return fail("the hypercall page is not in its memory");
	if (va % PAGE_SIZE || va < b->at.start || va - b->at.start >= b->nr_pages * PAGE_SIZE)
		return fail("the hypercall page is not in its memory");
	for (u32 nr = 0; nr < PAGE_SIZE / 32; nr++) {
		u8 stub[] = {0xB8, nr, 0, 0, 0, 0xCD, XEN_HYPERCALL_VECTOR, 0xC3};
		/* iret wants the old EAX on the stack, and never comes back. */
		u8 iret[] = {0x50, 0xB8, __HYPERVISOR_iret, 0, 0, 0, 0xCD, XEN_HYPERCALL_VECTOR};

		put(b, va + nr * 32, nr == __HYPERVISOR_iret ? iret : stub, sizeof(stub));
	}
	return true;
}

static bool create_shared_info(struct domain *d)
{
	d->shared = hv_alloc_page();
	if (!d->shared)
		return false;
	d->shared_mfn = hv_page_mfn(d->shared);
	for (u32 i = 0; i < XEN_LEGACY_MAX_VCPUS; i++)
		d->shared->vcpu_info[i].evtchn_upcall_mask = 1;
	add_vcpu_pv(d->vcpus);
	return true;
}

int add_vcpu_pv(struct vcpu *v)
{
	v->info = &v->domain->shared->vcpu_info[v->name.vcpu];
	time_update_info(v);
	v->period = TICK_NS;
	v->next_tick = system_time() + TICK_NS;
	v->base = v->unfinished.dir = NO_FRAME;
	return 0;
}

bool create_pv(struct domain *d)
{
	d->mmu = &direct_ops;
	return direct_create(d) && evtchn_create(d) && create_shared_info(d);
}

/* The guest's first tables go through the same validation as all that it will ever make. */
static bool use_tables(const struct builder *b)
{
	mfn_t base = frame_at(b, b->at.tables);
	int err;

	do {
		b->d->direct->work = 0;
		err = pin_table(b->d, base, FT_PAGE_DIRECTORY);
	} while (err == HCALL_AGAIN);
	return !err && new_base(b->d->vcpus, base) == 0;
}

static void set_registers(const struct builder *b, u32 entry)
{
	struct vcpu *v = b->d->vcpus;
	struct hcall_args stack = {.a1 = FLAT_RING1_SS, .a2 = b->at.stack_end};

	for (u32 i = 0; i < ARRAY_SIZE(v->traps); i++)
		v->traps[i] = (struct trap_info){.vector = i};
	*v->regs = (struct cpu_regs){
	    .cs = FLAT_RING1_CS,
	    .ds = FLAT_RING1_DS,
	    .es = FLAT_RING1_DS,
	    .ss = FLAT_RING1_SS,
	    .eip = entry,
	    .esp = b->at.stack_end,
	    .esi = b->at.start_info,
	    .eflags = EFL_IF | EFL_FIXED,
	};
	v->event_cs = v->failsafe_cs = FLAT_RING1_CS;
	hc_stack_switch(v, &stack);
	v->initialised = true;
}

static bool image_ok(const struct xen_image *x)
{
	if (!x->found)
		return fail("no __xen_guest section and no ELF note says that it is made for Xen");
	if (x->wrong_version)
		return fail("it is made for another interface than xen-3.0");
	if (x->pae)
		return fail("it wants three-level page tables (PAE)");
	return true;
}

static bool fill_memory(struct builder *b, const struct elf *e, const struct xen_image *x,
			struct module initrd, const char *cmdline)
{
	struct domain *d = b->d;

	if (!create_pv(d) || !allocate(b))
		return fail("not enough machine memory");
	put_kernel(b, e);
	put(b, b->at.initrd, initrd.start, initrd.len);
	if (!put_start_info(b, initrd.len, cmdline))
		return fail("not enough machine memory");
	put_tables(b);
	if (!put_hypercall_page(b, x))
		return false;
	return use_tables(b) || fail("its first page tables were refused");
}

bool build_pv(struct domain *d, struct module kernel, struct module initrd, const char *cmdline,
	      u32 nr_pages)
{
	struct builder b = {.d = d, .nr_pages = nr_pages};
	struct xen_image x;
	struct elf e;
	bool done;
	u32 end;

	if (!elf_open(&e, kernel.start, kernel.len))
		return fail("not an ELF file for the 386");
	xen_image_read(&x, &e);
	if (!image_ok(&x))
		return false;
	b.at.start = x.virt_base;
	b.by_paddr = x.virt_base == NO_ADDRESS;
	end = kernel_end(&b, &e);
	if (!end)
		return fail("a bad program header, or one below VIRT_BASE");
	if (nr_pages > MFNS_PER_PAGE * MFNS_PER_PAGE ||
	    !lay_out(&b.at, end, initrd.len, nr_pages, d->id == 0))
		return fail("it does not fit into its memory");
	d->nr_pages = nr_pages;
	done = fill_memory(&b, &e, &x, initrd, cmdline);
	hv_free_page(b.list);
	if (!done)
		return false;
	set_registers(&b, x.entry);
	printk("trapline: domain %u: %s, %u MB from %08x, entry %08x, start_info %08x\n", d->id,
	       x.guest_os[0] ? x.guest_os : "a kernel", nr_pages / 256, b.at.start, x.entry,
	       b.at.start_info);
	return true;
}

bool release_pv(struct domain *d)
{
	if (d->evtchn)
		evtchn_destroy(d); /* it clears bits in shared_info */
	grant_destroy(d);
	if (d->direct && !direct_release(d))
		return false;
	if (d->direct)
		d->mmu->destroy(d);
	hv_free_page(d->shared);
	d->shared = NULL;
	d->vcpus->info = NULL;
	return true;
}
