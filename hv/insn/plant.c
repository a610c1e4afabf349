/*[H33] plant.c: the scanner at work on a domain's memory: patching its kernel. */
#include "dom/elf.h"
#include "dom/guest_ops.h"
#include "dom/segments.h"
#include "insn/emulate.h"
#include "insn/scan.h"
#include "lib/printk.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/frame.h"
#include "mmu/shadow/shadow.h"
#include "trace/trace.h"

#define TABLE_PAGES 8 /* about 4000 instructions */

/*
 * Code that was not there when the kernel was loaded: generated, copied, a module. Nothing tells
 * where it begins or what of its page is data, so it is not swept but followed, from each place
 * where the kernel is seen in it. What was written, called and left again without an entry into the
 * hypervisor has not been seen.
 */
#define COPY_BYTES    4u  /* so many that are the same are no accident */
#define FOUND_PAGES   32u /* pages that may have such code; the one found first goes first */
#define FOUND_ENTRIES 8u  /* places in a page from which to follow it when it has changed */
#define FOUND_WAYS    32u /* branches yet to be followed */
#define NR_KNOWN      32u
#define FOUND_INSNS   1024 /* followed from one place, at most */
#define NR_HLTS	      128u /* addresses of hlts written into scanned code; the oldest go first */

struct found_page {
	u32 pfn; /* 0: not in use */
	bool changed;
	u8 code_size; /* of operands: 2 or 4 */
	u8 nr_entries;
	u32 entries[FOUND_ENTRIES]; /* linear */
	u32 seen[PAGE_SIZE / 32];   /* where instructions begin, as bits */
};

struct found_code {
	bool changed; /* one of the pages has */
	bool told;    /* of a hlt that may be a copied patch */
	u32 next;     /* to be given up if all are in use */
	u32 hlts[NR_HLTS], next_hlt;
	/* Stretches of EIP, each within a page, that are known to have been scanned. */
	struct known_page {
		struct known_code code;
		u32 cr3, epoch, descriptors_epoch;
		u32 pde, pte; /* by which EIP's page is mapped; 0: another way than by a table */
		bool flat;    /* CS begins at 0 */
	} known[NR_KNOWN];
	struct found_page pages[FOUND_PAGES];
};
#define PART_BYTES	 2048u /* of code, at least, scanned in one go */
#define FOUND_CODE_PAGES pages_of(sizeof(struct found_code))

/* The machine frame of a guest-physical address. Code was loaded, so memory is there. */
static mfn_t code_frame(struct domain *d, u32 pa)
{
	u32 n = paddr_pfn(paddr(pa)).n;

	if (n >= d->nr_pages)
		return mfn(INVALID_FRAME);
	/* Its contents may have to be fetched. */
	return p2m_swapped(d->p2m[n]) ? d->ops->frame(d, n, false) : d->p2m[n];
}

static bool read_code(void *ctx, u32 pa, u8 *dst, u32 n)
{
	while (n) {
		u32 offset = pa % PAGE_SIZE, part = PAGE_SIZE - offset < n ? PAGE_SIZE - offset : n;
		mfn_t m = code_frame(ctx, pa);
		u8 *page;

		if (!mfn_valid(m))
			return false;
		page = map_domain_page(m);
		memcpy(dst, page + offset, part);
		unmap_domain_page(page);
		pa += part;
		dst += part;
		n -= part;
	}
	return true;
}

/* Not by mmu_ops.write, which would take it for a write of the guest's and scan again. */
static void write_code(void *ctx, u32 pa, u8 byte, u8 op)
{
	struct domain *d = ctx;
	u8 *page = map_domain_page(code_frame(d, pa));

	page[pa % PAGE_SIZE] = byte;
	unmap_domain_page(page);
	if (op)
		trace_plant(&d->vcpu, LANE_VMM, LANE_VMM, pa, op);
}

static bool finish(struct domain *d, enum scan_error err, const struct scan_result *r)
{
	if (r->insns)
		trace_scan(&d->vcpu, LANE_VMM, LANE_VMM, r->start, r->end, r->insns, r->planted);
	if (err)
		domain_kill(d, err == SCAN_TABLE_FULL ? END_no_memory : END_bad_image, err,
			    scan_error_text(err));
	return !err;
}

/* From now on the guest's own writes must come to us. */
static void watch_code(struct domain *d, u32 start, u32 end)
{
	for (u32 pa = start & PAGE_MASK; pa < end; pa += PAGE_SIZE) {
		mfn_t page = code_frame(d, pa);

		if (mfn_valid(page))
			frame_of(page)->flags |= FRAME_WATCHED;
	}
}

static bool plant(struct domain *d, u32 start, u32 end)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;
	enum scan_error err = patch_table_scan(d->patches, paddr(start), paddr(end), &m, &r);

	watch_code(d, start, end);
	return finish(d, err, &r);
}

/* Where a linear range of the file has been loaded. */
static bool loaded_at(const struct elf *elf, u32 addr, u32 size, u32 *pa)
{
	struct elf_phdr ph;
	u32 i = 0;

	while (elf_next_load(elf, &i, &ph) == 1)
		if (addr >= ph.vaddr && addr - ph.vaddr < ph.filesz &&
		    size <= ph.filesz - (addr - ph.vaddr)) {
			*pa = ph.paddr + (addr - ph.vaddr);
			return true;
		}
	return false;
}

static bool prepare(struct domain *d)
{
	if (d->patches)
		return d->found;
	d->patches = patch_table_init(hv_alloc_pages(TABLE_PAGES), TABLE_PAGES * PAGE_SIZE);
	d->found = hv_alloc_pages(FOUND_CODE_PAGES);
	if (!d->patches || !d->found)
		domain_kill(d, END_no_memory, 0, "no memory for its patch table");
	return d->patches && d->found;
}

void scan_end(struct domain *d)
{
	hv_free_pages(d->patches, TABLE_PAGES);
	hv_free_pages(d->found, FOUND_CODE_PAGES);
	d->patches = NULL;
	d->found = NULL;
}

bool scan_image(struct domain *d, u32 start, u32 end)
{
	return prepare(d) && plant(d, start, end);
}

/* The stretch of scanned code that this address lies in, or NULL. */
static const struct code_region *region_of(const struct patch_table *t, u32 pa)
{
	for (u32 i = 0; i < t->nr_regions; i++)
		if (pa >= t->regions[i].start && pa < t->regions[i].end)
			return &t->regions[i];
	return NULL;
}

/*
 * A part of a scan ends where a buffer is read that begins at the beginning of a page: then that
 * place can be noted as the page's first boundary, and the next part begins right there.
 */
static struct {
	u32 from, end; /* of the code that remains */
	u32 at;	       /* where the part has ended; 0: it goes on */
} part;

static bool read_part(void *ctx, u32 pa, u8 *dst, u32 n)
{
	if (pa % PAGE_SIZE < NO_BOUNDARY && pa - part.from >= PART_BYTES &&
	    part.end - pa > 2 * INSN_MAX_LEN) {
		part.at = pa;
		return false;
	}
	return read_code(ctx, pa, dst, n);
}

static void note_boundary(struct patch_table *t, u32 pa)
{
	const struct code_region *r = region_of(t, pa);

	t->first[r->first_index + (pa >> PAGE_SHIFT) - (r->start >> PAGE_SHIFT)] = pa % PAGE_SIZE;
}

bool scan_part(struct domain *d, u32 *start, u32 end)
{
	struct code_memory m = {d, read_part, write_code};
	struct scan_result r;
	enum scan_error err;

	if (!prepare(d))
		return false;
	part.from = *start;
	part.end = end;
	part.at = 0;
	if (d->scanned)
		err = patch_table_written(d->patches, paddr(*start + INSN_MAX_LEN), 1, &m, &r);
	else
		err = patch_table_scan(d->patches, paddr(*start), paddr(end), &m, &r);
	d->scanned = part.at;
	watch_code(d, *start, end);
	*start = end;
	if (part.at) {
		note_boundary(d->patches, part.at);
		*start = part.at;
		err = SCAN_OK;
	}
	return finish(d, err, &r);
}

bool scan_kernel(struct domain *d, const struct elf *elf)
{
	struct elf_shdr sh;
	struct elf_phdr ph;
	u32 i = 0, pa, found = 0;

	if (!prepare(d))
		return false;
	while (elf_next_section(elf, &i, &sh)) {
		if (!(sh.flags & SHF_EXECINSTR) || !loaded_at(elf, sh.addr, sh.size, &pa))
			continue;
		found++;
		if (!plant(d, pa, pa + sh.size))
			return false;
	}
	for (i = 0; !found && elf_next_load(elf, &i, &ph) == 1;)
		if (ph.flags & ELF_PF_X && !plant(d, ph.paddr, ph.paddr + ph.filesz))
			return false;
	return true;
}

/* From now on reads of segment registers must be caught, too. */
static void plant_over_reads(struct domain *d)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	d->patches->reads = true;
	finish(d, patch_table_rescan(d->patches, &m, &r), &r);
}

static bool was_scanned(const struct patch_table *t, u32 pa)
{
	return region_of(t, pa);
}

/* Remove the patches of a page, but not those in a part that has been scanned. */
static void forget_page(struct domain *d, struct found_page *p)
{
	struct patch_table *t = d->patches;
	u32 start = p->pfn * PAGE_SIZE, k = patch_find(t, start);

	while (k < t->nr && t->entries[k].pa - start < PAGE_SIZE) {
		if (was_scanned(t, t->entries[k].pa)) {
			k++;
			continue;
		}
		write_code(d, t->entries[k].pa, t->entries[k].byte, OP_other);
		patch_delete(t, k);
	}
	memset(p->seen, 0, sizeof(p->seen));
	p->changed = false;
}

static struct found_page *find_page(struct found_code *f, u32 pfn)
{
	for (u32 i = 0; i < FOUND_PAGES; i++)
		if (f->pages[i].pfn == pfn)
			return &f->pages[i];
	return NULL;
}

static struct found_page *get_page(struct vcpu *v, mfn_t m, u8 code_size)
{
	struct found_code *f = v->domain->found;
	u32 pfn = frame_of(m)->pfn;
	struct found_page *p = find_page(f, pfn);

	if (p)
		return p;
	p = find_page(f, 0);
	if (!p) {
		p = &f->pages[f->next++ % FOUND_PAGES];
		forget_page(v->domain, p);
	}
	*p = (struct found_page){.pfn = pfn, .code_size = code_size};
	watch_frame(v->domain, m);
	return p;
}

/* New code need not begin where the old did. */
static void note_change(struct domain *d, u32 pa, u32 len)
{
	struct found_page *p = find_page(d->found, pa / PAGE_SIZE);

	if (!p)
		return;
	p->changed = d->found->changed = true;
	d->code.len = 0;
	for (u32 k = 0; k < p->nr_entries;)
		if (p->entries[k] % PAGE_SIZE - pa % PAGE_SIZE < len)
			p->entries[k] = p->entries[--p->nr_entries];
		else
			k++;
}

/* Patch the instruction at `pa` if that is needed. @return false if the domain has ended */
static bool plant_found(struct domain *d, const struct insn *i, u32 pa, u8 byte)
{
	struct patch_table *t = d->patches;
	u32 k = patch_find(t, pa);

	if (!insn_needs_plant(i) && !(t->reads && insn_reads_segment(i)))
		return true;
	if (k < t->nr && t->entries[k].pa == pa)
		return true;
	if (!patch_insert(t, k, (struct patch){pa, byte, i->op})) {
		domain_kill(d, END_no_memory, pa, scan_error_text(SCAN_TABLE_FULL));
		return false;
	}
	write_code(d, pa, PLANTED_BYTE, i->op);
	return true;
}

/* The page of the instruction at `va`, if it is to be followed there: not scanned, not yet seen. */
static struct found_page *unseen(struct vcpu *v, u32 va, u8 code_size, u32 *pa)
{
	struct guest_fault pf;
	mfn_t m = v->domain->mmu->translate(v, va, PF_LOOK, &pf);
	u32 offset = va % PAGE_SIZE;
	struct found_page *p;

	*pa = 0;
	if (!mfn_valid(m))
		return NULL;
	*pa = frame_of(m)->pfn * PAGE_SIZE + offset;
	if (was_scanned(v->domain->patches, *pa))
		return NULL;
	p = get_page(v, m, code_size);
	return p->seen[offset / 32] >> offset % 32 & 1 ? NULL : p;
}

static void follow_code(struct vcpu *v, u32 from, u8 code_size)
{
	u32 ways[FOUND_WAYS], nr = 0, insns = 0, va, pa, target;
	struct found_page *p;

	for (ways[nr++] = from; nr;) {
		u8 bytes[INSN_MAX_LEN];
		enum branch branch = BRANCH_NONE;
		struct insn insn;

		for (va = ways[--nr]; (p = unseen(v, va, code_size, &pa)); va += insn.len) {
			u32 n = guest_fetch(v, va, bytes, sizeof(bytes));

			p->seen[va % PAGE_SIZE / 32] |= 1u << va % 32;
			emul_overlay(v, va, bytes, n);
			if (insns++ >= FOUND_INSNS ||
			    insn_decode_sized(bytes, n, code_size, &insn) ||
			    !plant_found(v->domain, &insn, pa, bytes[0]))
				break;
			target = va + insn.len;
			branch = insn_branch(&insn, target, &target);
			if (branch == BRANCH_SOMEWHERE || insn.op == OP_iret ||
			    insn.op == OP_jmp_far || insn.op == OP_ret_far)
				break;
			if (branch != BRANCH_NONE && branch != BRANCH_CALL_SOMEWHERE &&
			    nr < FOUND_WAYS)
				ways[nr++] = target;
			if (branch == BRANCH_ALWAYS)
				break;
		}
	}
	trace_scan(v, LANE_VMM, LANE_VMM, from, from, insns, 0);
}

/* What has been written to is followed anew from where it was entered. */
static void follow_changes(struct vcpu *v)
{
	struct found_code *f = v->domain->found;

	f->changed = false;
	for (u32 i = 0; i < FOUND_PAGES; i++) {
		struct found_page *p = &f->pages[i];

		if (!p->changed)
			continue;
		forget_page(v->domain, p);
		for (u32 k = 0; k < p->nr_entries; k++)
			follow_code(v, p->entries[k], p->code_size);
	}
}

static u32 word_at(struct domain *d, u32 table, u32 index)
{
	mfn_t m = code_frame(d, table);
	u32 *page, word;

	if (!mfn_valid(m))
		return 0;
	page = map_domain_page(m);
	word = page[index];
	unmap_domain_page(page);
	if (frame_of(m)->flags & FRAME_WATCHED)
		patch_overlay(d, paddr(table + index * 4), (u8 *)&word, sizeof(word));
	return word;
}

/* By which entries is EIP's page mapped? Where these lead, and that they do; 0 if there is no
 * table. */
static void mapped_by(struct vcpu *v, u32 *pde, u32 *pte)
{
	u32 eip = v->regs->eip;

	*pte = 0;
	if (!(v->virt.cr0 & CR0_PG))
		return;
	*pde = word_at(v->domain, v->virt.cr3 & PTE_FRAME, eip >> 22);
	*pde &= PTE_FRAME | PTE_PS | PTE_P;
	if ((*pde & (PTE_PS | PTE_P)) == PTE_P)
		*pte = word_at(v->domain, *pde & PTE_FRAME, eip >> PAGE_SHIFT & (NR_PTES - 1)) &
		       (PTE_FRAME | PTE_P);
}

/* What of EIP's page has been scanned together with it. */
static void know(struct vcpu *v, struct known_page *k, const struct code_region *r, u32 pa)
{
	u32 start = pa & PAGE_MASK, end = start + PAGE_SIZE;

	if (start < r->start)
		start = r->start;
	if (end > r->end)
		end = r->end;
	*k = (struct known_page){.code = {v->regs->eip - (pa - start), end - start, v->regs->cs},
				 .cr3 = v->virt.cr3,
				 .epoch = v->domain->shadow->code_epoch,
				 .descriptors_epoch = v->domain->descriptors_epoch};
	/* resume() goes by EIP alone; a cr3 write looks at linear addresses. */
	k->flat = desc_base(loaded_segment(v, SEG_CS)) == 0;
	if (k->flat) {
		v->domain->code = k->code;
		mapped_by(v, &k->pde, &k->pte);
	}
}

static bool in_stretch(const struct vcpu *v, const struct known_page *k)
{
	return v->regs->eip - k->code.start < k->code.len && k->code.cs == v->regs->cs &&
	       k->descriptors_epoch == v->domain->descriptors_epoch;
}

/* Does a stretch still mean the same code, though another directory is the base, or a table has
 * changed? A kernel's code mostly lies in the same place in all of its address spaces. */
static bool still_mapped(struct vcpu *v, struct known_page *k)
{
	u32 pde, pte;

	if (!k->pte)
		return false;
	mapped_by(v, &pde, &pte);
	if (pte != k->pte || pde != k->pde)
		return false;
	k->cr3 = v->virt.cr3;
	k->epoch = v->domain->shadow->code_epoch;
	v->domain->code = k->code;
	return true;
}

static void __attribute__((noinline)) look_around(struct vcpu *v, struct known_page *k)
{
	struct domain *d = v->domain;
	const struct code_region *r;
	struct found_page *p;
	u32 la, pa;
	u8 size;

	if (d->catch_reads && !d->patches->reads)
		plant_over_reads(d);
	if (d->found->changed)
		follow_changes(v);
	if (in_stretch(v, k) && still_mapped(v, k))
		return;
	la = code_address(v, &size);
	p = unseen(v, la, size, &pa);
	r = region_of(d->patches, pa);
	if (r) {
		know(v, k, r, pa);
	} else if (p) {
		p->entries[p->nr_entries < FOUND_ENTRIES ? p->nr_entries++ : la % FOUND_ENTRIES] =
		    la;
		follow_code(v, la, size);
	}
}

void code_entered(struct vcpu *v)
{
	struct found_code *f = v->domain->found;
	struct known_page *k = &f->known[(v->regs->eip >> PAGE_SHIFT) % NR_KNOWN];

	if (f->changed || !in_stretch(v, k) || k->cr3 != v->virt.cr3 ||
	    k->epoch != v->domain->shadow->code_epoch)
		look_around(v, k);
	else if (k->flat)
		v->domain->code = k->code;
}

const struct patch *patch_lookup(const struct domain *d, paddr_t pa)
{
	return d->patches ? patch_table_lookup(d->patches, pa) : NULL;
}

void patch_overlay(const struct domain *d, paddr_t pa, u8 *bytes, u32 n)
{
	if (d->patches)
		patch_table_overlay(d->patches, pa, bytes, n);
}

/* A hlt that is written into scanned code is the guest's own; or a patch that it has read and
 * copied, as a kernel does that puts other instructions in place of some of its own (Linux's
 * alternatives). */
static void note_hlts(struct domain *d, u32 pa, u32 len)
{
	u8 byte;

	for (u32 k = pa; k - pa < len; k++)
		if (was_scanned(d->patches, k) && read_code(d, k, &byte, 1) && byte == PLANTED_BYTE)
			d->found->hlts[d->found->next_hlt++ % NR_HLTS] = k;
}

static bool was_written(const struct found_code *f, u32 pa)
{
	for (u32 k = 0; k < NR_HLTS; k++)
		if (f->hlts[k] == pa)
			return true;
	return false;
}

void patch_written(struct domain *d, u32 pa, u32 len)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	if (!d->patches || !len)
		return;
	note_hlts(d, pa, len);
	note_change(d, pa, len);
	finish(d, patch_table_written(d->patches, paddr(pa), len, &m, &r), &r);
}

bool is_copied_trap(struct vcpu *v)
{
	struct domain *d = v->domain;
	const struct patch_table *t = d->patches;
	u8 here[COPY_BYTES], there[COPY_BYTES], size;
	struct guest_fault pf;
	u32 la = code_address(v, &size), pa;
	mfn_t m = d->mmu->translate(v, la, PF_LOOK, &pf);
	bool scanned;

	if (!t || !mfn_valid(m) || guest_fetch(v, la, here, sizeof(here)) < sizeof(here))
		return false;
	pa = frame_of(m)->pfn * PAGE_SIZE + la % PAGE_SIZE;
	scanned = was_scanned(t, pa);
	if (scanned && !was_written(d->found, pa))
		return false;
	for (u32 k = 0; k < t->nr; k++)
		if (read_code(d, t->entries[k].pa, there, sizeof(there)) &&
		    memcmp(here, there, sizeof(here)) == 0)
			return true;
	/* What follows is not what followed there: that may be all that was copied. */
	if (scanned && !d->found->told)
		printk("trapline: domain %u: at eip %08x it halts by a hlt that it wrote into its "
		       "code: if it copied a patch, SENSITIVE=breakpoint makes none\n",
		       d->id, v->regs->eip);
	d->found->told |= scanned;
	return false;
}
