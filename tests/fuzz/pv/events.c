/* events.c: what comes by event channels: the bits of which a guest learns of it, and waiting for
 * one. */
#include "crowd.h"

#define BITS 32u

u32 upcalls;
static bool has_waited; /* and has cleared its selector meanwhile */

/* ---- the model ---- */

static bool get_bit(const u32 *words, u32 n)
{
	return words[n / BITS] >> n % BITS & 1;
}

static void put_bit(u32 *words, u32 n, bool bit)
{
	words[n / BITS] = (words[n / BITS] & ~(1u << n % BITS)) | (u32)bit << n % BITS;
}

static void raise(struct model_guest *g, u32 word)
{
	g->fresh |= !(g->sel >> word & 1);
	g->sel |= 1u << word;
}

void notify(struct model_guest *g, u32 port)
{
	if (get_bit(g->pending, port))
		return;
	put_bit(g->pending, port, true);
	if (g->waits_for == port)
		g->waits_for = 0;
	if (!get_bit(g->mask, port))
		raise(g, port / BITS);
}

void channels_init(void)
{
	/* Whoever made us may have left us some. */
	for (u32 n = 1; n < NR_PORTS; n++)
		HCALL(event_channel_op, EVTCHNOP_close, &(struct evtchn_port){n}, 0, 0);
	memset(shared->evtchn_pending, 0, sizeof(shared->evtchn_pending));
	memset(shared->evtchn_mask, 0, sizeof(shared->evtchn_mask));
	shared->vcpu_info[0].evtchn_pending_sel = 0;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
}

/* When the timer goes off nobody can say. */
static u32 timer_bits(u32 word)
{
	u32 bits = 0;

	for (u32 n = word * BITS; n < (word + 1) * BITS; n++)
		if (mine->port[n].state == VIRQ && mine->port[n].virq == VIRQ_TIMER)
			bits |= 1u << n % BITS;
	return bits;
}

const char *check_events(void)
{
	volatile struct vcpu_info *v = &shared->vcpu_info[0];
	static u32 seen;
	u32 timer = 0;

	for (u32 w = 0; w < ARRAY_SIZE(shared->evtchn_pending); w++) {
		bool known = w < NR_PORTS / BITS;
		u32 bits = known ? timer_bits(w) : 0, real = shared->evtchn_pending[w];

		if ((real ^ (known ? mine->pending[w] : 0)) & ~bits)
			return must_be(real, -1, "the pending bits are not those of the model");
		if (shared->evtchn_mask[w] != (known ? mine->mask[w] : 0))
			return "the mask has changed";
		/* Perhaps it has come since. */
		if (known)
			mine->pending[w] = (mine->pending[w] & ~bits) | (real & bits);
		timer |= bits && (bits & ~mine->mask[w]) ? 1u << w : 0;
	}
	if (((v->evtchn_pending_sel ^ mine->sel) & ~timer) && !has_waited)
		return must_be(v->evtchn_pending_sel, mine->sel, "the selector is another");
	mine->sel = v->evtchn_pending_sel;
	mine->fresh &= !has_waited;
	has_waited = false;
	if (mine->fresh && !v->evtchn_upcall_pending && upcalls == seen)
		return "no upcall is due";
	seen = upcalls;
	if (one_in(4)) {
		v->evtchn_upcall_pending = 0;
		mine->fresh = false;
	} else if (!v->evtchn_upcall_pending) {
		mine->fresh = false; /* it was taken */
	}
	return NULL;
}

void forget_event(struct model_guest *g, u32 port)
{
	put_bit(g->pending, port, false);
}

void unmasked(u32 port)
{
	put_bit(mine->mask, port, false);
	/* The timer's may have come just before. */
	if (timer_bits(port / BITS) >> port % BITS & 1 && get_bit(shared->evtchn_pending, port))
		put_bit(mine->pending, port, true);
	if (get_bit(mine->pending, port))
		raise(mine, port / BITS);
}

/* What a guest does to its own bits needs no call. */
void write_bits(void)
{
	u32 port = 1 + random_below(NR_PORTS - 1);

	if (one_in(2)) {
		bool bit = one_in(3);

		__atomic_fetch_and(&shared->evtchn_mask[port / BITS], ~(1u << port % BITS),
				   __ATOMIC_SEQ_CST);
		if (bit)
			__atomic_fetch_or(&shared->evtchn_mask[port / BITS], 1u << port % BITS,
					  __ATOMIC_SEQ_CST);
		put_bit(mine->mask, port, bit);
		return;
	}
	for (u32 w = 0; w < NR_PORTS / BITS; w++) {
		__atomic_fetch_and(&shared->evtchn_pending[w], 0, __ATOMIC_SEQ_CST);
		mine->pending[w] = 0;
	}
	__atomic_fetch_and(&shared->vcpu_info[0].evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
	mine->sel = 0;
}

/* ---- waiting ---- */

const char *serve_waiting(bool all)
{
	const char *wrong = NULL;

	for (u32 n = 0; n < NR_GUESTS && !wrong; n++) {
		const struct model_guest *g = &board->guest[n];
		const struct model_port *p = &g->port[g->waits_for];

		if (n != me && !g->ended && g->waits_for && p->of == me && (all || one_in(4)))
			wrong = send_to(p->port);
	}
	return wrong;
}

/* A port on which another can send, who does not wait himself: then no circle waits. */
static u32 port_to_wait_for(void)
{
	for (u32 n = 1; n < NR_PORTS; n++) {
		const struct model_port *p = &mine->port[n];

		if (p->state == INTERDOMAIN && p->of != me && !board->guest[p->of].waits_for &&
		    !one_in(3))
			return n;
	}
	return 0;
}

static const char *wait_once(u32 port, bool poll)
{
	struct sched_poll p = {.ports = (u32)&port, .nr_ports = 1};
	u32 before = upcalls;

	if (poll)
		return must_be(HCALL(sched_op, SCHEDOP_poll, &p, 0, 0), 0, "poll");
	/* What is set there already raises no upcall. */
	__atomic_fetch_and(&shared->vcpu_info[0].evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
	if (HCALL(sched_op, SCHEDOP_block, 0, 0, 0))
		return "block";
	return upcalls != before && shared->vcpu_info[0].evtchn_upcall_mask
		   ? NULL
		   : "a block that ended without an upcall";
}

/* Nobody hears of it but by the event. */
const char *wait_for_event(void)
{
	u32 port = port_to_wait_for();
	const char *wrong = serve_waiting(true);
	bool poll = one_in(2);

	if (wrong || !port)
		return wrong;
	for (u32 w = 0; w < NR_PORTS / BITS; w++)
		shared->evtchn_pending[w] = mine->pending[w] = 0;
	shared->evtchn_mask[port / BITS] &= ~(1u << port % BITS);
	put_bit(mine->mask, port, false);
	shared->vcpu_info[0].evtchn_pending_sel = mine->sel = 0;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	mine->fresh = false;
	mine->waits_for = port;
	has_waited = true;
	crowd_leave();
	/* What has come before must be noticed, too. */
	for (u32 n = random_below(4); n; n--)
		HCALL(sched_op, SCHEDOP_yield, 0, 0, 0);
	do
		wrong = wait_once(port, poll);
	while (!wrong && !get_bit(shared->evtchn_pending, port));
	if (wrong)
		return wrong;
	met.waited++;
	wrong = crowd_enter();
	return wrong ? wrong : must_be(mine->waits_for, 0, "nobody has sent what has come");
}
