/* show.c: interfaces, rules and counters as text, and what `tl net` changes of them. */
#include "netback/netback.h"

static struct {
	char *at;
	u32 left;
} out;

static void put(const char *s)
{
	u32 n = strlen(s);

	if (n >= out.left)
		return;
	memcpy(out.at, s, n + 1);
	out.at += n;
	out.left -= n;
}

static void put_number(const char *before, u32 n)
{
	put(before);
	put(decimal(n));
}

static void put_mac(const u8 *mac)
{
	static const char hex[] = "0123456789abcdef";

	for (u32 i = 0; i < ROUTER_MAC; i++) {
		char text[] = {i ? ':' : ' ', hex[mac[i] >> 4], hex[mac[i] & 15], 0};

		put(text);
	}
}

static void put_ip(u32 ip)
{
	for (u32 i = 0; i < 4; i++)
		put_number(i ? "." : " ", ip >> (24 - 8 * i) & 255);
}

/* "  sent 12: passed 10, rule-out 2" */
static void put_counts(const char *what, const u32 *counts)
{
	u32 all = 0, shown = 0;

	for (u32 i = 0; i < NR_FATES; i++)
		all += counts[i];
	put_number(what, all);
	for (u32 i = 0; i < NR_FATES; i++) {
		if (!counts[i])
			continue;
		put(shown++ ? ", " : ": ");
		put(fate_names[i]);
		put_number(" ", counts[i]);
	}
	put("\n");
}

static void put_vif(const struct vif *v)
{
	if (v->number == INTERFACE_ETH)
		put("ne0");
	else
		put_number("vif", v->number);
	put_mac(v->mac);
	if (v->ip)
		put_ip(v->ip);
	if (v->kind == VIF_DOMAIN)
		put(!v->connected ? " (waits)" : v->flip ? " flip" : " copy");
	put("\n");
	put_counts("  sent ", v->sent);
	put_counts("  received ", v->got);
}

u32 show(char *text, u32 size)
{
	char rule[RULE_TEXT];

	learn_addresses();
	out.at = text;
	out.left = size;
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		if (v->kind != VIF_NONE)
			put_vif(v);
	for (u32 i = 0; i < rules.count; i++) {
		rule_print(&rules.rule[i], rule);
		put_number("rule ", i);
		put(": ");
		put(rule);
		put_number(" -> ", rules.rule[i].matched);
		put("\n");
	}
	for (u32 d = IN; d <= OUT; d++) {
		put(d == IN ? "policy in " : "policy out ");
		put(rules.accept[d] ? "accept" : "drop");
		put_number(" -> ", rules.unmatched[d]);
		put("\n");
	}
	return size - out.left;
}

/* "N " at the beginning of *line, and past it. */
static bool which(const char **line, u32 *n)
{
	const char *at = *line;

	if (!take_number(&at, UINT32_MAX, n) || (*at && *at != ' '))
		return false;
	while (*at == ' ')
		at++;
	*line = at;
	return true;
}

static const char *insert(u32 at, const char *text)
{
	struct rule r;
	const char *wrong = rule_parse(&r, text);

	if (!wrong && !rules_insert(&rules, at, &r))
		wrong = "there are as many rules as can be, or not so many";
	return wrong;
}

static const char *set_policy(const char *text)
{
	for (u32 i = 0; i < 4; i++) {
		static const char *const texts[] = {"in drop", "in accept", "out drop",
						    "out accept"};

		if (strcmp(text, texts[i]))
			continue;
		rules.accept[i / 2 ? OUT : IN] = i % 2;
		return NULL;
	}
	return "policy in|out accept|drop";
}

const char *command(const char *line)
{
	u32 n;

	if (!strncmp(line, "add ", 4))
		return insert(rules.count, line + 4);
	if (!strncmp(line, "policy ", 7))
		return set_policy(line + 7);
	if (!strncmp(line, "insert ", 7) && (line += 7, which(&line, &n)))
		return insert(n, line);
	if (!strncmp(line, "del ", 4) && (line += 4, which(&line, &n)) && !*line)
		return rules_delete(&rules, n) ? NULL : "there is no such rule";
	return "there are add, insert N, del N and policy";
}
