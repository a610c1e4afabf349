/* rings.c: what interfaces ask for. A request is copied before it is looked at. */
#include "netback/netback.h"

/* May its rings be used? After a new back end came, only when the front end has emptied them. */
static bool is_ready(const struct vif *v)
{
	return v->connected && ring_index(&v->tx->head.answered_generation) == v->generation;
}

static bool take_request(struct vif *v, struct frame *f, struct grant_move *m)
{
	struct netif_tx_request r;
	u32 n;

	if (!is_ready(v))
		return false;
	n = ring_waiting(ring_index(&v->tx->head.req_prod), v->tx_taken, NETIF_TX_SLOTS);
	if (n == RING_NONSENSE)
		give_up(v, "its ring makes no sense");
	if (!n || n == RING_NONSENSE)
		return false;
	r = *(volatile struct netif_tx_request *)&v->tx->slot[v->tx_taken++ % NETIF_TX_SLOTS]
		 .request;
	f->len = r.size;
	f->id = r.id;
	f->flags = r.flags;
	if (r.size < FRAME_LEAST || r.size > FRAME_MOST || r.offset > PAGE - r.size)
		f->fate = DROPPED_BAD;
	*m = (struct grant_move){
	    .va = (u32)f->at, .domid = v->number, .offset = r.offset, .len = r.size, .ref = r.gref};
	return true;
}

static bool read_frame(struct vif *v, struct frame *f)
{
	s32 n = v->readable ? read(v->fd, f->at, FRAME_MOST) : 0;

	v->readable = n > 0;
	f->len = (u32)n;
	return n > 0;
}

bool take_frame(struct vif *v, struct frame *f, struct grant_move *m)
{
	f->from = v;
	f->fate = PASSED;
	f->flags = 0;
	return v->kind == VIF_DOMAIN ? take_request(v, f, m) : read_frame(v, f);
}

bool take_buffer(struct vif *v, struct netif_rx_request *r)
{
	u32 n;

	if (!is_ready(v))
		return false;
	n = ring_waiting(ring_index(&v->rx->head.req_prod), v->rx_taken, NETIF_RX_SLOTS);
	if (n == RING_NONSENSE)
		give_up(v, "its ring of buffers makes no sense");
	if (!n || n == RING_NONSENSE)
		return false;
	*r = *(volatile struct netif_rx_request *)&v->rx->slot[v->rx_taken++ % NETIF_RX_SLOTS]
		  .request;
	return true;
}

/* Who sends learns what is his own fault, but not what others do with it. */
void answer_frame(struct frame *f)
{
	struct vif *v = f->from;
	s16 status = f->fate == DROPPED_BAD			  ? NETIF_RSP_ERROR
		     : f->fate > PASSED && f->fate <= DROPPED_OUT ? NETIF_RSP_DROPPED
								  : NETIF_RSP_OKAY;

	if (v->connected)
		v->tx->slot[v->tx_answered++ % NETIF_TX_SLOTS].response =
		    (struct netif_tx_response){f->id, status};
}

void answer_buffer(struct vif *v, u16 id, u16 flags, s32 status)
{
	if (v->connected)
		v->rx->slot[v->rx_answered++ % NETIF_RX_SLOTS].response =
		    (struct netif_rx_response){.id = id, .flags = flags, .status = (s16)status};
}

bool tell(struct vif *v)
{
	struct ring_head *tx, *rx;
	bool wants = false;

	if (!is_ready(v))
		return false;
	tx = &v->tx->head;
	rx = &v->rx->head;
	if (v->tx_answered != tx->rsp_prod)
		wants |= ring_publish(&tx->rsp_prod, v->tx_answered, &tx->rsp_event);
	if (v->rx_answered != rx->rsp_prod)
		wants |= ring_publish(&rx->rsp_prod, v->rx_answered, &rx->rsp_event);
	if (wants)
		notify(v->port);
	return ring_last_look(&tx->req_prod, &tx->req_event, v->tx_taken);
}
