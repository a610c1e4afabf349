/*
 * router_naive.h: one who reads the router's rules word by word, and frames byte by byte; and
 * random rules. It knows neither struct of the router's, but only the texts and the bytes.
 */
#ifndef ROUTER_NAIVE_H
#define ROUTER_NAIVE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "router/rules.h"

static u32 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % n;
}

/* ---- The naive reader ---- */

/* The fate of a frame's headers, by the RFCs 791, 826, 894. */
static enum fate naive_fate(const u8 *f, u32 len)
{
	u32 type = len < 14 ? 0 : f[12] * 256u + f[13], head, total;

	if (len < 14)
		return DROPPED_SHORT;
	if (f[6] % 2)
		return DROPPED_ODD;
	if (type == 0x806) {
		if (len < 42)
			return DROPPED_SHORT;
		if (memcmp(f + 14, "\0\1\10\0\6\4", 6))
			return DROPPED_TYPE;
		return memcmp(f + 22, f + 6, 6) ? DROPPED_ODD : PASSED;
	}
	if (type != 0x800)
		return DROPPED_TYPE;
	if (len < 34)
		return DROPPED_SHORT;
	head = f[14] % 16 * 4u;
	total = f[16] * 256u + f[17];
	if (f[14] / 16 != 4 || head < 20)
		return DROPPED_ODD;
	if (total < head || total > len - 14)
		return DROPPED_SHORT;
	if (f[20] & 0x20 || f[20] % 32 || f[21])
		return DROPPED_FRAGMENT;
	if ((f[23] == 6 && total - head < 20) || (f[23] == 17 && total - head < 8))
		return DROPPED_SHORT;
	return PASSED;
}

static bool naive_place(const char *s, const u8 *address, const u8 *port)
{
	unsigned a[4] = {0}, bits = 32, first = 0, last = 65535;
	const char *colon = strchr(s, ':');
	u32 mine = 0, its = 0;

	if (sscanf(s, "%u.%u.%u.%u/%u", &a[0], &a[1], &a[2], &a[3], &bits) < 4)
		bits = 0;
	if (colon && sscanf(colon, ":%u-%u", &first, &last) == 1)
		last = first;
	for (u32 i = 0; i < 4; i++) {
		mine = mine * 256 + a[i];
		its = its * 256 + address[i];
	}
	for (u32 i = 0; i < bits; i++)
		if ((mine ^ its) >> (31 - i) & 1)
			return false;
	if (first == 0 && last == 65535)
		return true;
	return port && port[0] * 256u + port[1] >= first && port[0] * 256u + port[1] <= last;
}

/* @return 1 accept, 0 drop, -1: it does not match */
static int naive_rule(const char *text, const char *direction, const char *interface, const u8 *f)
{
	bool arp = f[13] == 6, has_ports = !arp && (f[23] == 6 || f[23] == 17);
	const u8 *ports = has_ports ? f + 14 + f[14] % 16 * 4 : NULL;
	char copy[256], *save = NULL, *w;
	int action = -1;

	strcpy(copy, text);
	w = strtok_r(copy, " ", &save);
	if (strcmp(w, direction))
		return -1;
	while ((w = strtok_r(NULL, " ", &save))) {
		if (!strcmp(w, "accept") || !strcmp(w, "drop"))
			action = *w == 'a';
		else if (!strcmp(w, "from")) {
			if (!naive_place(strtok_r(NULL, " ", &save), f + (arp ? 28 : 26), ports))
				return -1;
		} else if (!strcmp(w, "to")) {
			if (!naive_place(strtok_r(NULL, " ", &save), f + (arp ? 38 : 30),
					 ports ? ports + 2 : NULL))
				return -1;
		} else if (action < 0) {
			if (strcmp(w, "any") && strcmp(w, interface))
				return -1;
		} else if (!strcmp(w, "arp")	? !arp
			   : !strcmp(w, "icmp") ? arp || f[23] != 1
			   : !strcmp(w, "tcp")	? arp || f[23] != 6
			   : !strcmp(w, "udp")	? arp || f[23] != 17
						: arp || f[23] != atoi(w))
			return -1;
	}
	return action;
}

/* ---- What is drawn ---- */

static const char *const interfaces[] = {"ne0", "vif0", "vif1", "vif2", "vif17"};
static const u16 interface_numbers[] = {INTERFACE_ETH, 0, 1, 2, 17};

static void draw_place(char *text, const char *name)
{
	static const char *const addresses[] = {
	    "10.0.0.1",	 "10.0.0.2",   "10.0.0.0/24", "10.0.1.0/31", "any",
	    "0.0.0.0/0", "10.0.0.3/8", "128.0.0.0/1", "10.0.1.1/32", "255.255.255.255"};
	char *at = text + strlen(text);
	u32 first = below(4);

	at += sprintf(at, " %s %s", name, addresses[below(ARRAY_SIZE(addresses))]);
	if (below(2))
		at += sprintf(at, ":%u", first);
	else
		return;
	if (below(2)) /* all ports are not to be named */
		sprintf(at, "-%u", below(4) ? 3 + below(3) : 65534 + !!first);
}

static void draw_rule(char *text)
{
	static const char *const protocols[] = {"arp", "icmp", "tcp", "udp", "1",
						"6",   "17",   "47",  "255"};

	strcpy(text, below(2) ? "in" : "out");
	if (below(2))
		sprintf(text + strlen(text), " %s",
			below(4) ? interfaces[below(ARRAY_SIZE(interfaces))] : "any");
	strcat(text, below(2) ? " accept" : " drop");
	if (below(2))
		sprintf(text + strlen(text), " %s", protocols[below(ARRAY_SIZE(protocols))]);
	if (below(2))
		draw_place(text, "from");
	if (below(2))
		draw_place(text, "to");
}

static void draw_address(u8 *a)
{
	memcpy(a, "\12\0\0\0", 4);
	a[2] = (u8)below(2);
	a[3] = (u8)below(4);
	if (!below(8))
		a[below(4)] = (u8)below(256);
}

/* @return its length; exactly as long as the block that it is in, for the sanitizer's sake */
static u32 draw_frame(u8 **frame)
{
	static const u8 protocols[] = {1, 6, 17, 17, 47, 255};
	u32 options = below(3) ? 0 : below(11) * 4, body = below(4) ? 20 : below(30);
	u32 len = 34 + options + body + (below(3) ? 0 : below(30));
	u8 *f = calloc(1, len);

	for (u32 i = 0; i < len; i++)
		f[i] = (u8)below(256);
	if (below(16))
		f[6] &= 0xFE;
	memcpy(f + 12, below(5) ? "\10\0" : "\10\6", 2);
	f[14] = (u8)(0x45 + options / 4);
	f[16] = 0;
	f[17] = (u8)(20 + options + body);
	f[20] = f[21] = 0;
	f[23] = protocols[below(sizeof(protocols))];
	draw_address(f + 26);
	draw_address(f + 30);
	for (u32 i = 34 + options; i < len && i < 38 + options; i++)
		f[i] = (u8)(i % 2 ? below(6) : 0);
	if (f[13] == 6 && len >= 42) {
		if (below(16))
			memcpy(f + 14, "\0\1\10\0\6\4", 6);
		if (below(16))
			memcpy(f + 22, f + 6, 6);
		draw_address(f + 28);
		draw_address(f + 38);
	}
	if (!below(4))
		f[12 + below(14)] ^= (u8)(1u << below(8));
	if (!below(8))
		len = below(len + 1);
	*frame = malloc(len ? len : 1);
	memcpy(*frame, f, len);
	free(f);
	return len;
}

#endif
