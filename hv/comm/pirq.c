/*[H81] pirq.c: interrupts of Domain 0's devices, which reach it as events. */
#include "comm/pirq.h"
#include "hw/passthrough.h"
#include "hw/pic.h"

#define NR_PIRQS 16

/* At whose port each line ends; NULL: it is off. */
static struct pirq {
	struct domain *domain;
	u32 port;
	bool off; /* it has come, and the domain has not said that it looked */
} pirqs[NR_PIRQS];

int evtchn_bind_pirq(struct domain *d, struct evtchn_bind_pirq *b)
{
	if (!d->privileged || b->pirq >= NR_PIRQS || !passthrough_irq(b->pirq))
		return -EPERM;
	if (pirqs[b->pirq].domain)
		return -EEXIST;
	b->port = evtchn_take_port(d, (struct port){.state = PORT_PIRQ, .virq = b->pirq});
	if (!b->port)
		return -ENOSPC;
	pirqs[b->pirq] = (struct pirq){.domain = d, .port = b->port};
	pic_unmask(b->pirq);
	return 0;
}

void pirq_unbind(u32 pirq)
{
	pic_mask(pirq);
	pirqs[pirq] = (struct pirq){.domain = NULL};
}

void pirq_interrupt(u32 pirq)
{
	struct pirq *p = &pirqs[pirq];

	if (!p->domain)
		return;
	pic_mask(pirq);
	p->off = true;
	evtchn_set_pending(p->domain, p->port);
}

void pirq_unmask(struct domain *d)
{
	for (u32 pirq = 0; pirq < NR_PIRQS; pirq++) {
		struct pirq *p = &pirqs[pirq];

		if (p->domain != d || !p->off || evtchn_is_masked(d, p->port))
			continue;
		p->off = false;
		pic_unmask(pirq);
	}
}
