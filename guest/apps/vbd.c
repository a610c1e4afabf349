/* vbd.c: make the virtual disk that this domain was given, xvda, known to its back end and to the
 * kernel. */
#include "xs/paths.h"

#define DEVICE "device/vbd/51712" /* xvda */

static void must_say(const char *name, u32 value)
{
	if (!say(DEVICE, name, value))
		die("the store takes no answer");
}

int main(void)
{
	struct vbd_front front;
	char back[96];
	const char *v;
	u32 sectors;
	s32 fd;

	if (xs_open())
		die("there is no store here");
	v = value_of(DEVICE, "backend");
	if (!v)
		die("this domain was given no disk (tl create ... vbd=hda:START+SECTORS)");
	strlcpy(back, v, sizeof(back));
	fd = open("dev/xen/blkfront");
	if (fd < 0 || read((u32)fd, &front, sizeof(front)) != sizeof(front))
		die("this kernel has no front end");
	must_say("ring-ref", front.ring_ref);
	must_say("event-channel", front.port);
	must_say("state", DEVICE_READY);
	await_back(back);
	sectors = number_of(back, "sectors");
	write((u32)fd, &sectors, sizeof(sectors));
	must_say("state", DEVICE_CONNECTED);
	printf("vbd: xvda has %u KB\n", sectors / 2);
	return 0;
}
