/* pipe.c: a page of bytes between those who write and those who read. */
#include "fs/fs.h"
#include "proc/proc.h"
#include "lib/lib.h"

#define NR_PIPES 32

struct pipe {
	u8 *buffer;
	u32 head, tail; /* bytes written and read since the beginning; they may wrap */
	bool open[2];	/* the reading and the writing end */
};

static struct pipe pipes[NR_PIPES];

struct pipe *pipe_alloc(void)
{
	for (struct pipe *p = pipes; p < pipes + NR_PIPES; p++) {
		if (p->buffer)
			continue;
		*p = (struct pipe){.buffer = page_alloc(), .open = {true, true}};
		return p->buffer ? p : NULL;
	}
	return NULL;
}

void pipe_close(struct pipe *p, bool writer)
{
	p->open[writer] = false;
	wakeup(p);
	if (p->open[0] || p->open[1])
		return;
	page_free(p->buffer);
	p->buffer = NULL;
}

/* The next piece that lies in one piece in the ring, and in n. */
static u32 piece(u32 at, u32 available, u32 n)
{
	u32 to_end = PAGE_SIZE - at % PAGE_SIZE;

	if (n > available)
		n = available;
	return n < to_end ? n : to_end;
}

s32 pipe_read(struct pipe *p, u8 *buf, u32 n)
{
	u32 done = 0, k;

	while (p->head == p->tail) {
		if (!p->open[1] || !n)
			return 0;
		if (signal_pending())
			return -EINTR;
		sleep_on(p, 0);
	}
	while ((k = piece(p->tail, p->head - p->tail, n - done))) {
		memcpy(buf + done, p->buffer + p->tail % PAGE_SIZE, k);
		p->tail += k;
		done += k;
	}
	wakeup(p);
	return (s32)done;
}

s32 pipe_write(struct pipe *p, const u8 *buf, u32 n)
{
	for (u32 done = 0; done < n;) {
		u32 k = piece(p->head, PAGE_SIZE - (p->head - p->tail), n - done);

		if (!p->open[0]) {
			signal_send(current, SIGPIPE);
			return -EPIPE;
		}
		if (!k) {
			if (signal_pending())
				return done ? (s32)done : -EINTR;
			sleep_on(p, 0);
			continue;
		}
		memcpy(p->buffer + p->head % PAGE_SIZE, buf + done, k);
		p->head += k;
		done += k;
		wakeup(p);
	}
	return (s32)n;
}

s32 pipe_waiting(const struct pipe *p)
{
	return p->head == p->tail && !p->open[1] ? -EPIPE : (s32)(p->head - p->tail);
}

s32 pipe_room(const struct pipe *p)
{
	return p->open[0] ? (s32)(PAGE_SIZE - (p->head - p->tail)) : -EPIPE;
}
