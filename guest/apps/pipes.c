/* pipes.c: a chain of processes, each passing on what comes in, changed; more than pipes hold. */
#include "lib/lib.h"

#define STAGES 5
#define WORDS  5000u

static void stage(u32 in, u32 out, u32 add)
{
	u32 word;

	while (read(in, &word, sizeof(word)) == sizeof(word)) {
		word += add;
		write(out, &word, sizeof(word));
	}
	exit(0);
}

static void source(u32 out)
{
	u32 buf[500];

	for (u32 i = 0; i < WORDS; i += ARRAY_SIZE(buf)) {
		for (u32 k = 0; k < ARRAY_SIZE(buf); k++)
			buf[k] = i + k;
		write(out, buf, sizeof(buf));
	}
	exit(0);
}

int main(void)
{
	u32 fds[2], in, word, n = 0, wrong = 0;

	if (pipe(fds))
		die("pipe failed");
	if (!fork())
		source(fds[1]);
	close(fds[1]);
	in = fds[0];
	for (u32 i = 1; i <= STAGES; i++) {
		if (pipe(fds))
			die("pipe failed");
		if (!fork()) {
			close(fds[0]);
			stage(in, fds[1], i);
		}
		close(in);
		close(fds[1]);
		in = fds[0];
	}
	for (; read(in, &word, sizeof(word)) == sizeof(word); n++)
		wrong += word != n + STAGES * (STAGES + 1) / 2;
	while (waitpid(-1, NULL, 0) > 0)
		;
	printf("pipes: words=%u wrong=%u\n", n, wrong);
	return n != WORDS || wrong;
}
