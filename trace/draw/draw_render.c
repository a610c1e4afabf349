/*
 * draw_render.c: let Graphviz paint what we laid out.
 *
 * Each page is painted by a child process: Graphviz 2.43 keeps a pointer to a freed font name from
 * one context to the next, and the font libraries keep caches that nobody can free. A child that
 * ends with _exit() makes both harmless.
 */
#include "draw/draw.h"

#include <errno.h>
#include <graphviz/gvc.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says by its exit code. */
enum { PAINTED, BAD_DOT, NO_ENGINE, NO_FORMAT };

static int paint(const char *dot, const char *format, const char *path)
{
	GVC_t *gvc = gvContext();
	Agraph_t *g = gvc ? agmemread(dot) : NULL;

	/* Its warnings are about boxes a point too tight for a font's full height. */
	agseterr(AGERR);
	if (!g)
		return BAD_DOT;
	/* nop2: positions of nodes and edges are given; nothing is to be computed. */
	if (gvLayout(gvc, g, "nop2"))
		return NO_ENGINE;
	return gvRenderFilename(gvc, g, format, path) ? NO_FORMAT : PAINTED;
}

int draw_render(const char *dot, const char *format, const char *path, struct err *err)
{
	FILE *f = fopen(path, "we");
	int status;
	pid_t pid;

	/* Graphviz reports an unwritable file on stderr only. */
	if (!f)
		return err_set(err, "%s: %s", path, strerror(errno));
	fclose(f);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(paint(dot, format, path));
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return err_set(err, "%s: cannot start a process to draw in", path);
	if (WIFEXITED(status) && WEXITSTATUS(status) == PAINTED)
		return 0;
	unlink(path);
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_ENGINE)
		return err_set(err, "Graphviz has no layout engine nop2: is it installed whole?");
	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_FORMAT)
		return err_set(err, "%s: Graphviz cannot write %s", path, format);
	return err_set(err, "%s: Graphviz failed; `-o FILE.dot` shows what it was given", path);
}
