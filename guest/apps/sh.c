/* sh.c: the shell: words, pipes, `<`, `&`, sh -c line and sh -f file. There is one directory only.
 */
#include "lib/lib.h"

#define MAX_WORDS 32

struct line {
	char text[256];
	char *words[MAX_WORDS + 1];
	u32 nr_words;
};

/* One line, a byte at a time, so that what follows stays for the programs that read it. Of one that
 * is too long nothing is left. */
static bool get_line(char *to, u32 size)
{
	u32 n = 0;
	s32 got;
	char c;

	while ((got = read(0, &c, 1)) == 1 && c != '\n')
		if (n++ < size - 1)
			to[n - 1] = c;
	to[n < size ? n : 0] = 0;
	if (n >= size)
		printf("sh: a line has at most %u characters, this one has %u\n", size - 1, n);
	return got == 1 || n;
}

/* Cut into words in place; | & < are words by themselves even without spaces around.
 * @return false: there are too many */
static bool split(struct line *l)
{
	static char *const operators[] = {"|", "&", "<"};
	char *s = l->text, *rest;

	l->nr_words = 0;
	while (*s && *s != '#' && l->nr_words < MAX_WORDS) {
		char *op = NULL;

		for (u32 i = 0; i < ARRAY_SIZE(operators); i++)
			op = *s == *operators[i] ? operators[i] : op;
		if (op) {
			*s++ = 0;
			l->words[l->nr_words++] = op;
		} else if (*s == ' ' || *s == '\t') {
			*s++ = 0;
		} else {
			l->words[l->nr_words++] = s;
			while (*s && *s != ' ' && *s != '\t' && *s != '|' && *s != '&' && *s != '<')
				s++;
		}
	}
	for (rest = s; *rest == ' ' || *rest == '\t'; rest++)
		;
	if (*rest && *rest != '#') {
		printf("sh: a line has at most %d words\n", MAX_WORDS);
		return false;
	}
	*s = 0;
	l->words[l->nr_words] = NULL;
	return true;
}

/* In the child: take `< file` out of the words, then become the program. */
static void become(char **words, bool background)
{
	char *args[MAX_WORDS + 1];
	u32 n = 0;

	for (u32 i = 0; words[i]; i++) {
		if (!strcmp(words[i], "<") && words[i + 1]) {
			s32 fd = open(words[++i]);

			if (fd < 0) {
				printf("%s: no such file\n", words[i]);
				exit(1);
			}
			dup2((u32)fd, 0);
			close((u32)fd);
		} else {
			args[n++] = words[i];
		}
	}
	args[n] = NULL;
	signal(SIGINT, (handler_t)(background ? SIG_IGN : SIG_DFL));
	if (n && exec(args[0], args) == -E2BIG) {
		printf("%s: too many words for one program\n", args[0]);
		exit(2);
	}
	printf("%s: not found\n", n ? args[0] : "<");
	exit(127);
}

/* Start words up to the next |, with input from *in; leaves the next one's input there. */
static s32 start_stage(char **words, bool last, bool background, s32 *in)
{
	u32 fds[2] = {0, 0};
	s32 pid;

	if (!last && pipe(fds))
		return -1;
	pid = fork();
	if (!pid) {
		if (*in >= 0) {
			dup2((u32)*in, 0);
			close((u32)*in);
		}
		if (!last) {
			dup2(fds[1], 1);
			close(fds[0]);
			close(fds[1]);
		}
		become(words, background);
	}
	if (*in >= 0)
		close((u32)*in);
	*in = -1;
	if (!last) {
		close(fds[1]);
		*in = (s32)fds[0];
	}
	return pid;
}

static u32 run_line(struct line *l)
{
	bool background = l->nr_words && !strcmp(l->words[l->nr_words - 1], "&");
	s32 in = -1, pids[MAX_WORDS];
	u32 nr_pids = 0, status = 0, start = 0;

	if (background)
		l->words[--l->nr_words] = NULL;
	for (u32 i = 0; i <= l->nr_words; i++) {
		bool last = i == l->nr_words;

		if (!last && strcmp(l->words[i], "|"))
			continue;
		l->words[i] = NULL;
		if (i > start)
			pids[nr_pids++] = start_stage(l->words + start, last, background, &in);
		start = i + 1;
	}
	if (in >= 0)
		close((u32)in);
	for (u32 i = 0; i < nr_pids; i++) {
		if (pids[i] < 0)
			printf("sh: cannot start another process\n");
		else if (background)
			printf("[%d]\n", pids[i]);
		else
			waitpid(pids[i], &status, 0);
	}
	return status;
}

static void report(u32 status)
{
	if (status > STATUS_SIGNAL)
		printf("ended by signal %u\n", status - STATUS_SIGNAL);
	else if (status)
		printf("exit code %u\n", status);
}

/* The lines of a file, up to the first that fails. @return its status */
static u32 run_file(struct line *l, const char *name)
{
	s32 fd = open(name);
	u32 status = 0;

	if (fd < 0) {
		printf("sh: no file %s\n", name);
		return 127;
	}
	dup2((u32)fd, 0);
	close((u32)fd);
	while (!status && get_line(l->text, sizeof(l->text))) {
		if (!split(l))
			return 2;
		if (!l->nr_words)
			continue;
		printf("$");
		for (u32 i = 0; i < l->nr_words; i++)
			printf(" %s", l->words[i]);
		printf("\n");
		status = run_line(l);
		report(status);
	}
	return status;
}

int main(int argc, char **argv)
{
	static struct line l;
	u32 status = 0;

	if (argc > 2 && !strcmp(argv[1], "-f"))
		return (int)run_file(&l, argv[2]);
	if (argc > 2 && !strcmp(argv[1], "-c")) {
		strlcpy(l.text, argv[2], sizeof(l.text));
		return split(&l) ? (int)run_line(&l) : 2;
	}
	signal(SIGINT, (handler_t)SIG_IGN);
	for (;;) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			; /* jobs of the background that have ended */
		printf("$ ");
		if (!get_line(l.text, sizeof(l.text)))
			break;
		if (!split(&l) || !l.nr_words)
			continue;
		if (!strcmp(l.words[0], "exit"))
			return l.nr_words > 1 ? (int)atou(l.words[1]) : 0;
		status = run_line(&l);
		report(status);
	}
	printf("\n");
	return 0;
}
