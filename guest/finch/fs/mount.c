/* mount.c: the one file system on a disk that is mounted: its files are disk/NAME. */
#include "fs/fs.h"
#include "fs/nest.h"
#include "dev/ata.h"
#include "dev/vbd.h"
#include "lib/lib.h"
#include "proc/proc.h"

static struct nest nest;
static u8 *pages[NEST_BUFS];
static bool mounted;
static struct turn turn;

/* Whoever waits for the disk lets others run: one at a time is in nest.c. */
static void lock(void)
{
	turn_take(&turn);
}

static s32 unlock(s32 result)
{
	turn_end(&turn);
	return result;
}

struct disk *disk_named(const char *name)
{
	if (!strcmp(name, "hda"))
		return ata_disk(0);
	if (!strcmp(name, "hdb"))
		return ata_disk(1);
	return strcmp(name, "xvda") ? NULL : vbd_disk();
}

static void give_pages(void)
{
	for (u32 i = 0; i < NEST_BUFS; i++) {
		if (pages[i])
			page_free(pages[i]);
		pages[i] = NULL;
	}
}

static s32 take_pages(void)
{
	for (u32 i = 0; i < NEST_BUFS; i++) {
		pages[i] = page_alloc();
		if (!pages[i]) {
			give_pages();
			return -ENOMEM;
		}
	}
	return 0;
}

static s32 mount(const char *name)
{
	struct disk *d = disk_named(name);
	s32 err;

	if (mounted)
		return -EBUSY;
	if (!d)
		return -ENODEV;
	err = take_pages();
	if (err < 0)
		return err;
	err = nest_mount(&nest, d, pages);
	if (err < 0)
		give_pages();
	mounted = !err;
	return err;
}

s32 disk_mount(const char *name)
{
	lock();
	return unlock(mount(name));
}

static s32 unmount(void)
{
	s32 err;

	if (!mounted)
		return -EINVAL;
	if (files_on_disk(NO_INODE))
		return -EBUSY;
	err = nest_sync(&nest);
	/* What the disk did not take is lost: nobody could do better. */
	mounted = false;
	give_pages();
	return err;
}

s32 disk_unmount(void)
{
	lock();
	return unlock(unmount());
}

static s32 format(const char *name)
{
	struct disk *d = disk_named(name);
	u8 *page;
	s32 err;

	if (!d)
		return -ENODEV;
	if (mounted && nest.disk == d)
		return -EBUSY;
	page = page_alloc();
	if (!page)
		return -ENOMEM;
	err = nest_format(d, page);
	page_free(page);
	return err;
}

s32 disk_format(const char *name)
{
	lock();
	return unlock(format(name));
}

/* The part of a path that names a file of the disk; NULL: it is of the initrd. */
const char *disk_name(const char *path)
{
	if (path[0] == '.' && path[1] == '/')
		path++;
	while (*path == '/')
		path++;
	return strncmp(path, "disk/", 5) ? NULL : path + 5;
}

static s32 find(const char *name, bool create)
{
	s32 ino = nest_find(&nest, name);

	if (!create)
		return ino;
	if (ino == -ENOENT)
		return nest_create(&nest, name);
	if (ino < 0)
		return ino;
	return nest_truncate(&nest, (u32)ino) < 0 ? -EIO : ino;
}

s32 disk_open(const char *name, bool create)
{
	lock();
	return unlock(mounted ? find(name, create) : -ENODEV);
}

static s32 remove(const char *name)
{
	s32 ino = nest_find(&nest, name);

	if (ino < 0)
		return ino;
	return files_on_disk((u32)ino) ? -EBUSY : nest_remove(&nest, (u32)ino);
}

s32 disk_remove(const char *name)
{
	lock();
	return unlock(mounted ? remove(name) : -ENODEV);
}

/* A position is a file's own, and moves on by what was done. */
static s32 move_on(struct file *f, s32 done)
{
	f->pos += done > 0 ? (u32)done : 0;
	return unlock(done);
}

static s32 file_on_disk_read(struct file *f, u8 *buf, u32 n)
{
	lock();
	return move_on(f, nest_read(&nest, f->inode, f->pos, buf, n));
}

static s32 file_on_disk_write(struct file *f, const u8 *buf, u32 n)
{
	lock();
	return move_on(f, nest_write(&nest, f->inode, f->pos, buf, n));
}

const struct device disk_device = {
    .read = file_on_disk_read,
    .write = file_on_disk_write,
};

s32 disk_sync(void)
{
	lock();
	return unlock(mounted ? nest_sync(&nest) : 0);
}

/* The index-th of the files that there are. */
static s32 nth(u32 index, struct nest_inode *i)
{
	for (u32 ino = 0; ino < nest.nr_inodes; ino++) {
		s32 err = nest_stat(&nest, ino, i);

		if (err == -EIO || (!err && !index--))
			return err;
	}
	return -ENOENT;
}

s32 disk_nth(u32 index, struct listing *l)
{
	struct nest_inode i;
	s32 err;

	lock();
	err = mounted ? nth(index, &i) : -ENODEV;
	if (!err) {
		l->size = i.size;
		strlcpy(l->name, i.name, sizeof(l->name));
	}
	return unlock(err);
}

s32 disk_room(struct room *r)
{
	if (!mounted)
		return -ENODEV;
	r->blocks = nest.blocks - nest.data_start;
	r->left = nest.left;
	return 0;
}
