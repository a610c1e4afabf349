/* file.c: descriptors, and the open files behind them. */
#include "fs/fs.h"
#include "dev/balloon.h"
#include "proc/proc.h"
#include "lib/lib.h"
#include "net/net.h"

#define NR_FILES 128

static struct file files[NR_FILES];

static struct file *file_alloc(enum file_kind kind)
{
	for (struct file *f = files; f < files + NR_FILES; f++) {
		if (f->kind == FILE_FREE) {
			*f = (struct file){.kind = kind, .users = 1};
			return f;
		}
	}
	return NULL;
}

void file_put(struct file *f)
{
	if (!f || --f->users)
		return;
	if (f->kind == FILE_DEVICE && f->device->close)
		f->device->close(f);
	else if (f->pipe)
		pipe_close(f->pipe, f->kind == FILE_PIPE_WRITE);
	f->kind = FILE_FREE;
}

static struct file *file_at(u32 fd)
{
	return fd < NR_FDS ? current->fds[fd] : NULL;
}

s32 fd_alloc(struct file *f)
{
	for (s32 fd = 0; f && fd < NR_FDS; fd++) {
		if (!current->fds[fd]) {
			current->fds[fd] = f;
			return fd;
		}
	}
	file_put(f);
	return -EMFILE;
}

struct file *file_new(const struct device *device)
{
	struct file *f = file_alloc(FILE_DEVICE);

	if (f)
		f->device = device;
	return f;
}

static s32 device_open(const struct device *device)
{
	struct file *f = file_new(device);
	s32 err = f && device->open ? device->open(f) : 0;

	if (err) {
		f->kind = FILE_FREE;
		return err;
	}
	return fd_alloc(f);
}

void files_init(struct proc *p)
{
	struct file *f = file_alloc(FILE_CONSOLE);

	f->users = 3;
	p->fds[0] = p->fds[1] = p->fds[2] = f;
}

void files_copy(struct proc *to, struct proc *from)
{
	for (u32 fd = 0; fd < NR_FDS; fd++) {
		to->fds[fd] = from->fds[fd];
		if (to->fds[fd])
			to->fds[fd]->users++;
	}
}

void files_close(struct proc *p)
{
	for (u32 fd = 0; fd < NR_FDS; fd++) {
		file_put(p->fds[fd]);
		p->fds[fd] = NULL;
	}
}

bool files_on_disk(u32 inode)
{
	for (struct file *f = files; f < files + NR_FILES; f++)
		if (f->kind == FILE_DEVICE && f->device == &disk_device &&
		    (inode == NO_INODE || f->inode == inode))
			return true;
	return false;
}

static s32 open_on_disk(const char *name, bool create)
{
	struct file *f = file_new(&disk_device);
	s32 inode;

	if (!f)
		return -EMFILE;
	f->inode = NO_INODE; /* none yet that anybody could remove */
	inode = disk_open(name, create);
	if (inode < 0) {
		file_put(f);
		return inode;
	}
	f->inode = (u32)inode;
	return fd_alloc(f);
}

s32 file_create(const char *name)
{
	return disk_name(name) ? open_on_disk(disk_name(name), true) : -EROFS;
}

static s32 open_raw(struct disk *d)
{
	struct file *f = file_new(&raw_device);

	if (f)
		f->disk = d;
	else
		disk_put(d);
	return fd_alloc(f);
}

static const struct device *common_device(const char *name)
{
	if (!strcmp(name, "dev/tty/raw"))
		return &tty_raw;
	return strcmp(name, "dev/balloon") ? NULL : &balloon_device;
}

s32 file_open(const char *name)
{
	const struct device *device;
	struct initrd_file data;
	struct disk *raw = NULL;
	struct file *f;

	if (disk_name(name))
		return open_on_disk(disk_name(name), false);
	name += *name == '/';
	if (!strncmp(name, "dev/net/", 8))
		return net_open(name + 8);
	device = common_device(name);
	device = device ? device : arch_device(name);
	if (device)
		return device_open(device);
	if (!strncmp(name, "dev/", 4))
		raw = disk_named(name + 4);
	if (raw)
		return open_raw(raw);
	if (!initrd_find(name, &data))
		return service_open(name);
	f = file_alloc(FILE_INITRD);
	if (f)
		f->data = data;
	return fd_alloc(f);
}

s32 file_close(u32 fd)
{
	struct file *f = file_at(fd);

	if (!f)
		return -EBADF;
	current->fds[fd] = NULL;
	file_put(f);
	return 0;
}

s32 file_dup2(u32 from, u32 to)
{
	struct file *f = file_at(from);

	if (!f || to >= NR_FDS)
		return -EBADF;
	if (from == to)
		return (s32)to;
	f->users++;
	file_put(current->fds[to]);
	current->fds[to] = f;
	return (s32)to;
}

s32 file_pipe(u32 fds[2])
{
	struct pipe *p = pipe_alloc();
	struct file *r = file_alloc(FILE_PIPE_READ), *w = file_alloc(FILE_PIPE_WRITE);
	s32 rfd, wfd;

	if (!p || !r || !w) {
		if (p) {
			pipe_close(p, false);
			pipe_close(p, true);
		}
		file_put(r);
		file_put(w);
		return -EMFILE;
	}
	r->pipe = w->pipe = p;
	rfd = fd_alloc(r);
	wfd = fd_alloc(w);
	if (rfd < 0 || wfd < 0) {
		if (rfd >= 0)
			file_close((u32)rfd);
		return -EMFILE;
	}
	fds[0] = (u32)rfd;
	fds[1] = (u32)wfd;
	return 0;
}

s32 file_seek(u32 fd, u32 pos)
{
	struct file *f = file_at(fd);

	if (!f || (f->kind != FILE_INITRD && f->device != &disk_device && f->device != &raw_device))
		return -EBADF;
	if (f->kind == FILE_INITRD && pos > f->data.size)
		return -EINVAL;
	f->pos = pos;
	return 0;
}

static s32 initrd_read(struct file *f, u8 *buf, u32 n)
{
	u32 left = f->data.size - f->pos;

	if (n > left)
		n = left;
	memcpy(buf, f->data.data + f->pos, n);
	f->pos += n;
	return (s32)n;
}

s32 file_read(u32 fd, u8 *buf, u32 n)
{
	struct file *f = file_at(fd);

	if (!f)
		return -EBADF;
	switch (f->kind) {
	case FILE_CONSOLE:
		return tty_read(buf, n);
	case FILE_INITRD:
		return initrd_read(f, buf, n);
	case FILE_PIPE_READ:
		return pipe_read(f->pipe, buf, n);
	case FILE_DEVICE:
		return f->device->read(f, buf, n);
	default:
		return -EBADF;
	}
}

s32 file_write(u32 fd, const u8 *buf, u32 n)
{
	struct file *f = file_at(fd);

	if (!f)
		return -EBADF;
	switch (f->kind) {
	case FILE_CONSOLE:
		console_write((const char *)buf, n);
		return (s32)n;
	case FILE_PIPE_WRITE:
		return pipe_write(f->pipe, buf, n);
	case FILE_DEVICE:
		return f->device->write(f, buf, n);
	default:
		return -EBADF;
	}
}

/* What can be done with it at once. */
static u32 ready(struct file *f)
{
	switch (f->kind) {
	case FILE_CONSOLE:
		return CAN_WRITE | (tty_ready() ? CAN_READ : 0);
	case FILE_PIPE_READ:
		return pipe_waiting(f->pipe) ? CAN_READ : 0;
	case FILE_PIPE_WRITE:
		return pipe_room(f->pipe) ? CAN_WRITE : 0;
	case FILE_DEVICE:
		return f->device->ready ? f->device->ready(f) : CAN_READ | CAN_WRITE;
	default:
		return CAN_READ;
	}
}

s32 file_poll(u32 descriptors)
{
	for (;;) {
		u32 found = 0;

		for (u32 fd = 0; fd < NR_FDS; fd++) {
			u32 can = current->fds[fd] ? ready(current->fds[fd]) : CAN_READ | CAN_WRITE;

			found |= can & CAN_READ ? POLL_READ(fd) : 0;
			found |= can & CAN_WRITE ? POLL_WRITE(fd) : 0;
		}
		/* The topmost descriptor's bit would make it look like an error. */
		found &= descriptors & ~POLL_WRITE(NR_FDS - 1);
		if (found)
			return (s32)found;
		if (signal_pending())
			return -EINTR;
		sleep_on(&anything, 0);
	}
}
