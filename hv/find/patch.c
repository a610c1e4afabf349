/*[H32] patch.c: the table of patches: an array sorted by guest-physical address. */
#include "dom/domain.h"
#include "find/scan.h"
#include "lib/string.h"

struct patch_table *patch_table_init(void *memory, u32 bytes)
{
	struct patch_table *t = memory;

	if (!t || bytes < sizeof(*t))
		return NULL;
	memset(t, 0, sizeof(*t));
	t->max = (bytes - sizeof(*t)) / sizeof(t->entries[0]);
	return t;
}

u32 patch_find(const struct patch_table *t, u32 pa)
{
	u32 low = 0, high = t->nr;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (t->entries[middle].pa < pa)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool patch_insert(struct patch_table *t, u32 index, struct patch p)
{
	if (t->nr == t->max)
		return false;
	memmove(&t->entries[index + 1], &t->entries[index],
		(t->nr - index) * sizeof(t->entries[0]));
	t->entries[index] = p;
	t->nr++;
	return true;
}

void patch_delete(struct patch_table *t, u32 index)
{
	t->nr--;
	memmove(&t->entries[index], &t->entries[index + 1],
		(t->nr - index) * sizeof(t->entries[0]));
}

const struct patch *patch_table_lookup(const struct patch_table *t, paddr_t pa)
{
	u32 index = patch_find(t, pa.a);

	return index < t->nr && t->entries[index].pa == pa.a ? &t->entries[index] : NULL;
}

void patch_table_overlay(const struct patch_table *t, paddr_t pa, u8 *bytes, u32 n)
{
	/* Most of what is read lies behind all code. */
	if (!t->nr || pa.a > t->entries[t->nr - 1].pa)
		return;
	for (u32 k = patch_find(t, pa.a); k < t->nr && t->entries[k].pa - pa.a < n; k++)
		bytes[t->entries[k].pa - pa.a] = t->entries[k].byte;
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
