/*
 * balloon.c: the guest of lab 05's probe: where each of its pages is, what p2m and m2p should say,
 * and a hypervisor that gives and takes as it likes.
 */
#include "balloon.h"

const char probe_name[] = "balloon";

#define FRAMES 4096u /* of the machine */

struct world w;
/* Of each page. */
static u8 where[BALLOON_MOST];
enum {
	KERNELS, /* the kernel's: mapped, and used or free */
	TAKEN,	 /* the balloon's, and mapped still */
	OUT,	 /* not mapped any more, or not yet again */
	GIVEN,	 /* it has no memory */
};
static u32 frame_of[BALLOON_MOST]; /* what is behind it */
/* Of each frame. */
static u32 m2p[FRAMES];
static bool ours[FRAMES];
static u32 *p2m_end;
static const char *name;
static u32 asked, told, releases, claims, next_frame;
static bool none; /* there was no page to be had */

u32 any_up_to(u32 most)
{
	u32 kind = draw(4);

	return kind == 0 ? 0 : kind == 1 ? most : draw(most + 1);
}

static void set_where(u32 pfn, u8 to)
{
	where[pfn] = to;
}

/* A frame that is nobody's. */
static u32 new_frame(void)
{
	do
		next_frame = (next_frame * 5 + 1) % FRAMES;
	while (ours[next_frame]);
	ours[next_frame] = true;
	return next_frame;
}

static u32 word_of(u32 pfn)
{
	return where[pfn] == GIVEN ? NO_MFN : frame_of[pfn];
}

void any_world(void)
{
	u32 n = draw(3) ? 2 + draw(PAGES_MOST - 1) : 32 * (1 + draw(PAGES_MOST / 32)),
	    density = draw(5);

	w.direct = draw(3);
	fill(w.b, 0, sizeof(*w.b));
	fill(ours, 0, sizeof(ours));
	next_frame = draw(FRAMES);
	w.b->ops = &user_ops;
	w.b->nr_pages = n;
	/* It ends where ring 3's memory ends. */
	w.b->p2m = w.direct ? p2m_end - n : NULL;
	for (u32 pfn = 0; pfn < n; pfn++) {
		/* None, some, nearly all; or few, far from each other, with the last one. */
		bool held = pfn && (density == 4 ? !draw(40) || pfn == n - 1
						 : (density == 3 ? draw(40) : density) > draw(4));

		frame_of[pfn] = NO_MFN;
		where[pfn] = held ? GIVEN : KERNELS;
		if (!held) {
			frame_of[pfn] = w.direct ? new_frame() : pfn;
			if (w.direct)
				m2p[frame_of[pfn]] = pfn;
		} else {
			w.b->in[pfn / 32] |= 1u << pfn % 32;
			w.b->held++;
		}
		if (w.direct)
			w.b->p2m[pfn] = word_of(pfn);
	}
	w.b->target = any_up_to(n);
	w.b->wait = draw(3) ? 0 : draw(2) ? 1u << draw(6) : BALLOON_WAIT_MOST;
	w.takes = w.pool = w.taken = BALLOON_BATCH;
	w.error = (s32[]){0, -1, -12, -22}[draw(4)];
	w.news = w.then = NO_NEWS;
}

void large_world(void)
{
	any_world();
	fill(w.b->in, 0, sizeof(w.b->in));
	w.direct = false;
	w.b->p2m = NULL;
	w.b->nr_pages = BALLOON_MOST - draw(2) * draw(64);
	w.b->held = 0;
	for (u32 pfn = 0; pfn < w.b->nr_pages; pfn++) {
		bool held = pfn == w.b->nr_pages - 1 || (pfn > PAGES_MOST && !draw(1500));

		where[pfn] = held ? GIVEN : KERNELS;
		frame_of[pfn] = held ? NO_MFN : pfn;
		if (held)
			w.b->in[pfn / 32] |= 1u << pfn % 32;
		w.b->held += held;
	}
	w.b->target = any_up_to(w.b->nr_pages);
}

void asks_begin(const char *what)
{
	name = what;
	asked = told = releases = claims = 0;
	none = false;
}

static u32 page(u32 pfn, const char *in)
{
	if (pfn >= w.b->nr_pages)
		differs("%s(): %s page %u; there are %u", name, in, pfn, w.b->nr_pages);
	return pfn;
}

static u32 take(void)
{
	u32 n = w.b->nr_pages, pfn = draw(n);

	if (none)
		differs("%s(): take a page, when there was none to be had already", name);
	none = !w.takes;
	if (none)
		return BALLOON_NONE;
	for (u32 i = 0; i < n; i++, pfn = pfn + 1 < n ? pfn + 1 : 0)
		if (pfn != BALLOON_NONE && where[pfn] == KERNELS) {
			w.takes--;
			set_where(pfn, TAKEN);
			return pfn;
		}
	none = true;
	return BALLOON_NONE;
}

static void unmap(u32 pfn)
{
	if (where[page(pfn, "unmap")] != TAKEN)
		differs("%s(): unmap page %u, which %s", name, pfn,
			where[pfn] == KERNELS ? "was not taken" : "is not mapped");
	set_where(pfn, OUT);
}

/* The page has memory behind it (again): it is in all tables by now. */
static void map(u32 pfn, u32 frame)
{
	if (where[page(pfn, "map")] != OUT)
		differs("%s(): map page %u, which %s", name, pfn,
			where[pfn] == GIVEN ? "has no memory behind it" : "is mapped");
	if (frame != (w.direct ? frame_of[pfn] : pfn))
		differs("%s(): map page %u with frame %x; behind it is %x", name, pfn, frame,
			w.direct ? frame_of[pfn] : pfn);
	if (w.direct && w.b->p2m[pfn] != frame)
		differs("%s(): map page %u with frame %x, but p2m says %x", name, pfn, frame,
			w.b->p2m[pfn]);
	if (w.direct && m2p[frame] != pfn)
		differs("%s(): map page %u with frame %x, but m2p says page %u", name, pfn, frame,
			m2p[frame]);
	set_where(pfn, TAKEN);
}

static void give(u32 pfn)
{
	if (where[page(pfn, "give")] != TAKEN)
		differs("%s(): give page %u to the kernel, which %s", name, pfn,
			where[pfn] == KERNELS ? "has it" : "is not mapped");
	if (balloon_holds(w.b, pfn))
		differs("%s(): give page %u to the kernel, which is held by the balloon still",
			name, pfn);
	set_where(pfn, KERNELS);
}

/* By m2p a frame that has come is put behind a page of the balloon. */
static void set_m2p(u32 frame, u32 pfn)
{
	if (!w.direct)
		differs("%s(): m2p is none of a shadow-mode guest's", name);
	if (frame >= FRAMES || !ours[frame])
		differs("%s(): m2p of frame %x, which is not ours", name, frame);
	page(pfn, "m2p says");
	if (where[pfn] == OUT ? frame_of[pfn] != frame
			      : where[pfn] != GIVEN || m2p[frame] != NO_MFN)
		differs("%s(): m2p is to say page %u for frame %x, and behind it %s", name, pfn,
			frame,
			where[pfn] == GIVEN ? "is another page already" : "is another frame");
	m2p[frame] = pfn;
	frame_of[pfn] = frame;
	set_where(pfn, OUT);
}

static u32 behind(u32 word)
{
	u32 pfn = !w.direct ? word : word < FRAMES && ours[word] ? m2p[word] : NO_MFN;

	if (pfn >= w.b->nr_pages || where[pfn] == GIVEN || frame_of[pfn] != word)
		differs("%s(): release %x, behind which there is no page", name, word);
	return pfn;
}

/* @return how many of n, if so many can be done; all that is left of that is gone then */
static s32 done(u32 n, u32 *can, u32 i)
{
	*can = 0;
	return i || !n ? (s32)i : w.error;
}

static s32 release(const u32 *list, u32 n)
{
	u32 i;

	if (releases++ || n > BALLOON_BATCH || !n)
		differs("%s(): release %u pages, by call %u; it is one, of no more than %u", name,
			n, releases, BALLOON_BATCH);
	for (i = 0; i < n; i++) {
		u32 pfn = behind(list[i]);

		if (where[pfn] != OUT)
			differs("%s(): release %x, behind page %u, which %s", name, list[i], pfn,
				where[pfn] == TAKEN ? "is mapped" : "was not taken");
		if (w.direct && w.b->p2m[pfn] != NO_MFN)
			differs("%s(): release %x, and p2m says it of page %u still", name, list[i],
				pfn);
		for (u32 k = 0; k < i; k++)
			if (list[k] == list[i])
				differs("%s(): release %x twice", name, list[i]);
	}
	for (i = 0; i < n && i < w.taken; i++) {
		u32 pfn = behind(list[i]);

		if (w.direct) {
			ours[list[i]] = false;
			m2p[list[i]] = NO_MFN;
		}
		frame_of[pfn] = NO_MFN;
		set_where(pfn, GIVEN);
	}
	return done(n, &w.taken, i);
}

static s32 claim(u32 *list, u32 n)
{
	u32 i;

	if (claims++ || n > BALLOON_BATCH || !n || n > w.b->held)
		differs(
		    "%s(): claim %u pages, by call %u; it is one, of no more than %u, and no more "
		    "than are held (%u)",
		    name, n, claims, BALLOON_BATCH, w.b->held);
	for (i = 0; i < n; i++) {
		if (!w.direct && (page(list[i], "claim") != list[i] || where[list[i]] != GIVEN))
			differs("%s(): claim page %u, which has memory", name, list[i]);
		for (u32 k = 0; !w.direct && k < i; k++)
			if (list[k] == list[i])
				differs("%s(): claim page %u twice", name, list[i]);
	}
	for (i = 0; i < n && i < w.pool; i++) {
		if (w.direct) {
			list[i] = new_frame();
			m2p[list[i]] = NO_MFN;
		} else {
			frame_of[list[i]] = list[i];
			set_where(list[i], OUT);
		}
	}
	for (u32 k = i; w.direct && k < n; k++)
		list[k] = 0xDEAD0000 + k; /* these have not come */
	return done(n, &w.pool, i);
}

static u32 serve(u32 what, u32 a, u32 b)
{
	switch (what) {
	case ASK_TAKE:
		asked++;
		return take();
	case ASK_GIVE:
		asked++;
		return give(a), 0;
	case ASK_UNMAP:
		asked++;
		return unmap(a), 0;
	case ASK_MAP:
		asked++;
		return map(a, b), 0;
	case ASK_M2P:
		asked++;
		return set_m2p(a, b), 0;
	case ASK_RELEASE:
		asked++;
		return (u32)release((const u32 *)a, b);
	case ASK_CLAIM:
		asked++;
		return (u32)claim((u32 *)a, b);
	case ASK_TARGET:
		if (asked != w.moment || told == 2)
			return NO_NEWS;
		return told++ ? w.then : w.news;
	case ASK_BALLOON:
		return (u32)w.b;
	}
	differs("%s() asks for %u, which is nothing", name, what);
}

void look(u32 held)
{
	for (u32 pfn = 0; pfn < w.b->nr_pages; pfn++) {
		if (where[pfn] == TAKEN || where[pfn] == OUT)
			differs("%s(): page %u is nobody's: %s", name, pfn,
				where[pfn] == OUT
				    ? "there is memory behind it, and it is not mapped"
				    : "it was taken, and not given to the kernel");
		if (w.direct && w.b->p2m[pfn] != word_of(pfn))
			differs("%s(): p2m says %x of page %u; behind it is %x", name,
				w.b->p2m[pfn], pfn, word_of(pfn));
		if (balloon_holds(w.b, pfn) != (where[pfn] == GIVEN))
			differs("%s(): page %u is %s the balloon, and has %s memory", name, pfn,
				where[pfn] == GIVEN ? "not in" : "in",
				where[pfn] == GIVEN ? "no" : "its");
	}
	for (u32 i = 0; i < FRAMES && w.direct; i++)
		if (ours[i] && (m2p[i] == NO_MFN || frame_of[m2p[i]] != i))
			differs("%s(): frame %x has come, and is behind no page", name, i);
	for (u32 pfn = w.b->nr_pages; pfn < BALLOON_MOST; pfn++) {
		if (!w.b->in[pfn / 32])
			pfn |= 31;
		else if (balloon_holds(w.b, pfn))
			differs("%s(): page %u is in the balloon; there are %u", name, pfn,
				w.b->nr_pages);
	}
	if (w.b->held != held)
		differs("%s(): %u are held; it should be %u", name, w.b->held, held);
}

static u32 min(u32 a, u32 b)
{
	return a < b ? a : b;
}

/* Up or down once, by any number of pages; something may fail on the way, if `fails`. */
static void once(bool up, bool fails)
{
	u32 n = any_up_to(BALLOON_BATCH), held, can, got, target, wait;
	struct balloon was;

	draw(12) ? any_world() : large_world();
	if (fails) {
		w.takes = any_up_to(BALLOON_BATCH);
		w.pool = any_up_to(BALLOON_BATCH);
		w.taken = any_up_to(BALLOON_BATCH);
	}
	held = w.b->held;
	target = w.b->target;
	wait = w.b->wait;
	was = *w.b;
	can = up ? min(min(n, w.takes), min(w.taken, w.b->nr_pages - 1 - held))
		 : min(min(n, held), w.pool);
	asks_begin(up ? "balloon_inflate" : "balloon_deflate");
	got = up ? CALL(balloon_inflate, (u32)w.b, n) : CALL(balloon_deflate, (u32)w.b, n);
	look(up ? held + can : held - can);
	if (got != can)
		differs("%s(%u) gave %u; %u pages have %s", name, n, got, can,
			up ? "gone" : "come");
	if (was.ops != w.b->ops || was.p2m != w.b->p2m || was.nr_pages != w.b->nr_pages ||
	    target != w.b->target || wait != w.b->wait)
		differs("%s() has changed something else of the balloon", name);
}

void balloon_pages(void)
{
	bool fails = scenario_is("fails");

	if (!fails && !scenario_is("inflate") && !scenario_is("deflate"))
		return;
	for (u32 i = 0; i < 150; i++)
		once(fails ? draw(2) : scenario_is("inflate"), fails);
	all_right(150);
}

void scenarios(void)
{
	service = serve;
	w.b = room_for(sizeof(*w.b));
	p2m_end = (u32 *)room_for(PAGES_MOST * 4) + PAGES_MOST;
	balloon_pages();
	balloon_steps();
	balloon_clock();
}
