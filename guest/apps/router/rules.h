/*
 * rules.h: what may go through the router: a list of rules, `pattern -> action`, for each
 * direction.
 *
 * As text:  in|out [INTERFACE] accept|drop [arp|icmp|tcp|udp|NUMBER] [from PLACE] [to PLACE]
 *
 * `out` is for what an interface's owner sends, `in` for what he is to get. INTERFACE is any, ne0,
 * or vifN, that of domain N. PLACE is ADDRESS[/BITS][:PORT[-PORT]], or any[:PORT[-PORT]]; a rule
 * with ports matches nothing but TCP and UDP. The first rule that matches decides; if none does,
 * the direction's policy.
 */
#ifndef ROUTER_RULES_H
#define ROUTER_RULES_H

#include "router/header.h"

#define MOST_RULES    64u
#define RULE_TEXT     128u    /* bytes that the longest one needs, and its NUL */
#define INTERFACE_ETH 0x7FFEu /* not a domain's number */
#define INTERFACE_ANY 0x7FFFu

enum direction { IN, OUT };

struct place {
	u32 address, mask;
	u16 first_port, last_port; /* 0 to 65535: any */
};

struct rule {
	enum direction direction;
	bool accept;
	u16 interface;
	u16 protocol; /* 0: any */
	struct place from, to;
	u32 matched; /* frames */
};

struct rules {
	struct rule rule[MOST_RULES];
	u32 count;
	bool accept[2]; /* the policies */
	u32 unmatched[2];
};

/** The text of a rule. @return NULL, or what is wrong with it */
const char *rule_parse(struct rule *r, const char *text);
/** The opposite. @return how many bytes, without the NUL */
u32 rule_print(const struct rule *r, char text[RULE_TEXT]);

/** Does the rule's pattern fit? */
bool rule_matches(const struct rule *r, enum direction d, u16 interface, const struct header *h);
/** May it pass? Counts at the rule that decides. */
bool rules_accept(struct rules *list, enum direction d, u16 interface, const struct header *h);
/** @param before which other one; count: at the end. @return false: there is no room */
bool rules_insert(struct rules *list, u32 before, const struct rule *r);
/** @return false: there is no such rule */
bool rules_delete(struct rules *list, u32 which);

#endif
