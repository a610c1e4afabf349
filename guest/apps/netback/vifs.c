/* vifs.c: which interfaces there are: those of domains come and go in the store. */
#include "netback/netback.h"

struct vif vifs[MOST_VIFS];

struct vif *free_vif(void)
{
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		if (v->kind == VIF_NONE)
			return v;
	return NULL;
}

void learn_addresses(void)
{
	s32 config = open("dev/net/config");
	struct net_info info;

	if (config < 0)
		return;
	while (read((u32)config, &info, sizeof(info)) == sizeof(info))
		for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
			if (v->kind == VIF_FILE && !strcmp(info.name, v->device)) {
				memcpy(v->mac, info.mac, sizeof(v->mac));
				v->ip = info.addr;
			}
	close((u32)config);
}

void add_file(const char *name, const char *device, u16 number)
{
	s32 fd = open(name);
	struct vif *v = free_vif();

	if (fd == -ENODEV)
		return; /* a machine without a network card */
	if (fd < 0 || !v)
		die("netback: who else has the network?");
	*v = (struct vif){.kind = VIF_FILE, .number = number, .device = device, .fd = (u32)fd};
	learn_addresses();
}

static bool map_ring(const struct vif *v, void *at, const char *name)
{
	struct grant_request r = {(u32)at, v->number, number_of(v->front, name), 0, 0};

	return r.ref && read(grants, &r, sizeof(r)) == sizeof(r) && !r.status;
}

static void part_from(struct vif *v, const char *why)
{
	printf("netback: vif%u: %s\n", v->number, why);
	if (v->port) {
		u32 word = v->port | EVTCHN_CLOSE;

		write(events, &word, sizeof(word));
	}
	for (u32 i = 0; i < 2; i++) {
		struct grant_request r = {i ? (u32)v->rx : (u32)v->tx, v->number, 0, GRANT_UNMAP,
					  0};

		read(grants, &r, sizeof(r));
	}
	v->connected = false;
	v->port = 0;
}

void give_up(struct vif *v, const char *why)
{
	part_from(v, why);
	close_device(v->back, why);
}

void connect_to(struct vif *v)
{
	u32 port = number_of(v->front, "event-channel");

	if (!map_ring(v, v->tx, "tx-ring-ref") || !map_ring(v, v->rx, "rx-ring-ref"))
		return give_up(v, "its rings cannot be mapped");
	v->port = connect(v->number, port);
	if (!v->port || write(events, &v->port, sizeof(v->port)) < 0)
		return give_up(v, "its event channel cannot be bound");
	v->flip = !number_of(v->front, "request-rx-copy");
	v->tx_taken = v->tx_answered = v->rx_taken = v->rx_answered = 0;
	/* What was on its way when somebody else had the rings is lost. */
	v->generation = v->tx->head.generation + 1;
	__atomic_store_n(&v->tx->head.generation, v->generation, __ATOMIC_SEQ_CST);
	v->connected = true;
	notify(v->port);
	say(v->back, "state", DEVICE_CONNECTED);
	printf("netback: vif%u is connected\n", v->number);
}

static struct vif *vif_of(u16 domid)
{
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++)
		if (v->kind == VIF_DOMAIN && v->number == domid)
			return v;
	return NULL;
}

/* @return NULL, or what is wrong */
static const char *read_addresses(struct vif *v)
{
	const char *s = value_of(v->back, "mac");

	if (!s || !read_mac(s, v->mac))
		return "it has no MAC address";
	s = value_of(v->back, "ip");
	if (!s || !read_ip(s, &v->ip))
		return "it has no IP address";
	learn_addresses();
	for (const struct vif *w = vifs; w < vifs + MOST_VIFS; w++) {
		if (w->kind == VIF_NONE)
			continue;
		if (!memcmp(w->mac, v->mac, sizeof(v->mac)))
			return "another interface has this MAC address";
		if (w->ip == v->ip)
			return "another interface has this IP address";
	}
	return NULL;
}

static struct vif *new_vif(u16 domid, const char *back)
{
	struct vif *v = free_vif();
	const char *s = value_of(back, "frontend"), *wrong;
	u32 at;

	if (!s) /* not all has been written yet */
		return NULL;
	if (!v) {
		close_device(back, "there are 16 interfaces, with tap0, ne0 and those of domains "
				   "that have ended but are not destroyed");
		return NULL;
	}
	at = (u32)place + (u32)(v - vifs) * 2 * PAGE;
	*v = (struct vif){.number = domid,
			  .tx = (struct netif_tx_ring *)at,
			  .rx = (struct netif_rx_ring *)(at + PAGE)};
	strlcpy(v->back, back, sizeof(v->back));
	strlcpy(v->front, s, sizeof(v->front));
	wrong = read_addresses(v);
	/* It says when its rings are there. */
	if (!wrong && xs_ask_path(XS_WATCH, join(v->front, "state"), "front", 6) < 0)
		wrong = "the store does not let it be watched";
	if (wrong) {
		printf("netback: vif%u: %s\n", domid, wrong);
		close_device(back, wrong);
		return NULL;
	}
	v->kind = VIF_DOMAIN;
	/* Connected is what somebody before us was. */
	if (number_of(back, "state") != DEVICE_CONNECTED)
		say(back, "state", DEVICE_WAITS);
	return v;
}

static void look_at(u16 domid, const char *back)
{
	struct vif *v = vif_of(domid);
	u32 state;

	if ((v && v->connected) || number_of(back, "state") == DEVICE_CLOSED)
		return;
	if (!v)
		v = new_vif(domid, back);
	if (!v)
		return;
	state = number_of(v->front, "state");
	if (state == DEVICE_READY || state == DEVICE_CONNECTED) /* to somebody before us */
		connect_to(v);
}

/* First: what they had may be had by who came. */
static void forget_those_gone(void)
{
	for (struct vif *v = vifs; v < vifs + MOST_VIFS; v++) {
		if (v->kind != VIF_DOMAIN || value_of(v->back, "frontend"))
			continue;
		if (v->connected)
			part_from(v, "it has gone");
		v->kind = VIF_NONE;
	}
}

void look_around(void)
{
	static char domains[512];
	char back[64];
	u32 n = list_of(BACKEND, domains);

	forget_those_gone();
	for (const char *d = domains; d < domains + n; d += strlen(d) + 1) {
		strlcpy(back, join(join(BACKEND, d), "0"), sizeof(back));
		look_at((u16)atou(d), back);
	}
}
