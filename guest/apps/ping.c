/* ping.c: ping ADDRESS [COUNT [SIZE]]: does it answer? Each echo has other bytes, which must come
 * back. */
#include "lib/inet.h"

struct echo {
	struct net_peer peer;
	u8 data[NET_DATA];
};

static struct echo out, in;

static void fill(u32 number, u32 size)
{
	u32 state = number * 2654435761u | 1;

	for (u32 i = 0; i < size; i++)
		out.data[i] = (u8)next_random(&state);
}

/* Until a second has passed without any. @return whether this one's answer has come */
static bool answered(u32 fd, u32 number, u32 size)
{
	s32 n;

	while ((n = read(fd, &in, sizeof(in))) > 0)
		if (in.peer.addr == out.peer.addr && in.peer.port == (u16)number &&
		    (u32)n == sizeof(in.peer) + size && !memcmp(in.data, out.data, size))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	u32 count = 4, size = 56, came = 0;
	s32 fd, err;

	if (argc < 2 || argc > 4 || !inet_parse(argv[1], &out.peer.addr) ||
	    (argc > 2 && !whole_number(argv[2], UINT32_MAX, &count)) ||
	    (argc > 3 && !whole_number(argv[3], NET_DATA, &size))) {
		printf("usage: ping ADDRESS [COUNT [SIZE]]\n");
		return 2;
	}
	fd = open("dev/net/ping");
	if (fd < 0)
		die("no network in this kernel");
	for (u32 i = 0; i < count; i++) {
		out.peer.port = (u16)i;
		fill(i, size);
		err = write((u32)fd, &out, sizeof(out.peer) + size);
		if (err == -EINTR)
			break;
		if (err < 0)
			printf("ping: %u: %s\n", i, why(err));
		else
			came += answered((u32)fd, i, size);
	}
	printf("ping: " INET ": %u of %u came back\n", INET_OF(out.peer.addr), came, count);
	return came == count ? 0 : 1;
}
