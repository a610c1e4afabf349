/* vbd.c: make the virtual disk that this domain was given, xvda, known to its back end and to the
 * kernel. */
#include "lib/lib.h"
#include "xs/client.h"

#define DEVICE "device/vbd/51712" /* xvda */

static char back[96];

static const char *ask(const char *path)
{
	return xs_ask_path(XS_READ, path, NULL, 0) < 0 ? NULL : xs_answer();
}

static const char *of_back(const char *name)
{
	static char path[128];
	u32 n;

	strlcpy(path, back, sizeof(path));
	n = strlen(path);
	strlcpy(path + n, name, sizeof(path) - n);
	return path;
}

static void say(const char *path, u32 value)
{
	const char *digits = decimal(value);

	if (xs_ask_path(XS_WRITE, path, digits, strlen(digits)) < 0)
		die("the store takes no answer");
}

int main(void)
{
	struct vbd_front front;
	const char *v;
	u32 sectors;
	s32 fd;

	if (xs_open())
		die("there is no store here");
	v = ask(DEVICE "/backend");
	if (!v)
		die("this domain was given no disk (tl create ... vbd=hda:START+SECTORS)");
	strlcpy(back, v, sizeof(back));
	fd = open("dev/xen/blkfront");
	if (fd < 0 || read((u32)fd, &front, sizeof(front)) != sizeof(front))
		die("this kernel has no front end");
	say(DEVICE "/ring-ref", front.ring_ref);
	say(DEVICE "/event-channel", front.port);
	if (xs_ask_path(XS_WATCH, of_back("/state"), "back", 5) < 0)
		die("the back end cannot be watched");
	say(DEVICE "/state", 3);
	while (!(v = ask(of_back("/state"))) || atou(v) != 4)
		xs_event();
	v = ask(of_back("/sectors"));
	sectors = v ? atou(v) : 0;
	write((u32)fd, &sectors, sizeof(sectors));
	say(DEVICE "/state", 4);
	printf("vbd: xvda has %u KB\n", sectors / 2);
	return 0;
}
