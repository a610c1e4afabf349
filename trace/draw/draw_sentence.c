/* draw_sentence.c: a step in words, for those who do not see the picture. */
#include "draw/draw_labels.h"
#include "draw/draw_page.h"

static void add_lane(const struct side *side, const struct step *s, u8 lane, struct sb *out)
{
	sb_add(out, "%s", word(lane == LANE_vmm ? side->vmm : lane_looks[lane].name));
	if (lane < LANE_hw && side->steps.nguests > 1 && s->guest < MOST_GUESTS)
		sb_add(out, word(" of domain %u"), side->steps.guests[s->guest].domain);
}

void draw_sentence(const struct side *side, const struct step *s, struct sb *out)
{
	if (s->times)
		sb_add(out, word("%u times: "), s->times);
	if (s->number)
		sb_add(out, word("Step %u: "), s->number);
	if (s->kind == STEP_GAP) {
		sb_add(out, word("%u events were lost here: the ring was full."), s->count);
		return;
	}
	if (s->kind == STEP_NOTE)
		sb_add(out, "%s", word("in "));
	if (s->kind <= STEP_NOTE)
		add_lane(side, s, s->from, out);
	if (s->kind == STEP_ARROW) {
		sb_add(out, "%s", word(" to "));
		add_lane(side, s, s->to, out);
	}
	sb_add(out, "%s%s", s->kind <= STEP_NOTE ? ": " : "", s->title);
	for (u8 i = 0; i < s->ndetails && (s->kind == STEP_NOTE || i == 0); i++)
		sb_add(out, "; %s", s->detail[i]);
	if (s->cost && s->from == LANE_vmm) {
		sb_add(out, "; ");
		page_number(out, s->cost);
		sb_add(out, "%s",
		       word(s->mean ? WORD(" instructions in the mean") : WORD(" instructions")));
	}
	sb_add(out, ".");
}

void draw_row_sentences(const struct page *p, size_t r, struct sb *out)
{
	for (int c = 0; c < 2; c++) {
		const struct step *s = p->rows[r].step[c];

		if (!s)
			continue;
		if (p->side[1])
			sb_add(out, "%s%s: ", c && p->rows[r].step[0] ? " " : "",
			       p->side[c]->title);
		draw_sentence(p->side[c], s, out);
	}
}
