/*
 * slurm.c: a class on a cluster: each submission is a task of a Slurm job array.
 *
 * A task may be lost, or run twice, or end when the caller was interrupted and is called again. So
 * it works in a directory of its own, and gives that its final name only when all is in it: the
 * first who does so wins. The name has a hash of everything that decides the result, so that what
 * is found there is never another submission's. Only the caller touches the gradebook.
 *
 * In the work directory, which all nodes must see:
 *
 *   alice-1a2b3c4d-HASH.src/      her files
 *   alice-1a2b3c4d-HASH.XXXXXX/   a task at work
 *   alice-1a2b3c4d-HASH/          results and evidence/
 *   tasks.XXXXXX                  lab, kit, seed; then a name for each task of one array
 */
#include "grade.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_TASKS 1000	  /* in one array: Slurm's own limit, unless it is configured otherwise */
#define ROUNDS	   3	  /* so often a lost task is sent */
#define POLL	   500000 /* microseconds between two looks for results */
#define ASK	   5.0	  /* seconds between two questions to Slurm */
#define LONGEST	   (48 * 3600.0) /* seconds that a round may take, with its time in the queue */

/* Where tasks find and leave things, instead of where batch.c has put them. */
static void place(const struct class *c, struct job *j)
{
	uint64_t key = hash_bytes(j->hash, &c->lab->version, sizeof(c->lab->version));
	char *sources, *dir;

	key = hash_bytes(key, &c->seed, sizeof(c->seed));
	j->name = text("%s-%016llx", base_name(j->s.out), (unsigned long long)key);
	dir = text("%s/%s", c->work, j->name);
	sources = text("%s.src", dir);
	rmdir(j->s.out);
	/* If the same files are there already, a task may be reading them. */
	if (rename(j->s.sources, sources))
		remove_tree(j->s.sources);
	if (c->again)
		remove_tree(dir);
	free((char *)j->s.out), free((char *)j->s.sources), free(j->results);
	j->s.sources = sources;
	j->s.out = text("%s/evidence", dir);
	j->results = text("%s/results", dir);
	free(dir);
}

/* An array of the tasks from *next on. @return its number, or NULL if none is left */
static char *submit(const struct class *c, const struct job *jobs, size_t *next)
{
	char *index, *array, *id, output[2000];
	size_t n = 0;
	FILE *f;

	while (*next < c->all.nr && !jobs[*next].name)
		++*next;
	if (*next == c->all.nr)
		return NULL;
	index = text("%s/tasks.XXXXXX", c->work);
	f = fdopen(mkstemp(index), "w");
	if (!f)
		die("cannot write %s", index);
	fprintf(f, "%s\n%s\n%u\n", c->lab->name, c->kit, c->seed);
	for (; *next < c->all.nr && n < MOST_TASKS; ++*next)
		if (jobs[*next].name && ++n)
			fprintf(f, "%s\n", jobs[*next].name);
	if (fclose(f))
		die("cannot write %s", index);
	array = c->jobs ? text("--array=1-%zu%%%d", n, c->jobs) : text("--array=1-%zu", n);
	setenv("TLGRADE_TASKS", index, 1);
	free(index);
	const char *argv[] = {"sbatch",
			      "--parsable",
			      "--job-name=tlgrade",
			      "--export=ALL",
			      array,
			      "--output=slurm.log",
			      "--open-mode=append",
			      "--wrap",
			      "exec \"$TLGRADE\" task \"$TLGRADE_TASKS\" \"$SLURM_ARRAY_TASK_ID\"",
			      NULL};
	struct command sbatch = {.argv = argv,
				 .dir = c->work,
				 .wall = 120,
				 .output = output,
				 .output_size = sizeof(output)};

	if (command_run(&sbatch))
		die("Slurm does not take the work:\n%s", output);
	free(array);
	/* The last line is the job's number; warnings come before. */
	for (id = strchr(output, '\0'); id > output && strchr("0123456789\n", id[-1]);)
		id--;
	id += strspn(id, "\n");
	id[strcspn(id, "\n")] = '\0';
	if (!*id)
		die("sbatch does not say which job it is:\n%s", output);
	printf("Slurm job %s: %zu tasks\n", id, n);
	fflush(stdout);
	return copy(id);
}

/* Does nothing of an array wait or run any more? If Slurm does not answer, nobody knows. */
static bool ended(const char *array)
{
	const char *argv[] = {"squeue", "--noheader", "--jobs", array, NULL};
	char output[2000];
	struct command squeue = {
	    .argv = argv, .wall = 60, .output = output, .output_size = sizeof(output)};

	/* What ended some minutes ago is not known by its number. */
	return command_run(&squeue) ? strstr(output, "Invalid job id") != NULL : !output[0];
}

/* What has come, into the book. @return how many */
static size_t take(struct class *c, struct job *jobs)
{
	size_t n = 0;

	for (size_t i = 0; i < c->all.nr; i++) {
		if (!jobs[i].name || access(jobs[i].results, R_OK))
			continue;
		if (job_merge(c, &jobs[i])) {
			job_free(&jobs[i]);
			n++;
		} else { /* A full disk, perhaps; out of the way of another task. */
			char *dir = text("%s/%s", c->work, jobs[i].name);

			remove_tree(dir);
			free(dir);
		}
	}
	return n;
}

/* Send what is left, and wait until it is back or Slurm has no more of it. @return what is left */
static size_t go_round(struct class *c, struct job *jobs, size_t left)
{
	double end = now() + LONGEST, asked = now();
	struct list arrays = {0};
	size_t next = 0;

	for (char *id; (id = submit(c, jobs, &next)); free(id))
		list_add(&arrays, id);
	while (left && now() < end) {
		bool over = now() > asked + ASK;

		if (over)
			asked = now();
		for (size_t i = 0; over && i < arrays.nr; i++)
			over = ended(arrays.at[i]);
		left -= take(c, jobs);
		if (over)
			break;
		usleep(POLL);
	}
	list_free(&arrays);
	return left;
}

/* What interrupted tasks left, and the lists of tasks. */
static void clean(const struct class *c)
{
	char *pattern = text("%s/*.??????", c->work);
	glob_t g;

	if (glob(pattern, 0, NULL, &g) == 0)
		for (size_t i = 0; i < g.gl_pathc; i++)
			remove_tree(g.gl_pathv[i]);
	globfree(&g);
	free(pattern);
}

void engine_slurm(struct class *c)
{
	struct job *jobs = calloc(c->all.nr + 1, sizeof(*jobs));
	char *program = realpath("/proc/self/exe", NULL);
	char *work = c->work, *kit = c->kit;
	size_t left = 0;

	/* Tasks run elsewhere. */
	c->work = realpath(work, NULL);
	c->kit = realpath(kit, NULL);
	free(work), free(kit);
	setenv("TLGRADE", program, 1);
	for (size_t i = 0; i < c->all.nr; i++) {
		if (job_prepare(c, &jobs[i], i)) {
			place(c, &jobs[i]);
			left++;
		}
	}
	/* First what came when nobody waited. */
	left -= take(c, jobs);
	for (int round = 0; left && round < ROUNDS; round++) {
		if (round)
			printf("%zu did not come back: sent again\n", left);
		left = go_round(c, jobs, left);
	}
	for (size_t i = 0; i < c->all.nr; i++) {
		if (jobs[i].name)
			job_lost(c, &jobs[i]);
		job_free(&jobs[i]);
	}
	if (!left)
		clean(c);
	free(program), free(jobs);
}

int task(int argc, char **argv)
{
	char *all = argc == 3 ? read_file(argv[1], 1 << 20, false) : NULL;
	size_t n = argc == 3 ? (size_t)atoi(argv[2]) : 0;
	struct list lines = {0}; /* lab, kit, seed, names */
	struct session s = {.confined = true, .jobs = 1};
	char *dir, *work, *results;
	int status = 0;

	for (char *line = all ? strtok(all, "\n") : NULL; line; line = strtok(NULL, "\n"))
		list_add(&lines, line);
	if (!n || n + 2 >= lines.nr)
		die("this is what `batch --engine slurm` makes Slurm run");
	dir = text("%.*s/%s", (int)(base_name(argv[1]) - argv[1] - 1), argv[1], lines.at[n + 2]);
	work = text("%s.XXXXXX", dir);
	results = text("%s/results", dir);
	if (access(results, F_OK)) {
		if (!mkdtemp(work) || chmod(work, 0755))
			die("cannot make %s", work);
		s.lab = lab_load(lines.at[1], lines.at[0]);
		s.tree = lines.at[1];
		s.seed = (unsigned)strtoul(lines.at[2], NULL, 10);
		s.sources = text("%s.src", dir);
		s.out = text("%s/evidence", work);
		s.bare = text("%.*s/../bare", (int)(base_name(argv[1]) - argv[1]), argv[1]);
		free(results);
		results = text("%s/results", work);
		status = !job_grade(&s, results);
		/* If another was faster, this one is not needed. */
		if (status || rename(work, dir))
			remove_tree(work);
		lab_free((struct lab *)s.lab);
		free((char *)s.sources), free((char *)s.out), free((char *)s.bare);
	}
	free(all), free(dir), free(work), free(results);
	list_free(&lines);
	return status;
}
