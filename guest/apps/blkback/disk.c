/* disk.c: sectors of the real disk, by the extents that a virtual one is made of. */
#include "blkback/blkback.h"

bool transfer_extents(const struct vdisk *d, u32 sector, u32 va, u32 n, bool out)
{
	u32 at, left, k;
	s32 done;

	for (; n; n -= k, sector += k, va += k * BLKIF_SECTOR) {
		if (!vdisk_find(d, sector, &at, &left))
			return false;
		k = n < left ? n : left;
		if (at >= MOST_SECTORS || k > MOST_SECTORS - at ||
		    lseek(disk, at * BLKIF_SECTOR) < 0)
			return false;
		done = out ? write(disk, (void *)va, k * BLKIF_SECTOR)
			   : read(disk, (void *)va, k * BLKIF_SECTOR);
		if (done != (s32)(k * BLKIF_SECTOR))
			return false;
	}
	return true;
}

bool transfer(struct vbd *v, u32 sector, u32 va, u32 n, bool out)
{
	return v->overlay.disk.nr_extents ? overlay_transfer(v, sector, va, n, out)
					  : transfer_extents(&v->disk, sector, va, n, out);
}

bool barrier(void)
{
	return !write(disk, NULL, 0);
}
