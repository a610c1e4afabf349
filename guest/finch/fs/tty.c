/* tty.c: lines from the console: echo, backspace, Ctrl-C and Ctrl-D; or each byte as it is typed.
 */
#include "fs/fs.h"
#include "proc/proc.h"

#define SIZE 512

static char ring[SIZE];
static u32 read_at, line_end, write_at; /* counts; only what is before line_end may be read */
static bool raw;			/* each byte as it comes, for who has opened dev/tty/raw */

#define CTRL(c) ((c) - '@')

static void echo(const char *s, u32 n)
{
	console_write(s, n);
}

/* As in the Sixth Edition there is no job control: a background job ignores SIGINT instead. */
static void interrupt_all(void)
{
	echo("^C\n", 3);
	write_at = line_end;
	for (struct proc *p = procs; p < procs + NR_PROCS; p++) {
		if (p->state != UNUSED && p->state != ZOMBIE)
			signal_send(p, SIGINT);
	}
}

static void keep(char c)
{
	if (write_at - read_at < SIZE)
		ring[write_at++ % SIZE] = c;
	line_end = write_at;
	wakeup(ring);
}

void tty_input(char c)
{
	if (raw) {
		keep(c);
		return;
	}
	if (c == '\r')
		c = '\n';
	if (c == CTRL('C')) {
		interrupt_all();
	} else if (c == '\b' || c == 0x7F) {
		if (write_at == line_end)
			return;
		write_at--;
		echo("\b \b", 3);
	} else if (write_at - read_at < SIZE) {
		ring[write_at++ % SIZE] = c;
		if (c != CTRL('D'))
			echo(&c, 1);
		if (c == '\n' || c == CTRL('D')) {
			line_end = write_at;
			wakeup(ring);
		}
	}
}

static s32 await_input(void)
{
	while (read_at == line_end) {
		if (signal_pending())
			return -EINTR;
		sleep_on(ring, 0);
	}
	return 0;
}

s32 tty_read(u8 *buf, u32 n)
{
	u32 done = 0;

	if (await_input())
		return -EINTR;
	while (done < n && read_at != line_end) {
		char c = ring[read_at++ % SIZE];

		if (c == CTRL('D'))
			break; /* end of file, if it is the first on its line */
		buf[done++] = (u8)c;
		if (c == '\n')
			break;
	}
	return (s32)done;
}

bool tty_ready(void)
{
	return read_at != line_end;
}

static s32 raw_open(struct file *f)
{
	(void)f;
	if (raw)
		return -EBUSY;
	raw = true;
	return 0;
}

static s32 raw_read(struct file *f, u8 *buf, u32 n)
{
	u32 done = 0;

	(void)f;
	if (await_input())
		return -EINTR;
	while (done < n && read_at != line_end)
		buf[done++] = (u8)ring[read_at++ % SIZE];
	return (s32)done;
}

static s32 raw_write(struct file *f, const u8 *buf, u32 n)
{
	(void)f;
	console_write((const char *)buf, n);
	return (s32)n;
}

static u32 raw_ready(struct file *f)
{
	(void)f;
	return CAN_WRITE | (tty_ready() ? CAN_READ : 0);
}

static void raw_close(struct file *f)
{
	(void)f;
	raw = false;
}

const struct device tty_raw = {
    .open = raw_open, .read = raw_read, .write = raw_write, .ready = raw_ready, .close = raw_close};
