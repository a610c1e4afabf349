/*
 * draw_dot.c: a page of shapes as a dot graph in which nothing is left to lay out.
 *
 * Tints, lifelines, bars and rules go into _background, because Graphviz draws edges over nodes
 * but everything over the background. Colours have names in `class`, so that an SVG can be styled.
 */
#include "draw/draw_file.h"
#include "draw/draw_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SANS "Helvetica,Arial,DejaVu Sans"
#define MONO "Courier,DejaVu Sans Mono"

/* Drawing operations of the xdot format. */
struct ops {
	struct sb b;
	double h; /* xdot's y grows upwards */
};

static void op_string(struct ops *o, char op, const char *s)
{
	sb_add(&o->b, "%c %zu -%s ", op, strlen(s), s);
}

static void op_box(struct ops *o, const struct box *r)
{
	char style[32];

	snprintf(style, sizeof(style), "setlinewidth(%.1f)", r->width);
	op_string(o, 'S', style);
	op_string(o, 'C', r->fill);
	op_string(o, 'c', r->pen);
	sb_add(&o->b, "P 4 %.1f %.1f %.1f %.1f %.1f %.1f %.1f %.1f ", r->x1, o->h - r->y1, r->x2,
	       o->h - r->y1, r->x2, o->h - r->y2, r->x1, o->h - r->y2);
}

static void op_rule(struct ops *o, const struct rule *r)
{
	char style[32];

	snprintf(style, sizeof(style), "setlinewidth(%.1f)", r->width);
	op_string(o, 'S', style);
	op_string(o, 'S', r->style);
	op_string(o, 'c', r->colour);
	sb_add(&o->b, "L 2 %.1f %.1f %.1f %.1f ", r->x1, o->h - r->y1, r->x2, o->h - r->y2);
}

/* The edge of torn paper: a band across the side with zigzag borders. */
static void op_torn(struct ops *o, const struct shape *s)
{
	const int teeth = 44;
	struct sb points = {0};
	double step = s->w / teeth;

	for (int i = 0; i <= teeth; i++)
		sb_add(&points, "%.1f %.1f ", s->x - s->w / 2 + i * step,
		       o->h - (s->y - s->h / 2 + (i & 1 ? 6 : 0)));
	for (int i = teeth; i >= 0; i--)
		sb_add(&points, "%.1f %.1f ", s->x - s->w / 2 + i * step,
		       o->h - (s->y + s->h / 2 - (i & 1 ? 0 : 6)));
	op_string(o, 'S', "setlinewidth(1.2)");
	op_string(o, 'S', "solid");
	op_string(o, 'C', "#FFFFFF");
	op_string(o, 'c', "#666666");
	sb_add(&o->b, "P %d %s", 2 * (teeth + 1), points.s);
	sb_free(&points);
}

/* Rules come between the lanes' tints and the bars, which cover their lifelines. */
static void add_background(const struct page *p, struct sb *out)
{
	struct ops o = {.h = p->h};

	for (size_t i = 0; i < p->nboxes; i++)
		if (!strcmp(p->boxes[i].fill, p->boxes[i].pen))
			op_box(&o, &p->boxes[i]);
	for (size_t i = 0; i < p->nrules; i++)
		op_rule(&o, &p->rules[i]);
	op_string(&o, 'S', "solid");
	for (size_t i = 0; i < p->nboxes; i++)
		if (strcmp(p->boxes[i].fill, p->boxes[i].pen))
			op_box(&o, &p->boxes[i]);
	for (size_t i = 0; i < p->nshapes; i++)
		if (p->shapes[i].kind == SHAPE_TORN)
			op_torn(&o, &p->shapes[i]);
	sb_add(out, "\t_background=\"%s\"\n", o.b.s ? o.b.s : "");
	sb_free(&o.b);
}

static void add_escaped(struct sb *out, const char *s)
{
	for (; *s; s++) {
		if (*s == '<')
			sb_add(out, "&lt;");
		else if (*s == '>')
			sb_add(out, "&gt;");
		else if (*s == '&')
			sb_add(out, "&amp;");
		else if (*s == '"')
			sb_add(out, "&quot;");
		else if ((unsigned char)*s < 32)
			sb_add(out, "?");
		else
			sb_put(out, s, 1);
	}
}

static const char *const attributes[] = {
    [SHAPE_HEADING] = "shape=plain",
    [SHAPE_TITLE] = "shape=plain",
    [SHAPE_LANE] = "shape=box,style=\"filled,rounded\"",
    [SHAPE_LABEL] = ("shape=box,style=\"filled,rounded\",fillcolor=\"#FFFFFFE0\","
		     "color=\"#FFFFFF00\""),
    [SHAPE_NOTE] = "shape=note,style=filled,fillcolor=\"#FFF8D6\",color=\"#B59A00\"",
    [SHAPE_NUMBER] = "shape=circle,style=filled,color=white",
    [SHAPE_DIAMOND] = "shape=diamond,style=filled",
    [SHAPE_COST] = "shape=plain",
    [SHAPE_PHASE] = "shape=plain",
    [SHAPE_FOLD] = "shape=plain",
    [SHAPE_TORN] = "shape=plain",
    [SHAPE_MORE] = "shape=plain",
    [SHAPE_END] = "shape=box,style=\"filled,rounded\"",
    [SHAPE_FOOTER] = "shape=box,style=\"filled,rounded\"",
};

/* Besides the colours: what was expected is dashed, what came is framed. */
static const struct {
	const char *class, *shape, *edge, *detail;
} marks[] = {
    [MARK_NONE] = {"", "", "", "#333333"},
    [MARK_EXPECTED] = {" expected",
		       ",style=\"filled,rounded,dashed\",fillcolor=\"#F7F7F7\",color=\"#808080\"",
		       "", "#666666"},
    [MARK_GOT] = {" got", ",fillcolor=\"#FFE9E9\",color=\"#E60000\",penwidth=1.6", ",penwidth=3.4",
		  "#333333"},
};

static void add_lines(struct sb *out, const struct shape *s, const struct look *look)
{
	const char *colour = look->on				 ? "#FFFFFF"
			     : s->kind == SHAPE_NOTE && !s->mark ? "#111111"
			     : s->kind == SHAPE_COST		 ? "#6A4A30"
								 : s->colour;

	sb_add(out, "<");
	for (u8 i = 0; i < s->nlines; i++) {
		bool title = i < s->ntitle;
		/* The second line of a phase is as bold as its first. */
		bool bold = look->bold && (title || s->kind == SHAPE_PHASE);
		bool mono = look->mono && (!title || s->kind == SHAPE_COST);
		const char *text_colour =
		    s->kind == SHAPE_LABEL && !title ? marks[s->mark].detail : colour;

		sb_add(out, "%s<FONT COLOR=\"%s\" POINT-SIZE=\"%.1f\"%s>%s", i ? "<BR/>" : "",
		       text_colour, title ? look->size : look->details,
		       mono ? " FACE=\"" MONO "\"" : "", bold ? "<B>" : "");
		add_escaped(out, s->line[i][0] ? s->line[i] : " ");
		sb_add(out, "%s</FONT>", bold ? "</B>" : "");
	}
	if (s->nlines == 0)
		sb_add(out, " ");
	sb_add(out, ">");
}

static void add_shape(const struct page *p, size_t i, struct sb *out)
{
	const struct shape *s = &p->shapes[i];
	const struct look look = page_look(s->kind, &p->m);
	bool own_fill = s->kind == SHAPE_LANE || s->kind == SHAPE_NUMBER ||
			s->kind == SHAPE_DIAMOND || s->kind == SHAPE_FOOTER;

	sb_add(out,
	       "\ts%zu [%s%s,class=\"%s%s\",pos=\"%.2f,%.2f!\",width=%.4f,height=%.4f,label=", i,
	       attributes[s->kind], marks[s->mark].shape, look.class, marks[s->mark].class, s->x,
	       p->h - s->y, s->w / 72, s->h / 72);
	add_lines(out, s, &look);
	if (own_fill)
		sb_add(out, ",fillcolor=\"%s\"", s->colour);
	if (own_fill && s->kind != SHAPE_NUMBER)
		sb_add(out, ",color=\"%s\"", s->colour);
	sb_add(out, "]\n");
}

static void add_edge(const struct page *p, size_t i, struct sb *out)
{
	static const char *const classes[NR_STYLES] = {"trap", "irq", "hypercall", "inject",
						       "return"};
	const struct arrow *a = &p->arrows[i];
	double y = p->h - a->y, head = a->x2 > a->x1 ? a->x2 - 9 : a->x2 + 9;
	double third = (head - a->x1) / 3;

	for (int end = 0; end < 2; end++)
		sb_add(out, "\te%zu%c [shape=point,style=invis,pos=\"%.2f,%.2f!\",width=0.01]\n", i,
		       end ? 'b' : 'a', end ? a->x2 : a->x1, y);
	sb_add(out,
	       "\te%zua -> e%zub [class=\"%s%s\",color=\"%s\",style=%s,arrowhead=%s%s,"
	       "pos=\"e,%.2f,%.2f %.2f,%.2f %.2f,%.2f %.2f,%.2f %.2f,%.2f\"]\n",
	       i, i, classes[a->style], marks[a->mark].class, draw_colour(a->style, a->mark),
	       a->style == STYLE_RETURN || a->mark == MARK_EXPECTED ? "dashed" : "solid",
	       a->style == STYLE_INJECT ? "empty" : "normal", marks[a->mark].edge, a->x2, y, a->x1,
	       y, a->x1 + third, y, a->x1 + 2 * third, y, head, y);
}

void draw_dot(const struct page *p, int dpi, struct sb *out)
{
	sb_add(out, "digraph trapline {\n\tbb=\"0,0,%.1f,%.1f\"\n\tpad=0\n\tmargin=0\n", p->w,
	       p->h);
	sb_add(out, "\tcharset=\"UTF-8\"\n\toutputorder=edgesfirst\n\tbgcolor=white\n");
	if (dpi)
		sb_add(out, "\tdpi=%d\n", dpi);
	add_background(p, out);
	sb_add(out,
	       "\tnode [fontname=\"%s\",fixedsize=true,margin=0]\n"
	       "\tedge [penwidth=1.9,arrowsize=0.85]\n",
	       SANS);
	/* Two points in the corners keep the picture as large as the page. */
	sb_add(out,
	       "\tc0 [shape=point,style=invis,width=0.01,pos=\"0,0!\"]\n"
	       "\tc1 [shape=point,style=invis,width=0.01,pos=\"%.1f,%.1f!\"]\n",
	       p->w, p->h);
	for (size_t i = 0; i < p->narrows; i++)
		add_edge(p, i, out);
	for (size_t i = 0; i < p->nshapes; i++)
		add_shape(p, i, out);
	sb_add(out, "}\n");
}
