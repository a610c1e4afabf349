/*
 * netback_random.c: the back end of network interfaces against front ends that say anything.
 *
 * netback itself runs here, on system calls of the test's own: rings that are really mapped where
 * it wants them, and pages of two domains, of which the second takes pages in exchange. Who
 * receives a frame must be one to whom the naive reader of rules lets it go, as it was sent; each
 * request is answered once, as it deserves. Of a front end that changes rings and frames while they
 * are looked at nobody gets a frame that is not its own or that a rule forbids.
 * TRAPLINE_TEST_SEED=N draws others, TRAPLINE_NET_RUNS=N makes N runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "router_naive.h"
#include "guest_calls.h"
#include "apps/netback.c"
#include "apps/netback/address.c"
#include "apps/netback/capture.c"
#include "apps/netback/deliver.c"
#include "apps/netback/rings.c"
#include "apps/netback/round.c"
#include "apps/netback/vifs.c"
#undef fail
#define fail() _fail(__FILE__, __LINE__)

enum { TAP = 3, WIRE, EVENTS, GRANTS, MOVER, CONFIG };
#define PAGES  24u /* of each domain, for frames to be sent, and as many for those received */
#define TX_REF 16u
#define RX_REF 64u

/* ---- Two domains, Domain 0 and the wire ---- */

struct sent {
	u32 from, to, len; /* places in parties[] */
	bool blank;	   /* its checksum is to be made */
	u8 bytes[FRAME_MOST];
};

static struct party {
	u16 number;
	const char *name; /* as in rules */
	u8 mac[6];
	u32 ip;
	int fd; /* of a domain: its memory: two rings, and the pages */
	struct netif_tx_ring *tx;
	struct netif_rx_ring *rx;
	u8 *out, *in; /* pages */
	u32 tx_put, tx_taken, rx_put, rx_taken;
	s16 should[NETIF_TX_SLOTS]; /* by id: the answer; 1: not asked */
	bool posted[PAGES], bad[PAGES];
	u32 got;
} parties[4] = {{.number = 1, .name = "vif1", .mac = {0, 0x16, 0x3E, 0, 0, 1}, .ip = 0x0A000001},
		{.number = 2, .name = "vif2", .mac = {0, 0x16, 0x3E, 0, 0, 2}, .ip = 0x0A000002},
		{.number = 0, .name = "vif0", .mac = {2, 0, 0, 0, 0, 1}, .ip = 0x0A000003},
		{.number = INTERFACE_ETH, .name = "ne0", .mac = {0x52, 0x54, 0, 0, 0, 9}}};

static struct sent expected[4096]; /* what may still come */
static u32 nr_expected;
static char texts[8][256];
static u32 nr_texts;
static bool policy[2], scribbling, wire_is_busy;
static u32 devices_read;
static u32 flipper; /* which of the two domains takes pages */

static const struct party *by_mac(const u8 *mac)
{
	for (const struct party *p = parties; p < parties + 4; p++)
		if (!memcmp(p->mac, mac, 6))
			return p;
	return NULL;
}

static bool allowed(const char *direction, const struct party *p, const u8 *f)
{
	for (u32 i = 0; i < nr_texts; i++) {
		int action = naive_rule(texts[i], direction, p->name, f);

		if (action >= 0)
			return action;
	}
	return policy[*direction == 'i' ? IN : OUT];
}

static bool honest(const struct party *from, const u8 *f)
{
	const u8 *at = f + (f[13] == 6 ? 28 : 26);
	u32 ip = (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3];

	if (from->number != INTERFACE_ETH) /* Domain 0 may say what it likes */
		return !memcmp(f + 6, from->mac, 6) && (!from->number || from->ip == ip);
	for (const struct party *p = parties; p < parties + 3; p++)
		if (!memcmp(f + 6, p->mac, 6) || (p->ip && p->ip == ip))
			return false;
	return true;
}

/* May this frame leave `from`, ... */
static bool may_leave(const struct party *from, const u8 *f, u32 len)
{
	return len >= FRAME_LEAST && len <= FRAME_MOST && naive_fate(f, len) == PASSED &&
	       honest(from, f) && allowed("out", from, f);
}

/* ... and come to `to`? */
static bool may_come(const struct party *from, const struct party *to, const u8 *f)
{
	const struct party *named = by_mac(f);

	if (from == to || !allowed("in", to, f))
		return false;
	if (f[0] & 1)
		return true;
	return named ? named == to : to->number == INTERFACE_ETH;
}

/* Who gets it, if he has room. */
static void expect(const struct party *from, const u8 *f, u32 len, bool blank)
{
	if (!may_leave(from, f, len))
		return;
	for (const struct party *to = parties; to < parties + 4; to++) {
		struct sent *s = &expected[nr_expected];

		if (!may_come(from, to, f))
			continue;
		assert_true(nr_expected++ < ARRAY_SIZE(expected));
		s->from = (u32)(from - parties);
		s->to = (u32)(to - parties);
		s->len = len;
		s->blank = blank;
		memcpy(s->bytes, f, len);
	}
}

static bool is_that(const struct sent *s, const struct party *to, const u8 *f, u32 len)
{
	u32 head = (s->bytes[14] & 15u) * 4 + 14;
	u32 sum = s->bytes[13] == 6 ? 0 : s->bytes[23] == 17 ? head + 6 : head + 16;

	if (s->to != (u32)(to - parties) || s->len != len)
		return false;
	if (s->bytes[13] == 6 || (s->bytes[23] != 17 && s->bytes[23] != 6))
		return !memcmp(s->bytes, f, len);
	/* The checksum may have been completed, for the wire. */
	return !memcmp(s->bytes, f, sum) && !memcmp(s->bytes + sum + 2, f + sum + 2, len - sum - 2);
}

/* UDP's or TCP's checksum: with the pseudo header all words make 0xFFFF. */
static bool sum_is_right(const u8 *f)
{
	u32 head = 14 + (f[14] & 15u) * 4, end = 14 + f[16] * 256u + f[17];
	u32 sum = f[23] + (end - head);

	if (f[13] == 6 || (f[23] != 17 && f[23] != 6))
		return true;
	for (u32 i = 26; i < 34; i += 2)
		sum += f[i] * 256u + f[i + 1];
	for (u32 i = head; i < end; i++)
		sum += (i - head) % 2 ? f[i] : f[i] * 256u;
	while (sum > 0xFFFF)
		sum = sum % 0x10000 + sum / 0x10000;
	return sum == 0xFFFF;
}

/* Something has come to `to`. */
static void came(struct party *to, const u8 *f, u32 len)
{
	u32 i = 0;

	to->got++;
	if (scribbling) {
		bool explained = false;

		for (const struct party *from = parties; from < parties + 4; from++)
			explained |= may_leave(from, f, len) && may_come(from, to, f);
		assert_true(explained);
		return;
	}
	while (i < nr_expected && !is_that(&expected[i], to, f, len))
		i++;
	assert_true(i < nr_expected);
	assert_true(to->tx || !expected[i].blank || sum_is_right(f));
	/* In the order in which they were sent. */
	for (u32 k = 0; k < i; k++)
		if (expected[k].from == expected[i].from && expected[k].to == expected[i].to)
			expected[k].to = 99;
	expected[i].to = 99;
}

static void scribble(void)
{
	struct party *p = &parties[0];

	for (u32 n = scribbling ? below(8) : 0; n; n--)
		switch (below(3)) {
		case 0: /* a header, while it is looked at */
			p->out[below(PAGES) * PAGE + below(2) * 2048 + below(42)] = (u8)below(256);
			break;
		case 1:
			((u8 *)p->tx->slot)[below(sizeof(p->tx->slot))] = (u8)below(64);
			break;
		case 2:
			((u8 *)p->rx->slot)[below(sizeof(p->rx->slot))] = (u8)below(64);
		}
}

/* ---- System calls ---- */

static struct party *domain(u32 domid)
{
	assert_true(domid == 1 || domid == 2);
	return &parties[domid - 1];
}

static s32 one_grant(const struct grant_request *r)
{
	struct party *p = domain(r->domid);
	bool unmap = r->flags & GRANT_UNMAP;

	assert_true(unmap || r->ref == 8 || r->ref == 9);
	host_mmap((void *)(uintptr_t)r->va, PAGE, unmap ? HOST_NONE : HOST_WRITE,
		  unmap ? HOST_NOTHING : HOST_PAGES, unmap ? -1 : p->fd,
		  unmap ? 0 : (off_t)(r->ref - 8) * PAGE);
	return 0;
}

static s32 one_move(const struct grant_move *m)
{
	struct party *p = domain(m->domid);
	u8 *here = (u8 *)(uintptr_t)m->va;
	u32 n = m->flags ? m->ref - RX_REF : m->ref - TX_REF;
	bool flip = p == &parties[flipper], give = m->flags & MOVE_PAGE;

	/* What it asks for, netback has looked at. */
	assert_true(m->len <= FRAME_MOST && m->offset + m->len <= PAGE && m->flags < 3);
	assert_true((here >= frames[0].at && here < frames[0].at + MOST_FRAMES * PAGE) ||
		    here == spare);
	assert_true(!m->flags || give == flip);
	if (n >= PAGES || (m->flags && !p->posted[n]))
		return -EINVAL;
	if (!m->flags) {
		memcpy(here, p->out + n * PAGE + m->offset, m->len);
		return 0;
	}
	memcpy(p->in + n * PAGE, here, give ? PAGE : m->len);
	if (give)
		memset(here, 0xA5, PAGE);
	if (give)
		p->posted[n] = false;
	return 0;
}

static u32 nr_waiting[8]; /* frames that come from a file, by its descriptor */
static u32 draw_sent(const struct party *from, u8 **f);

s32 guest_read(u32 fd, void *buf, u32 n)
{
	struct grant_move m;
	struct grant_request r;

	scribble();
	if (fd == CONFIG) {
		struct net_info info = {.name = "tap0", .addr = parties[2].ip};

		memcpy(info.mac, parties[2].mac, 6);
		memcpy(buf, &info, sizeof(info));
		return devices_read++ ? 0 : (s32)sizeof(info);
	}
	if (fd == GRANTS) {
		assert_int_equal(n, sizeof(r));
		memcpy(&r, buf, n);
		r.status = one_grant(&r);
		memcpy(buf, &r, n);
		return (s32)n;
	}
	if (fd == TAP || fd == WIRE) {
		const struct party *from = &parties[fd == TAP ? 2 : 3];
		u8 *f;

		if (!nr_waiting[fd])
			return -EAGAIN;
		nr_waiting[fd]--;
		while (!(n = draw_sent(from, &f)))
			free(f); /* there are none of length 0 */
		memcpy(buf, f, n);
		expect(from, f, n, false);
		free(f);
		return (s32)n;
	}
	assert_int_equal(fd, MOVER);
	assert_true(n <= 64 * sizeof(m));
	for (u32 at = 0; at < n; at += (u32)sizeof(m)) {
		memcpy(&m, (u8 *)buf + at, sizeof(m));
		m.status = one_move(&m);
		memcpy((u8 *)buf + at, &m, sizeof(m));
		scribble();
	}
	return (s32)n;
}

s32 guest_write(u32 fd, const void *buf, u32 n)
{
	scribble();
	if (fd == WIRE && wire_is_busy)
		return -EAGAIN;
	if (fd == TAP || fd == WIRE)
		came(&parties[fd == TAP ? 2 : 3], buf, n);
	return (s32)n;
}

void guest_printf(const char *fmt, ...)
{
	(void)fmt;
}
void notify(u32 port)
{
	(void)port;
	scribble();
}
u32 connect(u32 domid, u32 port)
{
	return domid == port ? port : 0;
}
/* The store: /1 and /2 are the domains' ends. */
static const char *asked_for = "";
s32 xs_ask_path(u32 type, const char *path, const void *more, u32 len)
{
	(void)more, (void)len;
	asked_for = path;
	return type == XS_READ ? 0 : -1;
}
const char *xs_answer(void)
{
	bool first = asked_for[1] == '1';

	if (strstr(asked_for, "ring-ref"))
		return strstr(asked_for, "tx") ? "8" : "9";
	return strstr(asked_for, "copy") ? first != !flipper ? "1" : "0" : first ? "1" : "2";
}
/* paths.c has more than is needed here. */
u32 number_of(const char *a, const char *b)
{
	static char path[64];

	sprintf(path, "%s/%s", a, b);
	return xs_ask_path(XS_READ, path, NULL, 0) < 0 ? 0 : (u32)strtoul(xs_answer(), NULL, 10);
}
void close_device(const char *back, const char *why)
{
	(void)back, (void)why;
}
bool say(const char *a, const char *b, u32 value)
{
	(void)a, (void)b, (void)value;
	return true;
}
s32 guest_mmap(u32 va, u32 len, u32 prot)
{
	(void)va, (void)prot;
	return (s32)(uintptr_t)host_mmap(NULL, len, HOST_WRITE, HOST_PLACE, -1, 0);
}
void die(const char *what)
{
	fail_msg("%s", what);
	abort();
}
void guest_exit(u32 code)
{
	fail_msg("exit %u", code);
	abort();
}
/* What only main() and look_around() call. */
const char *value_of(const char *a, const char *b)
{
	(void)a, (void)b;
	return NULL;
}
const char *join(const char *a, const char *b)
{
	(void)b;
	return a;
}
u32 list_of(const char *path, char names[512])
{
	(void)path, (void)names;
	return 0;
}
s32 guest_open(const char *name)
{
	devices_read = 0;
	return strcmp(name, "dev/net/config") ? -ENODEV : CONFIG;
}
s32 guest_close(u32 fd)
{
	(void)fd;
	return 0;
}
s32 ticks(void)
{
	return 0;
}
void control_init(void)
{
}
u32 control_wants(void)
{
	return 0;
}
void control_serve(u32 what)
{
	(void)what;
}

/* ---- Front ends ---- */

/* Mostly from one of us to another of us. */
static u32 draw_sent(const struct party *from, u8 **f)
{
	u32 len = draw_frame(f);

	if (len < 34)
		return len;
	if (below(12))
		memcpy(*f, parties[below(4)].mac, 6);
	else if (below(2))
		memset(*f, 0xFF, 6);
	if (from->number == INTERFACE_ETH) {
		(*f)[6] = 0x54;
		(*f)[26] = (*f)[13] == 6 ? (*f)[26] : 192;
		if (!below(8) && len >= 42) /* it says that it is one of us */
			memcpy(*f + ((*f)[13] == 6 ? 28 : 26), (u8[]){10, 0, 0, (u8)(1 + below(3))},
			       4);
		return len;
	}
	if (below(10))
		memcpy(*f + 6, from->mac, 6);
	if ((*f)[13] == 6 && len >= 42)
		memcpy(*f + 22, *f + 6, 6);
	if (from->number && below(10)) {
		u8 *at = *f + ((*f)[13] == 6 && len >= 42 ? 28 : 26);

		at[0] = 10;
		at[1] = at[2] = 0;
		at[3] = (u8)from->number;
	}
	return len;
}

static bool pages_in_use[2][PAGES * 2]; /* half pages, by domain */

/* A request, or half a one. */
static void ask(struct party *p)
{
	bool *used = pages_in_use[p - parties];
	u32 id = below(NETIF_TX_SLOTS), half = below(PAGES * 2), len;
	struct netif_tx_request r;
	u8 *f;

	if (used[half] || p->should[id] != 1 || p->tx_put - p->tx_taken == NETIF_TX_SLOTS)
		return;
	len = draw_sent(p, &f);
	memcpy(p->out + half * 2048, f, len);
	r = (struct netif_tx_request){.gref = TX_REF + half / 2,
				      .offset = (u16)(half % 2 * 2048),
				      .id = (u16)id,
				      .size = (u16)len};
	if (!below(4))
		r.flags = NETTXF_csum_blank | NETTXF_data_validated;
	p->should[id] = may_leave(p, f, len) ? NETIF_RSP_OKAY : NETIF_RSP_DROPPED;
	if (!below(12)) {
		switch (below(4)) {
		case 0:
			r.gref = below(2) ? below(TX_REF) : ~0u - below(100);
			break;
		case 1:
			r.offset = (u16)(PAGE - below(len < 14 ? 14 : len));
			break;
		case 2:
			r.size = (u16)below(FRAME_LEAST);
			break;
		case 3:
			r.size = (u16)(below(2) ? FRAME_MOST + 1 + below(60000) : 0xFFFF);
		}
		p->should[id] = NETIF_RSP_ERROR;
	} else if (len < FRAME_LEAST) {
		p->should[id] = NETIF_RSP_ERROR;
	} else {
		expect(p, f, len, r.flags);
	}
	free(f);
	used[half] = true;
	p->tx->slot[p->tx_put++ % NETIF_TX_SLOTS].request = r;
}

static void post(struct party *p)
{
	u32 n = below(PAGES);

	if (p->posted[n])
		return;
	p->posted[n] = true;
	p->bad[n] = !below(16);
	p->rx->slot[p->rx_put++ % NETIF_RX_SLOTS].request = (struct netif_rx_request){
	    .id = (u16)n, .gref = p->bad[n] ? RX_REF + PAGES + below(1000) : RX_REF + n};
}

static void take_answers(struct party *p)
{
	while (p->tx_taken != p->tx->head.rsp_prod) {
		struct netif_tx_response r = p->tx->slot[p->tx_taken++ % NETIF_TX_SLOTS].response;

		assert_true(r.id < NETIF_TX_SLOTS && p->should[r.id] != 1);
		assert_int_equal(r.status, p->should[r.id]);
		p->should[r.id] = 1;
	}
	if (p->tx_taken == p->tx_put)
		memset(pages_in_use[p - parties], 0, sizeof(pages_in_use[0]));
}

static void take_received(struct party *p, bool flip)
{
	while (p->rx_taken != p->rx->head.rsp_prod) {
		struct netif_rx_response r = p->rx->slot[p->rx_taken++ % NETIF_RX_SLOTS].response;
		const u8 *page = p->in + r.id * PAGE;

		assert_true(r.id < PAGES && (p->posted[r.id] || flip));
		p->posted[r.id] = false;
		assert_int_equal(r.status < 0, p->bad[r.id]);
		if (r.status < 0)
			continue;
		came(p, page, (u32)r.status);
		/* What else was in the page is nobody's business. */
		for (u32 i = (u32)r.status; flip && i < PAGE; i++)
			assert_int_equal(page[i], 0);
	}
}

static void begin_party(struct party *p, struct vif *v)
{
	v->number = p->number;
	memcpy(v->mac, p->mac, 6);
	v->ip = p->number ? p->ip : 0; /* Domain 0's is what the kernel says */
	v->device = p->number ? "ne0" : "tap0";
	v->fd = p->number ? WIRE : TAP;
	v->kind = VIF_FILE;
	p->got = p->tx_put = p->tx_taken = p->rx_put = p->rx_taken = 0;
	for (u32 i = 0; i < NETIF_TX_SLOTS; i++)
		p->should[i] = 1;
	if (p->number == 0 || p->number == INTERFACE_ETH)
		return;
	p->fd = memfd_create("domain", 0);
	assert_int_equal(ftruncate(p->fd, (2 + 2 * PAGES) * PAGE), 0);
	p->tx = host_mmap(NULL, (2 + 2 * PAGES) * PAGE, HOST_WRITE, MAP_SHARED, p->fd, 0);
	p->rx = (struct netif_rx_ring *)((u8 *)p->tx + PAGE);
	p->out = (u8 *)p->tx + 2 * PAGE;
	p->in = p->out + PAGES * PAGE;
	memset(p->posted, 0, sizeof(p->posted));
	v->kind = VIF_DOMAIN;
	v->tx = (struct netif_tx_ring *)(place + (u32)(v - vifs) * 2 * PAGE);
	v->rx = (struct netif_rx_ring *)((u8 *)v->tx + PAGE);
	sprintf(v->front, "/%u", p->number);
	connect_to(v);
	assert_true(v->connected && v->flip == (p == &parties[flipper]));
	/* The indices wrap soon. */
	v->tx_taken = v->tx_answered = p->tx_put = p->tx_taken = below(2) ? 0 : ~below(500);
	v->rx_taken = v->rx_answered = p->rx_put = p->rx_taken = below(2) ? 0 : ~below(500);
	p->tx->head.req_prod = p->tx->head.rsp_prod = p->tx_put;
	p->rx->head.req_prod = p->rx->head.rsp_prod = p->rx_put;
	p->tx->head.answered_generation = p->tx->head.generation;
}

static void begin_run(u32 seed)
{
	state = seed * 2654435761u | 1;
	events = EVENTS;
	grants = GRANTS;
	mover = MOVER;
	place = host_mmap(NULL, MOST_VIFS * 2 * PAGE, HOST_NONE, HOST_PLACE, -1, 0);
	if (!frames[0].at) {
		round_init();
		deliver_init();
	}
	memset(vifs, 0, sizeof(vifs));
	memset(pages_in_use, 0, sizeof(pages_in_use));
	rules = (struct rules){.accept = {below(4), below(4)}};
	policy[IN] = rules.accept[IN];
	policy[OUT] = rules.accept[OUT];
	nr_texts = below(ARRAY_SIZE(texts) + 1);
	for (u32 i = 0; i < nr_texts; i++) {
		struct rule r;

		draw_rule(texts[i]);
		assert_null(rule_parse(&r, texts[i]));
		assert_true(rules_insert(&rules, i, &r));
	}
	nr_expected = 0;
	flipper = seed % 2;
	for (u32 i = 0; i < 4; i++)
		begin_party(&parties[i], &vifs[i * 3]);
}

static void end_run(void)
{
	for (u32 i = 0; i < 2; i++) {
		host_munmap(parties[i].tx, (2 + 2 * PAGES) * PAGE);
		host_close(parties[i].fd);
	}
	host_munmap(place, MOST_VIFS * 2 * PAGE);
}

static void step(void)
{
	for (struct party *p = parties; p < parties + 2; p++) {
		for (u32 n = below(40); n; n--)
			below(2) ? ask(p) : post(p);
		ring_publish(&p->tx->head.req_prod, p->tx_put, &p->tx->head.req_event);
		ring_publish(&p->rx->head.req_prod, p->rx_put, &p->rx->head.req_event);
	}
	nr_waiting[TAP] = below(8);
	nr_waiting[WIRE] = below(8);
	vifs[6].readable = vifs[9].readable = true;
	wire_is_busy = !below(8);
}

/* Interface by interface: what was sent is what became of it. */
static void counts_add_up(u32 *asked)
{
	for (u32 i = 0; i < 4; i++) {
		const struct vif *v = &vifs[i * 3];
		u32 all = 0;

		for (u32 k = 0; k < NR_FATES; k++)
			all += v->sent[k];
		if (i < 2)
			assert_int_equal(all, asked[i]);
		assert_int_equal(v->got[PASSED], parties[i].got);
	}
}

static void each_frame_fares_as_it_should(void **unused)
{
	const char *runs = getenv("TRAPLINE_NET_RUNS"), *seed = getenv("TRAPLINE_TEST_SEED");
	u32 first = seed ? atou(seed) : 1, last = first + (runs ? atou(runs) : 20), got = 0;

	(void)unused;
	scribbling = false;
	for (; first < last; first++) {
		u32 before[2], asked[2];

		begin_run(first);
		before[0] = parties[0].tx_put;
		before[1] = parties[1].tx_put;
		for (u32 i = 0; i < 60; i++) {
			step();
			while (one_round())
				;
			for (u32 d = 0; d < 2; d++) {
				take_answers(&parties[d]);
				take_received(&parties[d], d == flipper);
				assert_int_equal(parties[d].tx_taken, parties[d].tx_put);
			}
			nr_expected = 0; /* what had no room is lost */
		}
		for (u32 d = 0; d < 2; d++) {
			asked[d] = parties[d].tx_put - before[d];
			got += parties[d].got;
		}
		counts_add_up(asked);
		end_run();
	}
	assert_true(got > 100);
}

static void one_that_cheats_gets_nothing_past_a_rule(void **unused)
{
	(void)unused;
	scribbling = true;
	for (u32 seed = 1; seed < 20; seed++) {
		begin_run(seed);
		for (u32 i = 0; i < 60; i++) {
			u32 bound = 100;

			step();
			if (!below(10))
				*(below(2) ? &parties[0].tx->head.req_prod
					   : &parties[0].rx->head.req_prod) +=
				    below(2) ? 300 : ~0u >> below(30);
			while (one_round() && bound--)
				;
			take_answers(&parties[1]);
			take_received(&parties[1], flipper);
			/* Its own affairs are its own. */
			parties[0].tx_put = parties[0].tx_taken = parties[0].tx->head.rsp_prod;
			memset(parties[0].posted, 0, sizeof(parties[0].posted));
			memset(pages_in_use[0], 0, sizeof(pages_in_use[0]));
			for (u32 k = 0; k < NETIF_TX_SLOTS; k++)
				parties[0].should[k] = 1;
			nr_expected = 0;
		}
		assert_int_equal(vifs[3].got[PASSED], parties[1].got);
		end_run();
	}
	scribbling = false;
}

/* Four who always have something get as many frames through as each other, in any few rounds. */
static void each_has_its_turn(void **unused)
{
	(void)unused;
	begin_run(1);
	for (u32 round = 0; round < 50; round++) {
		u32 before[4], after[4];

		for (u32 d = 0; d < 2; d++)
			for (u32 i = 0; i < 4000 && parties[d].tx_put - parties[d].tx_taken < 40;
			     i++)
				ask(&parties[d]);
		for (u32 d = 0; d < 2; d++)
			ring_publish(&parties[d].tx->head.req_prod, parties[d].tx_put,
				     &parties[d].tx->head.req_event);
		nr_waiting[TAP] = nr_waiting[WIRE] = 100;
		vifs[6].readable = vifs[9].readable = true;
		for (u32 i = 0; i < 4; i++)
			for (u32 k = before[i] = 0; k < NR_FATES; k++)
				before[i] += vifs[i * 3].sent[k];
		assert_true(one_round());
		for (u32 i = 0; i < 4; i++) {
			for (u32 k = after[i] = 0; k < NR_FATES; k++)
				after[i] += vifs[i * 3].sent[k];
			assert_int_equal(after[i] - before[i], TURN);
		}
		for (u32 d = 0; d < 2; d++)
			take_answers(&parties[d]);
		while (one_round())
			;
		for (u32 d = 0; d < 2; d++)
			take_answers(&parties[d]);
		nr_expected = 0;
	}
	end_run();
}

/* Nor does one who is alone keep the router from looking around. */
static void one_alone_has_no_longer_turn(void **unused)
{
	struct party *p = &parties[0];

	(void)unused;
	begin_run(2);
	for (u32 i = 0; i < 4000 && p->tx_put - p->tx_taken < 40; i++)
		ask(p);
	ring_publish(&p->tx->head.req_prod, p->tx_put, &p->tx->head.req_event);
	assert_true(one_round());
	assert_int_equal(p->tx->head.rsp_prod - p->tx_taken, TURN);
	end_run();
}

static void what_is_no_address_is_refused(void **unused)
{
	static const char *const bad_ip[] = {"",	"10.0.0",   "10.0.0.1.", "10.0.0.256",
					     "0.0.0.0", "10..0.1",  "a.0.0.1",	 "224.0.0.1",
					     "0.0.0.1", "127.0.0.1"};
	static const char *const bad_mac[] = {"",
					      "00:16:3e:00:00",
					      "00:16:3e:00:00:01:",
					      "00:16:3e:00:00:100",
					      "01:16:3e:00:00:01",
					      "00:00:00:00:00:00",
					      "00:16:3e::00:01",
					      "00:16:3g:00:00:01"};
	u8 mac[6];
	u32 ip;

	(void)unused;
	for (u32 i = 0; i < ARRAY_SIZE(bad_ip); i++)
		assert_false(read_ip(bad_ip[i], &ip));
	for (u32 i = 0; i < ARRAY_SIZE(bad_mac); i++)
		assert_false(read_mac(bad_mac[i], mac));
	assert_true(read_ip("10.0.2.255", &ip) && ip == 0x0A0002FF);
	assert_true(read_mac("00:16:3e:0:a0:ff", mac) && !memcmp(mac, "\0\x16\x3e\0\xa0\xff", 6));
	assert_true(read_mac("00:16:3E:0:A0:FF", mac) && !memcmp(mac, "\0\x16\x3e\0\xa0\xff", 6));
}

#undef main
int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_no_address_is_refused),
	    cmocka_unit_test(each_frame_fares_as_it_should),
	    cmocka_unit_test(one_that_cheats_gets_nothing_past_a_rule),
	    cmocka_unit_test(each_has_its_turn),
	    cmocka_unit_test(one_alone_has_no_longer_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
