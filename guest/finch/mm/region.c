/* region.c: which addresses a process may use. */
#include "mm/mm.h"
#include "abi.h"

struct region *region_find(struct space *s, vaddr_t va)
{
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (va >= r->start && va < r->end)
			return r;
	}
	return NULL;
}

struct region *region_add(struct space *s, vaddr_t start, vaddr_t end, u32 prot)
{
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (r->end)
			continue;
		*r = (struct region){.start = start, .end = end, .prot = prot};
		return r;
	}
	return NULL;
}

static s32 cut(struct space *s, vaddr_t at)
{
	struct region *r = region_find(s, at), *upper;
	u32 below = r ? at - r->start : 0;

	if (!below)
		return 0;
	upper = region_add(s, at, r->end, r->prot);
	if (!upper)
		return -ENOMEM;
	upper->foreign = r->foreign;
	r->end = at;
	if (r->file_len > below) {
		upper->file = r->file + below;
		upper->file_len = r->file_len - below;
		r->file_len = below;
	}
	return 0;
}

s32 region_split(struct space *s, vaddr_t start, vaddr_t end)
{
	s32 err = cut(s, start);

	return err ? err : cut(s, end);
}

/* Does b continue a, address for address and byte for byte of the file? */
static bool continues(const struct region *a, const struct region *b)
{
	if (!a->end || a->end != b->start || a->prot != b->prot || a->foreign != b->foreign)
		return false;
	if (!b->file_len)
		return true;
	return a->file_len == a->end - a->start && b->file == a->file + a->file_len;
}

/* Join what continues a to it. @return false if nothing does */
static bool join_next(struct space *s, struct region *a)
{
	for (struct region *b = s->regions; b < s->regions + NR_REGIONS; b++) {
		if (a == b || !continues(a, b))
			continue;
		a->end = b->end;
		a->file_len += b->file_len;
		*b = (struct region){0};
		return true;
	}
	return false;
}

void region_tidy(struct space *s)
{
	for (struct region *a = s->regions; a < s->regions + NR_REGIONS; a++) {
		while (join_next(s, a))
			;
	}
}

bool region_overlaps(struct space *s, vaddr_t start, vaddr_t end)
{
	for (struct region *r = s->regions; r < s->regions + NR_REGIONS; r++) {
		if (r->end && r->start < end && start < r->end)
			return true;
	}
	return false;
}

/* Of a place for foreign pages, what is mapped there: nothing comes by itself. */
static bool is_mapped(struct space *s, vaddr_t va, vaddr_t end, u32 prot)
{
	u32 wanted = PTE_P | (prot & PROT_WRITE ? PTE_RW : 0);

	for (va &= ~(PAGE_SIZE - 1); va < end; va += PAGE_SIZE) {
		pte_t *slot = table_find(s, va);

		if (!slot || (slot->v & wanted) != wanted)
			return false;
	}
	return true;
}

bool user_range(struct space *s, vaddr_t va, u32 len, u32 prot)
{
	vaddr_t end = va + len;

	if (end < va || end > KERNEL_BASE)
		return false;
	while (va < end) {
		struct region *r = region_find(s, va);

		if (!r || (r->prot & prot) != prot)
			return false;
		if (r->foreign && !is_mapped(s, va, r->end < end ? r->end : end, prot))
			return false;
		va = r->end;
	}
	return true;
}
