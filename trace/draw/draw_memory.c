/* draw_memory.c: colours and frame of the pictures of memory. */
#include "draw/draw_memory.h"

#include "draw/svg.h"

#include <stdlib.h>

/* Ordinary memory light, so that the few tables stand out. */
static const struct {
	const char *use[USE_PAGE_DIRECTORY + 1];
} hues[] = {
    {{"#9cc3e6", "#2f75b5", "#1f3864"}}, {{"#a9d8a4", "#3a8f3a", "#1b4d1b"}},
    {{"#ffd27f", "#d08700", "#7a4f00"}}, {{"#cdb3e3", "#7d3fb0", "#45206a"}},
    {{"#9fdcd9", "#1f8f8a", "#0d4d4a"}}, {{"#f4b6c2", "#c2395b", "#701a31"}},
    {{"#d6d68a", "#8a8a1f", "#4a4a0d"}}, {{"#d9bfa5", "#8b5a2b", "#4f3115"}},
};

static bool is_domain(u32 owner)
{
	return owner < OWNER_RESERVED;
}

void palette_make(const struct trace *t, struct palette *p)
{
	u8 *seen = xcalloc(0x10000, 1);
	u32 n = 0;

	p->place = xcalloc(0x10000, 1);
	for (size_t i = 0; i < t->count; i++)
		if (event_is(&t->events[i], EV_frames))
			seen[event_u32(&t->events[i], "owner") & 0xFFFF] = 1;
	for (u32 owner = 0; owner < OWNER_RESERVED; owner++)
		if (seen[owner])
			p->place[owner] = (u8)(n++ % ARRAY_SIZE(hues));
	free(seen);
}

void palette_free(struct palette *p)
{
	free(p->place);
}

const char *palette_colour(const struct palette *p, u16 owner, enum memory_use use)
{
	if (owner == OWNER_HV)
		return "#8c8c8c";
	if (owner == OWNER_FREE)
		return "#ececec";
	if (!is_domain(owner))
		return "white";
	if (use == USE_MAPPED)
		return "#e6007e";
	if (use == USE_DESCRIPTORS)
		return "#000000";
	return hues[p->place[owner]].use[use];
}

double draw_memory_ms(const struct trace *t, size_t i)
{
	return (double)(t->events[i].ts - t->events[0].ts) * 1e3 / (double)t->freq;
}

void draw_memory_head(struct sb *b, double w, double h, const char *title, const char *line)
{
	sb_add(b,
	       "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
	       "viewBox=\"0 0 %.0f %.0f\" font-family=\"DejaVu Sans, sans-serif\">\n"
	       "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
	       w, h, w, h);
	svg_text(b, 20, 30, 18, "start", title);
	svg_text(b, 20, 52, 12, "start", line);
}

void draw_swatch(struct sb *b, double x, double y, const char *colour)
{
	sb_add(b,
	       "<rect x=\"%.1f\" y=\"%.1f\" width=\"11\" height=\"11\" fill=\"%s\" "
	       "stroke=\"#999\" stroke-width=\"0.5\"/>\n",
	       x, y, colour);
}
