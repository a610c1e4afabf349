/* round.c: one round of the router: some frames of each interface, and where each goes. */
#include "netback/netback.h"

struct rules rules = {.accept = {true, true}};

static struct frame frames[MOST_FRAMES];
static struct grant_move moves_in[MOST_FRAMES];

void round_init(void)
{
	s32 at = mmap(0, MOST_FRAMES * PAGE, PROT_READ | PROT_WRITE);

	if (at < 0 && at > -4096)
		die("no room");
	for (u32 i = 0; i < MOST_FRAMES; i++)
		frames[i].at = (u8 *)at + i * PAGE;
}

/* One frame of each interface in turn: where there is room for some only, all have their share.
 * @return how many */
static u32 gather(void)
{
	static u32 first; /* who begins is another each time */
	u32 n = 0, taken = 1, k = 0;
	struct frame *asked[MOST_FRAMES];

	first++;
	for (u32 turn = 0; turn < TURN && taken; turn++) {
		taken = 0;
		for (u32 i = 0; i < MOST_VIFS && n < MOST_FRAMES; i++) {
			struct vif *v = &vifs[(first + i) % MOST_VIFS];

			if (v->kind == VIF_NONE || !take_frame(v, &frames[n], &moves_in[k]))
				continue;
			if (v->kind == VIF_DOMAIN && frames[n].fate == PASSED)
				asked[k++] = &frames[n];
			taken++;
			n++;
		}
	}
	move_grants(moves_in, k);
	while (k--)
		if (moves_in[k].status)
			asked[k]->fate = DROPPED_BAD;
	return n;
}

static bool same_mac(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ROUTER_MAC);
}

/* A domain speaks for itself only; and nobody on the wire is one of us. */
static bool is_honest(const struct frame *f)
{
	const struct vif *from = f->from;

	if (from->kind == VIF_DOMAIN)
		return same_mac(f->h.from_mac, from->mac) && from->ip == f->h.from;
	if (from->number != INTERFACE_ETH) /* Domain 0 itself: the kernel says what it has now */
		return same_mac(f->h.from_mac, from->mac);
	learn_addresses();
	for (const struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		if (v->kind != VIF_NONE && v != from &&
		    (same_mac(f->h.from_mac, v->mac) || (v->ip && v->ip == f->h.from)))
			return false;
	return true;
}

/* Whom we do not know is out on the wire. */
static struct vif *find_receiver(const struct frame *f)
{
	struct vif *wire = NULL;

	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++) {
		if (v->kind == VIF_NONE || v == f->from)
			continue;
		if (same_mac(f->h.to_mac, v->mac))
			return v;
		if (v->number == INTERFACE_ETH)
			wire = v;
	}
	return same_mac(f->h.to_mac, f->from->mac) ? NULL : wire;
}

static enum fate to_all(struct frame *f)
{
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		if (v->kind != VIF_NONE && v != f->from)
			offer(f, v);
	return PASSED;
}

/* The headers are read here for the first time, out of our own copy. */
static enum fate route(struct frame *f)
{
	enum fate fate = header_read(&f->h, f->at, f->len);
	struct vif *v;

	if (fate != PASSED)
		return fate;
	if (!is_honest(f))
		return DROPPED_SPOOFED;
	if (!rules_accept(&rules, OUT, f->from->number, &f->h))
		return DROPPED_OUT;
	if (f->h.to_mac[0] & 1)
		return to_all(f);
	v = find_receiver(f);
	return v ? offer(f, v) : DROPPED_NOBODY;
}

bool one_round(void)
{
	u32 n = gather();
	bool more = n;

	for (struct frame *f = frames; f < frames + n; f++) {
		if (f->fate != PASSED)
			continue;
		capture(f);
		f->fate = route(f);
	}
	deliver();
	for (struct frame *f = frames; f < frames + n; f++) {
		f->from->sent[f->fate]++;
		if (f->from->kind == VIF_DOMAIN)
			answer_frame(f);
	}
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		more |= v->kind == VIF_DOMAIN && tell(v);
	return more;
}
