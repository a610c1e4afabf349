/*
 * network.c: work for the router, frame by frame through the raw interface.
 *
 *	network mix OF SEED COUNT	domains 1 to OF send each other datagrams of all kinds
 *	network flood COUNT TO		as many as go, to domain TO
 *	network drain COUNT		who sends how many of a flood, while two do
 *
 * Domain N has MAC 00:16:3e:00:00:0N and address 10.0.2.(20 + N). Each datagram says what should
 * become of it: who sends knows the rules of mix as they are written down here, and whoever gets
 * one that is forbidden says so.
 */
#include "lib/lib.h"

#define HEAD 42u /* Ethernet's, IPv4's and UDP's */

/* The router has to be given these rules. The first of the fates are those of router/header.h. */
enum fate { SHORT, TYPE, ODD, FRAGMENT, SPOOFED, OUT, IN, NOBODY, FREE, NR_FATES };
static const char *const names[NR_FATES] = {"short",	"type",	   "odd",    "fragment", "spoofed",
					    "rule-out", "rule-in", "nobody", "free"};

/* out accept udp to any:1004;  out drop udp to 10.0.2.0/24:1002-1005;  in vif2 drop udp from
 * 10.0.2.21;  in drop udp from any:2003;  in drop 47 */
static enum fate by_rules(u32 from, u32 to, u32 protocol, u32 from_port, u32 to_port)
{
	bool udp = protocol == 17;

	if (udp && to_port >= 1002 && to_port <= 1005 && to_port != 1004)
		return OUT;
	if (protocol == 47 || (udp && from_port == 2003) || (udp && from == 1 && to == 2))
		return IN;
	return FREE;
}

static struct frame {
	u8 bytes[1514];
	u32 len;
} out, in;

struct content {
	u32 fate, number, of, sum;
};

static u32 state, wire;

static u32 below(u32 n)
{
	return next_random(&state) % n;
}

static void put2(u8 *at, u32 v)
{
	at[0] = (u8)(v >> 8);
	at[1] = (u8)v;
}

static void put_mac(u8 *at, u32 domain)
{
	const u8 mac[] = {0, 0x16, 0x3E, 0, 0, (u8)domain};

	memcpy(at, mac, sizeof(mac));
}

static void put_ip(u8 *at, u32 domain)
{
	const u8 ip[] = {10, 0, 2, (u8)(20 + domain)};

	memcpy(at, ip, sizeof(ip));
}

static u32 sum_of(const struct frame *f)
{
	u32 sum = f->len;

	for (u32 i = HEAD + sizeof(struct content); i < f->len; i++)
		sum = sum * 31 + f->bytes[i];
	return sum;
}

static void make(u32 from, u32 to, u32 protocol, u32 from_port, u32 to_port, u32 size)
{
	u8 *b = out.bytes;

	out.len = HEAD + sizeof(struct content) + size;
	memset(b, 0, HEAD);
	put_mac(b, to);
	put_mac(b + 6, from);
	put2(b + 12, 0x800);
	b[14] = 0x45;
	put2(b + 16, out.len - 14);
	b[22] = 64;
	b[23] = (u8)protocol;
	put_ip(b + 26, from);
	put_ip(b + 30, to);
	put2(b + 34, from_port);
	put2(b + 36, to_port);
	put2(b + 38, out.len - 34);
	for (u32 i = 0; i < size; i++)
		b[HEAD + sizeof(struct content) + i] = (u8)(size ^ i);
}

static void seal(u32 fate, u32 number, u32 of)
{
	struct content c = {fate, number, of, sum_of(&out)};

	memcpy(out.bytes + HEAD, &c, sizeof(c));
}

/* Spoil it. @return what should become of it then */
static enum fate spoil(enum fate fate, u32 self, u32 of)
{
	u8 *b = out.bytes;

	switch (below(16)) {
	case 0:
		put2(b + 16, out.len - 13); /* longer than there is */
		return SHORT;
	case 1:
		put2(b + 12, 0x86DD);
		return TYPE;
	case 2:
		b[14] = (u8)(below(2) ? 0x44 : 0x65);
		return ODD;
	case 3:
		put2(b + 20, below(2) ? 0x2000 : 1 + below(0x1FFF));
		return FRAGMENT;
	case 4:
		if (below(2))
			put_ip(b + 26, self % of + 1);
		else
			put_mac(b + 6, self % of + 1);
		return SPOOFED;
	case 5: /* it is looked for after the rules for sending, and before those for getting */
		b[5] = 99;
		return fate == OUT ? OUT : NOBODY;
	}
	return fate;
}

static enum fate draw(u32 self, u32 of)
{
	u32 to = (self + below(of - 1)) % of + 1, protocol = below(8) ? 17 : below(2) ? 47 : 1;
	u32 from_port = 2000 + below(8), to_port = 1000 + below(12);

	make(self, to, protocol, from_port, to_port, below(4) ? below(100) : below(1400));
	return spoil(by_rules(self, to, protocol, from_port, to_port), self, of);
}

static struct net_counts counts(void)
{
	struct net_info i = {.name = ""};
	u32 fd = (u32)open("dev/net/config");

	while (read(fd, &i, sizeof(i)) == sizeof(i) && strcmp(i.name, "vif0"))
		;
	close(fd);
	return i.counts;
}

static bool receive(void)
{
	s32 n = read(wire, in.bytes, sizeof(in.bytes));

	in.len = n > 0 ? (u32)n : 0;
	return n > 0;
}

/* @return whether it may have come here, and as it was sent */
static bool is_right(u32 self)
{
	struct content c;
	u8 mac[6];

	memcpy(&c, in.bytes + HEAD, sizeof(c));
	put_mac(mac, self);
	return in.len >= HEAD + sizeof(c) && c.fate == FREE && c.sum == sum_of(&in) &&
	       !memcmp(in.bytes, mac, 6);
}

/* Until it has been taken; meanwhile takes what comes. */
static void send(void (*take)(void))
{
	while (write(wire, out.bytes, out.len) == -EAGAIN) {
		take();
		yield();
	}
}

static u32 self, right, wrong;

static void take(void)
{
	while (receive())
		*(is_right(self) ? &right : &wrong) += 1;
}

static int mix(u32 of, u32 count)
{
	u32 sent[NR_FATES] = {0};
	struct net_counts c;

	for (u32 i = 0; i < count; i++) {
		enum fate fate = draw(self, of);

		seal(fate, i, count);
		sent[fate]++;
		send(take);
		take();
	}
	/* The others may still send. */
	for (u32 idle = 0, before; idle < 20; idle++) {
		before = right + wrong;
		sleep(10);
		take();
		idle = right + wrong == before ? idle : 0;
	}
	c = counts();
	/* Short lines: a domain's longer ones are cut in two. */
	for (u32 i = 0; i < NR_FATES; i++)
		printf("%s %s %u",
		       i % 5 ? ""
		       : i   ? "\nnetwork: sent"
			     : "network: sent",
		       names[i], sent[i]);
	printf("\nnetwork: received %u: right %u wrong %u queue %u\n", c.rx, right, wrong,
	       c.rx_dropped);
	return wrong || c.rx != right + c.rx_dropped || c.tx != count;
}

static void nothing(void)
{
}

static int flood(u32 count, u32 to)
{
	for (u32 i = 0; i < count; i++) {
		make(self, to, 17, 2000, 1000, 400);
		seal(FREE, i, count);
		send(nothing);
	}
	return 0;
}

/* Both have begun, and neither is near its end. */
static int drain(u32 count)
{
	u32 came[4] = {0}, idle = 0;
	bool begun[4] = {false};

	while (idle < 100) {
		struct content c;
		u32 from;

		if (!receive()) {
			sleep(1);
			idle += begun[1] || begun[2];
			continue;
		}
		idle = 0;
		memcpy(&c, in.bytes + HEAD, sizeof(c));
		from = in.bytes[11] & 3;
		begun[from] = true;
		came[from] += begun[1] && begun[2];
		if (c.number > count / 10 * 9)
			break;
	}
	/* The others may still send. */
	for (idle = 0; idle < 100; idle++)
		if (receive())
			idle = 0;
		else
			sleep(1);
	printf("network: of domain 1 %u, of domain 2 %u\n", came[1], came[2]);
	return !came[1] || !came[2];
}

int main(int argc, char **argv)
{
	s32 fd = open("dev/net/raw/vif0");
	struct net_info i = {.name = ""};
	u32 config = (u32)open("dev/net/config");

	if (fd < 0)
		die("there is no vif0, or somebody else has it");
	wire = (u32)fd;
	while (read(config, &i, sizeof(i)) == sizeof(i) && strcmp(i.name, "vif0"))
		;
	self = i.mac[5];
	if (argc == 5 && !strcmp(argv[1], "mix")) {
		state = atou(argv[3]) * 16 + self + 1;
		return mix(atou(argv[2]), atou(argv[4]));
	}
	if (argc == 4 && !strcmp(argv[1], "flood"))
		return flood(atou(argv[2]), atou(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "drain"))
		return drain(atou(argv[2]));
	printf("usage: network mix OF SEED COUNT | flood COUNT TO | drain COUNT\n");
	return 2;
}
