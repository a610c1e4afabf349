/*
 * deliver.c: frames into the buffers of their receivers: many at once, copied or by pages that
 * change hands.
 */
#include "netback/netback.h"
#include "router/checksum.h"

#define MOST_DELIVERIES 64u

static struct delivery {
	struct vif *to;
	struct frame *f;
	u16 id;
} deliveries[MOST_DELIVERIES];
static struct grant_move moves_out[MOST_DELIVERIES];
static u32 nr_deliveries;
static u8 *spare; /* a page for one of several copies of a frame, where pages change hands */
static bool spare_in_use;

void deliver_init(void)
{
	s32 at = mmap(0, PAGE, PROT_READ | PROT_WRITE);

	if (at < 0 && at > -4096)
		die("no room");
	spare = (u8 *)at;
}

void move_grants(struct grant_move *m, u32 count)
{
	if (count && read(mover, m, count * sizeof(*m)) != (s32)(count * sizeof(*m)))
		die("frames cannot be moved");
}

static u16 rx_flags(const struct frame *f)
{
	return (f->flags & NETTXF_csum_blank ? NETRXF_csum_blank : 0) |
	       (f->flags & NETTXF_data_validated ? NETRXF_data_validated : 0);
}

void deliver(void)
{
	move_grants(moves_out, nr_deliveries);
	for (u32 i = 0; i < nr_deliveries; i++) {
		struct delivery *d = &deliveries[i];
		enum fate fate = moves_out[i].status ? DROPPED_BAD : PASSED;

		answer_buffer(d->to, d->id, rx_flags(d->f),
			      moves_out[i].status ? NETIF_RSP_ERROR : (s32)d->f->len);
		d->to->got[fate]++;
		if (!(d->f->h.to_mac[0] & 1))
			d->f->fate = fate == PASSED ? PASSED : DROPPED_NO_BUFFER;
	}
	nr_deliveries = 0;
	spare_in_use = false;
}

/* The page that is given to a receiver holds the frame and nothing else: what was in it before is
 * not for him. */
static void put_page(struct frame *f, struct grant_move *m)
{
	u8 *page = f->at;

	/* It goes away: others still need the frame. */
	if (f->h.to_mac[0] & 1) {
		page = spare;
		spare_in_use = true;
		memcpy(page, f->at, f->len);
	}
	memset(page + f->len, 0, PAGE - f->len);
	m->va = (u32)page;
	m->flags = MOVE_PAGE;
}

static enum fate into_buffer(struct frame *f, struct vif *v)
{
	struct netif_rx_request r;

	if (!take_buffer(v, &r))
		return DROPPED_NO_BUFFER;
	if (nr_deliveries == MOST_DELIVERIES || (v->flip && spare_in_use))
		deliver();
	deliveries[nr_deliveries] = (struct delivery){v, f, r.id};
	moves_out[nr_deliveries] = (struct grant_move){.va = (u32)f->at,
						       .domid = v->number,
						       .len = (u16)f->len,
						       .flags = MOVE_TO,
						       .ref = r.gref};
	if (v->flip)
		put_page(f, &moves_out[nr_deliveries]);
	nr_deliveries++;
	return PASSED;
}

static enum fate into_file(struct frame *f, struct vif *v)
{
	/* Nobody does that behind us. */
	if (f->flags & NETTXF_csum_blank)
		checksum_fill(f->at, &f->h);
	f->flags &= ~NETTXF_csum_blank;
	if (write(v->fd, f->at, f->len) < 0)
		return DROPPED_NO_BUFFER;
	v->got[PASSED]++;
	return PASSED;
}

enum fate offer(struct frame *f, struct vif *v)
{
	enum fate fate = DROPPED_IN;

	if (rules_accept(&rules, IN, v->number, &f->h))
		fate = v->kind == VIF_FILE ? into_file(f, v) : into_buffer(f, v);
	if (fate != PASSED)
		v->got[fate]++;
	return fate;
}
