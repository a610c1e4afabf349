/* fs.h: what a file descriptor can stand for: the console, a file of the initrd, a pipe's end. */
#ifndef FINCH_FS_H
#define FINCH_FS_H

#include "arch.h"

struct proc;
struct pipe;
struct listing;
struct room;

/* initrd.c */
struct initrd_file {
	char name[28];
	const u8 *data;
	u32 size;
};
void initrd_init(const struct boot *boot);
/** Find by name (a leading '/' or './' is skipped). @return false if there is none */
bool initrd_find(const char *name, struct initrd_file *f);
/** The index-th file. @return false past the last */
bool initrd_nth(u32 index, struct initrd_file *f);

/* file.c */
enum file_kind {
	FILE_FREE,
	FILE_CONSOLE,
	FILE_INITRD,
	FILE_PIPE_READ,
	FILE_PIPE_WRITE,
	FILE_DEVICE,
};

struct file;

/** What stands behind a FILE_DEVICE. Bytes read or written, or a negative error. */
struct device {
	s32 (*open)(struct file *f); /* NULL: there is nothing to do */
	s32 (*read)(struct file *f, u8 *buf, u32 n);
	s32 (*write)(struct file *f, const u8 *buf, u32 n);
	u32 (*ready)(struct file *f);  /* CAN_READ, CAN_WRITE: without waiting; the end, too; NULL:
					  always both */
	void (*close)(struct file *f); /* NULL: there is nothing to do */
};
#define CAN_READ  1u
#define CAN_WRITE 2u

/** An open file: descriptors of several processes may share one, and its position. */
struct file {
	enum file_kind kind;
	u32 users;
	struct initrd_file data;
	u32 inode;	   /* of the disk */
	struct disk *disk; /* of raw_device */
	u32 pos;
	struct pipe *pipe;
	const struct device *device;
	struct pipe *to;	 /* of a stream: what is written to it */
	struct service *service; /* of a listener */
	struct socket *socket;	 /* of a network's file */
	struct netdev *netdev;	 /* whose frames it has */
};

/** Descriptors 0, 1, 2 on the console. */
void files_init(struct proc *p);
void files_copy(struct proc *to, struct proc *from);
void files_close(struct proc *p);
/** @return a descriptor or a negative error; likewise below */
s32 file_open(const char *name);
/** Make a file on the disk, or make one that is there empty. */
s32 file_create(const char *name);
s32 file_seek(u32 fd, u32 pos);
s32 file_close(u32 fd);
s32 file_dup2(u32 from, u32 to);
s32 file_pipe(u32 fds[2]);
s32 file_read(u32 fd, u8 *buf, u32 n);
s32 file_write(u32 fd, const u8 *buf, u32 n);
/** Wait for any of the descriptors of POLL_READ, POLL_WRITE. @return which, or -EINTR */
s32 file_poll(u32 descriptors);
/** A file that no descriptor leads to yet, or NULL; file_put() drops it. */
struct file *file_new(const struct device *device);
void file_put(struct file *f);
/** A descriptor for a file; without room for one the file is dropped. */
s32 fd_alloc(struct file *f);

/** Does anybody have this file of the disk open? NO_INODE: any of them? */
bool files_on_disk(u32 inode);
#define NO_INODE ~0u

/* mount.c: -ENODEV if there is no such disk, or none is mounted; -EBUSY if pages are swapped to a
 * part of it. */
s32 disk_mount(const char *disk);
/** @return -EBUSY: a file of it is open */
s32 disk_unmount(void);
struct disk;
/** By its name, or a part of it: NAME:START+COUNT, in sectors. @return NULL: there is none, or as
 * many parts as can be are in use; else give it back by disk_put() */
struct disk *disk_named(const char *disk);
/** The part START+COUNT of a disk, up to four at a time. @return as disk_named() */
struct disk *disk_part(struct disk *whole, const char *extent);
/** Who asked for it does not use it any more. @param d a part, a whole disk or NULL */
void disk_put(struct disk *d);
/** Have they a block in common? */
bool disks_meet(struct disk *a, struct disk *b);
/** Swap to it. @return 0; -ENODEV; -EBUSY: it is mounted, or a part of it, or there is one already;
 * -ENOMEM */
s32 disk_swap_on(const char *disk);
/** Make an empty file system: what was on the disk is gone. */
s32 disk_format(const char *disk);
/** The file's name on the disk, of a path that begins with disk/; NULL for others. */
const char *disk_name(const char *path);
/** @return the inode's number */
s32 disk_open(const char *name, bool create);
s32 disk_remove(const char *name);
extern const struct device raw_device; /* a disk as it is: position and length are multiples of 512,
				       and to write nothing is to wait until all is written */
extern const struct device disk_device; /* its files: inode and pos */
s32 disk_sync(void);
/** The index-th file. @return -ENOENT past the last */
s32 disk_nth(u32 index, struct listing *l);
s32 disk_room(struct room *r);

/* pipe.c */
struct pipe *pipe_alloc(void);
void pipe_close(struct pipe *p, bool writer);
s32 pipe_read(struct pipe *p, u8 *buf, u32 n);
s32 pipe_write(struct pipe *p, const u8 *buf, u32 n);
/** How much can be read, or written, without waiting; -EPIPE: nothing any more, for good. */
s32 pipe_waiting(const struct pipe *p);
s32 pipe_room(const struct pipe *p);

/* service.c */
/** Let open() lead to this process, under a name. @return a descriptor to read descriptors from */
s32 service_listen(const char *name);
/** A file that is connected with whoever listens. @return a descriptor, -ENOENT: nobody does */
s32 service_open(const char *name);

/* tty.c */
s32 tty_read(u8 *buf, u32 n);
bool tty_ready(void);
extern const struct device tty_raw;

#endif
