/* draw_paper.c: sizes of pages and letters, and what a theme makes of a colour. */
#include "draw/draw_paper.h"

#include "draw/draw_labels.h"
#include "trapline/types.h"

#include <string.h>

const struct paper paper_fit = {.scale = 1};
const struct paper paper_screen = {.w = 920, .slide = true, .scale = 1};

bool paper_size(const char *name, struct paper *out)
{
	/* A slide is 13.33 inches wide, as slide programs have it; A4 is A4. */
	static const struct {
		const char *name;
		double w, h;
		bool slide, tall;
	} sizes[] = {{"fit", 0, 0, false, false},
		     {"16:9", 960, 540, true, false},
		     {"4:3", 960, 720, true, false},
		     {"a4", 842, 595, false, true}};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (strcmp(name, sizes[i].name))
			continue;
		out->w = sizes[i].w;
		out->h = sizes[i].h;
		out->slide = sizes[i].slide;
		out->tall = sizes[i].tall;
		return true;
	}
	return false;
}

bool paper_theme(const char *name, enum theme *out)
{
	static const char *const names[NR_THEMES] = {"light", "dark", "print"};

	for (int i = 0; i < NR_THEMES; i++)
		if (!strcmp(name, names[i])) {
			*out = (enum theme)i;
			return true;
		}
	return false;
}

static const struct measures on_paper = {
    .margin = 14,
    .lane_w = 165,
    .phase_w = 108,
    .fold_w = 58,
    .heading_h = 34,
    .title_h = 40,
    .head_h = 36,
    .gap_h = 12,
    .footer_h = 48,
    .number_r = 9.5,
    .heading = 20,
    .title = 18,
    .head = 12.5,
    .sub = 10,
    .label = 12.5,
    .note = 11.5,
    .mono = 10,
    .number = 9.5,
    .phase = 12,
    .footer = 14,
    .footer_sub = 11,
    .cost = 9,
    .fold = 14,
};

static const struct measures on_slide = {
    .margin = 14,
    .phase_w = 84,
    .fold_w = 62,
    .heading_h = 34,
    .title_h = 28,
    .head_h = 38,
    .gap_h = 8,
    .footer_h = 46,
    .number_r = 11.5,
    .heading = 22,
    .title = 17,
    .head = 13,
    .sub = 12,
    .label = 13,
    .note = 13,
    .mono = 12,
    .number = 12,
    .phase = 13,
    .footer = 15,
    .footer_sub = 12.5,
    .cost = 12,
    .fold = 15,
};

void paper_measures(const struct paper *p, size_t sides, struct measures *m)
{
	double *scaled[] = {&m->phase_w, &m->fold_w,   &m->heading_h, &m->title_h,    &m->head_h,
			    &m->gap_h,	 &m->footer_h, &m->number_r,  &m->heading,    &m->title,
			    &m->head,	 &m->sub,      &m->label,     &m->note,	      &m->mono,
			    &m->number,	 &m->phase,    &m->footer,    &m->footer_sub, &m->cost,
			    &m->fold};
	bool upright = p->tall && sides < 2;

	*m = p->slide ? on_slide : on_paper;
	for (size_t i = 0; i < sizeof(scaled) / sizeof(*scaled); i++)
		*scaled[i] *= p->scale;
	m->w = upright ? p->h : p->w;
	m->h = upright ? p->w : p->h;
	m->broken = p->w > 0 || p->scale != 1 || labels_changed();
	if (p->w > 0 && !p->slide)
		m->phase_w = 76 * p->scale;
	if (!p->title)
		m->heading_h = p->w > 0 ? 4 : 0;
}

static const struct {
	const char *light, *dark;
} colours[] = {
    {"#111111", "#EEEEEE"}, /* letters */
    {"#333333", "#D5D5D5"}, {"#444444", "#BBBBBB"},
    {"#4A5563", "#B4BDC9"}, {"#666666", "#B0B0B0"},
    {"#6A4A30", "#E0B896"}, {"#FFFFFF", "#14171B"}, /* the sheet, bars, what is behind a label */
    {"#FFE680", "#4D4200"},			    /* behind the new step */
    {"#8A93A0", "#6B7480"}, {"#FFF8D6", "#3A3413"}, /* notes */
    {"#B59A00", "#B59A00"}, {"#6B5300", "#E5C453"},
    {"#B00020", "#FF8F9B"}, /* arrows */
    {"#8A5A00", "#F0B950"}, {"#0B4FC4", "#8AB4FF"},
    {"#7030A0", "#D3A6F7"}, {"#1E6B3A", "#7FD49A"},
    {"#E60000", "#FF7A7A"}, /* marks */
    {"#808080", "#AAAAAA"}, {"#F7F7F7", "#22252A"},
    {"#FFE9E9", "#401A1A"}, {"#E7EFFB", "#15202F"}, /* lanes */
    {"#E8F5E8", "#15261A"}, {"#F1F1F1", "#22252A"},
    {"#FBEBE1", "#2E2018"}, {"#2F6DB5", "#2F6DB5"},
    {"#298036", "#298036"}, {"#5A5A5A", "#8A8A8A"},
    {"#B85510", "#B85510"}, {"#20262E", "#2C343D"}, /* footer */
};

static const char *dark(const char *colour)
{
	for (size_t i = 0; i < sizeof(colours) / sizeof(*colours); i++)
		if (!strcmp(colour, colours[i].light))
			return colours[i].dark;
	return NULL;
}

const char *theme_fill(enum theme theme, const char *colour)
{
	if (theme == THEME_LIGHT)
		return colour;
	if (theme == THEME_DARK) /* a head is darker than the lifeline below it */
		return strcmp(colour, "#5A5A5A") ? dark(colour) : colour;
	return strcmp(colour, "#FFE680") ? "#FFFFFF" : "#EEEEEE";
}

/* In print, what is only a help to the eye is grey; all else is black. */
const char *theme_pen(enum theme theme, const char *colour)
{
	static const char *const soft[] = {"#8A93A0", "#666666", "#808080"};

	if (theme == THEME_LIGHT)
		return colour;
	if (theme == THEME_DARK)
		return dark(colour);
	for (size_t i = 0; i < sizeof(soft) / sizeof(*soft); i++)
		if (!strcmp(colour, soft[i]))
			return "#666666";
	return "#000000";
}
