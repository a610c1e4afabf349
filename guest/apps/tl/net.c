/* net.c: `tl net`, `tl capture`: asking the router, a line each (netback/socket.h). */
#include "netback/socket.h"
#include "tl/tl.h"

static u32 ask_router(int argc, char **argv)
{
	s32 fd = open(NETBACK_SOCKET);
	char line[256] = "";
	u32 n = 0;

	if (fd < 0)
		fail("there is no router: netback & starts it");
	for (int i = 0; i < argc; i++) {
		strlcpy(line + n, argv[i], sizeof(line) - n - 1);
		n = strlen(line);
		line[n++] = i + 1 < argc ? ' ' : '\n';
	}
	write((u32)fd, line, n);
	return (u32)fd;
}

static bool refused(const char *answer, s32 n)
{
	u32 len = strlen(NETBACK_REFUSES);

	return n >= (s32)len && !memcmp(answer, NETBACK_REFUSES, len);
}

int net(int argc, char **argv)
{
	static char show[] = "show", *words[] = {show};
	u32 fd = argc ? ask_router(argc, argv) : ask_router(1, words);
	char answer[1024];
	bool first = true;
	int status = 0;
	s32 n;

	for (; (n = read(fd, answer, sizeof(answer))) > 0; first = false) {
		if (first && refused(answer, n))
			status = TL_USAGE;
		write(1, answer, (u32)n);
	}
	return status;
}

/* So that it can be taken out of a console's output. */
static void print_hex(const u8 *bytes, u32 n)
{
	for (u32 i = 0; i < n; i += 32) {
		static const char hex[] = "0123456789abcdef";
		char text[65];
		u32 k = 0;

		for (; k < 32 && i + k < n; k++) {
			text[2 * k] = hex[bytes[i + k] >> 4];
			text[2 * k + 1] = hex[bytes[i + k] & 15];
		}
		text[2 * k] = 0;
		printf("pcap %s\n", text);
	}
}

int capture_frames(const char *frames, const char *file)
{
	char *words[] = {"capture", (char *)frames};
	static u8 bytes[4096];
	s32 to, n;
	u32 fd;

	number("FRAMES", frames, 1, UINT32_MAX);
	fd = ask_router(2, words);
	n = read(fd, bytes, sizeof(bytes));
	if (refused((const char *)bytes, n)) {
		write(1, bytes, (u32)n);
		return TL_FAILED;
	}
	to = file ? creat(file) : 0;
	if (to < 0)
		fail("%s: is it on a disk that is mounted?", file);
	for (; n > 0; n = read(fd, bytes, sizeof(bytes))) {
		if (!file)
			print_hex(bytes, (u32)n);
		else if (write((u32)to, bytes, (u32)n) != n)
			fail("%s: it cannot be written", file);
	}
	return 0;
}
