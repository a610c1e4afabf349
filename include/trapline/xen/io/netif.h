/*
 * netif.h: what goes through the two rings between a network interface's front end and its back
 * end, as in Xen 3.0.
 *
 * Into the one the front end puts frames to be sent, into the other empty buffers, which come back
 * with what was received. A buffer is a grant: either a page into which the frame is copied
 * (request-rx-copy in the store), or permission to give a page away (GTF_accept_transfer): then the
 * page that the frame lies in changes hands.
 */
#ifndef TRAPLINE_XEN_NETIF_H
#define TRAPLINE_XEN_NETIF_H

#include <trapline/xen/io/ring.h>

#define NETIF_RSP_DROPPED (-2)
#define NETIF_RSP_ERROR	  (-1)
#define NETIF_RSP_OKAY	  0

/* Of netif_tx_request.flags. */
#define NETTXF_csum_blank     (1u << 0) /* UDP's or TCP's checksum is only the pseudo header's */
#define NETTXF_data_validated (1u << 1) /* the content is right, whatever the checksum says */
/* Of netif_rx_response.flags. */
#define NETRXF_data_validated (1u << 0)
#define NETRXF_csum_blank     (1u << 1)

#define NETIF_TX_SLOTS 256u
#define NETIF_RX_SLOTS 256u

struct netif_tx_request {
	u32 gref;
	u16 offset; /* in the page */
	u16 flags;  /* NETTXF_ */
	u16 id;	    /* comes back in the response */
	u16 size;   /* bytes */
};

struct netif_tx_response {
	u16 id;
	s16 status; /* NETIF_RSP_ */
};

struct netif_rx_request {
	u16 id; /* comes back in the response */
	u32 gref;
};

struct netif_rx_response {
	u16 id;
	u16 offset; /* in the page */
	u16 flags;  /* NETRXF_ */
	s16 status; /* NETIF_RSP_ERROR, or how many bytes */
};

struct netif_tx_ring {
	struct ring_head head;
	union {
		struct netif_tx_request request;
		struct netif_tx_response response;
	} slot[NETIF_TX_SLOTS];
};

struct netif_rx_ring {
	struct ring_head head;
	union {
		struct netif_rx_request request;
		struct netif_rx_response response;
	} slot[NETIF_RX_SLOTS];
};

_Static_assert(sizeof(struct netif_tx_request) == 12 && sizeof(struct netif_tx_response) == 4 &&
		   sizeof(struct netif_rx_request) == 8 && sizeof(struct netif_rx_response) == 8,
	       "as Xen has them");
_Static_assert(sizeof(struct netif_tx_ring) <= 4096 && sizeof(struct netif_rx_ring) <= 4096,
	       "a page each");

#endif
