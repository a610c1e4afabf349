/* draw_memory.c: colours and frame of the pictures of memory. */
#include "draw/draw_memory.h"

#include "draw/svg.h"

#include <stdlib.h>

/* Ordinary memory light, so that the few tables stand out. Those behind the first eight are as
 * unlike all before them as can be: no two ordinary ones are nearer than 15 in CIELAB. */
static const struct {
	const char *use[USE_PAGE_DIRECTORY + 1];
} hues[] = {
    {{"#9cc3e6", "#2f75b5", "#1f3864"}}, {{"#a9d8a4", "#3a8f3a", "#1b4d1b"}},
    {{"#ffd27f", "#d08700", "#7a4f00"}}, {{"#cdb3e3", "#7d3fb0", "#45206a"}},
    {{"#9fdcd9", "#1f8f8a", "#0d4d4a"}}, {{"#f4b6c2", "#c2395b", "#701a31"}},
    {{"#d6d68a", "#8a8a1f", "#4a4a0d"}}, {{"#d9bfa5", "#8b5a2b", "#4f3115"}},
    {{"#36e236", "#1f831f", "#104410"}}, {{"#e755e7", "#863186", "#451a45"}},
    {{"#e27036", "#83411f", "#442210"}}, {{"#c6e236", "#73831f", "#3b4410"}},
    {{"#36e28c", "#1f8351", "#10442a"}}, {{"#9f79ec", "#5c4689", "#302447"}},
    {{"#d369b0", "#7a3d66", "#3f2035"}}, {{"#ec7979", "#894646", "#472424"}},
    {{"#36e2c6", "#1f8373", "#10443b"}}, {{"#698cd3", "#3d517a", "#202a3f"}},
    {{"#77cb4d", "#45762d", "#243d17"}}, {{"#e2c636", "#83731f", "#443b10"}},
    {{"#cb8c4d", "#76512d", "#3d2a17"}}, {{"#36c6e2", "#1f7383", "#103b44"}},
    {{"#71b464", "#42683a", "#22361e"}}, {{"#a97cc0", "#62486f", "#33253a"}},
    {{"#c6ec79", "#738946", "#3b4724"}}, {{"#c0877c", "#6f4e48", "#3a2825"}},
    {{"#c07c9e", "#6f485c", "#3a252f"}}, {{"#36a9e2", "#1f6283", "#103344"}},
    {{"#64b49a", "#3a6859", "#1e362e"}}, {{"#9df19d", "#5b8c5b", "#2f482f"}},
    {{"#f19df1", "#8c5b8c", "#482f48"}}, {{"#d979ec", "#7e4689", "#412447"}},
    {{"#ec799f", "#89465c", "#472430"}}, {{"#b49a64", "#68593a", "#362e1e"}},
    {{"#8ce236", "#51831f", "#2a4410"}}, {{"#e2a936", "#83621f", "#443310"}},
    {{"#64a7b4", "#3a6168", "#1e3236"}}, {{"#55e76e", "#318640", "#1a4521"}},
    {{"#69d39e", "#3d7a5c", "#203f2f"}}, {{"#55e7e7", "#318686", "#1a4545"}},
    {{"#cbb64d", "#766a2d", "#3d3717"}}, {{"#e28c36", "#83511f", "#442a10"}},
    {{"#ab9df1", "#635b8c", "#332f48"}}, {{"#9df1d5", "#5b8c7c", "#2f4840"}},
    {{"#cfe8cf", "#788778", "#3e463e"}}, {{"#d7cfe8", "#7d7887", "#403e46"}},
    {{"#e755b6", "#86316a", "#451a37"}}, {{"#ec9f79", "#895c46", "#473024"}},
};

static bool is_domain(u32 owner)
{
	return owner < OWNER_RESERVED;
}

/* The next that nobody has now; if all are taken, one of those that the fewest have. */
static u8 choose(const u32 *users, u8 next)
{
	u8 best = next;

	for (u32 i = 0; i < ARRAY_SIZE(hues); i++) {
		u8 at = (u8)((next + i) % ARRAY_SIZE(hues));

		if (users[at] < users[best])
			best = at;
	}
	return best;
}

struct choosing {
	u32 has[0x10000];	     /* frames, by owner */
	bool placed[0x10000];	     /* by owner */
	u32 users[ARRAY_SIZE(hues)]; /* domains that have memory now */
	u8 next;
};

static void gives(struct choosing *c, const struct palette *p, u16 owner)
{
	if (!--c->has[owner] && is_domain(owner))
		c->users[p->place[owner]]--;
}

static void takes(struct choosing *c, struct palette *p, u16 owner, u32 n)
{
	if (is_domain(owner) && !c->placed[owner]) {
		p->place[owner] = choose(c->users, c->next);
		c->placed[owner] = true;
		c->next = (u8)((p->place[owner] + 1) % ARRAY_SIZE(hues));
	}
	if (!c->has[owner] && is_domain(owner))
		c->users[p->place[owner]]++;
	c->has[owner] += n;
}

void palette_make(const struct trace *t, struct palette *p)
{
	struct choosing *c = xcalloc(1, sizeof(*c));
	struct memory m;
	struct err err;
	int rc = memory_begin(t, &m, &err);

	p->place = xcalloc(0x10000, 1);
	c->has[OWNER_UNTOLD] = m.frames;
	for (size_t i = 0; i < t->count && !rc; i++) {
		const struct event *e = &t->events[i];
		u32 first, n;

		if (!event_is(e, EV_frames))
			continue;
		first = event_u32(e, "mfn");
		n = event_u32(e, "count");
		takes(c, p, (u16)event_u32(e, "owner"), n);
		for (u32 k = first; k < m.frames && k - first < n; k++)
			gives(c, p, m.v[k].owner);
		rc = memory_apply(&m, e, &err);
	}
	memory_free(&m);
	free(c);
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
