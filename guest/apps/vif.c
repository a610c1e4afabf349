/*
 * vif.c: make the network interface that this domain was given, vif0, known to its back end and to
 * the kernel.
 *
 *	vif [flip]
 *
 * flip: frames come in pages that change hands, instead of being copied.
 */
#include "xs/paths.h"

#define DEVICE "device/vif/0"

static char back[96];

/* The back end's word for an address. */
static const char *must_read(const char *name)
{
	const char *v = value_of(back, name);

	if (!v)
		die("the store does not know this interface's address");
	return v;
}

static void read_mac(u8 mac[6])
{
	const char *s = must_read("mac");

	for (u32 i = 0; i < 6; i++, s += *s == ':')
		for (mac[i] = 0; *s && *s != ':'; s++)
			mac[i] = (u8)(mac[i] * 16 + (*s <= '9' ? *s - '0' : *s - 'a' + 10));
}

static void must_say(const char *name, u32 value)
{
	if (!say(DEVICE, name, value))
		die("the store takes no answer");
}

int main(int argc, char **argv)
{
	struct vif_address a = {.flip = argc > 1 && !strcmp(argv[1], "flip")};
	struct vif_front front;
	const char *v;
	s32 fd;

	if (xs_open())
		die("there is no store here");
	v = value_of(DEVICE, "backend");
	if (!v)
		die("this domain was given no interface (tl create ... vif=ip=ADDRESS)");
	strlcpy(back, v, sizeof(back));
	read_mac(a.mac);
	fd = open("dev/xen/netfront");
	if (fd < 0 || write((u32)fd, &a, sizeof(a)) != sizeof(a) ||
	    read((u32)fd, &front, sizeof(front)) != sizeof(front))
		die("this kernel has no front end, or no memory for it");
	must_say("tx-ring-ref", front.tx_ref);
	must_say("rx-ring-ref", front.rx_ref);
	must_say("event-channel", front.port);
	must_say("request-rx-copy", !a.flip);
	must_say("state", DEVICE_READY);
	await_back(back);
	must_say("state", DEVICE_CONNECTED);
	printf("vif: vif0 is connected%s\n", a.flip ? ", pages change hands" : "");
	return 0;
}
