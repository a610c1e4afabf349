/* draw_paper.h: what a picture is drawn on: sizes of pages and letters, and colours. */
#ifndef TLTRACE_DRAW_PAPER_H
#define TLTRACE_DRAW_PAPER_H

#include <stdbool.h>
#include <stddef.h>

enum theme { THEME_LIGHT, THEME_DARK, THEME_PRINT, NR_THEMES };

/** What the user asks for. */
struct paper {
	double w, h;  /* of a page, in points; 0: as large as what is drawn on it */
	bool slide;   /* letters for a hall, none below 12 points */
	bool tall;    /* one side stands upright; two lie */
	double scale; /* of letters */
	enum theme theme;
	const char *title; /* over each page; NULL: none */
	bool steps;	   /* a page for each step, with those before it */
};
extern const struct paper paper_fit;
/* As wide as a screen that is to have its letters as large as on a slide, and as high as it takes:
 * for who can scroll. */
extern const struct paper paper_screen;

/** "16:9", "4:3", "a4" or "fit"; false: none of these. */
bool paper_size(const char *name, struct paper *out);
/** "light", "dark" or "print"; false: none of these. */
bool paper_theme(const char *name, enum theme *out);

/** How large everything is, in points. */
struct measures {
	double w, h; /* of a page; 0: as large as what is drawn on it */
	double margin, lane_w, phase_w, fold_w;
	double heading_h, title_h, head_h, gap_h, footer_h;
	double number_r;
	/* Letters. */
	double heading, title, head, sub, label, note, mono, number, phase, footer, footer_sub;
	double cost, fold;
	bool broken; /* text that is too long goes on in another line; else it is cut */
};

/** Where the first row begins. */
static inline double measures_top(const struct measures *m)
{
	return m->heading_h + m->title_h + m->head_h + m->gap_h;
}

/** Fill @m for pictures of lanes whose width is @lanes together, and of what is beside them, whose
 * number and width depend on @m: see draw_layout.c. */
void paper_measures(const struct paper *p, size_t sides, struct measures *m);

/** What @theme makes of a colour of the light one: of an area, and of lines and letters. */
const char *theme_fill(enum theme theme, const char *colour);
const char *theme_pen(enum theme theme, const char *colour);

#endif
