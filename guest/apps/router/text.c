/* text.c: rules as people write them. */
#include "router/rules.h"

/* ---- reading ---- */

static const struct {
	const char *name;
	u16 number;
} protocols[] = {
    {"arp", PROTOCOL_ARP}, {"icmp", PROTOCOL_ICMP}, {"tcp", PROTOCOL_TCP}, {"udp", PROTOCOL_UDP}};

static const char *skip(const char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

/* Is it the next word? Then go past it. */
static bool word(const char **s, const char *w)
{
	const char *at = *s;

	for (; *w; w++)
		if (*at++ != *w)
			return false;
	if (*at && *at != ' ')
		return false;
	*s = skip(at);
	return true;
}

static bool letter(const char **s, char c)
{
	if (**s != c)
		return false;
	++*s;
	return true;
}

/* Digits that make a number up to `most`. */
static bool number(const char **s, u32 most, u32 *n)
{
	const char *at = *s;

	for (*n = 0; *at >= '0' && *at <= '9'; at++) {
		*n = *n * 10 + (u32)(*at - '0');
		if (*n > most)
			return false;
	}
	if (at == *s)
		return false;
	*s = at;
	return true;
}

static bool ends(const char **s)
{
	if (**s && **s != ' ')
		return false;
	*s = skip(*s);
	return true;
}

static bool read_interface(const char **s, u16 *interface)
{
	u32 n;

	if (word(s, "ne0"))
		return *interface = INTERFACE_ETH, true;
	if (word(s, "any") || (*s)[0] != 'v')
		return *interface = INTERFACE_ANY, true;
	if (!letter(s, 'v') || !letter(s, 'i') || !letter(s, 'f') ||
	    !number(s, INTERFACE_ETH - 1, &n))
		return false;
	*interface = (u16)n;
	return ends(s);
}

static bool read_protocol(const char **s, u16 *protocol)
{
	u32 n = 0;

	*protocol = 0;
	for (u32 i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (word(s, protocols[i].name))
			return *protocol = protocols[i].number, true;
	if (**s < '0' || **s > '9')
		return true;
	if (!number(s, 255, &n) || !n)
		return false;
	*protocol = (u16)n;
	return ends(s);
}

/* ADDRESS[/BITS], or any */
static bool read_prefix(const char **s, struct place *p)
{
	u32 n, bits = 32;

	if (letter(s, 'a'))
		return letter(s, 'n') && letter(s, 'y');
	for (u32 i = 0; i < 4; i++) {
		if ((i && !letter(s, '.')) || !number(s, 255, &n))
			return false;
		p->address = p->address << 8 | n;
	}
	if (letter(s, '/') && !number(s, 32, &bits))
		return false;
	p->mask = bits ? ~0u << (32 - bits) : 0;
	p->address &= p->mask;
	return true;
}

static bool read_ports(const char **s, struct place *p)
{
	u32 first, last;

	if (!letter(s, ':'))
		return true;
	if (!number(s, 65535, &first))
		return false;
	last = first;
	if (letter(s, '-') && !number(s, 65535, &last))
		return false;
	p->first_port = (u16)first;
	p->last_port = (u16)last;
	/* All of them would be no ports to rule_matches(): ARP and ICMP have none, and are not
	 * meant. */
	return first <= last && (first || last < 65535);
}

static bool read_place(const char **s, const char *name, struct place *p)
{
	*p = (struct place){.last_port = 65535};
	return !word(s, name) || (read_prefix(s, p) && read_ports(s, p) && ends(s));
}

const char *rule_parse(struct rule *r, const char *text)
{
	*r = (struct rule){.direction = IN};
	text = skip(text);
	if (word(&text, "out"))
		r->direction = OUT;
	else if (!word(&text, "in"))
		return "it begins with in or out";
	if (!read_interface(&text, &r->interface))
		return "an interface is any, ne0, or vifN for domain N's";
	r->accept = word(&text, "accept");
	if (!r->accept && !word(&text, "drop"))
		return "it says accept or drop, after the interface";
	if (!read_protocol(&text, &r->protocol))
		return "a protocol is arp, icmp, tcp, udp, or a number up to 255";
	if (!read_place(&text, "from", &r->from) || !read_place(&text, "to", &r->to))
		return "a place is ADDRESS[/BITS][:PORT[-PORT]]";
	return *text ? "after the action come [PROTOCOL] [from PLACE] [to PLACE]" : NULL;
}

/* ---- writing ---- */

static char *put(char *at, const char *s)
{
	while (*s)
		*at++ = *s++;
	*at = 0;
	return at;
}

static char *put_number(char *at, const char *before, u32 n)
{
	char digits[12], *d = digits + sizeof(digits);

	*--d = 0;
	do
		*--d = (char)('0' + n % 10);
	while (n /= 10);
	return put(put(at, before), d);
}

static char *put_protocol(char *at, u16 protocol)
{
	for (u32 i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].number == protocol)
			return put(put(at, " "), protocols[i].name);
	return protocol ? put_number(at, " ", protocol) : at;
}

static char *put_place(char *at, const char *name, const struct place *p)
{
	bool ports = p->first_port || p->last_port != 65535;
	u32 bits = 0;

	if (!p->mask && !ports)
		return at;
	at = put(at, name);
	while (bits < 32 && p->mask << bits)
		bits++;
	for (u32 i = 0; bits && i < 4; i++)
		at = put_number(at, i ? "." : "", p->address >> (24 - 8 * i) & 255);
	if (!bits)
		at = put(at, "any");
	else if (bits < 32)
		at = put_number(at, "/", bits);
	if (!ports)
		return at;
	at = put_number(at, ":", p->first_port);
	return p->first_port == p->last_port ? at : put_number(at, "-", p->last_port);
}

u32 rule_print(const struct rule *r, char text[RULE_TEXT])
{
	char *at = put(text, r->direction == IN ? "in" : "out");

	if (r->interface == INTERFACE_ETH)
		at = put(at, " ne0");
	else if (r->interface != INTERFACE_ANY)
		at = put_number(at, " vif", r->interface);
	at = put(at, r->accept ? " accept" : " drop");
	at = put_protocol(at, r->protocol);
	at = put_place(at, " from ", &r->from);
	at = put_place(at, " to ", &r->to);
	return (u32)(at - text);
}
