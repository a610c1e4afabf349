/* channels.c: random calls about event channels, and what each must do to all guests. */
#include "crowd.h"

#define EPERM  1
#define ESRCH  3
#define EEXIST 17
#define EINVAL 22

struct status {
	u16 dom;
	u32 port, state, vcpu;
	union {
		u16 of;
		struct {
			u16 dom;
			u32 port;
		} peer;
		u32 virq;
	} u;
};

/* ---- the model ---- */

/* Port `n` of ours, if it is one. */
static struct model_port *port_of(struct model_guest *g, u32 n)
{
	return n && n < NR_PORTS && g->port[n].state ? &g->port[n] : NULL;
}

static u32 free_port(const struct model_guest *g)
{
	u32 n = 1;

	while (n < NR_PORTS && g->port[n].state)
		n++;
	return n;
}

static void close_port(struct model_guest *g, u32 n)
{
	struct model_port *p = &g->port[n];
	u16 id = FIRST_ID + (g - board->guest);

	if (p->state == INTERDOMAIN)
		board->guest[p->of].port[p->port] = (struct model_port){UNBOUND, 0, id, 0};
	*p = (struct model_port){.state = CLOSED};
	forget_event(g, n);
}

void channels_end(u32 guest)
{
	for (u32 n = 1; n < NR_PORTS; n++)
		if (board->guest[guest].port[n].state)
			close_port(&board->guest[guest], n);
}

/* ---- calls ---- */

static u32 any_port(void)
{
	static const u32 odd[] = {0, NR_PORTS - 1, 1022, 1023, 1024, 1025, 0x10001, ~0u};
	u32 n;

	if (one_in(32))
		return random_of(odd);
	for (u32 tries = 0; tries < 30; tries++) {
		n = 1 + random_below(free_port(mine));
		if (n < NR_PORTS && mine->port[n].state)
			return n;
	}
	return n;
}

static s32 event_op(u32 cmd, void *args, u32 bytes)
{
	static struct {
		u32 cmd;
		u8 args[32];
	} compat;
	s32 ret;

	if (!one_in(6))
		return crowd_call(__HYPERVISOR_event_channel_op, cmd, (u32)args, 0, 0);
	compat.cmd = cmd;
	memcpy(compat.args, args, bytes);
	ret = crowd_call(__HYPERVISOR_event_channel_op_compat, (u32)&compat, 0, 0, 0);
	memcpy(args, compat.args, bytes);
	return ret;
}

/* 0: of our own, or else an errno, for we are nobody. */
static s32 domain_error(u32 domid)
{
	return domid == DOMID_SELF || domid == FIRST_ID + me ? 0 : -EPERM;
}

/* A vcpu that there is not has an error, whichever. */
static bool bad_vcpu(u32 vcpu, s32 *ret)
{
	if (vcpu && *ret < 0)
		*ret = -EINVAL;
	return vcpu;
}

static u32 any_vcpu(void)
{
	return one_in(16) ? 77 : 0;
}

static const char *alloc_unbound(void)
{
	struct evtchn_alloc_unbound op = {one_in(2) ? DOMID_SELF : FIRST_ID + me, any_domid(), 77};
	u32 port = free_port(mine),
	    of = op.remote_dom == DOMID_SELF ? FIRST_ID + me : op.remote_dom;
	s32 want, ret;

	if (one_in(8))
		op.dom = any_domid();
	want = domain_error(op.dom);
	if (port == NR_PORTS)
		return NULL;
	ret = event_op(EVTCHNOP_alloc_unbound, &op, sizeof(op));
	if (ret || want)
		return must_be(ret, want, "alloc_unbound");
	mine->port[port] = (struct model_port){UNBOUND, 0, of, 0};
	return must_be(op.port, port, "another port was allocated");
}

/* A port of theirs, mostly one that waits for us. */
static u32 remote_port(u32 domid)
{
	u32 n = guest_of(domid), port = random_below(12);

	for (u32 i = 1; n < NR_GUESTS && i < NR_PORTS; i++) {
		const struct model_port *p = &board->guest[n].port[i];

		if (p->state == UNBOUND && p->of == FIRST_ID + me && !one_in(4))
			port = i;
	}
	return one_in(40) ? 1024 + random_below(9) : port;
}

static const char *bind_interdomain(void)
{
	u32 domid = any_domid(), port = free_port(mine), n = guest_of(domid);
	struct evtchn_bind_interdomain op = {domid, remote_port(domid), 77};
	struct model_port *there = n < NR_GUESTS ? port_of(&board->guest[n], op.remote_port) : NULL;
	s32 want = n == NR_GUESTS						    ? -ESRCH
		   : there && there->state == UNBOUND && there->of == FIRST_ID + me ? 0
										    : -EINVAL;
	s32 ret;

	if (port == NR_PORTS)
		return NULL;
	/* Domain 0 is not there, nor what has ended. */
	ret = event_op(EVTCHNOP_bind_interdomain, &op, sizeof(op));
	if (ret || want)
		return must_be(ret, want, "bind_interdomain");
	met.bound += n != me;
	*there = (struct model_port){INTERDOMAIN, 0, me, port};
	mine->port[port] = (struct model_port){INTERDOMAIN, 0, n, op.remote_port};
	notify(mine, port);
	return must_be(op.local_port, port, "another port was bound");
}

static const char *bind_virq(void)
{
	struct evtchn_bind_virq op = {one_in(8) ? random_below(NR_VIRQS + 2) : random_below(2),
				      any_vcpu(), 77};
	u32 port = free_port(mine);
	s32 want = op.virq >= NR_VIRQS || op.vcpu ? -EINVAL : 0, ret;

	for (u32 n = 1; n < NR_PORTS && !want; n++)
		if (mine->port[n].state == VIRQ && mine->port[n].virq == op.virq)
			want = -EEXIST;
	if (port == NR_PORTS)
		return NULL;
	ret = event_op(EVTCHNOP_bind_virq, &op, sizeof(op));
	if (bad_vcpu(op.vcpu, &ret) || ret || want)
		return must_be(ret, want, "bind_virq");
	mine->port[port] = (struct model_port){VIRQ, op.virq, 0, 0};
	return must_be(op.port, port, "another port was bound");
}

static const char *bind_ipi(void)
{
	struct evtchn_bind_ipi op = {any_vcpu(), 77};
	u32 port = free_port(mine);
	s32 ret;

	if (port == NR_PORTS)
		return NULL;
	ret = event_op(EVTCHNOP_bind_ipi, &op, sizeof(op));
	if (bad_vcpu(op.vcpu, &ret) || ret)
		return must_be(ret, op.vcpu ? -EINVAL : 0, "bind_ipi");
	mine->port[port] = (struct model_port){.state = IPI};
	return must_be(op.port, port, "another port was bound");
}

const char *send_to(u32 port)
{
	struct evtchn_port op = {port};
	const struct model_port *p = port_of(mine, port);
	s32 want = p && p->state != VIRQ ? 0 : -EINVAL, ret;

	ret = event_op(EVTCHNOP_send, &op, sizeof(op));
	if (!want && p->state == INTERDOMAIN)
		notify(&board->guest[p->of], p->port);
	else if (!want && p->state == IPI)
		notify(mine, port);
	return must_be(ret, want, "send");
}

static const char *send(void)
{
	return send_to(any_port());
}

static const char *close(void)
{
	struct evtchn_port op = {any_port()};
	const struct model_port *p = port_of(mine, op.port);
	s32 ret;

	/* Who waits there would do so for ever. */
	if (p && p->state == INTERDOMAIN && board->guest[p->of].waits_for == p->port)
		return NULL;
	ret = event_op(EVTCHNOP_close, &op, sizeof(op));
	if (p)
		close_port(mine, op.port);
	return must_be(ret, p ? 0 : -EINVAL, "close");
}

static const char *ask_status(void)
{
	struct status op = {one_in(4) ? any_domid() : DOMID_SELF, any_port(), 77, 77, {0}};
	const struct model_port *p = port_of(mine, op.port);
	s32 want = domain_error(op.dom), ret;

	if (!want && op.port >= NR_EVENT_CHANNELS)
		want = -EINVAL;
	ret = event_op(EVTCHNOP_status, &op, sizeof(op));
	if (ret || want)
		return must_be(ret, want, "status");
	if (op.state != (p ? p->state : CLOSED) || op.vcpu)
		return must_be(op.state, p ? p->state : CLOSED, "the status is another");
	if (op.state == UNBOUND)
		return must_be(op.u.of, p->of, "it waits for another");
	if (op.state == VIRQ)
		return must_be(op.u.virq, p->virq, "it is another virtual interrupt");
	if (op.state != INTERDOMAIN)
		return NULL;
	return op.u.peer.dom == FIRST_ID + p->of
		   ? must_be(op.u.peer.port, p->port, "the peer's port is another")
		   : must_be(op.u.peer.dom, FIRST_ID + p->of, "the peer is another");
}

static const char *bind_vcpu(void)
{
	struct {
		u32 port, vcpu;
	} op = {any_port(), any_vcpu()};
	const struct model_port *p = port_of(mine, op.port);
	s32 ret;

	if (p && p->state != UNBOUND && p->state != INTERDOMAIN)
		return NULL; /* an IPI stays where it is, and so do some virtual interrupts */
	ret = event_op(EVTCHNOP_bind_vcpu, &op, sizeof(op));
	if (op.vcpu)
		return ret < 0 ? NULL : "bind_vcpu to a vcpu that there is not";
	return must_be(ret, p ? 0 : -EINVAL, "bind_vcpu");
}

static const char *unmask(void)
{
	struct evtchn_port op = {any_port()};
	s32 want = op.port < NR_EVENT_CHANNELS ? 0 : -EINVAL, ret;

	if (!want && !port_of(mine, op.port))
		return NULL;
	ret = event_op(EVTCHNOP_unmask, &op, sizeof(op));
	if (!want)
		unmasked(op.port);
	return must_be(ret, want, "unmask");
}

const char *channel_step(void)
{
	u32 r = random_below(64);

	if (r < 10)
		return alloc_unbound();
	if (r < 22)
		return bind_interdomain();
	if (r < 25)
		return bind_virq();
	if (r < 27)
		return bind_ipi();
	if (r < 42)
		return send();
	/* In balance with what is bound, or there would be no more ports. */
	if (r < 49 || free_port(mine) > NR_PORTS / 2)
		return close();
	if (r < 54)
		return ask_status();
	if (r < 55)
		return bind_vcpu();
	if (r < 58)
		return unmask();
	if (r < 59)
		return unreadable_step();
	write_bits();
	return NULL;
}
