/* run.c: one test in an emulator. tools/run is what describes the machine; nothing is repeated
 * here. */
#include "grade.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_CPU	  10 /* seconds of an emulator that takes 2; a hung one is stopped then */
#define BOCHS_CPU 60 /* the same of Bochs */
#define FEW_CPU	  3  /* where MANY_HANGS have hung: a good run still has time */
#define BOCHS_FEW 15
#define RUN_WALL  120		/* one that gets no time */
#define RUN_FILE  (256ll << 20) /* the log of a guest that faults for ever */
#define LOG_KEPT  (1 << 20)

unsigned test_seed(unsigned seed, const char *test)
{
	uint64_t h = hash_bytes(HASH_START, &seed, sizeof(seed));

	return 1 + (unsigned)(hash_bytes(h, test, strlen(test)) >> 16) % 9999;
}

unsigned run_seed(unsigned seed, const char *test, int run)
{
	char *name = run ? text("%s %d", test, run) : copy(test);

	seed = test_seed(seed, name);
	free(name);
	return seed;
}

unsigned random_seed(void)
{
	unsigned n = 0;
	FILE *f = fopen("/dev/urandom", "rb");

	if (!f || fread(&n, sizeof(n), 1, f) != 1)
		n = (unsigned)getpid();
	if (f)
		fclose(f);
	return n % 1000000;
}

/* In a kit, outside and inside differ. */
static void command_in(const struct session *s, struct command *c, struct mount *m, char **tree,
		       char **out)
{
	*tree = realpath(s->tree, NULL);
	*out = realpath(s->out, NULL);
	m[0] = (struct mount){*tree, "/kit", false};
	m[1] = (struct mount){*out, "/out", true};
	c->dir = s->confined ? "/kit" : *tree;
	c->mounts = s->confined ? m : NULL;
	c->nr_mounts = 2;
}

int tltrace(const struct session *s, const char *const *args, char *out, size_t size)
{
	const char *argv[48] = {"build/bin/tltrace"};
	struct command c = {.argv = argv,
			    .cpu = TRACE_CPU,
			    .wall = 180,
			    .file = 64 << 20,
			    .uid = s->uid,
			    .output = out,
			    .output_size = size};
	struct mount mounts[2];
	char *tree, *where;
	int status;

	for (size_t i = 0; i < 46 && args[i]; i++)
		argv[i + 1] = args[i];
	command_in(s, &c, mounts, &tree, &where);
	status = command_run(&c);
	/* What had to be cut, ends with a whole line. */
	if (strlen(out) == size - 1 && strrchr(out, '\n'))
		strrchr(out, '\n')[1] = '\0';
	free(tree), free(where);
	return status;
}

void clear_evidence(const char *out, const char *test)
{
	struct dirent **names;
	int n = scandir(out, &names, NULL, NULL);
	size_t len = strlen(test);

	for (int i = 0; i < n; i++) {
		char *path = text("%s/%s", out, names[i]->d_name);

		if (!strncmp(names[i]->d_name, test, len) && names[i]->d_name[len] == '.')
			remove_tree(path);
		free(path), free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Of a fault without end, the end is enough. */
static void cut_log(const char *log)
{
	char *end = read_end(log, LOG_KEPT);

	if (end)
		write_file(log, end, strlen(end));
	free(end);
}

/* Who hangs in many tests does not hold up the class in all of them. */
static int cpu_limit(const struct session *s, const struct test *t)
{
	bool many = session_hangs(s) >= MANY_HANGS;

	if (s->cpu)
		return s->cpu;
	return t->bochs ? (many ? BOCHS_FEW : BOCHS_CPU) : many ? FEW_CPU : RUN_CPU;
}

static void run_once(const struct session *s, const struct test *t, struct result *r)
{
	struct list words = {0};
	const char *argv[32] = {t->program ? t->program : "tools/run"};
	char output[2000], *tree, *out, *prefix, *log;
	struct mount mounts[2];
	struct command c = {.argv = argv,
			    .cpu = cpu_limit(s, t),
			    .wall = RUN_WALL,
			    .file = RUN_FILE,
			    .uid = s->uid,
			    .output = output,
			    .output_size = sizeof(output),
			    .output_end = true};
	double start = now();
	size_t n = 1;
	int status;

	command_in(s, &c, mounts, &tree, &out);
	prefix = text("%s/%s", out, t->name);
	list_split(&words, t->run);
	list_add(&words, "INTLOG=1");
	if (t->bochs)
		list_add(&words, "EMU=bochs");
	if (s->cpu)
		c.wall = 5 * s->cpu; /* who sleeps for ever takes no CPU time */
	list_add(&words, "LIMIT=0");
	for (size_t i = 0; i < 2; i++) {
		char *path = text("%s/%s", out, i ? t->name : "hv.elf");
		char *in = inside(s, path), *word = text("%s=%s", i ? "OUT" : "HV", in);

		list_add(&words, word);
		free(path), free(in), free(word);
	}
	char *seed = text("SEED=%u", r->seed);

	list_add(&words, seed);
	for (size_t i = 0; i < words.nr && n < 31; i++)
		argv[n++] = words.at[i];
	log = text("%s.int.log", prefix);
	clear_evidence(out, t->name);
	status = command_run(&c);
	r->seconds += now() - start;
	put_text(r->evidence, sizeof(r->evidence), "%s", t->name);
	/* An emulator makes its log before it lets the guest begin. */
	if (status == COMMAND_LOST || (status < COMMAND_HUNG && access(log, F_OK))) {
		r->verdict = UNGRADED;
		put_text(r->why, sizeof(r->why), "the emulator did not start: %s", output);
	} else {
		judge(s, t, prefix, status, output, r);
		if (r->verdict == HUNG)
			cut_log(log);
	}
	free(seed), free(log), free(prefix), free(tree), free(out);
	list_free(&words);
}

/* Until one fails, whose files are then the evidence. */
void test_run(const struct session *s, const struct test *t, struct result *r)
{
	for (r->runs = 0; r->runs < t->seeds;) {
		r->verdict = FAILED;
		r->seed = run_seed(s->seed, t->name, r->runs++);
		run_once(s, t, r);
		if (r->verdict != PASSED)
			break;
	}
}
