/*
 * evtchn.h: event channels: one bit each, by which the hypervisor and other domains tell a
 * direct-mode guest that something happened (Xen's virtual interrupts).
 */
#ifndef HV_EVTCHN_H
#define HV_EVTCHN_H

#include "dom/domain.h"
#include "hcall/errno.h"

/** What a port is connected to: the numbers of EVTCHNSTAT_. */
enum port_state {
	PORT_CLOSED,
	PORT_UNBOUND,	  /* waits for domain `awaited` to bind to it */
	PORT_INTERDOMAIN, /* connected to `peer_port` of domain `peer` */
	PORT_PIRQ,	  /* an interrupt of Domain 0's hardware: pirq.h */
	PORT_VIRQ,
	PORT_IPI,
};

struct port {
	u8 state; /* enum port_state */
	u8 vcpu;  /* which is told of its events */
	u16 peer_port;
	union {
		struct domain *peer; /* it closes its ports before it goes: see evtchn_close() */
		u16 awaited;	     /* PORT_UNBOUND: id of the domain that may bind */
		u16 virq;	     /* PORT_VIRQ, and PORT_PIRQ: the line */
	};
};

#define PORTS_PER_PAGE (PAGE_SIZE / sizeof(struct port))
/** A domain's event channels; port 0 is never used. */
struct evtchn {
	struct port *page[NR_EVENT_CHANNELS / PORTS_PER_PAGE]; /* allocated when first needed */
};

/** Give a new domain its (closed) event channels. @return false if there is no memory */
bool evtchn_create(struct domain *d);
void evtchn_destroy(struct domain *d);

/** Make a port's event pending; wakes its vcpu if the guest did not mask it. */
void evtchn_set_pending(struct domain *d, u32 port);
/** Raise a virtual interrupt (VIRQ_), if the guest bound it on this vcpu. */
void evtchn_send_virq(struct vcpu *v, u32 virq);

/* The operations of event_channel_op. All return 0 or a negative errno: -EINVAL for a port that is
 * not in the state that the operation needs, -ENOSPC if all ports are in use, -ENOENT if there is
 * no such vcpu; where another domain is named, -ESRCH if there is none with channels, -EPERM if
 * that is not `d`'s business. */
int evtchn_bind_virq(struct domain *d, struct evtchn_bind_virq *b);
int evtchn_bind_ipi(struct domain *d, struct evtchn_bind_ipi *b);
int evtchn_alloc_unbound(struct domain *d, struct evtchn_alloc_unbound *b);
int evtchn_bind_interdomain(struct domain *d, struct evtchn_bind_interdomain *b);
int evtchn_send(struct domain *d, u32 port);
int evtchn_close(struct domain *d, u32 port);
int evtchn_unmask(struct domain *d, u32 port);
int evtchn_bind_vcpu(struct domain *d, u32 port, u32 vcpu);
/** Whose ports `d` means by `domid`: its own, or another's if it is privileged.
 * @return 0, -EPERM, or -ESRCH */
int evtchn_domain(struct domain *d, u32 domid, struct domain **of);
/** Give a closed port this use. @return the port, 0 if all are in use */
u32 evtchn_take_port(struct domain *d, struct port use);
bool evtchn_is_masked(const struct domain *d, u32 port);
/** The port's entry, or NULL if there is none. */
struct port *evtchn_port(const struct domain *d, u32 port);

#endif
