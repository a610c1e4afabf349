/* net.c: the network devices with their addresses and counters; or set a device's address. */
#include "lib/inet.h"

static u32 bits(u32 mask)
{
	u32 n = 0;

	for (; mask; mask <<= 1)
		n++;
	return n;
}

static void show(const struct net_info *i)
{
	const u8 *m = i->mac;

	printf("%s %02x:%02x:%02x:%02x:%02x:%02x", i->name, m[0], m[1], m[2], m[3], m[4], m[5]);
	if (i->addr)
		printf(" " INET "/%u", INET_OF(i->addr), bits(i->mask));
	if (i->addr && (i->gateway & i->mask) == (i->addr & i->mask))
		printf(" gateway " INET, INET_OF(i->gateway));
	printf("\n  received %u frames (%u bytes), dropped %u of them\n", i->counts.rx,
	       i->counts.rx_bytes, i->counts.rx_dropped);
	printf("  sent %u frames (%u bytes), dropped %u others\n", i->counts.tx, i->counts.tx_bytes,
	       i->counts.tx_dropped);
}

static int set(u32 fd, int argc, char **argv)
{
	struct net_info i = {.gateway = 0};
	s32 done;

	strlcpy(i.name, argv[1], sizeof(i.name));
	if (!inet_parse_net(argv[2], &i.addr, &i.mask) ||
	    (argc == 4 && !inet_parse(argv[3], &i.gateway))) {
		printf("net: an address is as 10.0.2.15/24, a gateway as 10.0.2.2\n");
		return 2;
	}
	done = write(fd, &i, sizeof(i));
	if (done == sizeof(i))
		return 0;
	printf("net: %s: %s\n", argv[1],
	       done == -ENODEV ? "no such device" : "no machine can have that address");
	return 1;
}

int main(int argc, char **argv)
{
	s32 fd = open("dev/net/config");
	struct net_info i;

	if (fd < 0)
		die("no network in this kernel");
	if (argc == 3 || argc == 4)
		return set((u32)fd, argc, argv);
	if (argc != 1) {
		printf("usage: net, or net DEVICE ADDRESS/BITS [GATEWAY]\n");
		return 2;
	}
	while (read((u32)fd, &i, sizeof(i)) == sizeof(i))
		show(&i);
	return 0;
}
