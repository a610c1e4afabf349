/*
 * xenstored.c: the store as a process of Domain 0. What it keeps, and by which rules, is in
 * guest/store; here are the ways to it: other domains come through a page that they share with it
 * and an event channel, Domain 0's own programs through XS_SOCKET.
 */
#include "store/connection.h"
#include "tl/tl.h"
#include "xs/client.h"

#define ARENA	   (4u << 20)
#define MAX_GUESTS 512u
#define MAX_LOCALS 10u

static struct store store;
static u32 events, listener; /* descriptors */
static u32 exits;	     /* the port on which the hypervisor says that a domain has ended */

/* Where the pages of guests are mapped, and who each is; domid 0: nobody. */
static u8 *pages;
static struct guest {
	u16 domid;
	u32 port;
} guests[MAX_GUESTS];

/* Programs of Domain 0. */
static struct local {
	struct connection *c; /* NULL: a free place */
	u32 fd;
	u8 in[512], out[512];
	u32 in_at, in_len, out_at, out_len;
} locals[MAX_LOCALS];

static struct guest *guest_of(u16 domid)
{
	struct guest *g = guests;

	while (g < guests + MAX_GUESTS && g->domid != domid)
		g++;
	return g < guests + MAX_GUESTS ? g : NULL;
}

static u8 *page_of(const struct guest *g)
{
	return pages + (u32)(g - guests) * PAGE;
}

static bool take_port(u32 port)
{
	return write(events, &port, sizeof(port)) > 0;
}

static void forget(struct guest *g)
{
	map_foreign(page_of(g), g->domid, NO_FOREIGN_FRAME);
	*g = (struct guest){0};
}

static int introduce(void *context, u16 domid, u32 mfn, u32 port,
		     struct xenstore_domain_interface **page)
{
	struct guest *g = guest_of(0);

	(void)context;
	if (!g)
		return -XSD_ENOSPC;
	if (map_foreign(page_of(g), domid, mfn))
		return -XSD_EINVAL;
	g->domid = domid;
	g->port = connect(domid, port);
	if (!g->port || !take_port(g->port)) {
		forget(g);
		return -XSD_EINVAL;
	}
	*page = (struct xenstore_domain_interface *)page_of(g);
	return 0;
}

static void release(void *context, u16 domid, struct xenstore_domain_interface *page)
{
	struct guest *g = guest_of(domid);

	(void)context, (void)page;
	take_port(g->port | EVTCHN_CLOSE);
	forget(g);
}

static void send_event(void *context, u16 domid)
{
	(void)context;
	notify(guest_of(domid)->port);
}

static const struct store_ops ops = {introduce, release, send_event};

/* Domains that have ended, or gone without a word to us. */
static void look_for_ends(void)
{
	for (struct guest *g = guests; g < guests + MAX_GUESTS; g++) {
		struct xen_domctl op = {0};
		u16 domid = g->domid;

		if (!domid)
			continue;
		if (domctl(&op, XEN_DOMCTL_getdomaininfo, domid) || op.domain != domid ||
		    op.u.getdomaininfo.flags & XEN_DOMINF_dying)
			store_release(&store, domid);
		else if (op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			store_shutdown(&store, domid);
	}
}

/* Unmasked before the rings are looked at: what comes later is an event of its own. */
static void take_events(void)
{
	u32 ports[32];
	s32 n = read(events, ports, sizeof(ports));

	if (n <= 0)
		return;
	write(events, ports, (u32)n);
	for (s32 i = 0; i < n / 4; i++)
		if (ports[i] == exits)
			look_for_ends();
}

static void welcome(void)
{
	struct local *l = locals;
	u32 fd;

	while (l < locals + MAX_LOCALS && l->c)
		l++;
	if (l == locals + MAX_LOCALS || read(listener, &fd, sizeof(fd)) < 0)
		return;
	*l = (struct local){.fd = fd, .c = connection_open(&store, 0, NULL)};
	if (!l->c)
		close(fd);
}

static void part_from(struct local *l)
{
	connection_free(&store, l->c);
	close(l->fd);
	l->c = NULL;
}

static bool take(struct local *l)
{
	u32 taken;
	s32 n;

	if (l->in_at == l->in_len) {
		n = read(l->fd, l->in, sizeof(l->in));
		if (n == -EAGAIN)
			return false;
		if (n <= 0) {
			part_from(l);
			return true;
		}
		l->in_at = 0;
		l->in_len = (u32)n;
	}
	taken = connection_take(&store, l->c, l->in + l->in_at, l->in_len - l->in_at);
	l->in_at += taken;
	return taken;
}

static bool give(struct local *l)
{
	s32 n;

	if (l->out_at == l->out_len) {
		l->out_at = 0;
		l->out_len = connection_give(&store, l->c, l->out, sizeof(l->out));
	}
	if (l->out_at == l->out_len)
		return false;
	n = write(l->fd, l->out + l->out_at, l->out_len - l->out_at);
	if (n > 0)
		l->out_at += (u32)n;
	return n > 0; /* if it has gone, reading finds out */
}

/* Each once: nobody has to wait for more than one request of each other. */
static bool serve(void)
{
	bool done = store_round(&store);

	for (struct local *l = locals; l < locals + MAX_LOCALS; l++) {
		done |= l->c && take(l);
		done |= l->c && give(l);
	}
	return done;
}

/* What can happen next; if there is work left, what has happened already. */
static u32 wanted(bool busy)
{
	u32 mask = POLL_READ(events) | (busy ? POLL_WRITE(events) : 0), nr = 0;

	for (struct local *l = locals; l < locals + MAX_LOCALS; l++) {
		if (!l->c)
			continue;
		nr++;
		mask |= l->in_at == l->in_len ? POLL_READ(l->fd) : 0;
		mask |= l->out_at < l->out_len ? POLL_WRITE(l->fd) : 0;
	}
	return nr < MAX_LOCALS ? mask | POLL_READ(listener) : mask;
}

static void begin(bool unless_there)
{
	struct evtchn_bind_virq b = {.virq = VIRQ_DOM_EXC};
	s32 fd = listen(XS_SOCKET), at;

	signal(SIGINT, (handler_t)SIG_IGN);
	if (fd < 0 && unless_there)
		exit(0);
	if (fd < 0)
		die("xenstored: another one runs");
	listener = (u32)fd;
	fd = open("/dev/xen/evtchn");
	at = mmap(0, ARENA, PROT_READ | PROT_WRITE);
	pages = (u8 *)mmap(0, MAX_GUESTS * PAGE, PROT_READ | PROT_WRITE | MAP_FOREIGN);
	if (fd < 0 || hyper(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_virq, (u32)&b, 0, 0))
		die("xenstored: this kernel is not Domain 0's");
	events = (u32)fd;
	exits = b.port;
	if ((u32)at > (u32)-4096 || (u32)pages > (u32)-4096 || !take_port(exits) ||
	    store_init(&store, (void *)at, ARENA, &ops, NULL))
		die("xenstored: not enough memory");
}

int main(int argc, char **argv)
{
	bool busy = true;

	begin(argc > 1 && !strcmp(argv[1], "unless-there"));
	for (;;) {
		s32 ready = poll(wanted(busy));

		if (ready > 0 && (u32)ready & POLL_READ(events))
			take_events();
		if (ready > 0 && (u32)ready & POLL_READ(listener))
			welcome();
		busy = serve();
	}
}
