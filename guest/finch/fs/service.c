/*
 * service.c: processes that have no ancestor's pipe in common find each other by a name. Who opens
 * it and who listens there have the two ends of a stream: a pipe for each direction.
 *
 * The listener's end never waits: one that does not read what it asked for holds up nobody else.
 */
#include "fs/fs.h"
#include "proc/proc.h"
#include "lib/lib.h"

#define NR_SERVICES 4
#define MAX_WAITING 8

struct service {
	char name[32];
	struct file *waiting[MAX_WAITING]; /* the listener's ends of those that came */
	u32 nr_waiting;
	bool used;
};

static struct service services[NR_SERVICES];

static void stream_close(struct file *f)
{
	pipe_close(f->pipe, false);
	pipe_close(f->to, true);
}

static u32 stream_ready(struct file *f)
{
	return (pipe_waiting(f->pipe) ? CAN_READ : 0) | (pipe_room(f->to) ? CAN_WRITE : 0);
}

static s32 stream_read(struct file *f, u8 *buf, u32 n)
{
	return pipe_read(f->pipe, buf, n);
}

static s32 stream_write(struct file *f, const u8 *buf, u32 n)
{
	return pipe_write(f->to, buf, n);
}

static s32 served_read(struct file *f, u8 *buf, u32 n)
{
	return pipe_waiting(f->pipe) ? pipe_read(f->pipe, buf, n) : -EAGAIN;
}

static s32 served_write(struct file *f, const u8 *buf, u32 n)
{
	s32 room = pipe_room(f->to);

	if (room < 0)
		return room;
	return room ? pipe_write(f->to, buf, n < (u32)room ? n : (u32)room) : -EAGAIN;
}

static const struct device stream = {
    .read = stream_read, .write = stream_write, .ready = stream_ready, .close = stream_close};
static const struct device served = {
    .read = served_read, .write = served_write, .ready = stream_ready, .close = stream_close};

/* One who has come: a descriptor. */
static s32 listener_read(struct file *f, u8 *buf, u32 n)
{
	struct service *s = f->service;
	s32 fd;

	if (n != sizeof(fd))
		return -EINVAL;
	if (!s->nr_waiting)
		return -EAGAIN;
	fd = fd_alloc(s->waiting[0]);
	for (u32 i = 1; i < s->nr_waiting; i++)
		s->waiting[i - 1] = s->waiting[i];
	s->nr_waiting--;
	memcpy(buf, &fd, sizeof(fd));
	return fd < 0 ? fd : (s32)sizeof(fd);
}

static s32 listener_write(struct file *f, const u8 *buf, u32 n)
{
	(void)f, (void)buf, (void)n;
	return -EBADF;
}

static u32 listener_ready(struct file *f)
{
	return f->service->nr_waiting ? CAN_READ : 0;
}

static void listener_close(struct file *f)
{
	struct service *s = f->service;

	s->used = false;
	while (s->nr_waiting)
		file_put(s->waiting[--s->nr_waiting]);
}

static const struct device listener = {.read = listener_read,
				       .write = listener_write,
				       .ready = listener_ready,
				       .close = listener_close};

static struct service *find(const char *name)
{
	for (struct service *s = services; s < services + NR_SERVICES; s++) {
		if (s->used && !strcmp(s->name, name))
			return s;
	}
	return NULL;
}

s32 service_listen(const char *name)
{
	struct service *s = services;
	struct file *f;

	name += *name == '/';
	if (find(name))
		return -EBUSY;
	while (s < services + NR_SERVICES && s->used)
		s++;
	f = s < services + NR_SERVICES ? file_new(&listener) : NULL;
	if (!f)
		return -EMFILE;
	*s = (struct service){.used = true};
	strlcpy(s->name, name, sizeof(s->name));
	f->service = s;
	return fd_alloc(f);
}

/* The two ends, each other's pipes crossed. */
static bool connect(struct file *ends[2])
{
	struct pipe *a = pipe_alloc(), *b = pipe_alloc();

	ends[0] = file_new(&stream);
	ends[1] = file_new(&served);
	if (a && b && ends[0] && ends[1]) {
		ends[0]->pipe = ends[1]->to = a;
		ends[1]->pipe = ends[0]->to = b;
		return true;
	}
	for (u32 i = 0; i < 2; i++) {
		struct pipe *p = i ? b : a;

		if (p) {
			pipe_close(p, false);
			pipe_close(p, true);
		}
		if (ends[i])
			ends[i]->kind = FILE_FREE;
	}
	return false;
}

s32 service_open(const char *name)
{
	struct service *s = find(name);
	struct file *ends[2];

	if (!s)
		return -ENOENT;
	if (s->nr_waiting == MAX_WAITING)
		return -EAGAIN;
	if (!connect(ends))
		return -EMFILE;
	s->waiting[s->nr_waiting++] = ends[1];
	wakeup(s);
	return fd_alloc(ends[0]);
}
