/* render.c: in the page nothing is painted by Graphviz; what steps through a trace needs none. */
#include "draw/draw.h"

int draw_render(const char *dot, const char *format, const char *path, struct err *err)
{
	(void)dot, (void)format;
	return err_set(err, "%s: this build has no Graphviz; `-o FILE.dot` and `play` need none",
		       path);
}
