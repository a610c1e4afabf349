/* draw_page.h: sizes of the picture in points, and adding shapes to a page. */
#ifndef TLTRACE_DRAW_PAGE_H
#define TLTRACE_DRAW_PAGE_H

#include "draw/draw.h"

#define LANE_W	 165.0
#define SIDE_W	 (NR_LANES * LANE_W) /* with one guest */
#define MARGIN	 14.0
#define TITLE_H	 40.0
#define HEAD_H	 36.0
#define TOP	 (TITLE_H + HEAD_H + 12.0)
#define ARROW_H	 52.0
#define ARROW_Y	 42.0 /* of the line, within its row */
#define GAP_H	 40.0
#define MORE_H	 28.0
#define END_H	 44.0
#define NUMBER_R 9.5
#define BAR_W	 10.0
#define FOOTER_H 48.0
#define PHASE_W	 108.0
#define FOLD_W	 58.0

/* Font sizes. */
#define SIZE_TITLE  18.0
#define SIZE_HEAD   12.5
#define SIZE_SUB    10.0
#define SIZE_LABEL  12.5
#define SIZE_NOTE   11.5
#define SIZE_MONO   10.0
#define SIZE_NUMBER 9.5
#define SIZE_PHASE  12.0
#define SIZE_FOOTER 14.0

/** Append @n with commas between thousands. */
void page_number(struct sb *b, u64 n);

struct shape *page_shape(struct page *p, enum shape_kind kind, double x, double y, double w,
			 double h);
void page_line(struct shape *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void page_arrow(struct page *p, double x1, double x2, double y, const struct step *s);
void page_box(struct page *p, double x1, double y1, double x2, double y2, const char *fill,
	      const char *pen, double width);
void page_rule(struct page *p, double x1, double y1, double x2, double y2, const char *colour,
	       const char *style, double width);

/** The fixed parts of one column: tinted lanes, their heads, lifelines, title and footer. */
void page_frame(struct page *p, const struct side *s, double x0, double bottom, size_t n,
		size_t pages);

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

static inline double side_w(const struct side *s)
{
	return side_lanes(s) * LANE_W;
}

static inline double lane_x(double x0, u8 at)
{
	return x0 + LANE_W * (at + 0.5);
}

#endif
