/* file.c: descriptors, and the open files behind them. */
#include "fs/fs.h"
#include "proc/proc.h"
#include "lib/lib.h"

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

static void file_put(struct file *f)
{
	if (!f || --f->users)
		return;
	if (f->pipe)
		pipe_close(f->pipe, f->kind == FILE_PIPE_WRITE);
	f->kind = FILE_FREE;
}

static struct file *file_at(u32 fd)
{
	return fd < NR_FDS ? current->fds[fd] : NULL;
}

static s32 fd_alloc(struct file *f)
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

s32 file_open(const char *name)
{
	struct initrd_file data;
	struct file *f;

	if (!initrd_find(name, &data))
		return -ENOENT;
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
	default:
		return -EBADF;
	}
}
