/* control.c: one at a time asks something, by a line, and gets an answer; then the next. */
#include "netback/netback.h"

static u32 listener, client; /* descriptors; client 0: nobody asks */
static char line[256];
static u32 read_so_far;
static char answer[16384];
static u32 answer_size, answered;

void control_init(void)
{
	s32 fd = listen(NETBACK_SOCKET);

	if (fd < 0)
		die("netback: another one runs");
	listener = (u32)fd;
}

u32 control_wants(void)
{
	if (!client)
		return POLL_READ(listener);
	return answered < answer_size ? POLL_WRITE(client) : POLL_READ(client);
}

static void hang_up(void)
{
	close(client);
	client = 0;
}

static void refuse(const char *why)
{
	strlcpy(answer, NETBACK_REFUSES, sizeof(answer));
	strlcpy(answer + strlen(answer), why, sizeof(answer) - 100);
	answer_size = strlen(answer);
	answer[answer_size++] = '\n';
}

static void carry_out_line(void)
{
	const char *wrong;
	u32 frames;

	if (!strncmp(line, "capture ", 8)) {
		if (!whole_number(line + 8, UINT32_MAX, &frames) || !frames)
			return refuse("how many frames to capture is a number from 1 on");
		if (!capture_begin(client, frames))
			return refuse("somebody captures already");
		client = 0; /* it is another's now */
		return;
	}
	if (!strcmp(line, "show")) {
		answer_size = show(answer, sizeof(answer));
		return;
	}
	wrong = command(line);
	if (wrong)
		refuse(wrong);
	else
		hang_up();
}

static void take_line(void)
{
	s32 n = read(client, line + read_so_far, sizeof(line) - read_so_far);

	if (n == -EAGAIN)
		return;
	if (n <= 0)
		return hang_up();
	read_so_far += (u32)n;
	for (u32 i = 0; i < read_so_far; i++) {
		if (line[i] != '\n')
			continue;
		line[i] = 0;
		return carry_out_line();
	}
	if (read_so_far == sizeof(line))
		hang_up();
}

static void give_answer(void)
{
	s32 n = write(client, answer + answered, answer_size - answered);

	if (n < 0 && n != -EAGAIN)
		return hang_up();
	answered += n > 0 ? (u32)n : 0;
	if (answered == answer_size)
		hang_up();
}

static void welcome(void)
{
	if (read(listener, &client, sizeof(client)) < 0)
		client = 0;
	read_so_far = answered = answer_size = 0;
}

void control_serve(u32 what)
{
	if (!client) {
		if (what & POLL_READ(listener))
			welcome();
	} else if (answered < answer_size) {
		give_answer();
	} else if (what & POLL_READ(client)) {
		take_line();
	}
}
