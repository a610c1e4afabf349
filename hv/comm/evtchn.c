/*[H80] evtchn.c: event channels. */
#include "comm/evtchn.h"
#include "comm/pirq.h"
#include "dom/account.h"
#include "dom/run.h"
#include "mem/frame.h"
#include "trace/trace.h"

#define BITS	32u
#define NO_VIRQ 255

bool evtchn_create(struct domain *d)
{
	d->evtchn = hv_alloc_page();
	return d->evtchn;
}

void evtchn_destroy(struct domain *d)
{
	for (u32 port = 1; port < NR_EVENT_CHANNELS; port++)
		if (d->evtchn->page[port / PORTS_PER_PAGE])
			evtchn_close(d, port);
	for (u32 i = 0; i < ARRAY_SIZE(d->evtchn->page); i++)
		if (d->evtchn->page[i])
			hv_free_page(d->evtchn->page[i]);
	hv_free_page(d->evtchn);
	d->evtchn = NULL;
}

struct port *evtchn_port(const struct domain *d, u32 port)
{
	struct port *page;

	if (port == 0 || port >= NR_EVENT_CHANNELS)
		return NULL;
	page = d->evtchn->page[port / PORTS_PER_PAGE];
	return page ? &page[port % PORTS_PER_PAGE] : NULL;
}

/*
 * Three levels, so that the guest finds a pending port without looking at all of them: the port's
 * bit, a bit for its word, and a flag. Each is raised only if the one below was not raised before:
 * the guest clears them from the top down.
 */
static inline void raise(struct vcpu *v, u32 word)
{
	struct vcpu_info *info = v->info;

	if (!set_bit(&info->evtchn_pending_sel, word))
		info->evtchn_upcall_pending = 1;
	/* A guest that blocked takes its events; one that masked them does not wake for them. */
	if (v->blocked && !info->evtchn_upcall_mask)
		vcpu_wake(v);
}

static inline void notify(struct domain *d, struct vcpu *v, u32 port, u32 virq)
{
	struct shared_info *s = d->shared;

	if (set_bit(s->evtchn_pending, port))
		return;
	trace_evtchn(v, LANE_VMM, LANE_VMM, port, virq);
	/* Any event ends a poll, a masked one too: the guest looks whether it is its own. */
	if (v->blocked && v->poll_until)
		vcpu_wake(v);
	if (!test_bit(s->evtchn_mask, port))
		raise(v, port / BITS);
}

/* Whom the port's events are for. */
static struct vcpu *port_vcpu(struct domain *d, u32 port)
{
	const struct port *p = evtchn_port(d, port);

	return p ? vcpu_find(d, p->vcpu) : d->vcpus;
}

/* Of several vcpus each may poll, and not only for ports that are its own. */
static void __attribute__((noinline)) notify_several(struct domain *d, u32 port, u32 virq)
{
	struct vcpu *v;

	if (!test_bit(d->shared->evtchn_pending, port))
		for_each_vcpu(v, d) if (v->blocked && v->poll_until) vcpu_wake(v);
	notify(d, port_vcpu(d, port), port, virq);
}

/* In line for the hypercall. */
static ALWAYS_INLINE void set_pending(struct domain *d, u32 port)
{
	if (d->vcpus->next)
		notify_several(d, port, NO_VIRQ);
	else
		notify(d, d->vcpus, port, NO_VIRQ);
}

void evtchn_set_pending(struct domain *d, u32 port)
{
	set_pending(d, port);
}

void evtchn_send_virq(struct vcpu *v, u32 virq)
{
	if (virq < NR_VIRQS && v->virq_port[virq])
		notify_several(v->domain, v->virq_port[virq], virq);
}

/* @return a closed port, or 0 if all are in use. */
static u32 free_port(struct domain *d)
{
	struct port **page;

	for (u32 port = 1; port < NR_EVENT_CHANNELS; port++) {
		page = &d->evtchn->page[port / PORTS_PER_PAGE];
		if (!*page)
			*page = hv_alloc_page();
		if (!*page)
			return 0;
		if ((*page)[port % PORTS_PER_PAGE].state == PORT_CLOSED)
			return port;
	}
	return 0;
}

u32 evtchn_take_port(struct domain *d, struct port use)
{
	u32 port = free_port(d);

	if (port)
		*evtchn_port(d, port) = use;
	return port;
}

bool evtchn_is_masked(const struct domain *d, u32 port)
{
	return test_bit(d->shared->evtchn_mask, port);
}

/* The domain that a guest names, if it has channels: no shadow-mode one has, and no zombie. */
static struct domain *find_domain(struct domain *d, u32 domid)
{
	struct domain *other = domid == DOMID_SELF ? d : domain_find(domid);

	return other && other->evtchn ? other : NULL;
}

int evtchn_domain(struct domain *d, u32 domid, struct domain **of)
{
	if (domid != DOMID_SELF && domid != d->id && !d->privileged)
		return -EPERM;
	*of = find_domain(d, domid);
	return *of ? 0 : -ESRCH;
}

int evtchn_bind_virq(struct domain *d, struct evtchn_bind_virq *b)
{
	struct vcpu *v = vcpu_find(d, b->vcpu);

	/* Those behind VIRQ_DEBUG concern the whole domain: its first vcpu is told. */
	if (b->virq >= NR_VIRQS || (b->vcpu != 0 && b->virq > VIRQ_DEBUG))
		return -EINVAL;
	if (!v)
		return -ENOENT;
	if (v->virq_port[b->virq])
		return -EEXIST;
	b->port = free_port(d);
	if (!b->port)
		return -ENOSPC;
	*evtchn_port(d, b->port) =
	    (struct port){.state = PORT_VIRQ, .vcpu = b->vcpu, .virq = b->virq};
	v->virq_port[b->virq] = b->port;
	return 0;
}

int evtchn_bind_ipi(struct domain *d, struct evtchn_bind_ipi *b)
{
	if (!vcpu_find(d, b->vcpu))
		return -ENOENT;
	b->port = free_port(d);
	if (!b->port)
		return -ENOSPC;
	*evtchn_port(d, b->port) = (struct port){.state = PORT_IPI, .vcpu = b->vcpu};
	return 0;
}

int evtchn_alloc_unbound(struct domain *d, struct evtchn_alloc_unbound *b)
{
	struct domain *of;
	int err = evtchn_domain(d, b->dom, &of);

	if (err)
		return err;
	b->port = free_port(of);
	if (!b->port)
		return -ENOSPC;
	*evtchn_port(of, b->port) = (struct port){
	    .state = PORT_UNBOUND,
	    .awaited = b->remote_dom == DOMID_SELF ? d->id : b->remote_dom,
	};
	return 0;
}

int evtchn_bind_interdomain(struct domain *d, struct evtchn_bind_interdomain *b)
{
	struct domain *remote = find_domain(d, b->remote_dom);
	struct port *there;

	if (!remote)
		return -ESRCH;
	there = evtchn_port(remote, b->remote_port);
	if (!there || there->state != PORT_UNBOUND || there->awaited != d->id)
		return -EINVAL;
	b->local_port = free_port(d);
	if (!b->local_port)
		return -ENOSPC;
	*there = (struct port){
	    .state = PORT_INTERDOMAIN, .vcpu = there->vcpu, .peer = d, .peer_port = b->local_port};
	*evtchn_port(d, b->local_port) =
	    (struct port){.state = PORT_INTERDOMAIN, .peer = remote, .peer_port = b->remote_port};
	/* What happened before anybody listened must not be lost. */
	evtchn_set_pending(d, b->local_port);
	return 0;
}

int evtchn_send(struct domain *d, u32 port)
{
	const struct port *p = evtchn_port(d, port);

	if (!p)
		return -EINVAL;
	switch (p->state) {
	case PORT_INTERDOMAIN:
		set_pending(p->peer, p->peer_port);
		return 0;
	case PORT_IPI:
		set_pending(d, port);
		return 0;
	case PORT_UNBOUND:
		return 0; /* nobody listens yet */
	}
	return -EINVAL;
}

int evtchn_close(struct domain *d, u32 port)
{
	struct port *p = evtchn_port(d, port), *there;

	if (!p || p->state == PORT_CLOSED)
		return -EINVAL;
	if (p->state == PORT_VIRQ)
		vcpu_find(d, p->vcpu)->virq_port[p->virq] = 0;
	if (p->state == PORT_PIRQ)
		pirq_unbind(p->virq);
	/* The other end waits for us again. */
	if (p->state == PORT_INTERDOMAIN) {
		there = evtchn_port(p->peer, p->peer_port);
		*there =
		    (struct port){.state = PORT_UNBOUND, .vcpu = there->vcpu, .awaited = d->id};
	}
	*p = (struct port){.state = PORT_CLOSED};
	/* The next owner of this port must not find what was meant for the last one. */
	d->shared->evtchn_pending[port / BITS] &= ~(1u << port % BITS);
	return 0;
}

int evtchn_unmask(struct domain *d, u32 port)
{
	if (port >= NR_EVENT_CHANNELS)
		return -EINVAL;
	d->shared->evtchn_mask[port / BITS] &= ~(1u << port % BITS);
	if (test_bit(d->shared->evtchn_pending, port))
		raise(port_vcpu(d, port), port / BITS);
	return 0;
}

int evtchn_bind_vcpu(struct domain *d, u32 port, u32 vcpu)
{
	struct port *p = evtchn_port(d, port);

	if (!vcpu_find(d, vcpu))
		return -ENOENT;
	/* A virtual interrupt and an IPI stay where they were bound. */
	if (!p ||
	    (p->state != PORT_UNBOUND && p->state != PORT_INTERDOMAIN && p->state != PORT_PIRQ))
		return -EINVAL;
	p->vcpu = vcpu;
	return 0;
}
