/*[H33] scan_domain.c: the scanner at work on a domain's memory: patching its kernel. */
#include "dom/elf.h"
#include "dom/guest_ops.h"
#include "find/found.h"
#include "lib/string.h"
#include "mem/domain_page.h"
#include "trace/trace.h"

#define TABLE_PAGES 8	  /* about 4000 instructions */
#define PART_BYTES  2048u /* of code, at least, scanned in one go */

/* The machine frame of a guest-physical address. Code was loaded, so memory is there. */
mfn_t code_frame(struct domain *d, u32 pa)
{
	u32 n = paddr_pfn(paddr(pa)).n;

	if (n >= d->nr_pages)
		return mfn(INVALID_FRAME);
	/* Its contents may have to be fetched. */
	return p2m_swapped(d->p2m[n]) ? d->ops->frame(d, n, false) : d->p2m[n];
}

bool read_code(void *ctx, u32 pa, u8 *dst, u32 n)
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
void write_code(void *ctx, u32 pa, u8 byte, u8 op)
{
	struct domain *d = ctx;
	u8 *page = map_domain_page(code_frame(d, pa));

	page[pa % PAGE_SIZE] = byte;
	unmap_domain_page(page);
	if (op)
		trace_patch(d->vcpus, LANE_VMM, LANE_VMM, pa, op);
}

bool scan_finish(struct domain *d, enum scan_error err, const struct scan_result *r)
{
	if (r->insns)
		trace_scan(d->vcpus, LANE_VMM, LANE_VMM, r->start, r->end, r->insns, r->patched);
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

static bool scan_range(struct domain *d, u32 start, u32 end)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;
	enum scan_error err = patch_table_scan(d->patches, paddr(start), paddr(end), &m, &r);

	watch_code(d, start, end);
	return scan_finish(d, err, &r);
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
	return prepare(d) && scan_range(d, start, end);
}

/* The stretch of scanned code that this address lies in, or NULL. */
const struct code_region *region_of(const struct patch_table *t, u32 pa)
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
	return scan_finish(d, err, &r);
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
		if (!scan_range(d, pa, pa + sh.size))
			return false;
	}
	for (i = 0; !found && elf_next_load(elf, &i, &ph) == 1;)
		if (ph.flags & ELF_PF_X && !scan_range(d, ph.paddr, ph.paddr + ph.filesz))
			return false;
	return true;
}

/* From now on reads of segment registers must be caught, too. */
void patch_segment_reads(struct domain *d)
{
	struct code_memory m = {d, read_code, write_code};
	struct scan_result r;

	d->patches->reads = true;
	scan_finish(d, patch_table_rescan(d->patches, &m, &r), &r);
}
