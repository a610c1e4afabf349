/* draw_page.h: adding shapes to a page, and how they look. */
#ifndef TLTRACE_DRAW_PAGE_H
#define TLTRACE_DRAW_PAGE_H

#include "draw/draw.h"
#include "draw/text.h"

#define BAR_W 10.0

/** Append @n with a comma between thousands, or with what the labels have there in "1,000". */
void page_number(struct sb *b, u64 n);

/** An empty page. */
void page_begin(struct page *p, const struct measures *m);
struct shape *page_shape(struct page *p, enum shape_kind kind, double x, double y, double w,
			 double h);
void page_line(struct shape *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** Add a text, in as many lines as it takes in @max points, or cut to one where texts are not
 * broken.
 * @return the width of the longest. */
double page_text(const struct measures *m, struct shape *s, enum font f, double size,
		 const char *text, double max);
void page_arrow(struct page *p, double x1, double x2, double y, const struct step *s);
void page_box(struct page *p, double x1, double y1, double x2, double y2, const char *fill,
	      const char *pen, double width);
void page_rule(struct page *p, double x1, double y1, double x2, double y2, const char *colour,
	       const char *style, double width);

/** How a kind of shape looks; letters are as large as @m has them. */
struct look {
	const char *class;
	double size, details; /* of the letters of its title, and of its details */
	bool bold, mono;      /* its title; its details */
	bool on;	      /* its letters are on its own colour */
};
struct look page_look(enum shape_kind kind, const struct measures *m);

/** What is over all: room for it. */
void page_heading(struct page *p);
/** Say what is over all, or without that over each column, and which of @pages this is, from 1. */
void page_number_it(struct page *p, size_t n, size_t pages);
/** How wide a lane must be, that no word of its side's heads is broken. */
double head_lane_w(const struct measures *m, const struct side *side);
/** What is below a side: what came to the VMM, and what it cost. */
void page_footer(const struct measures *m, const struct side *side, struct shape *s);
/** Make room for titles, heads of lanes and footers that take several lines; @b may be NULL, and
 * there are at most @pages. */
void head_fit(struct measures *m, const struct side *a, const struct side *b, size_t pages);
/** The lane at place @l, down to @bottom: its tint, its head, its lifeline. */
void head_lane(struct page *p, const struct side *side, double x0, double bottom, u8 l);
/** The fixed parts of one column: tinted lanes, their heads, lifelines, title and footer. */
void page_frame(struct page *p, const struct side *s, double x0, double bottom);
/** In place of each column's footer, what it has cost up to here. */
void page_so_far(struct page *p, const u64 spent[2]);

struct lane_look {
	const char *name, *ring, *head, *tint, *pen;
};
extern const struct lane_look lane_looks[NR_LANES];

/* From left to right: each guest's application and OS, then the hardware, then the VMM. One guest
 * alone has all lanes; of several, only those have an application's of whom one runs. */

/** Where a lane of this guest lies in the row. */
u8 side_lane(const struct side *s, u8 guest, u8 lane);
/** Which lane lies there: of which guest, the hardware's and the VMM's being nobody's. */
u8 side_lane_at(const struct side *s, u8 at, u8 *guest);
static inline u8 side_lanes(const struct side *s)
{
	return (u8)(side_lane(s, 0, LANE_vmm) + 1);
}

static inline double side_w(const struct side *s, const struct measures *m)
{
	return side_lanes(s) * m->lane_w;
}

static inline double lane_x(const struct measures *m, double x0, u8 at)
{
	return x0 + m->lane_w * (at + 0.5);
}

#endif
