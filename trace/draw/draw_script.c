/*
 * draw_script.c: the rows of a picture as text that other tools draw: Mermaid, PlantUML.
 *
 * Nothing that is said can end its line or be taken for an instruction: what is no letter, digit or
 * harmless mark is written by its number.
 */
#include "draw/draw_file.h"

#include "draw/draw_labels.h"
#include "draw/draw_layout.h"

#include <string.h>

struct script {
	struct sb *out;
	const struct layout *l;
	bool mermaid;
	bool loops;
	u32 loop_left; /* steps that the loop which is open still has */
};

/* Marks that mean nothing to either, wherever they stand. */
#define HARMLESS " .,+()/:=-_?"

static bool is_harmless(const struct script *s, const char *text, const char *c)
{
	bool letter =
	    (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');

	if (letter || (unsigned char)*c >= 0x80)
		return true;
	/* Two in a row are marks of style, and "wrap:" is an instruction. */
	if (c > text && c[-1] == *c && *c != '.' && *c != ' ')
		return false;
	if (*c == ':' && c - text >= 4 && !strncmp(c - 4, "wrap", 4))
		return false;
	return (*c == '#' && !s->mermaid && c > text) || strchr(HARMLESS, *c);
}

static void add_words(struct script *s, const char *text)
{
	for (const char *c = text; *c; c++) {
		if (is_harmless(s, text, c))
			sb_put(s->out, c, 1);
		else
			sb_add(s->out, s->mermaid ? "#%d;" : "<U+%04X>",
			       (unsigned char)*c < 32 ? '?' : *c);
	}
}

static const char *line_break(const struct script *s)
{
	return s->mermaid ? "<br/>" : "\\n";
}

/* A lane's name for the tool: which side, which place. */
static void add_lane_at(struct script *s, int side, u8 at)
{
	sb_add(s->out, "%c%u", 'a' + side, at + 1u);
}

static void add_lane(struct script *s, int side, const struct step *step, u8 lane)
{
	add_lane_at(s, side, side_lane(s->l->col[side].side, step->guest, lane));
}

static void add_participants(struct script *s, int side)
{
	const struct side *of = s->l->col[side].side;

	sb_add(s->out, s->mermaid ? "box transparent " : "box \"");
	add_words(s, of->title);
	sb_add(s->out, s->mermaid ? "\n" : "\"\n");
	for (u8 at = 0; at < side_lanes(of); at++) {
		u8 guest, lane = side_lane_at(of, at, &guest);
		const struct lane_look *look = &lane_looks[lane];
		struct sb name = {0};

		if (lane < LANE_hw && of->steps.nguests > 1)
			sb_add(&name, word("domain %u, %s"), of->steps.guests[guest].domain,
			       word(look->ring));
		else
			sb_add(&name, "%s", word(look->ring));
		sb_add(s->out, s->mermaid ? "participant " : "participant \"");
		if (s->mermaid) {
			add_lane_at(s, side, at);
			sb_add(s->out, " as ");
		}
		add_words(s, word(lane == LANE_vmm ? of->vmm : look->name));
		sb_add(s->out, "%s", line_break(s));
		add_words(s, name.s);
		if (!s->mermaid) {
			sb_add(s->out, "\" as ");
			add_lane_at(s, side, at);
		}
		sb_add(s->out, "\n");
		sb_free(&name);
	}
	sb_add(s->out, s->mermaid ? "end\n" : "end box\n");
}

/* A note over all lanes of a side; -1: over all. */
static void add_across(struct script *s, int side)
{
	int last = side < 0 ? (int)s->l->ncols - 1 : side;

	sb_add(s->out, s->mermaid ? "Note over " : "note over ");
	add_lane_at(s, side < 0 ? 0 : side, 0);
	sb_add(s->out, ",");
	add_lane_at(s, last, (u8)(side_lanes(s->l->col[last].side) - 1));
	sb_add(s->out, s->mermaid ? ": " : " : ");
}

/* What an arrow or a note says. */
static void add_text(struct script *s, const struct step *step)
{
	u8 most = step->kind == STEP_ARROW ? 1 : STEP_DETAILS;
	struct sb cost = {0};

	if (step->number)
		sb_add(s->out, "%u. ", step->number);
	add_words(s, step->title);
	for (u8 i = 0; i < step->ndetails && i < most; i++) {
		sb_add(s->out, "%s", line_break(s));
		add_words(s, step->detail[i]);
	}
	if (step->kind == STEP_ARROW && step->cost && step->from == LANE_vmm) {
		struct shape k = {0};

		page_number(&cost, step->cost);
		page_line(&k, step->mean ? WORD("~%s insns") : WORD("%s insns"), cost.s);
		sb_add(s->out, "%s", line_break(s));
		add_words(s, k.line[0]);
		sb_free(&cost);
	}
	sb_add(s->out, "\n");
}

static void add_arrow(struct script *s, int side, const struct step *step)
{
	bool dashed = step->style == STYLE_RETURN || step->mark == MARK_EXPECTED;

	add_lane(s, side, step, step->from);
	if (s->mermaid)
		sb_add(s->out, dashed ? "-->>" : "->>");
	else
		sb_add(s->out, " -[%s]%s>%s ", draw_colour(step->style, step->mark),
		       dashed ? "-" : "", step->style == STYLE_INJECT ? ">" : "");
	add_lane(s, side, step, step->to);
	sb_add(s->out, s->mermaid ? ": " : " : ");
	add_text(s, step);
}

/* A fold is a loop, unless the other side's steps are between its own. */
static void begin_fold(struct script *s, int side, const struct step *step)
{
	if (!step->times)
		return;
	if (s->loops) {
		sb_add(s->out, "loop ×%u\n", step->times);
		s->loop_left = step->group;
		return;
	}
	add_across(s, side);
	sb_add(s->out, "×%u (%u)\n", step->times, step->group);
}

static void add_step(struct script *s, int side, const struct step *step)
{
	begin_fold(s, side, step);
	if (step->kind == STEP_ARROW) {
		add_arrow(s, side, step);
	} else if (step->kind == STEP_NOTE) {
		sb_add(s->out, s->mermaid ? "Note over " : "note over ");
		add_lane(s, side, step, step->from);
		sb_add(s->out, s->mermaid ? ": " : " : ");
		add_text(s, step);
	} else {
		struct sb lost = {0}, n = {0};

		add_across(s, side);
		page_number(&n, step->count);
		sb_add(&lost, word("%s events lost: the ring was full"), n.s);
		sb_free(&n);
		add_words(s, step->kind == STEP_GAP ? lost.s : step->title);
		sb_add(s->out, "\n");
		sb_free(&lost);
	}
	if (s->loop_left && --s->loop_left == 0)
		sb_add(s->out, "end\n");
}

static void add_phase(struct script *s, enum phase phase)
{
	const char *more = draw_phase_name(phase, 1);

	if (s->mermaid)
		add_across(s, -1);
	else
		sb_add(s->out, "== ");
	add_words(s, draw_phase_name(phase, 0));
	if (more) {
		sb_add(s->out, " ");
		add_words(s, more);
	}
	sb_add(s->out, s->mermaid ? "\n" : " ==\n");
}

void draw_script(const struct layout *l, bool mermaid, struct sb *out)
{
	struct script s = {.out = out, .l = l, .mermaid = mermaid, .loops = l->ncols == 1};

	sb_add(out, mermaid ? "sequenceDiagram\n" : "@startuml\nhide footbox\n");
	if (l->title) {
		sb_add(out, mermaid ? "title: " : "title ");
		add_words(&s, l->title);
		sb_add(out, "\n");
	}
	for (size_t c = 0; c < l->ncols; c++)
		add_participants(&s, (int)c);
	for (size_t i = 0; i < l->nrows; i++) {
		const struct page_row *row = &l->rows[i];

		if (l->phase_x != 0 && (i == 0 || row->phase != row[-1].phase))
			add_phase(&s, row->phase);
		for (int c = 0; c < 2; c++)
			if (row->step[c])
				add_step(&s, c, row->step[c]);
	}
	for (size_t c = 0; c < l->ncols; c++) {
		add_across(&s, (int)c);
		add_words(&s, l->col[c].side->footer[0]);
		if (l->col[c].side->footer[1][0])
			sb_add(out, "%s", line_break(&s));
		add_words(&s, l->col[c].side->footer[1]);
		sb_add(out, "\n");
	}
	if (!mermaid)
		sb_add(out, "@enduml\n");
}
