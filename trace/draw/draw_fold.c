/* draw_fold.c: a pattern that repeats in a row is drawn once, with how often it came. */
#include "draw/draw.h"

#include "draw/draw_labels.h"

#include <string.h>

#define LONGEST_PATTERN 16
#define FEWEST_TIMES	3

/* Two steps look alike if their phases, titles and lanes do; addresses and costs may differ. A
 * marked step is alone. */
static bool alike(const struct step *a, const struct step *b)
{
	return a->kind == b->kind && a->kind != STEP_GAP && !a->mark && !b->mark &&
	       a->from == b->from && a->to == b->to && a->guest == b->guest &&
	       a->style == b->style && a->phase == b->phase && !strcmp(a->title, b->title);
}

/* How often do the @len steps at @at come in a row? */
static u32 times(const struct steps *s, size_t at, size_t len)
{
	size_t i = at + len;

	while (i < s->count && alike(&s->v[i - len], &s->v[i]))
		i++;
	return (u32)((i - at) / len);
}

/* What differs between the @n steps that are @len apart from @from on is said of the first alone;
 * of costs that differ, the mean. */
static struct step one_for_all(const struct step *from, u32 len, u32 n)
{
	struct step all = *from;
	u64 sum = 0;

	for (u32 i = 0; i < n; i++) {
		sum += from[(size_t)i * len].cost;
		all.mean |= from[(size_t)i * len].cost != from->cost;
	}
	all.cost = sum / n;
	all.spent = from[(size_t)(n - 1) * len].spent;
	all.group = all.times = 0;
	for (u8 d = 0; d < all.ndetails; d++) {
		bool same = true;

		for (u32 i = 1; i < n; i++)
			same &= d < from[(size_t)i * len].ndetails &&
				!strcmp(from[(size_t)i * len].detail[d], from->detail[d]);
		if (!same)
			draw_text(all.detail[d], "first: %s", from->detail[d]);
	}
	return all;
}

static void fold(const struct steps *s, size_t at, u32 len, u32 n, struct step *to)
{
	for (u32 k = 0; k < len; k++)
		to[k] = one_for_all(&s->v[at + k], len, n);
	to[0].group = len;
	to[0].times = n;
}

void draw_number(struct steps *s)
{
	u32 number = 0;

	for (size_t i = 0; i < s->count; i++)
		if (s->v[i].kind <= STEP_NOTE && s->v[i].mark != MARK_EXPECTED && !s->v[i].inferred)
			s->v[i].number = ++number;
}

void draw_fold(struct steps *s)
{
	size_t to = 0;

	for (size_t at = 0; at < s->count;) {
		u32 best = 0, best_times = 0;

		for (u32 len = 1; len <= LONGEST_PATTERN && at + len <= s->count; len++) {
			u32 n = times(s, at, len);

			/* The shortest pattern that saves most. */
			if (n >= FEWEST_TIMES &&
			    (n - 1) * len > (best_times ? best_times - 1 : 0) * best) {
				best = len;
				best_times = n;
			}
		}
		if (best) {
			fold(s, at, best, best_times, &s->v[to]);
			to += best;
			at += (size_t)best * best_times;
		} else {
			s->v[to++] = s->v[at++];
		}
	}
	s->count = to;
	draw_number(s);
}
