/*[H79] event.c: the hypercalls that work on event channels. */
#include "comm/evtchn.h"
#include "comm/pirq.h"
#include "hcall/hcall.h"

struct evtchn_status {
	domid_t dom;
	u32 port;
	u32 status, vcpu; /* out */
	union {
		domid_t unbound;
		struct {
			domid_t dom;
			u32 port;
		} interdomain;
		u32 virq; /* or a line */
	} u;
};

struct evtchn_bind_vcpu {
	u32 port, vcpu;
};

/* The arguments of any operation, in the guest's memory and in ours. */
union evtchn_args {
	struct evtchn_bind_virq bind_virq;
	struct evtchn_bind_pirq bind_pirq;
	struct evtchn_bind_ipi bind_ipi;
	struct evtchn_alloc_unbound alloc_unbound;
	struct evtchn_bind_interdomain bind_interdomain;
	struct evtchn_bind_vcpu bind_vcpu;
	struct evtchn_port port;
	struct evtchn_status status;
};

static const struct {
	u8 size;
	bool answers; /* the arguments are written back */
} operation[] = {
    [EVTCHNOP_bind_interdomain] = {sizeof(struct evtchn_bind_interdomain), true},
    [EVTCHNOP_bind_virq] = {sizeof(struct evtchn_bind_virq), true},
    [EVTCHNOP_bind_pirq] = {sizeof(struct evtchn_bind_pirq), true},
    [EVTCHNOP_close] = {sizeof(struct evtchn_port), false},
    [EVTCHNOP_send] = {sizeof(struct evtchn_port), false},
    [EVTCHNOP_status] = {sizeof(struct evtchn_status), true},
    [EVTCHNOP_alloc_unbound] = {sizeof(struct evtchn_alloc_unbound), true},
    [EVTCHNOP_bind_ipi] = {sizeof(struct evtchn_bind_ipi), true},
    [EVTCHNOP_bind_vcpu] = {sizeof(struct evtchn_bind_vcpu), false},
    [EVTCHNOP_unmask] = {sizeof(struct evtchn_port), false},
};

static int status(struct domain *d, struct evtchn_status *s)
{
	const struct port *p;
	struct domain *of;
	int err = evtchn_domain(d, s->dom, &of);

	if (err)
		return err;
	if (s->port >= NR_EVENT_CHANNELS)
		return -EINVAL;
	p = evtchn_port(of, s->port);
	s->status = p ? p->state : PORT_CLOSED;
	s->vcpu = p ? p->vcpu : 0;
	if (s->status == PORT_UNBOUND) {
		s->u.unbound = p->awaited;
	} else if (s->status == PORT_INTERDOMAIN) {
		s->u.interdomain.dom = p->peer->id;
		s->u.interdomain.port = p->peer_port;
	} else if (s->status == PORT_VIRQ || s->status == PORT_PIRQ) {
		s->u.virq = p->virq;
	}
	return 0;
}

static int do_event_op(struct domain *d, u32 cmd, union evtchn_args *a)
{
	switch (cmd) {
	case EVTCHNOP_bind_interdomain:
		return evtchn_bind_interdomain(d, &a->bind_interdomain);
	case EVTCHNOP_bind_virq:
		return evtchn_bind_virq(d, &a->bind_virq);
	case EVTCHNOP_bind_pirq:
		return evtchn_bind_pirq(d, &a->bind_pirq);
	case EVTCHNOP_close:
		return evtchn_close(d, a->port.port);
	case EVTCHNOP_status:
		return status(d, &a->status);
	case EVTCHNOP_alloc_unbound:
		return evtchn_alloc_unbound(d, &a->alloc_unbound);
	case EVTCHNOP_bind_ipi:
		return evtchn_bind_ipi(d, &a->bind_ipi);
	case EVTCHNOP_bind_vcpu:
		return evtchn_bind_vcpu(d, a->bind_vcpu.port, a->bind_vcpu.vcpu);
	case EVTCHNOP_unmask:
		return evtchn_unmask(d, a->port.port);
	}
	return -ENOSYS;
}

static s32 __attribute__((noinline)) other_op(struct vcpu *v, struct hcall_args *a)
{
	union evtchn_args args;
	int err;

	if (a->a1 >= ARRAY_SIZE(operation) || !operation[a->a1].size)
		return -ENOSYS;
	if (copy_from_guest(v, &args, a->a2, operation[a->a1].size))
		return -EFAULT;
	/* Nothing is bound whose port the guest could not be told. */
	if (operation[a->a1].answers && copy_to_guest(v, a->a2, &args, operation[a->a1].size))
		return -EFAULT;
	err = do_event_op(v->domain, a->a1, &args);
	if (!err && operation[a->a1].answers)
		err = copy_to_guest(v, a->a2, &args, operation[a->a1].size);
	return err;
}

/** event_channel_op(cmd, arg). @return 0, or a negative errno */
s32 hc_event_channel_op(struct vcpu *v, struct hcall_args *a)
{
	struct evtchn_port send;

	/* The one that is called all the time. */
	if (a->a1 != EVTCHNOP_send)
		return other_op(v, a);
	if (copy_from_guest(v, &send, a->a2, sizeof(send)))
		return -EFAULT;
	return evtchn_send(v->domain, send.port);
}

/** event_channel_op_compat(struct { u32 cmd; union args; } *). */
s32 hc_event_channel_op_compat(struct vcpu *v, struct hcall_args *a)
{
	const struct {
		u32 cmd, port;
	} *send = (const void *)soft_tlb_lookup(v, a->a1, sizeof(*send), false);

	if (send && send->cmd == EVTCHNOP_send)
		return evtchn_send(v->domain, send->port);
	return hcall_compat(v, a, hc_event_channel_op);
}
