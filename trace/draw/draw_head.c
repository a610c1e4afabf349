/* draw_head.c: what is above the rows: the heading of all, titles of sides, heads of lanes; and how
 * much room that takes. */
#include "draw/draw_labels.h"
#include "draw/draw_page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* "domain 1, ring 3"; and which vcpu, should any be another than the first. */
static void page_guest(struct shape *s, const struct steps *steps, u8 n, const char *ring)
{
	bool vcpus = false;

	for (size_t i = 0; i < steps->nguests && i < MOST_GUESTS; i++)
		vcpus |= steps->guests[i].vcpu != 0;
	if (vcpus)
		page_line(s, "domain %u, vcpu %u, %s", steps->guests[n].domain,
			  steps->guests[n].vcpu, ring);
	else
		page_line(s, "domain %u, %s", steps->guests[n].domain, ring);
}

/* A side's title, in as many lines as it takes. */
static void title_lines(const struct measures *m, struct shape *s, const char *name, size_t n,
			size_t pages)
{
	char all[sizeof(s->line[0])];

	if (pages > 1)
		snprintf(all, sizeof(all), word("%s (%zu of %zu)"), name, n, pages);
	else
		snprintf(all, sizeof(all), "%s", name);
	text_whole(all);
	page_text(m, s, FONT_BOLD, m->title, all, s->w);
	s->ntitle = s->nlines;
}

/* "%s (%zu of %zu)", if there are several; of what stays in one line the name is cut if it is too
 * long. */
static void page_name(const struct measures *m, struct shape *s, const char *name, size_t n,
		      size_t pages)
{
	double size = page_look(s->kind, m).size;
	struct shape count = {0};
	char fits[sizeof(s->line[0])];

	s->nlines = s->ntitle = 0;
	if (s->kind == SHAPE_TITLE && m->broken) {
		title_lines(m, s, name, n, pages);
		return;
	}
	if (pages > 1)
		page_line(&count, "%s (%zu of %zu)", "", n, pages);
	snprintf(fits, sizeof(fits), "%s", name);
	text_whole(fits);
	text_fit(FONT_BOLD, size, fits, s->w - text_width(FONT_BOLD, size, count.line[0]));
	if (pages > 1)
		page_line(s, "%s (%zu of %zu)", fits, n, pages);
	else
		page_line(s, "%s", fits);
}

void page_number_it(struct page *p, size_t n, size_t pages)
{
	int side = 0;

	for (size_t i = 0; i < p->nshapes; i++) {
		struct shape *s = &p->shapes[i];

		if (s->kind == SHAPE_HEADING)
			page_name(&p->m, s, p->heading, n, pages);
		if (s->kind == SHAPE_TITLE)
			page_name(&p->m, s, p->side[side++]->title, n, p->heading ? 1 : pages);
	}
}

void page_heading(struct page *p)
{
	const struct measures *m = &p->m;

	page_shape(p, SHAPE_HEADING, p->w / 2, m->heading_h / 2 + 2, p->w - 2 * m->margin,
		   m->heading_h - 6);
}

/* Who it is, and in which ring; of several guests, which. */
static void lane_head(const struct measures *m, const struct side *side, u8 l, struct shape *s)
{
	u8 guest, kind = side_lane_at(side, l, &guest);
	const struct lane_look *look = &lane_looks[kind];
	struct shape ring = {0};
	char *comma;

	s->w = m->lane_w - (m->broken ? 4 : 14);
	page_text(m, s, FONT_BOLD, m->head, word(kind == LANE_vmm ? side->vmm : look->name), s->w);
	s->ntitle = s->nlines;
	if (kind < LANE_hw && side->steps.nguests > 1)
		page_guest(&ring, &side->steps, guest, word(look->ring));
	else
		page_line(&ring, "%s", word(look->ring));
	comma = strrchr(ring.line[0], ',');
	if (comma && text_width(FONT_SANS, m->sub, ring.line[0]) > s->w)
		*comma = '\0';
	page_text(m, s, FONT_SANS, m->sub, ring.line[0], s->w);
}

double head_lane_w(const struct measures *m, const struct side *side)
{
	double most = 0, w;

	for (u8 l = 0; l < side_lanes(side); l++) {
		struct measures wide = *m;
		struct shape s = {0};

		wide.lane_w = 1e6;
		lane_head(&wide, side, l, &s);
		for (u8 i = 0; i < s.nlines; i++) {
			w = i < s.ntitle ? text_widest(FONT_BOLD, m->head, s.line[i])
					 : text_widest(FONT_SANS, m->sub, s.line[i]);
			most = w > most ? w : most;
		}
	}
	return most + 8;
}

static double lines_h(const struct shape *s, double title, double details)
{
	return 1.2 * (title * s->ntitle + details * (s->nlines - s->ntitle));
}

/* What one side takes more than a line for its title, two for heads of lanes, and two below. */
static void more_room(const struct measures *m, const struct side *side, size_t pages,
		      struct measures *most)
{
	struct shape title = {.w = side_w(side, m)}, footer = {0};
	double usual;

	title_lines(m, &title, side->title, pages, pages);
	most->title_h = fmax(most->title_h, 1.2 * m->title * (title.nlines - 1));
	page_footer(m, side, &footer);
	usual = 1.2 * (m->footer + m->footer_sub);
	most->footer_h = fmax(most->footer_h, lines_h(&footer, m->footer, m->footer_sub) - usual);
	usual = 1.2 * (m->head + m->sub);
	for (u8 l = 0; l < side_lanes(side); l++) {
		struct shape s = {0};

		lane_head(m, side, l, &s);
		most->head_h = fmax(most->head_h, lines_h(&s, m->head, m->sub) - usual);
	}
}

void head_fit(struct measures *m, const struct side *a, const struct side *b, size_t pages)
{
	struct measures more = {0};

	if (!m->broken)
		return;
	more_room(m, a, pages, &more);
	if (b)
		more_room(m, b, pages, &more);
	m->title_h += more.title_h;
	m->head_h += more.head_h;
	m->footer_h += more.footer_h;
}

void head_lane(struct page *p, const struct side *side, double x0, double bottom, u8 l)
{
	const struct measures *m = &p->m;
	double x = lane_x(m, x0, l), top = m->heading_h + m->title_h;
	u8 guest;
	const struct lane_look *look = &lane_looks[side_lane_at(side, l, &guest)];
	struct shape *s;

	page_box(p, x0 + l * m->lane_w + 1, top - 2, x0 + (l + 1) * m->lane_w - 1, bottom,
		 look->tint, look->tint, 1);
	page_rule(p, x, top + m->head_h, x, bottom, look->pen, "dashed", 1);
	s = page_shape(p, SHAPE_LANE, x, top + m->head_h / 2, 0, m->head_h - 2);
	s->colour = look->head;
	lane_head(m, side, l, s);
}
