/*[H27]
 * scan.c: a linear sweep over a guest's code, patching what must trap.
 *
 * Linear means that an instruction begins where the one before it ends. Compilers keep data out of
 * their code, so this finds what really runs; data among hand-written code may be misread, and a
 * patch in it changes it. A recursive sweep, which follows jumps, would miss all code that
 * is reached through pointers, and that is worse: a missed popf is a silent error.
 */
#include "find/scan.h"
#include "lib/string.h"

#define BUFFER 256

/* A sweep under way. */
struct sweep {
	struct patch_table *t;
	const struct code_memory *m;
	const struct code_region *region;
	struct scan_result *result;
	u32 pa; /* the next instruction */
	/* Code at `base`, as the guest wrote it. */
	u8 bytes[BUFFER];
	u32 base, filled;
};

const char *scan_error_text(enum scan_error e)
{
	static const char *const text[] = {
	    [SCAN_OK] = "no error",
	    [SCAN_TABLE_FULL] = "more sensitive instructions than the patch table holds",
	    [SCAN_TOO_MUCH_CODE] = "more code than can be kept account of",
	    [SCAN_NO_MEMORY] = "code that is not in memory",
	};

	return text[e];
}

/* Have the next instruction's bytes, all 15 of them unless the region ends before. */
static bool fill(struct sweep *s)
{
	u32 room = s->region->end - s->pa;
	u32 wanted = room < INSN_MAX_LEN ? room : INSN_MAX_LEN;

	if (s->pa - s->base + wanted <= s->filled)
		return true;
	s->base = s->pa;
	s->filled = room < BUFFER ? room : BUFFER;
	if (!s->m->read(s->m->ctx, s->base, s->bytes, s->filled))
		return false;
	patch_table_overlay(s->t, paddr(s->base), s->bytes, s->filled);
	return true;
}

/* The instruction at s->pa is `len` bytes long: have a trap on its first byte if `op`, and on no
 * other, whatever an earlier scan took for an instruction there. */
static enum scan_error patch_insn(struct sweep *s, u32 len, u8 op)
{
	/* LAB 01.5a BEGIN */
	struct patch_table *t = s->t;
	u32 k = patch_find(t, s->pa);
	u8 byte = s->bytes[s->pa - s->base];

	if (op && k < t->nr && t->entries[k].pa == s->pa) {
		t->entries[k++].op = op;
	} else if (op) {
		if (!patch_insert(t, k++, (struct patch){s->pa, byte, op}))
			return SCAN_TABLE_FULL;
		s->m->write(s->m->ctx, s->pa, PATCH_BYTE, op);
		s->result->patched++;
	}
	while (k < t->nr && t->entries[k].pa - s->pa < len) {
		s->m->write(s->m->ctx, t->entries[k].pa, t->entries[k].byte, OP_other);
		patch_delete(t, k);
	}
	return SCAN_OK;
	/* LAB 01.5a END */
}

/* Note that an instruction begins at s->pa. @return true if that is known, from `settled` on. */
static bool note_boundary(struct sweep *s, u32 *page, u32 settled)
{
	u32 index =
	    s->region->first_index + (s->pa >> PAGE_SHIFT) - (s->region->start >> PAGE_SHIFT);
	u8 offset = s->pa % PAGE_SIZE;
	bool known;

	if (*page == index)
		return false;
	*page = index;
	known = s->t->first[index] == offset && s->pa >= settled;
	s->t->first[index] = offset;
	return known;
}

static bool needs_patch(const struct patch_table *t, const struct insn *i)
{
	return insn_needs_patch(i) || (t->reads && insn_reads_segment(i));
}

/* Sweep from `from` to the end of the region, or until an old boundary is met from `settled` on. */
static enum scan_error sweep(struct patch_table *t, const struct code_region *r, u32 from,
			     u32 settled, const struct code_memory *m, struct scan_result *result)
{
	struct sweep s = {.t = t, .m = m, .region = r, .result = result, .pa = from};
	enum scan_error err = SCAN_OK;
	u32 page = ~0u;

	*result = (struct scan_result){.start = from};
	while (s.pa < r->end && !note_boundary(&s, &page, settled)) {
		/* LAB 01.5b BEGIN */
		struct insn i;
		u32 len;

		if (!fill(&s))
			err = SCAN_NO_MEMORY;
		if (err)
			break;
		if (insn_decode(s.bytes + (s.pa - s.base), s.filled - (s.pa - s.base), &i)) {
			len = 1;
			err = patch_insn(&s, len, OP_other);
		} else {
			len = i.len;
			err = patch_insn(&s, len, needs_patch(t, &i) ? i.op : OP_other);
		}
		result->insns++;
		s.pa += len;
		/* LAB 01.5b END */
	}
	result->end = s.pa;
	return err;
}

enum scan_error patch_table_scan(struct patch_table *t, paddr_t start, paddr_t end,
				 const struct code_memory *m, struct scan_result *result)
{
	u32 pages = ((end.a + PAGE_SIZE - 1) >> PAGE_SHIFT) - (start.a >> PAGE_SHIFT);
	struct code_region *r = &t->regions[t->nr_regions];

	*result = (struct scan_result){.start = start.a, .end = start.a};
	if (t->nr_regions == MAX_CODE_REGIONS || pages > MAX_CODE_PAGES - t->nr_pages)
		return SCAN_TOO_MUCH_CODE;
	*r = (struct code_region){start.a, end.a, t->nr_pages};
	memset(&t->first[t->nr_pages], NO_BOUNDARY, pages);
	t->nr_regions++;
	t->nr_pages += pages;
	return sweep(t, r, start.a, end.a, m, result);
}

enum scan_error patch_table_rescan(struct patch_table *t, const struct code_memory *m,
				   struct scan_result *result)
{
	enum scan_error err = SCAN_OK;

	for (u32 i = 0; i < t->nr_regions && !err; i++)
		err = sweep(t, &t->regions[i], t->regions[i].start, t->regions[i].end, m, result);
	return err;
}

/* The last place known to begin an instruction from which to read on to `pa`. It lies as far before
 * it as an instruction may be long: what was none, and so one byte, may have become one. */
static u32 boundary_before(const struct patch_table *t, const struct code_region *r, u32 pa)
{
	u32 first_page = r->start >> PAGE_SHIFT;

	pa = pa - r->start < INSN_MAX_LEN ? r->start : pa - (INSN_MAX_LEN - 1);
	for (u32 page = pa >> PAGE_SHIFT; page > first_page; page--) {
		u8 offset = t->first[r->first_index + page - first_page];

		if (offset != NO_BOUNDARY && (page << PAGE_SHIFT) + offset <= pa)
			return (page << PAGE_SHIFT) + offset;
	}
	return r->start;
}

enum scan_error patch_table_written(struct patch_table *t, paddr_t pa, u32 len,
				    const struct code_memory *m, struct scan_result *result)
{
	/* LAB 01.5c BEGIN */
	enum scan_error err = SCAN_OK;
	u32 k = patch_find(t, pa.a);

	*result = (struct scan_result){.start = pa.a, .end = pa.a};
	while (k < t->nr && t->entries[k].pa - pa.a < len)
		patch_delete(t, k);
	for (u32 i = 0; i < t->nr_regions && !err; i++) {
		const struct code_region *r = &t->regions[i];
		u32 from = pa.a > r->start ? pa.a : r->start;
		u32 to = pa.a + len < r->end ? pa.a + len : r->end;

		if (from < to)
			err = sweep(t, r, boundary_before(t, r, from), to, m, result);
	}
	return err;
	/* LAB 01.5c END */
}
