/* mount.c: the one file system on a disk that is mounted: its files are disk/NAME. */
#include "fs/cache.h"
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

static struct disk *whole_disk(const char *name)
{
	if (!strcmp(name, "hda"))
		return ata_disk(0);
	if (!strcmp(name, "hdb"))
		return ata_disk(1);
	return strcmp(name, "xvda") ? NULL : vbd_disk();
}

struct disk *disk_named(const char *name)
{
	char whole[8];
	u32 n = 0;

	while (name[n] && name[n] != ':')
		n++;
	if (!name[n])
		return whole_disk(name);
	if (n >= sizeof(whole))
		return NULL;
	strlcpy(whole, name, n + 1);
	return disk_part(whole_disk(whole), name + n + 1);
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
	memory_make(NEST_BUFS + FRAMES_KEPT);
	for (u32 i = 0; i < NEST_BUFS; i++) {
		pages[i] = page_alloc();
		if (!pages[i]) {
			give_pages();
			return -ENOMEM;
		}
	}
	return 0;
}

static s32 mount(struct disk *d)
{
	s32 err;

	if (mounted)
		return -EBUSY;
	if (!d)
		return -ENODEV;
	if (swap_uses(d))
		return -EBUSY;
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
	struct disk *d;
	s32 err;

	lock();
	d = disk_named(name);
	err = mount(d);
	if (err)
		disk_put(d);
	return unlock(err);
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
	cache_empty();
	give_pages();
	disk_put(nest.disk);
	return err;
}

s32 disk_unmount(void)
{
	lock();
	return unlock(unmount());
}

static bool is_mounted(struct disk *d)
{
	return mounted && disks_meet(nest.disk, d);
}

static s32 swap_to(struct disk *d)
{
	if (!d)
		return -ENODEV;
	return is_mounted(d) ? -EBUSY : swap_on(d);
}

s32 disk_swap_on(const char *name)
{
	struct disk *d;
	s32 err;

	lock();
	d = disk_named(name);
	err = swap_to(d);
	if (err)
		disk_put(d);
	return unlock(err);
}

static s32 format(struct disk *d)
{
	u8 *page;
	s32 err;

	if (!d)
		return -ENODEV;
	if (is_mounted(d) || swap_uses(d))
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
	struct disk *d;
	s32 err;

	lock();
	d = disk_named(name);
	err = format(d);
	disk_put(d);
	return unlock(err);
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
	cache_forget((u32)ino, 0, ~0u);
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
	if (files_on_disk((u32)ino))
		return -EBUSY;
	cache_forget((u32)ino, 0, ~0u);
	return nest_remove(&nest, (u32)ino);
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

/* A page of a file into the cache; what lies behind the file's end is zeros there. @return its
 * frame, NO_FRAME: there is no room for it; or an error of the disk in *err */
static u32 fetch(u32 inode, u32 index, s32 *err)
{
	u32 pfn = cache_frame();
	u8 *page = frame_address(pfn);
	s32 got = pfn == NO_FRAME ? 0 : nest_read(&nest, inode, index * PAGE_SIZE, page, PAGE_SIZE);

	*err = got < 0 ? got : 0;
	if (got < 0)
		frame_put(pfn);
	if (got < 0 || pfn == NO_FRAME)
		return NO_FRAME;
	memset(page + got, 0, PAGE_SIZE - (u32)got);
	cache_add(inode, index, pfn);
	return pfn;
}

/* Up to the end of a page. `ahead`: read together what the pages up to this one need. */
static s32 read_piece(u32 inode, u32 pos, u8 *to, u32 len, u32 ahead)
{
	u32 index = pos / PAGE_SIZE, pfn = cache_find(inode, index);
	s32 err = 0;

	if (pfn == NO_FRAME && ahead)
		err = nest_ahead(&nest, inode, index, ahead);
	if (pfn == NO_FRAME && !err)
		pfn = fetch(inode, index, &err);
	if (err)
		return err;
	if (pfn == NO_FRAME)
		return nest_read(&nest, inode, pos, to, len);
	frame_get(pfn); /* `to` may need memory, and the cache give this up for it */
	memcpy(to, (u8 *)frame_address(pfn) + pos % PAGE_SIZE, len);
	frame_put(pfn);
	return (s32)len;
}

static s32 read_cached(u32 inode, u32 pos, u8 *to, u32 len)
{
	struct nest_inode i;
	u32 done = 0;
	s32 got = nest_stat(&nest, inode, &i);

	if (got < 0 || pos >= i.size)
		return got;
	len = len < i.size - pos ? len : i.size - pos;
	for (; done < len; done += (u32)got) {
		u32 at = pos + done, k = PAGE_SIZE - at % PAGE_SIZE;
		u32 ahead =
		    !done || !(at / PAGE_SIZE % NEST_AHEAD) ? (pos + len - 1) / PAGE_SIZE + 1 : 0;

		got = read_piece(inode, at, to + done, k < len - done ? k : len - done, ahead);
		if (got < 0)
			return done ? (s32)done : got;
		if (!got)
			break;
	}
	return (s32)done;
}

static s32 file_on_disk_read(struct file *f, u8 *buf, u32 n)
{
	lock();
	return move_on(f, read_cached(f->inode, f->pos, buf, n));
}

static s32 file_on_disk_write(struct file *f, const u8 *buf, u32 n)
{
	s32 done;

	lock();
	done = nest_write(&nest, f->inode, f->pos, buf, n);
	if (n)
		cache_forget(f->inode, f->pos / PAGE_SIZE, (f->pos + n - 1) / PAGE_SIZE);
	return move_on(f, done);
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
