/* trace_draw.c: pictures: what they say, and that nothing in them overlaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "draw/disasm.h"
#include "draw/draw_file.h"
#include "draw/draw_labels.h"
#include "draw/draw_layout.h"
#include "expect/expect.h"
#include "draw/text.h"
#include "trace_page.h"
#include "trace_synth.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct trace esx, xen, longer, noise;

static const struct shape *find(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->nshapes; i++)
		for (u8 l = 0; l < p->shapes[i].nlines; l++)
			if (strstr(p->shapes[i].line[l], text))
				return &p->shapes[i];
	return NULL;
}

static const struct shape *find_line(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->nshapes; i++)
		for (u8 l = 0; l < p->shapes[i].nlines; l++)
			if (!strcmp(p->shapes[i].line[l], text))
				return &p->shapes[i];
	return NULL;
}

static void has(const struct page *p, const char *text)
{
	if (!find(p, text))
		fail_msg("the picture does not say '%s'", text);
}

static void side_of(const struct trace *t, const char *fault, struct side *s)
{
	struct episode ep;
	struct err err;

	assert_int_equal(episode_select(t, fault, &ep, &err), 0);
	draw_side(t, ep.first, ep.last, ep.id, s);
}

static void the_esx_walk_is_drawn_as_the_text_tells_it(void **state)
{
	struct side s;
	struct pages pages;

	(void)state;
	side_of(&esx, "va=0x40001000", &s);
	assert_int_equal(s.steps.count, 11);
	draw_layout(&s, NULL, &pages);
	assert_int_equal(pages.count, 1);
	has(pages.v, "ESX: shadow page tables");
	has(pages.v, "touch unmapped page");
	has(pages.v, "mov %eax,0x40001000");
	has(pages.v, "err=6");
	has(pages.v, "walk guest PT: not present");
	has(pages.v, "inject #PF");
	has(pages.v, "TRAP #GP: read cr2");
	has(pages.v, "eax = vcr2 = 0x40001000");
	has(pages.v, "TRAP #PF: write PTE");
	has(pages.v, "alloc MA, record PA→MA");
	has(pages.v, "shadow[0x40001] = 0x07654067");
	has(pages.v, "guest PTE = 0x01234067");
	has(pages.v, "TRAP #GP: iret");
	has(pages.v, "eip 0x08048123"); /* and nobody knows what the instruction does now */
	has(pages.v, "VMM entries: 4 (traps 4, hypercalls 0)");
	has(pages.v, "363 + 183 + 543 + 243 = 1,332");
	no_overlaps(pages.v);
	draw_pages_free(&pages);
	draw_side_free(&s);
}

/* What the picture of the walk says of the retry, if the application's next entry is this one. */
static void retry_says_of(u32 first, const char *words, bool lost, enum event_id id, u32 vec,
			  u32 eip, u32 va)
{
	struct synth s;
	struct trace t;
	struct side side;
	struct pages pages;
	struct err err;

	synth_begin(&s, 1);
	synth_esx_walk(&s, 1, first);
	if (lost)
		synth_lose(&s, 1);
	if (id == EV_irq)
		synth_event(&s, 9, id, LANE_app, LANE_vmm, (u64)vec, (u64)eip, (u64)0x73);
	else
		synth_event(&s, 9, id, LANE_app, LANE_vmm, (u64)vec, (u64)6, (u64)eip, (u64)0x73,
			    (u64)va);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	synth_free(&s);
	side_of(&t, "1", &side);
	draw_layout(&side, NULL, &pages);
	has(pages.v, words);
	draw_pages_free(&pages);
	draw_side_free(&side);
	trace_close(&t);
}

static void retry_says(const char *words, bool lost, enum event_id id, u32 vec, u32 eip, u32 va)
{
	retry_says_of(SYNTH_VA, words, lost, id, vec, eip, va);
}

static void of_a_retry_is_said_what_the_next_entry_tells(void **state)
{
	u32 eip = 0x8048123, later = eip + 9;

	(void)state;
	retry_says("retry mov: shadow hit, no trap", false, EV_trap, 128, later, 0);
	retry_says("retry mov: shadow hit, no trap", false, EV_irq, 32, later, 0);
	retry_says("retry mov: faults again", false, EV_trap, 14, eip, SYNTH_VA);
	/* Of data at another address nobody knows whether it is another round of a loop. */
	retry_says("eip 0x08048123", false, EV_trap, 14, eip, 0x8047ffc);
	retry_says_of(eip, "retry mov: faults at 0x08047ffc", false, EV_trap, 14, eip, 0x8047ffc);
	retry_says_of(eip + 2, "retry mov: faults at 0x08047ffc", false, EV_trap, 14, eip,
		      0x8047ffc);
	retry_says("retry mov: traps again", false, EV_trap, 13, eip, 0);
	retry_says("eip 0x08048123", false, EV_irq, 32, eip, 0);
	retry_says("eip 0x08048123", true, EV_trap, 128, later, 0);
}

/* The fault is about the second of two shadow entries. */
/* Where the shape that says @text lies; there is one. */
static double height_of(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->nshapes; i++)
		for (u8 n = 0; n < p->shapes[i].nlines; n++)
			if (!strcmp(p->shapes[i].line[n], text))
				return p->shapes[i].y;
	fail_msg("'%s' is not drawn", text);
	return 0;
}

/* It is told behind the table in which it lies, and what came before that table before it. */
static void of_several_entries_the_one_of_the_fault_is_shown(void **state)
{
	(void)state;
	for (int with_p2m = 0; with_p2m < 2; with_p2m++) {
		struct synth s;
		struct trace t;
		struct side side;
		struct pages pages;
		struct err err;
		double table, entry;

		synth_begin(&s, 1);
		s.fault = 1;
		synth_event(&s, 9, EV_trap, LANE_app, LANE_vmm, (u64)14, (u64)4, (u64)0x8048123,
			    (u64)0x73, (u64)SYNTH_VA);
		if (with_p2m)
			synth_event(&s, 9, EV_p2m, LANE_vmm, LANE_vmm, (u64)0x123, (u64)0x222);
		synth_event(&s, 9, EV_spte, LANE_vmm, LANE_vmm, (u64)SYNTH_VA - 0x1000, (u64)0,
			    (u64)0x111061);
		synth_event(&s, 9, EV_shadow_new, LANE_vmm, LANE_vmm, (u64)1, (u64)0x149,
			    (u64)0x1830);
		synth_event(&s, 9, EV_spte, LANE_vmm, LANE_vmm, (u64)SYNTH_VA, (u64)0,
			    (u64)0x222061);
		synth_event(&s, 9, EV_resume, LANE_vmm, LANE_app, (u64)0x8048123, (u64)0x73);
		assert_int_equal(synth_open(&s, &t, &err), 0);
		synth_free(&s);
		side_of(&t, "1", &side);
		draw_layout(&side, NULL, &pages);
		has(pages.v, "and 1 more");
		table = height_of(pages.v, "PFN 0x00149 → MFN 0x01830");
		entry = height_of(pages.v, "shadow[0x40001] = 0x00222061");
		assert_true(table < entry);
		assert_true(entry == height_of(pages.v, "write shadow entry"));
		if (with_p2m)
			assert_true(height_of(pages.v, "alloc MA, record PA→MA") < table);
		draw_pages_free(&pages);
		draw_side_free(&side);
		trace_close(&t);
	}
}

/* A system call is no page fault: it has no phases. What no event tells of has no number. */
static void only_page_faults_have_phases_and_only_events_numbers(void **state)
{
	struct synth s;
	struct trace t;
	struct side side;
	struct err err;
	u32 numbers = 0;

	(void)state;
	synth_begin(&s, 1);
	s.fault = 1;
	synth_event(&s, 9, EV_trap, LANE_app, LANE_vmm, (u64)128, (u64)0, (u64)0x8048123, (u64)0x73,
		    (u64)0);
	synth_event(&s, 9, EV_resume, LANE_vmm, LANE_app, (u64)0x8048125, (u64)0x73);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	synth_free(&s);
	side_of(&t, "1", &side);
	assert_false(side.steps.phased);
	for (size_t i = 0; i < side.steps.count; i++)
		assert_int_equal(side.steps.v[i].phase, PHASE_FAULT);
	draw_side_free(&side);
	trace_close(&t);
	side_of(&xen, "1", &side);
	assert_true(side.steps.phased);
	for (size_t i = 0; i < side.steps.count; i++)
		if (!strcmp(side.steps.v[i].title, "read cr2 from own stack"))
			assert_int_equal(side.steps.v[i].number, 0);
		else
			assert_int_equal(side.steps.v[i].number, ++numbers);
	assert_int_equal(numbers, side.steps.count - 1);
	draw_side_free(&side);
}

static void two_designs_align_by_phase(void **state)
{
	static const char *const both[][2] = {{"touch unmapped page", "touch unmapped page"},
					      {"inject #PF", "copy frame + cr2"},
					      {"TRAP #GP: read cr2", "read cr2 from own stack"},
					      {"TRAP #PF: write PTE", "hypercall mmu_update"},
					      {"TRAP #GP: iret", "iret"}};
	struct side a, b;
	struct pages pages;

	(void)state;
	side_of(&esx, "1", &a);
	side_of(&xen, "1", &b);
	draw_layout(&a, &b, &pages);
	assert_int_equal(pages.count, 1);
	for (size_t i = 0; i < ARRAY_SIZE(both); i++) {
		const struct shape *l = find_line(pages.v, both[i][0]);
		const struct shape *r = find_line(pages.v, both[i][1]);

		assert_non_null(l);
		assert_non_null(r);
		if (fabs(l->y - r->y) > 26)
			fail_msg("%s and %s do not begin in one row", both[i][0], both[i][1]);
	}
	has(pages.v, "VMM entries: 2 (traps 1, hypercalls 1)");
	has(pages.v, "0x40001000 - no trap");
	no_overlaps(pages.v);
	draw_pages_free(&pages);
	draw_side_free(&a);
	draw_side_free(&b);
}

/* The picture of the first line of @text that does not hold of @t. */
static void diverges(const struct trace *t, const char *text, struct side *side,
		     struct pages *pages)
{
	struct expect_vars none = {0};
	struct expect_miss miss;
	struct sb report = {0};
	struct expect x;
	struct err err;

	assert_int_equal(expect_parse(&x, "lab/test.expect", text, strlen(text), &err), 0);
	assert_int_equal(expect_run(&x, t, &none, NULL, false, &report, &miss, &err), 1);
	draw_divergence(t, &miss, side);
	for (size_t i = 1; i < side->steps.count; i++) /* what is put in has its place's phase */
		assert_true(side->steps.v[i].phase >= side->steps.v[i - 1].phase);
	draw_layout(side, NULL, pages);
	assert_int_equal(pages->count, 1);
	no_overlaps(pages->v);
	sb_free(&report);
	expect_free(&x);
}

static void marked(const struct page *p, const char *text, enum step_mark mark)
{
	const struct shape *s = find(p, text);

	if (!s)
		fail_msg("the picture does not say '%s'", text);
	else if (s->mark != mark)
		fail_msg("'%s' has the wrong mark", text);
}

/* Of a fault whose recording is cut after any of its events, nothing is said that was not seen. */
static void what_is_unfinished_is_said(void **state)
{
	struct episode ep;
	struct side s;
	struct err err;

	(void)state;
	assert_int_equal(episode_select(&esx, "va=0x40001000", &ep, &err), 0);
	for (size_t last = ep.first; last <= ep.last; last++) {
		struct pages pages;
		bool back = esx.events[last].to == LANE_app;

		draw_side(&esx, ep.first, last, ep.id, &s);
		draw_layout(&s, NULL, &pages);
		no_overlaps(pages.v);
		assert_int_equal(!find(pages.v, "the trace has no more of this episode"), back);
		assert_int_equal(!find(pages.v, "It is unfinished"), back);
		assert_int_equal(!find(pages.v, "VMM instructions: "), !back);
		draw_pages_free(&pages);
		draw_side_free(&s);
	}
}

static void a_divergence_shows_what_was_expected_and_what_came(void **state)
{
	struct side s;
	struct pages pages;
	size_t expected = 0, got = 0;

	(void)state;
	diverges(&esx, "episode va=$VA\ntrap vec=PF\ninject\ntrap vec=PF from=guest # not yet\n",
		 &s, &pages);
	has(pages.v, "test.expect:4 does not hold");
	marked(pages.v, "expected: trap", MARK_EXPECTED);
	marked(pages.v, "trap vec=PF from=guest", MARK_EXPECTED);
	assert_null(find(pages.v, "not yet"));
	marked(pages.v, "got: TRAP #GP: read cr2", MARK_GOT);
	marked(pages.v, ": trap vec=13", MARK_GOT);
	marked(pages.v, "inject #PF", MARK_NONE);
	assert_true(find(pages.v, "expected: trap")->y < find(pages.v, "got: TRAP")->y);
	assert_true(find(pages.v, "inject #PF")->y < find(pages.v, "expected: trap")->y);
	has(pages.v, "vec is 13, expected == 14");
	has(pages.v, "$VA=0x40001000");
	for (size_t i = 0; i < pages.v->narrows; i++) {
		expected += pages.v->arrows[i].mark == MARK_EXPECTED;
		got += pages.v->arrows[i].mark == MARK_GOT;
	}
	assert_int_equal(expected, 1);
	assert_int_equal(got, 1);
	draw_pages_free(&pages);
	draw_side_free(&s);
}

static void what_does_not_come_ends_in_red(void **state)
{
	struct side s;
	struct pages pages;

	(void)state;
	diverges(&esx, "episode va=$VA\nany resume to=app\nhypercall nr=mmu_update\n", &s, &pages);
	marked(pages.v, "expected: hypercall", MARK_EXPECTED);
	marked(pages.v, "the episode ends here", MARK_GOT);
	assert_true(find(pages.v, "iret to application")->y < find(pages.v, "expected: hyper")->y);
	assert_true(find(pages.v, "expected: hypercall")->y < find(pages.v, "ends here")->y);
	has(pages.v, "more steps");
	draw_pages_free(&pages);
	draw_side_free(&s);
	diverges(&esx, "episode va=$VA\ncost <= 5\n", &s, &pages);
	marked(pages.v, "expected: cost", MARK_EXPECTED);
	has(pages.v, "expected <= 5");
	draw_pages_free(&pages);
	draw_side_free(&s);
}

static void the_first_that_is_too_many_is_red(void **state)
{
	struct side s;
	struct pages pages;

	(void)state;
	/* Among 37 alike, which would fold away, if none of them were marked. */
	diverges(&noise, "count emulate op=cli <= 20\n", &s, &pages);
	marked(pages.v, "count emulate op=cli <= 20", MARK_EXPECTED);
	marked(pages.v, "got: TRAP #GP: cli", MARK_GOT);
	draw_pages_free(&pages);
	draw_side_free(&s);
	diverges(&longer, "count emulate op=cli <= 20\n", &s, &pages);
	marked(pages.v, "12 events lost", MARK_GOT);
	draw_pages_free(&pages);
	draw_side_free(&s);
	diverges(&esx, "never inject\n", &s, &pages);
	marked(pages.v, "expected: never inject", MARK_EXPECTED);
	marked(pages.v, "got: inject #PF", MARK_GOT);
	draw_pages_free(&pages);
	draw_side_free(&s);
}

static void the_nearest_event_is_what_came_instead(void **state)
{
	struct side s;
	struct pages pages;

	(void)state;
	diverges(&esx, "any trap vec=PF from=guest err=9\n", &s, &pages);
	marked(pages.v, "any trap vec=PF from=guest err=9", MARK_EXPECTED);
	marked(pages.v, "got: TRAP #PF: write PTE", MARK_GOT);
	draw_pages_free(&pages);
	draw_side_free(&s);
}

static void repeats_fold_and_losses_tear(void **state)
{
	struct side s;
	struct pages pages;
	bool folded = false, torn = false;

	(void)state;
	draw_side(&longer, 0, longer.count - 1, 0, &s);
	draw_layout(&s, NULL, &pages);
	assert_true(pages.count > 1);
	for (size_t i = 0; i < pages.count; i++) {
		no_overlaps(&pages.v[i]);
		assert_true(pages.v[i].h < 1000);
		folded |= find(&pages.v[i], "×37") != NULL;
		torn |= find(&pages.v[i], "12 events lost") != NULL;
	}
	assert_true(folded);
	assert_true(torn);
	has(&pages.v[0], "(1 of ");
	draw_pages_free(&pages);
	draw_side_free(&s);
}

/* Whosever event comes before them, and at the end of the trace. */
static void losses_are_anybodys(void **state)
{
	struct synth s;
	struct trace t;
	struct side side;
	struct err err;
	u32 seen = 0;

	static const u32 told[] = {11, 1107, 50607}; /* of an episode, of a domain, of all */

	(void)state;
	synth_begin(&s, 1);
	s.fault = 1;
	synth_event(&s, 9, EV_trap, LANE_app, LANE_vmm, (u64)14, (u64)4, (u64)0x8048123, (u64)0x73,
		    (u64)SYNTH_VA);
	s.fault = 0;
	s.domain = 2;
	synth_event(&s, 9, EV_p2m, LANE_vmm, LANE_vmm, (u64)0x123, (u64)0x222);
	synth_lose(&s, 5);
	synth_event(&s, 9, EV_p2m, LANE_vmm, LANE_vmm, (u64)0x124, (u64)0x223);
	synth_lose(&s, 6);
	s.fault = 1;
	s.domain = 1;
	synth_event(&s, 9, EV_resume, LANE_vmm, LANE_app, (u64)0x8048123, (u64)0x73);
	synth_lose(&s, 7);
	assert_int_equal(synth_open(&s, &t, &err), 0);
	synth_free(&s);
	for (u32 way = 0; way < 3; way++) {
		draw_side_of(&t, 2, t.count - 1, way ? 0 : event_episode(&t.events[2]),
			     way == 1 ? 1 : TRACE_NO_DOMAIN, &side);
		seen = 0;
		for (size_t i = 0; i < side.steps.count; i++)
			if (side.steps.v[i].kind == STEP_GAP)
				seen = seen * 100 + side.steps.v[i].count;
		assert_int_equal(seen, told[way]);
		draw_side_free(&side);
	}
	trace_close(&t);
}

static void folding_keeps_what_does_not_repeat(void **state)
{
	struct steps s = {0};
	static const char order[] = "xababababyzzzw";

	(void)state;
	for (const char *c = order; *c; c++)
		draw_text(draw_add_step(&s, STEP_ARROW, LANE_guest, LANE_vmm)->title, "%c", *c);
	draw_fold(&s);
	assert_int_equal(s.count, 6); /* x (ab)*4 y z*3 w */
	assert_int_equal(s.v[1].group, 2);
	assert_int_equal(s.v[1].times, 4);
	assert_int_equal(s.v[4].group, 1);
	assert_int_equal(s.v[4].times, 3);
	assert_string_equal(s.v[5].title, "w");
	assert_int_equal(s.v[5].number, 6);
	free(s.v);
}

static void texts_are_cut_to_their_boxes(void **state)
{
	char s[64];

	(void)state;
	for (double max = 0; max < 200; max += 3) {
		strcpy(s, "shadow[0x40001] = 0x07654067 → and a half");
		text_fit(FONT_MONO, 10, s, max);
		if (max > 20)
			assert_true(text_width(FONT_MONO, 10, s) <= max);
	}
	strcpy(s, "short");
	text_fit(FONT_BOLD, 12, s, 500);
	assert_string_equal(s, "short");
}

static void instructions_read_as_objdump_writes_them(void **state)
{
	static const struct {
		const char *bytes, *text;
		size_t len;
	} code[] = {{"\xa3\x00\x10\x00\x40", "mov %eax,0x40001000", 5},
		    {"\x0f\x20\xd0", "mov %cr2,%eax", 3},
		    {"\xcf", "iret", 1},
		    {"\xfa", "cli", 1},
		    {"\x89\x10", "mov %edx,(%eax)", 2}};
	char out[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(code); i++) {
		assert_true(
		    disasm((const u8 *)code[i].bytes, code[i].len, 0x1000, out, sizeof(out)));
		assert_string_equal(out, code[i].text);
	}
	assert_false(disasm((const u8 *)"\x0f", 1, 0, out, sizeof(out)));
	assert_false(disasm((const u8 *)"", 0, 0, out, sizeof(out)));
}

/* The number of a note lies over its edge, not over what it says, and not beyond the page. */
static void numbers_are_beside_notes(const struct page *p)
{
	for (size_t i = 1; i < p->nshapes; i++) {
		const struct shape *number = &p->shapes[i], *note = number - 1;
		struct look look = page_look(note->kind, &p->m);

		if (number->kind != SHAPE_NUMBER)
			continue;
		assert_true(number->x - number->w / 2 > p->x0[0] - 1);
		if (note->kind != SHAPE_NOTE || note->step != number->step)
			continue;
		for (u8 n = 0; n < note->nlines; n++) {
			double w = n < note->ntitle
				       ? text_width(FONT_SANS, look.size, note->line[n])
				       : text_width(FONT_MONO, look.details, note->line[n]);

			if (number->x + number->w / 2 > note->x - w / 2)
				fail_msg("%s lies on %s", number->line[0], note->line[n]);
		}
	}
}

/* What a shape says is not wider than the shape. */
static void texts_are_in_their_shapes(const struct page *p)
{
	for (size_t i = 0; i < p->nshapes; i++) {
		const struct shape *s = &p->shapes[i];
		struct look look = page_look(s->kind, &p->m);
		double h;

		for (u8 n = 0; n < s->nlines && s->kind != SHAPE_COST && s->kind != SHAPE_MORE;
		     n++) {
			bool title = n < s->ntitle;
			enum font f = !title && look.mono			       ? FONT_MONO
				      : look.bold && (title || s->kind == SHAPE_PHASE) ? FONT_BOLD
										       : FONT_SANS;
			double w = text_width(f, title ? look.size : look.details, s->line[n]);

			if (w > s->w + 0.1)
				fail_msg("'%s' is wider than its %s", s->line[n], look.class);
		}
		h = 1.2 * (look.size * s->ntitle + look.details * (s->nlines - s->ntitle));
		if (h > s->h + 1 && s->kind != SHAPE_TORN && s->kind != SHAPE_DIAMOND)
			fail_msg("'%s' is higher than its %s: %g, %g", s->line[0], look.class, h,
				 s->h);
	}
}

/* The name of a phase is beside its rows. */
static void phases_are_beside_their_rows(const struct page *p)
{
	size_t row = 0;

	for (size_t i = 0; i < p->nshapes; i++) {
		const struct shape *s = &p->shapes[i];
		double top = p->rows[row].y, end = top;

		if (s->kind != SHAPE_PHASE)
			continue;
		for (enum phase phase = p->rows[row].phase;
		     row < p->nrows && p->rows[row].phase == phase; row++)
			end = p->rows[row].y + p->rows[row].h;
		if (s->y - s->h / 2 < top - 0.5 || s->y + s->h / 2 > end + 0.5)
			fail_msg("'%s' is higher than its rows", s->line[0]);
	}
}

/* Of one side or two, on every paper: nothing lies on something else, no letter is too small. */
static void fits_on(const struct paper *paper, const struct side *a, const struct side *b)
{
	struct layout l;
	struct err err;

	if (layout_begin(paper, a, b, &l, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < l.npages; i++) {
		struct page p;

		layout_page(&l, i, &p);
		no_overlaps(&p);
		numbers_are_beside_notes(&p);
		texts_are_in_their_shapes(&p);
		phases_are_beside_their_rows(&p);
		for (size_t k = 0; k < p.nshapes && paper->w == 0 && !labels_changed(); k++)
			assert_true(p.shapes[k].kind != SHAPE_LANE || p.shapes[k].nlines == 2);
		assert_true(paper->w == 0 ||
			    fmin(fabs(p.w - paper->w), fabs(p.w - paper->h)) < 0.5);
		for (size_t k = 0; k < p.nshapes && p.m.broken; k++) {
			struct look look = page_look(p.shapes[k].kind, &p.m);

			assert_true(!paper->slide || p.shapes[k].kind == SHAPE_DIAMOND ||
				    fmin(look.size, look.details) >= 12 * paper->scale);
			for (u8 n = 0; n < p.shapes[k].nlines; n++)
				if (strstr(p.shapes[k].line[n], "..")) /* nothing is cut */
					fail_msg("a %s: %s, at %g on %g", look.class,
						 p.shapes[k].line[n], paper->scale, p.w);
		}
		draw_page_free(&p);
	}
	layout_end(&l);
}

static void every_page_has_room(void **state)
{
	static const char *const sizes[] = {"fit", "16:9", "4:3", "a4"};
	const struct trace *const traces[] = {&esx, &xen, &longer, &noise};

	(void)state;
	for (size_t i = 0; i < 4 * ARRAY_SIZE(sizes); i++) {
		const struct trace *t = traces[i % 4], *other = traces[(i + 1) % 4];
		struct paper paper = paper_fit;
		struct side a, b;

		assert_true(paper_size(sizes[i / 4], &paper));
		draw_side(t, 0, t->count - 1, 0, &a);
		draw_side(other, 0, other->count - 1, 0, &b);
		for (int heading = 0; heading < 2; heading++) {
			paper.title = heading ? "A heading" : NULL;
			for (paper.scale = 0.8; paper.scale < 1.5; paper.scale += 0.2)
				fits_on(&paper, &a, NULL);
			paper.scale = 1;
			fits_on(&paper, &a, &b);
			for (paper.scale = 1.4; paper.scale <= 3 && paper.w == 0;
			     paper.scale += 0.8) {
				fits_on(&paper, &a, NULL);
				fits_on(&paper, &a, &b);
			}
		}
		/* Numbers of five and six digits. */
		for (size_t k = 0; k < a.steps.count; k++)
			if (a.steps.v[k].number)
				a.steps.v[k].number += 99990;
		for (paper.scale = 1; paper.scale < 1.5; paper.scale += 0.2)
			fits_on(&paper, &a, NULL);
		draw_side_free(&a);
		draw_side_free(&b);
	}
}

static void a_text_is_broken_where_one_would(void **state)
{
	static const struct {
		const char *text, *line;
		double max;
	} cases[] = {{"walk guest PT: not present", "walk guest PT:", 110},
		     {"int $0x82, PTE = 0x02a34067", "int $0x82, PTE = ", 130},
		     {"touch", "touch", 400},
		     {"stack_pointer=0x40001000", "stack_pointer=", 120},
		     {"unbreakable", "unbre", 40},
		     {"W", "W", 1},
		     {"\xe2\x86\x92\xe2\x86\x92", "\xe2\x86\x92", 12}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n;
		const char *rest = text_line(FONT_SANS, 13, cases[i].text, cases[i].max, &n);

		assert_true(n <= strlen(cases[i].line) && n >= strlen(cases[i].line) - 1);
		assert_memory_equal(cases[i].text, cases[i].line, n);
		assert_true(rest >= cases[i].text + n);
	}
}

/* Each step's page has what the one before it has, and its own. */
static void steps_add_up(void **state)
{
	struct paper paper = paper_fit;
	struct layout l;
	struct side a, b;
	struct err err;
	struct page p;

	(void)state;
	side_of(&esx, "1", &a);
	side_of(&xen, "1", &b);
	assert_true(paper_size("16:9", &paper));
	assert_int_equal(layout_begin(&paper, &a, &b, &l, &err), 0);
	for (size_t i = 0; i < l.npages; i++) {
		size_t shapes = 0, arrows = 0;

		layout_page(&l, i, &p);
		for (u32 row = 1; row <= p.nrows; row++) {
			struct page shown;

			draw_reveal(&p, row, (u64[]){row, 2}, row, p.nrows, &shown);
			no_overlaps(&shown);
			assert_true(shown.nshapes > shapes && shown.narrows >= arrows);
			shapes = shown.nshapes, arrows = shown.narrows;
			for (size_t k = 0; k < shown.nboxes; k++)
				assert_true(!shown.boxes[k].row ||
					    shown.boxes[k].y2 <=
						p.rows[row - 1].y + p.rows[row - 1].h + 0.01);
			for (size_t k = 0; k < shown.nshapes; k++)
				assert_true(shown.shapes[k].kind == SHAPE_PHASE ||
					    shown.shapes[k].row <= row);
			assert_int_equal(row < p.nrows,
					 find(&shown, "instructions so far: 2") != NULL);
			draw_page_free(&shown);
		}
		assert_int_equal(shapes, p.nshapes);
		assert_int_equal(arrows, p.narrows);
		draw_page_free(&p);
	}
	layout_end(&l);
	draw_side_free(&a);
	draw_side_free(&b);
}

static void every_colour_has_a_dark_one(void **state)
{
	struct side s;
	struct pages pages;

	(void)state;
	draw_side(&longer, 0, longer.count - 1, 0, &s);
	draw_layout(&s, NULL, &pages);
	for (size_t i = 0; i < pages.count; i++) {
		for (size_t k = 0; k < pages.v[i].nshapes; k++)
			assert_non_null(theme_pen(THEME_DARK, pages.v[i].shapes[k].colour));
		for (size_t k = 0; k < pages.v[i].nboxes; k++)
			assert_non_null(theme_fill(THEME_DARK, pages.v[i].boxes[k].fill));
		for (size_t k = 0; k < pages.v[i].nrules; k++)
			assert_non_null(theme_pen(THEME_DARK, pages.v[i].rules[k].colour));
	}
	for (int style = 0; style < NR_STYLES; style++)
		for (int mark = MARK_NONE; mark <= MARK_GOT; mark++)
			assert_non_null(theme_pen(THEME_DARK, draw_colour(style, mark)));
	draw_pages_free(&pages);
	draw_side_free(&s);
}

static void every_format_is_painted(void **state)
{
	static const char *const formats[] = {"svg", "png", "pdf", "dot"};
	static const char *const magic[] = {"<?xml", "\x89PNG", "%PDF", "digr"};
	struct side s;
	struct err err;

	(void)state;
	side_of(&esx, "1", &s);
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		char path[48], head[8] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/tmp/trace_draw-%d.%s", getpid(), formats[i]);
		if (draw_file(&paper_fit, &s, NULL, NULL, path, NULL, &err))
			fail_msg("%s", err.text);
		f = fopen(path, "r");
		assert_non_null(f);
		assert_int_equal(fread(head, 1, 5, f), 5);
		assert_memory_equal(head, magic[i], strlen(magic[i]));
		fclose(f);
		unlink(path);
		snprintf(path, sizeof(path), "/nonexistent/x.%s", formats[i]);
		assert_int_equal(draw_file(&paper_fit, &s, NULL, NULL, path, NULL, &err), -1);
		assert_non_null(strstr(err.text, "/nonexistent/x"));
	}
	draw_side_free(&s);
}

/* Words of a translation that are longer than ours go on in another line. It has the last word:
 * labels stay. */
static void long_words_are_broken(void **state)
{
	static const char *const keys[] = {"Application",
					   "Guest OS",
					   "fault",
					   "decide",
					   "VMM instructions: ",
					   "learn",
					   "address",
					   "return",
					   "ESX: shadow page tables",
					   "#PF",
					   "walk guest PT: %s"};
	struct paper paper = paper_fit;
	struct side a, b;
	struct err err;
	char path[48];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/trace_draw-%d.po", getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		fprintf(f,
			"msgid \"%s\"\nmsgstr \"Donaudampfschifffahrtsgesellschaftskapitän und "
			"sein Wörterbuch%s\"\n",
			keys[i], strchr(keys[i], '%') ? " %s" : "");
	fclose(f);
	if (labels_read(path, &err))
		fail_msg("%s", err.text);
	unlink(path);
	side_of(&esx, "1", &a);
	side_of(&xen, "1", &b);
	for (int size = 0; size < 4; size++) {
		assert_true(paper_size((const char *[]){"fit", "16:9", "4:3", "a4"}[size], &paper));
		for (paper.scale = 0.8; paper.scale < 1.2; paper.scale += 0.2) {
			fits_on(&paper, &a, NULL);
			fits_on(&paper, &a, &b);
		}
	}
	draw_side_free(&a);
	draw_side_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_esx_walk_is_drawn_as_the_text_tells_it),
	    cmocka_unit_test(what_is_unfinished_is_said),
	    cmocka_unit_test(of_a_retry_is_said_what_the_next_entry_tells),
	    cmocka_unit_test(of_several_entries_the_one_of_the_fault_is_shown),
	    cmocka_unit_test(only_page_faults_have_phases_and_only_events_numbers),
	    cmocka_unit_test(two_designs_align_by_phase),
	    cmocka_unit_test(a_divergence_shows_what_was_expected_and_what_came),
	    cmocka_unit_test(what_does_not_come_ends_in_red),
	    cmocka_unit_test(the_first_that_is_too_many_is_red),
	    cmocka_unit_test(the_nearest_event_is_what_came_instead),
	    cmocka_unit_test(repeats_fold_and_losses_tear),
	    cmocka_unit_test(losses_are_anybodys),
	    cmocka_unit_test(folding_keeps_what_does_not_repeat),
	    cmocka_unit_test(texts_are_cut_to_their_boxes),
	    cmocka_unit_test(instructions_read_as_objdump_writes_them),
	    cmocka_unit_test(every_page_has_room),
	    cmocka_unit_test(a_text_is_broken_where_one_would),
	    cmocka_unit_test(steps_add_up),
	    cmocka_unit_test(every_colour_has_a_dark_one),
	    cmocka_unit_test(every_format_is_painted),
	    cmocka_unit_test(long_words_are_broken),
	};
	struct synth s;
	struct err err;
	int rc;

	synth_begin(&s, 1);
	synth_esx_walk(&s, 1, SYNTH_VA);
	rc = synth_open(&s, &esx, &err);
	synth_free(&s);
	synth_begin(&s, 2);
	synth_xen_walk(&s, 1, SYNTH_VA);
	rc |= synth_open(&s, &xen, &err);
	synth_free(&s);
	synth_begin(&s, 1);
	synth_noise(&s, 37);
	synth_esx_walk(&s, 1, SYNTH_VA);
	synth_lose(&s, 12);
	synth_noise(&s, 2);
	synth_xen_walk(&s, 2, SYNTH_VA);
	rc |= synth_open(&s, &longer, &err);
	synth_free(&s);
	synth_begin(&s, 1);
	synth_noise(&s, 37);
	rc |= synth_open(&s, &noise, &err);
	synth_free(&s);
	if (rc)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	trace_close(&esx);
	trace_close(&xen);
	trace_close(&longer);
	trace_close(&noise);
	return rc;
}
