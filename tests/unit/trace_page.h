/* trace_page.h: what every page of a picture must be like. After cmocka.h. */
#ifndef TRACE_PAGE_H
#define TRACE_PAGE_H

#include "draw/draw_page.h"

#include <math.h>

static inline bool solid(const struct shape *s)
{
	return s->kind != SHAPE_TORN;
}

static inline bool overlap(const struct shape *a, const struct shape *b)
{
	/* A note's number sits on its edge. */
	if ((a->kind == SHAPE_NOTE && b->kind == SHAPE_NUMBER) ||
	    (a->kind == SHAPE_NUMBER && b->kind == SHAPE_NOTE))
		if (a->step == b->step)
			return false;
	return fabs(a->x - b->x) < (a->w + b->w) / 2 - 0.5 &&
	       fabs(a->y - b->y) < (a->h + b->h) / 2 - 0.5;
}

/** Nothing lies beyond the page, or on something else. */
static inline void no_overlaps(const struct page *p)
{
	for (size_t i = 0; i < p->nshapes; i++) {
		const struct shape *a = &p->shapes[i];

		assert_true(a->x - a->w / 2 >= -0.5 && a->x + a->w / 2 <= p->w + 0.5);
		assert_true(a->y - a->h / 2 >= -0.5 && a->y + a->h / 2 <= p->h + 0.5);
		for (size_t k = i + 1; k < p->nshapes; k++)
			if (solid(a) && solid(&p->shapes[k]) && overlap(a, &p->shapes[k]))
				fail_msg("'%s' overlaps '%s'", a->line[0], p->shapes[k].line[0]);
	}
}

#endif
