/* rules.c: which rule a frame matches. */
#include "router/rules.h"

static bool in_place(const struct place *p, u32 address, u16 port)
{
	return (address & p->mask) == p->address && port >= p->first_port && port <= p->last_port;
}

static bool asks_for_ports(const struct place *p)
{
	return p->first_port || p->last_port != 65535;
}

bool rule_matches(const struct rule *r, enum direction d, u16 interface, const struct header *h)
{
	/* LAB 04.6c BEGIN */
	bool has_ports = h->protocol == PROTOCOL_TCP || h->protocol == PROTOCOL_UDP;

	if (r->direction != d || (r->interface != INTERFACE_ANY && r->interface != interface))
		return false;
	if (r->protocol && r->protocol != h->protocol)
		return false;
	if (!has_ports && (asks_for_ports(&r->from) || asks_for_ports(&r->to)))
		return false;
	return in_place(&r->from, h->from, h->from_port) && in_place(&r->to, h->to, h->to_port);
	/* LAB 04.6c END */
}

bool rules_accept(struct rules *list, enum direction d, u16 interface, const struct header *h)
{
	/* LAB 04.6d BEGIN */
	for (struct rule *r = list->rule; r < list->rule + list->count; r++) {
		if (!rule_matches(r, d, interface, h))
			continue;
		r->matched++;
		return r->accept;
	}
	list->unmatched[d]++;
	return list->accept[d];
	/* LAB 04.6d END */
}

bool rules_insert(struct rules *list, u32 before, const struct rule *r)
{
	if (list->count == MOST_RULES || before > list->count)
		return false;
	for (u32 i = list->count++; i > before; i--)
		list->rule[i] = list->rule[i - 1];
	list->rule[before] = *r;
	return true;
}

bool rules_delete(struct rules *list, u32 which)
{
	if (which >= list->count)
		return false;
	for (list->count--; which < list->count; which++)
		list->rule[which] = list->rule[which + 1];
	return true;
}
