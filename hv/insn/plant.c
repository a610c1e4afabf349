/*[H29] plant.c: the scanner at work on a domain's memory. */
#include "dom/elf.h"
#include "insn/ahead.h"
#include "insn/scan.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "mem/frame.h"
#include "trace/trace.h"

#define TABLE_PAGES 8  /* about 4000 instructions */
#define PF_X	    1u /* struct elf_phdr.flags */

/* The machine frame of a guest-physical address. Code was loaded, so memory is there. */
static mfn_t code_frame(const struct domain *d, u32 pa)
{
	u32 n = paddr_pfn(paddr(pa)).n;

	return n < d->nr_pages ? d->p2m[n] : mfn(INVALID_FRAME);
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

static bool plant(struct domain *d, u32 start, u32 end)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;
	enum scan_error err = patch_table_scan(d->patches, paddr(start), paddr(end), &m, &r);

	/* From now on the guest's own writes must come to us. */
	for (u32 pa = start & PAGE_MASK; pa < end; pa += PAGE_SIZE) {
		mfn_t page = code_frame(d, pa);

		if (mfn_valid(page))
			frame_of(page)->flags |= FRAME_WATCHED;
	}
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

bool scan_kernel(struct domain *d, const struct elf *elf)
{
	struct elf_shdr sh;
	struct elf_phdr ph;
	u32 i = 0, pa, found = 0;

	d->patches = patch_table_init(hv_alloc_pages(TABLE_PAGES), TABLE_PAGES * PAGE_SIZE);
	if (!d->patches) {
		domain_kill(d, END_no_memory, 0, "no memory for its patch table");
		return false;
	}
	while (elf_next_section(elf, &i, &sh)) {
		if (!(sh.flags & SHF_EXECINSTR) || !loaded_at(elf, sh.addr, sh.size, &pa))
			continue;
		found++;
		if (!plant(d, pa, pa + sh.size))
			return false;
	}
	for (i = 0; !found && elf_next_load(elf, &i, &ph) == 1;)
		if (ph.flags & PF_X && !plant(d, ph.paddr, ph.paddr + ph.filesz))
			return false;
	return true;
}

void catch_reads(struct domain *d)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	d->catch_reads = true;
	ahead_forget(d);
	if (!d->patches)
		return;
	d->patches->reads = true;
	finish(d, patch_table_rescan(d->patches, &m, &r), &r);
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

void patch_written(struct domain *d, u32 pa, u32 len)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	if (d->patches)
		finish(d, patch_table_written(d->patches, paddr(pa), len, &m, &r), &r);
}
