/* build.c: a hypervisor from a submission: the lab's files are compiled, the rest is there. */
#include "grade.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *absolute(const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		die("no such directory: %s", path);
	return real;
}

char *inside(const struct session *s, const char *path)
{
	char *base, *result;

	if (!s->confined)
		return copy(path);
	/* Under the output directory, which is /out there. */
	base = absolute(s->out);
	result =
	    text("/out/%s", !strncmp(path, base, strlen(base)) ? path + strlen(base) + 1 : path);
	free(base);
	return result;
}

/* make takes blanks in a path for the ends of words, so it is told no more of one than it must be.
 */
static const char *from_here(const char *tree, const char *path)
{
	size_t n = strlen(tree);

	return !strncmp(path, tree, n) && path[n] == '/' ? path + n + 1 : path;
}

enum verdict build(struct session *s)
{
	char *tree = absolute(s->tree), *out = absolute(s->out);
	char *sources = s->sources ? absolute(s->sources) : NULL;
	struct mount mounts[] = {
	    {tree, "/kit", false}, {out, "/out", true}, {sources, "/src", false}};
	char *lab = text("LAB=%s", s->lab->name);
	char *lab_out = text("LAB_OUT=%s", s->confined ? "/out" : from_here(tree, out));
	/* Of the working tree, MINE=1 is make's own affair. */
	char *lab_src =
	    sources ? text("LAB_SRC=%s", s->confined ? "/src" : from_here(tree, sources)) : NULL;
	char *target = text("%s/hv.elf", s->confined ? "/out" : from_here(tree, out));
	const char *argv[] = {"make",  "-s",   "SHELL=/bin/bash", "LC_ALL=C", lab,
			      lab_out, target, lab_src,		  NULL};
	struct command c = {.argv = argv,
			    .dir = s->confined ? "/kit" : tree,
			    .mounts = s->confined ? mounts : NULL,
			    .nr_mounts = sources ? 3 : 2,
			    .cpu = 30,
			    .wall = 120,
			    .file = 16 << 20,
			    .memory = 2ll << 30,
			    .uid = s->uid,
			    .output = s->build_log,
			    .output_size = sizeof(s->build_log)};
	char *made = text("%s/hv.elf", out);
	int status = 0;

	if (!s->made) {
		unlink(made);
		status = command_run(&c);
	}
	clean_text(s->build_log, strlen(s->build_log));
	s->built = status == 0 && access(made, R_OK) == 0;
	if (!s->built && !s->build_log[0])
		put_text(s->build_log, sizeof(s->build_log), "the build %s",
			 status == COMMAND_LOST	  ? "did not start"
			 : status == COMMAND_HUNG ? "did not end within 120 s"
			 : status > 128 ? "went beyond its limits of time, memory or file size"
					: "failed without a word");
	free(made), free(target), free(lab_src), free(lab_out), free(lab);
	free(sources), free(out), free(tree);
	/* make itself ends with less. */
	if (status == COMMAND_LOST || status == 126 || status == 127)
		return UNGRADED;
	return s->built ? PASSED : NOT_BUILT;
}
