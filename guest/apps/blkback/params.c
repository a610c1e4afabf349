/* params.c: which parts of the real disk a virtual one is made of, in words. */
#include "blkback/params.h"
#include "lib/lib.h"

#define NO_LIST "it is not hda:START+SECTORS,... or cow:START+SECTORS,...:START+SECTORS,..."

/* @return what follows the list, or NULL if it is something else */
static const char *read_extents(struct vdisk *d, const char *s)
{
	for (; d->nr_extents < MOST_EXTENTS; s++) {
		struct extent *e = &d->extents[d->nr_extents++];

		if (!take_number(&s, MOST_SECTORS, &e->start) || *s++ != '+' ||
		    !take_number(&s, MOST_SECTORS, &e->length) || !e->length ||
		    e->start + e->length > MOST_SECTORS)
			return NULL;
		d->sectors += e->length;
		if (*s != ',')
			return s;
	}
	return NULL;
}

bool parts_meet(const struct vdisk *a, const struct vdisk *b)
{
	for (u32 i = 0; i < a->nr_extents; i++)
		for (u32 k = 0; k < b->nr_extents; k++) {
			const struct extent *e = &a->extents[i], *f = &b->extents[k];

			if (e != f && e->start < f->start + f->length &&
			    f->start < e->start + e->length)
				return true;
		}
	return false;
}

const char *read_params(const char *s, struct vdisk *disk, struct vdisk *overlay)
{
	bool cow = !strncmp(s, "cow:", 4);
	const struct vdisk *written = cow ? overlay : disk;

	if (!cow && strncmp(s, "hda:", 4))
		return NO_LIST;
	s = read_extents(disk, s + 4);
	if (s && cow)
		s = *s == ':' ? read_extents(overlay, s + 1) : NULL;
	if (!s || *s)
		return NO_LIST;
	if (parts_meet(written, written) || parts_meet(disk, overlay))
		return "what is written has a sector twice, or one of the base";
	return NULL;
}
