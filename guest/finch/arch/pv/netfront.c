/*
 * netfront.c (pv): the front end of a network interface, vif0: frames through two rings, whose
 * other end is Domain 0's.
 *
 * The kernel has rings, grants and event channel; that they exist, the program `vif` tells the
 * store (dev/xen/netfront: struct vif_front and struct vif_address of abi.h). Frames to be sent are
 * copied into pages that are granted once and for all, and hold nothing else. Those that come lie
 * in pages of either kind of netif.h (netbuf.c).
 */
#include <trapline/xen/io/netif.h>
#include "fs/fs.h"
#include "hypercall.h"
#include "lib/lib.h"
#include "mm/mm.h"
#include "net/netdev.h"
#include "netbuf.h"

#define TX_RING_REF 9u
#define RX_RING_REF 10u
#define TX_REF	    384u /* of the first page of frames to be sent */
#define TX_BUFFERS  64u	 /* two in a page */
#define TX_SIZE	    (PAGE_SIZE / 2)

static struct netif_tx_ring *tx;
static struct netif_rx_ring *rx;
static u32 port, tx_put, tx_taken, rx_put, rx_taken;
static struct netdev vif;
static u8 *tx_page[TX_BUFFERS / 2];
static struct {
	u16 id[TX_BUFFERS];
	u32 n;
	bool busy[TX_BUFFERS]; /* by id: the back end has it */
} unused;

static void notify_back(void)
{
	hyper_event_port(EVTCHNOP_send, port);
}

/* ---- sending ---- */

static void release(u32 id)
{
	if (id >= TX_BUFFERS || !unused.busy[id])
		return; /* nobody has asked for that */
	unused.busy[id] = false;
	unused.id[unused.n++] = (u16)id;
}

/* Of what is sent nobody wants to hear, but who found no room: no event is asked for else. */
static void take_sent(void)
{
	bool full = !unused.n;

	do {
		u32 there = ring_index(&tx->head.rsp_prod);

		if (there - tx_taken > tx_put - tx_taken)
			return; /* there cannot be so many */
		while (tx_taken != there)
			release(tx->slot[tx_taken++ % NETIF_TX_SLOTS].response.id);
	} while (!unused.n && ring_last_look(&tx->head.rsp_prod, &tx->head.rsp_event, tx_taken));
	if (full && unused.n)
		netdev_ready(&vif);
}

/* The stack leaves UDP's checksum to us; who has the raw device makes it himself. */
static u16 tx_flags(const struct netdev *dev, const u8 *frame, u32 len)
{
	bool udp = len > ETH_HEAD + 20 && frame[12] == 8 && !frame[13] && frame[ETH_HEAD + 9] == 17;

	return udp && !dev->raw ? NETTXF_csum_blank | NETTXF_data_validated : 0;
}

static s32 vif_send(struct netdev *dev, const void *frame, u32 len)
{
	struct netif_tx_request *r;
	u16 id;

	if (!unused.n)
		take_sent();
	if (!unused.n)
		return -EAGAIN;
	id = unused.id[--unused.n];
	unused.busy[id] = true;
	memcpy(tx_page[id / 2] + id % 2 * TX_SIZE, frame, len);
	r = &tx->slot[tx_put++ % NETIF_TX_SLOTS].request;
	*r = (struct netif_tx_request){.gref = TX_REF + id / 2u,
				       .offset = (u16)(id % 2 * TX_SIZE),
				       .flags = tx_flags(dev, frame, len),
				       .id = id,
				       .size = (u16)len};
	if (ring_publish(&tx->head.req_prod, tx_put, &tx->head.req_event))
		notify_back();
	return 0;
}

/* ---- receiving ---- */

static void post(u32 id)
{
	netbuf_give(id);
	rx->slot[rx_put++ % NETIF_RX_SLOTS].request =
	    (struct netif_rx_request){.id = (u16)id, .gref = netbuf_ref(id)};
}

static void take(struct netif_rx_response r)
{
	const void *frame;

	if (r.id >= NETBUFS)
		return; /* there is none */
	frame = netbuf_take(r.id, r.offset, r.status);
	if (frame) {
		vif.flags &= ~NETDEV_RX_TRUST;
		vif.flags |= r.flags & NETRXF_data_validated ? NETDEV_RX_TRUST : 0;
		net_receive(&vif, frame, (u32)r.status);
	}
	post(r.id);
}

static void take_received(void)
{
	do {
		u32 there = ring_index(&rx->head.rsp_prod);

		if (there - rx_taken > rx_put - rx_taken)
			return;
		while (rx_taken != there)
			take(rx->slot[rx_taken++ % NETIF_RX_SLOTS].response);
	} while (ring_last_look(&rx->head.rsp_prod, &rx->head.rsp_event, rx_taken));
	if (ring_publish(&rx->head.req_prod, rx_put, &rx->head.req_event))
		notify_back();
}

static void empty(struct ring_head *h)
{
	h->req_prod = h->rsp_prod = 0;
	h->req_event = h->rsp_event = 1;
}

/* A back end has begun anew, and knows nothing: the rings are emptied, and all empty buffers posted
 * again. What was on its way is lost: it may be, on a network. */
static void begin_anew(void)
{
	u32 generation = tx->head.generation;

	empty(&tx->head);
	empty(&rx->head);
	tx_put = tx_taken = rx_put = rx_taken = 0;
	for (u32 id = 0; id < TX_BUFFERS; id++)
		release(id);
	for (u32 id = 0; id < NETBUFS; id++) {
		netbuf_take(id, 0, NETIF_RSP_ERROR); /* perhaps its page has come */
		post(id);
	}
	__atomic_store_n(&rx->head.req_prod, rx_put, __ATOMIC_RELEASE);
	__atomic_store_n(&tx->head.answered_generation, generation, __ATOMIC_RELEASE);
	notify_back();
	netdev_ready(&vif);
}

bool netfront_happened(u32 at)
{
	if (!tx || at != port)
		return false;
	if (tx->head.generation != tx->head.answered_generation)
		begin_anew();
	take_sent();
	take_received();
	return true;
}

/* ---- dev/xen/netfront ---- */

static bool add_pages(struct grant_entry *table)
{
	for (u32 i = 0; i < TX_BUFFERS / 2; i++) {
		tx_page[i] = page_alloc();
		if (!tx_page[i])
			return false;
		grant_access(&table[TX_REF + i], 0, mfn_list[frame_of(tx_page[i])].n, true);
	}
	for (u32 id = 0; id < TX_BUFFERS; id++)
		unused.id[unused.n++] = (u16)id;
	return true;
}

static s32 set_up(const struct vif_address *a)
{
	struct evtchn_alloc_unbound u = {.dom = DOMID_SELF, .remote_dom = 0};
	struct grant_entry *table = grant_table();
	struct netif_tx_ring *page = page_alloc();

	rx = page_alloc();
	if (!table || !page || !rx || !add_pages(table) || !netbuf_init(table, a->flip) ||
	    hypercall(__HYPERVISOR_event_channel_op, EVTCHNOP_alloc_unbound, (u32)&u, 0, 0))
		return -ENOMEM;
	empty(&page->head);
	empty(&rx->head);
	grant_access(&table[TX_RING_REF], 0, mfn_list[frame_of(page)].n, false);
	grant_access(&table[RX_RING_REF], 0, mfn_list[frame_of(rx)].n, false);
	port = u.port;
	tx = page;
	for (u32 id = 0; id < NETBUFS; id++)
		post(id);
	__atomic_store_n(&rx->head.req_prod, rx_put, __ATOMIC_RELEASE);
	vif = (struct netdev){.name = "vif0", .flags = NETDEV_TX_BLANK, .send = vif_send};
	memcpy(vif.mac, a->mac, sizeof(vif.mac));
	netdev_register(&vif);
	return hyper_event_port(EVTCHNOP_unmask, port);
}

static s32 vif0_read(struct file *f, u8 *buf, u32 n)
{
	struct vif_front where = {TX_RING_REF, RX_RING_REF, port};

	(void)f;
	if (!tx)
		return -ENODEV;
	n = n < sizeof(where) ? n : sizeof(where);
	memcpy(buf, &where, n);
	return (s32)n;
}

static s32 vif0_write(struct file *f, const u8 *buf, u32 n)
{
	struct vif_address a;
	s32 err;

	(void)f;
	if (n != sizeof(a))
		return -EINVAL;
	memcpy(&a, buf, sizeof(a));
	err = tx ? 0 : set_up(&a); /* its address stays */
	return err ? err : (s32)n;
}

const struct device vif0_device = {.read = vif0_read, .write = vif0_write};
