/*
 * draw.h: from events to a picture, in four moves:
 *
 *   events --draw_steps--> steps --draw_fold--> fewer steps --draw_layout--> pages of shapes with
 *   coordinates --draw_svg--> SVG --draw_render--> PDF or PNG.
 *
 * librsvg only paints: every coordinate is ours. draw_dot writes the same shapes for Graphviz.
 */
#ifndef TLTRACE_DRAW_H
#define TLTRACE_DRAW_H

#include "draw/draw_paper.h"
#include "read/episode.h"
#include "read/hold.h"

#define STEP_TEXT    96
#define STEP_DETAILS 4
#define MOST_GUESTS  6
#define MOST_LANES   (2 * MOST_GUESTS + 2)

enum step_kind {
	STEP_ARROW,
	STEP_NOTE,
	STEP_GAP,  /* @count events were lost here */
	STEP_MORE, /* @count steps are not shown here */
	STEP_END,  /* nothing came any more */
};
enum step_style { STYLE_TRAP, STYLE_IRQ, STYLE_HYPERCALL, STYLE_INJECT, STYLE_RETURN, NR_STYLES };

/* In the picture of a divergence: what was expected is grey, what came instead is red. */
enum step_mark { MARK_NONE, MARK_EXPECTED, MARK_GOT };

/* The phases of a page fault, by which two designs are aligned. */
enum phase {
	PHASE_FAULT,
	PHASE_DECIDE,
	PHASE_DELIVER,
	PHASE_LEARN,
	PHASE_INSTALL,
	PHASE_RETURN,
	NR_PHASES
};

struct step {
	enum step_kind kind;
	enum step_style style; /* arrows */
	enum step_mark mark;
	enum phase phase;
	u8 from, to;   /* lanes; a note lies on @from */
	u8 guest;      /* whose application's and OS's lanes: index into steps.guests */
	bool diamond;  /* crosses the hardware lane as a trap */
	bool inferred; /* no event tells of it, it follows from those that do: it has no number */
	u8 ndetails;
	bool mean; /* it stands for several, and @cost is their mean */
	char title[STEP_TEXT];
	char detail[STEP_DETAILS][STEP_TEXT];
	u64 cost;     /* of the stay in the VMM that this step ends, in ticks; 0: none */
	u64 spent;    /* of all stays that have ended by then */
	u32 count;    /* gaps, and steps not shown */
	size_t event; /* index of the event that it tells of */
	u32 number;   /* 0: none */
	/* A fold stands for @times repetitions of @group steps, this being the first of them. */
	u32 group, times;
};

/** One of those that have lanes of their own in a picture. */
struct guest {
	u16 domain, vcpu;
	bool app; /* an application of its runs, too */
};

struct steps {
	struct step *v;
	size_t count, cap;
	struct guest guests[MOST_GUESTS];
	size_t nguests; /* MOST_GUESTS + 1: more than fit */
	u8 guest;	/* whose step is being added */
	u32 mmu;	/* enum mmu: its design, where cr3 is told of */
	bool phased;	/* they are one page fault, and have phases */
};

/** What one column of the picture shows. */
struct side {
	char title[STEP_TEXT];
	const char *vmm; /* "VMM" or "Xen" */
	struct steps steps;
	char footer[2][160];
	bool whole;	/* on one page, however long it is */
	bool uncounted; /* the trace does not tell what anything cost */
};

/** Append "VMM entries: 4 (traps 4, hypercalls 0)", in the picture's words. */
void draw_tally(struct sb *b, const struct tally *y);
/** Fill @out from events [first, last] of @t that belong to @episode (0: all), and are of @domain
 * (TRACE_NO_DOMAIN: of any). */
void draw_side_of(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
		  struct side *out);
/** The same, with each repetition as steps of its own. */
void draw_side_unfolded(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
			struct side *out);
/** As draw_side_of(), of any domain. */
void draw_side(const struct trace *t, size_t first, size_t last, u64 episode, struct side *out);
/** Two sides of one title get the first option besides by which their machines differ. */
void draw_tell_apart(const struct trace *a, const struct trace *b, struct side *of_a,
		     struct side *of_b);
void draw_side_free(struct side *s);
/** Why what was asked for has no steps. -1, with @err filled. */
int draw_no_steps(struct err *err, const struct trace *t, u32 domain);

/** The neighbourhood of the first line of an expectation that does not hold. */
struct expect_miss;
void draw_divergence(const struct trace *t, const struct expect_miss *m, struct side *out);

/** draw_steps.c: the steps of those events, unnumbered. */
void draw_steps(const struct trace *t, size_t first, size_t last, u64 episode, u32 domain,
		struct steps *out);
/** Replace patterns that repeat three times or more in a row by one, and number the steps. */
void draw_fold(struct steps *s);
/** Number the steps that have happened. */
void draw_number(struct steps *s);
struct step *draw_add_step(struct steps *s, enum step_kind kind, u8 from, u8 to);
void draw_text(char *to, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void draw_detail(struct step *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** draw_words.c: what people call things. */
struct stay; /* one stay in the VMM, with the notes that matter */
const char *draw_op_phrase(u32 op, char *buf);
const char *draw_errno(s32 e);

#define SHAPE_LINES 12

/* Shapes with coordinates; y grows downwards, (x, y) is the centre, everything in points. */
enum shape_kind {
	SHAPE_TITLE,
	SHAPE_LANE,
	SHAPE_LABEL,
	SHAPE_NOTE,
	SHAPE_NUMBER,
	SHAPE_DIAMOND,
	SHAPE_COST,
	SHAPE_PHASE,
	SHAPE_FOLD,
	SHAPE_TORN,
	SHAPE_MORE,
	SHAPE_END,
	SHAPE_FOOTER,
	SHAPE_HEADING,
};

struct shape {
	enum shape_kind kind;
	double x, y, w, h;
	const char *colour;
	enum step_mark mark;
	u32 step;	   /* number of the step that it belongs to, 0: none */
	u32 row;	   /* of its page, from 1; 0: none, it is of the frame */
	u8 nlines, ntitle; /* of its lines, the first @ntitle are the title's */
	bool uncounted;	   /* a footer, of such a side */
	char line[SHAPE_LINES][160];
};

struct arrow {
	double x1, x2, y;
	enum step_style style;
	enum step_mark mark;
	u32 step, row;
};

struct box {
	double x1, y1, x2, y2;
	const char *fill, *pen;
	double width;
	u32 row;
};

struct rule {
	double x1, y1, x2, y2;
	const char *colour, *style; /* "solid", "dashed", "dotted" */
	double width;
	u32 row;
};

/* One step of each side, or of one of them. */
struct page_row {
	double y, h; /* its upper edge, its height */
	enum phase phase;
	const struct step *step[2]; /* NULL: nothing */
};

struct page {
	double w, h;
	struct measures m;
	const char *heading;
	const struct side *side[2];
	double x0[2]; /* where each begins */
	struct page_row *rows;
	size_t nrows;
	struct shape *shapes;
	struct arrow *arrows;
	struct box *boxes;
	struct rule *rules;
	size_t nshapes, narrows, nboxes, nrules;
	u32 now; /* the row that is shown as the new one; 0: none */
};

struct pages {
	struct page *v;
	size_t count;
};

/** Lay out one side, or two aligned by phase (@b may be NULL), on paper as large as that takes. At
 * most MOST_GUESTS. */
void draw_layout(const struct side *a, const struct side *b, struct pages *out);
/** The same, a page at a time: @take gets each, number @n of @total, which is freed behind it. */
void draw_layout_each(const struct paper *paper, const struct side *a, const struct side *b,
		      void (*take)(void *ctx, struct page *p, size_t n, size_t total), void *ctx);
/** Free what a page has, not the page itself. */
void draw_page_free(struct page *p);
/** What the margin calls a phase, in one or two lines; NULL where there is no second. */
const char *draw_phase_name(enum phase phase, int line);
void draw_pages_free(struct pages *p);

/** "Application to Hardware: touch unmapped page; mov %eax,0x40001000." */
void draw_sentence(const struct side *side, const struct step *s, struct sb *out);
/** Those of both sides' steps in row @r (from 0). */
void draw_row_sentences(const struct page *p, size_t r, struct sb *out);

/** Its style's colour, or its mark's. */
const char *draw_colour(enum step_style style, enum step_mark mark);

#endif
