/* rings_rules.c: frames against rules, each of few values, so that many of them match. */
#include "rings.h"
#include "router/rules.h"

static struct rules *list, was;
static struct header *h;

static u32 any_address(void)
{
	return 0x0A000000 | draw(3) << 8 | draw(4);
}

static u16 any_port(void)
{
	return draw(4) ? (u16)(draw(4) * 10) : (u16)(draw(2) ? 65535 : 0);
}

static void any_place(struct place *p)
{
	static const u32 masks[] = {0, 0xFFFFFF00, 0xFFFFFFFF, 0xFFFFFFFE};
	u16 a = any_port(), b = any_port();

	p->mask = masks[draw(4)];
	p->address = any_address() & p->mask;
	p->first_port = a < b ? a : b;
	p->last_port = a < b ? b : a;
	if (draw(2))
		p->first_port = 0, p->last_port = 65535;
}

static u16 any_interface(void)
{
	return draw(3) ? (u16)(1 + draw(2)) : INTERFACE_ETH;
}

static u16 any_protocol(void)
{
	static const u16 known[] = {PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP,
				    PROTOCOL_UDP,  PROTOCOL_ARP, 2};

	return known[draw(6)];
}

static void any_rule(struct rule *r)
{
	fill(r, 0, sizeof(*r));
	r->direction = draw(2) ? IN : OUT;
	r->accept = draw(2);
	r->interface = draw(2) ? INTERFACE_ANY : any_interface();
	r->protocol = draw(2) ? 0 : any_protocol();
	any_place(&r->from);
	any_place(&r->to);
	if (draw(2))
		r->from = (struct place){0, 0, 0, 65535};
	r->matched = draw(1000);
}

static void any_frame(void)
{
	fill(h, 0, sizeof(*h));
	h->protocol = any_protocol();
	h->from = any_address();
	h->to = any_address();
	if (h->protocol == PROTOCOL_TCP || h->protocol == PROTOCOL_UDP) {
		h->from_port = any_port();
		h->to_port = any_port();
	}
}

/* One condition after the other. @return NULL: it matches */
static const char *mismatch(const struct rule *r, u32 direction, u32 interface)
{
	bool ports = h->protocol == 6 || h->protocol == 17;

	if (direction != r->direction)
		return "the direction";
	if (r->interface != INTERFACE_ANY && interface != r->interface)
		return "the interface";
	if (r->protocol != 0 && h->protocol != r->protocol)
		return "the protocol";
	for (u32 i = 0; i < 2; i++) {
		const struct place *p = i ? &r->to : &r->from;
		u32 port = i ? h->to_port : h->from_port;

		if (((i ? h->to : h->from) ^ p->address) & p->mask)
			return i ? "the address that it goes to" : "the address that it comes from";
		if (p->first_port == 0 && p->last_port == 65535)
			continue;
		if (!ports)
			return "ports, which the frame has not";
		if (port < p->first_port || port > p->last_port)
			return i ? "the port that it goes to" : "the port that it comes from";
	}
	return NULL;
}

static void matches(void)
{
	struct rule *r = room_for(sizeof(*r)), kept;
	u32 n = 0;

	for (u32 i = 0; i < 700; i++) {
		u32 direction, interface = any_interface();
		const char *why;
		bool got;

		any_rule(r);
		any_frame();
		direction = draw(6) ? r->direction : !r->direction;
		if (r->protocol && draw(4))
			h->protocol = r->protocol;
		if (h->protocol != PROTOCOL_TCP && h->protocol != PROTOCOL_UDP)
			h->from_port = h->to_port = 0;
		if (draw(2))
			h->from = (h->from & ~r->from.mask) | r->from.address;
		if (draw(2))
			h->to = (h->to & ~r->to.mask) | r->to.address;
		kept = *r;
		why = mismatch(r, direction, interface);
		n += !why;
		got = CALL_BOOL(rule_matches, (u32)r, direction, interface, (u32)h);
		if (got != !why)
			differs("rule_matches() gave %u: %s%s", got,
				why ? "what does not fit is " : "everything fits", why ? why : "");
		if (!equal(&kept, r, sizeof(kept)))
			differs("rule_matches() has changed the rule");
	}
	if (n < 70)
		differs("the probe has drawn too few frames that match");
	all_right(700);
}

static void decides(void)
{
	list = room_for(sizeof(*list));
	for (u32 i = 0; i < 250; i++) {
		u32 direction = draw(2), interface, first = 0;
		bool got, want;

		if (i % 10 == 0) {
			fill(list, 0, sizeof(*list));
			list->count = i % 50 == 0 ? MOST_RULES : draw(6);
			for (u32 k = 0; k < MOST_RULES; k++) {
				any_rule(&list->rule[k]);
				if (draw(2)) { /* so wide that several match */
					list->rule[k].interface = INTERFACE_ANY;
					list->rule[k].protocol = 0;
					list->rule[k].from = list->rule[k].to =
					    (struct place){0, 0, 0, 65535};
				}
			}
			if (i % 50 == 0) /* none matches but the last */
				for (u32 k = 0; k + 1 < MOST_RULES; k++)
					list->rule[k].interface = 77;
			list->accept[0] = draw(2);
			list->accept[1] = !list->accept[0];
			list->unmatched[0] = draw(100);
			list->unmatched[1] = draw(100);
		}
		interface = any_interface();
		any_frame();
		copy(&was, list, sizeof(was));
		while (first < list->count && mismatch(&list->rule[first], direction, interface))
			first++;
		if (first < list->count) {
			was.rule[first].matched++;
			want = was.rule[first].accept;
		} else {
			was.unmatched[direction]++;
			want = was.accept[direction];
		}
		got = CALL_BOOL(rules_accept, (u32)list, direction, interface, (u32)h);
		if (got != want)
			differs("rules_accept() gave %u; %s %u of %u decides", got,
				first < list->count ? "rule" : "the policy, for none matches:",
				first, list->count);
		if (!equal(&was, list, sizeof(was)))
			differs("rules_accept(): it counts elsewhere than at %s %u of %u",
				first < list->count ? "rule" : "the policy, for none matches:",
				first, list->count);
	}
	all_right(250);
}

void rings_rules(void)
{
	if (!scenario_is("matches") && !scenario_is("decides"))
		return;
	h = room_for(sizeof(*h));
	if (scenario_is("matches"))
		matches();
	decides();
}
