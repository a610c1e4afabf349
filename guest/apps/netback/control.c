/*
 * control.c: who asks something, by a line, gets an answer. A few may be at it at a time; who comes
 * then gets the place of the one who has been there longest: one that is silent holds up nobody.
 */
#include "netback/netback.h"

#define MOST_CLIENTS 3u

static struct client {
	u32 fd; /* 0: a free place */
	u32 came;
	char line[256], answer[16384];
	u32 read_so_far, answer_size, answered;
} clients[MOST_CLIENTS];
static u32 listener, nr_came;

void control_init(void)
{
	s32 fd = listen(NETBACK_SOCKET);

	if (fd < 0)
		die("netback: another one runs");
	listener = (u32)fd;
}

static bool is_answered(const struct client *c)
{
	return c->answered == c->answer_size;
}

u32 control_wants(void)
{
	u32 mask = POLL_READ(listener);

	for (const struct client *c = clients; c < clients + MOST_CLIENTS; c++)
		if (c->fd)
			mask |= is_answered(c) ? POLL_READ(c->fd) : POLL_WRITE(c->fd);
	return mask;
}

static void hang_up(struct client *c)
{
	close(c->fd);
	c->fd = 0;
}

static void refuse(struct client *c, const char *why)
{
	strlcpy(c->answer, NETBACK_REFUSES, sizeof(c->answer));
	strlcpy(c->answer + strlen(c->answer), why, sizeof(c->answer) - 100);
	c->answer_size = strlen(c->answer);
	c->answer[c->answer_size++] = '\n';
}

static void serve_line(struct client *c)
{
	const char *wrong;
	u32 frames;

	if (!strncmp(c->line, "capture ", 8)) {
		if (!whole_number(c->line + 8, UINT32_MAX, &frames) || !frames)
			return refuse(c, "how many frames to capture is a number from 1 on");
		if (!capture_begin(c->fd, frames))
			return refuse(c, "somebody captures already");
		c->fd = 0; /* it is another's now */
		return;
	}
	if (!strcmp(c->line, "show")) {
		c->answer_size = show(c->answer, sizeof(c->answer));
		return;
	}
	wrong = command(c->line);
	if (wrong)
		refuse(c, wrong);
	else
		hang_up(c);
}

static void take_line(struct client *c)
{
	s32 n = read(c->fd, c->line + c->read_so_far, sizeof(c->line) - c->read_so_far);

	if (n == -EAGAIN)
		return;
	if (n <= 0)
		return hang_up(c);
	c->read_so_far += (u32)n;
	for (u32 i = 0; i < c->read_so_far; i++) {
		if (c->line[i] != '\n')
			continue;
		c->line[i] = 0;
		return serve_line(c);
	}
	if (c->read_so_far == sizeof(c->line))
		hang_up(c);
}

static void give_answer(struct client *c)
{
	s32 n = write(c->fd, c->answer + c->answered, c->answer_size - c->answered);

	if (n < 0 && n != -EAGAIN)
		return hang_up(c);
	c->answered += n > 0 ? (u32)n : 0;
	if (is_answered(c))
		hang_up(c);
}

static void welcome(void)
{
	struct client *c = clients;
	u32 fd;

	for (struct client *k = clients; k < clients + MOST_CLIENTS && c->fd; k++)
		if (!k->fd || (s32)(k->came - c->came) < 0)
			c = k;
	if (c->fd)
		hang_up(c);
	if (read(listener, &fd, sizeof(fd)) < 0)
		return;
	c->fd = fd;
	c->came = nr_came++;
	c->read_so_far = c->answered = c->answer_size = 0;
}

void control_serve(u32 what)
{
	for (struct client *c = clients; c < clients + MOST_CLIENTS; c++) {
		if (c->fd && !is_answered(c) && what & POLL_WRITE(c->fd))
			give_answer(c);
		else if (c->fd && is_answered(c) && what & POLL_READ(c->fd))
			take_line(c);
	}
	if (what & POLL_READ(listener))
		welcome();
}
