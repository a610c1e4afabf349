/* draw_side.c: one column of a picture: its title, its steps and what they cost. */
#include "draw/draw_page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "VMM instructions: 363 + 183 + 543 + 243 = 1,332", or only the sum if that is too long. */
static void cost_line(const struct steps *s, u64 total, char *out, size_t size)
{
	struct sb b = {0};
	size_t n = 0;

	sb_add(&b, "VMM instructions: ");
	for (size_t i = 0; i < s->count; i++)
		n += s->v[i].cost != 0;
	for (size_t i = 0, k = 0; i < s->count && n > 1 && n <= 8; i++) {
		if (!s->v[i].cost)
			continue;
		if (k++)
			sb_add(&b, " + ");
		page_number(&b, s->v[i].cost);
	}
	if (n > 1 && n <= 8)
		sb_add(&b, " = ");
	page_number(&b, total);
	snprintf(out, size, "%s", b.s);
	sb_free(&b);
}

void draw_side(const struct trace *t, size_t first, size_t last, u64 episode, struct side *out)
{
	static const char *const titles[] = {"Trace", "ESX: shadow page tables",
					     "Xen: paravirtual direct paging"};
	u32 mmu = trace_mmu(t);
	struct tally y;
	struct sb b = {0};

	memset(out, 0, sizeof(*out));
	snprintf(out->title, sizeof(out->title), "%s", titles[mmu < ARRAY_SIZE(titles) ? mmu : 0]);
	out->vmm = mmu == 2 ? "Xen" : "VMM";
	out->phased = episode != 0;
	draw_steps(t, first, last, episode, &out->steps);
	tally_events(t, first, last, episode, &y);
	tally_format(&b, &y);
	snprintf(out->footer[0], sizeof(out->footer[0]), "%s", b.s);
	cost_line(&out->steps, y.cost, out->footer[1], sizeof(out->footer[1]));
	sb_free(&b);
	draw_fold(&out->steps);
}

void draw_side_free(struct side *s)
{
	free(s->steps.v);
	memset(s, 0, sizeof(*s));
}
