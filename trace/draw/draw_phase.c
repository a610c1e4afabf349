/* draw_phase.c: what phases are called, and their column in the margin. */
#include "draw/draw_labels.h"
#include "draw/draw_layout.h"

#define BESIDE 20.0 /* what the column has beside a name */

const char *draw_phase_name(enum phase phase, int line)
{
	static const char *const names[NR_PHASES][2] = {{WORD("fault"), NULL},
							{WORD("decide"), NULL},
							{WORD("deliver"), NULL},
							{WORD("learn"), WORD("address")},
							{WORD("install"), WORD("mapping")},
							{WORD("return"), NULL}};

	return names[phase][line] ? word(names[phase][line]) : NULL;
}

void phase_measure(const struct measures *m, enum phase phase, struct shape *s)
{
	for (int i = 0; i < 2 && draw_phase_name(phase, i); i++)
		page_text(m, s, FONT_BOLD, m->phase, draw_phase_name(phase, i),
			  m->phase_w - BESIDE);
	s->w = m->phase_w - BESIDE;
	s->h = (1.2 * s->nlines + 0.2) * m->phase;
}

void phase_fit(struct measures *m)
{
	double most = 2 * m->phase_w;

	for (int i = 0; i < 2 * NR_PHASES; i++) {
		const char *name = draw_phase_name((enum phase)(i / 2), i % 2);
		double w = name ? text_widest(FONT_BOLD, m->phase, name) + BESIDE : 0;

		m->phase_w = w > most ? most : w > m->phase_w ? w : m->phase_w;
	}
}

void phase_add(struct page *p, double x, double top, double bottom, enum phase phase)
{
	struct shape *s = page_shape(p, SHAPE_PHASE, x, (top + bottom) / 2, 0, 0);

	s->colour = "#4A5563";
	s->row = 0; /* it is there from the beginning, as the lanes are */
	phase_measure(&p->m, phase, s);
}
