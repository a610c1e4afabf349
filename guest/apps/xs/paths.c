/* paths.c: values of the store below a directory. */
#include "xs/paths.h"

const char *join(const char *a, const char *b)
{
	static char path[128];
	u32 n;

	strlcpy(path, a, sizeof(path));
	n = strlen(path);
	strlcpy(path + n, "/", sizeof(path) - n);
	n = strlen(path);
	strlcpy(path + n, b, sizeof(path) - n);
	return path;
}

const char *value_of(const char *a, const char *b)
{
	return xs_ask_path(XS_READ, join(a, b), NULL, 0) < 0 ? NULL : xs_answer();
}

u32 number_of(const char *a, const char *b)
{
	const char *v = value_of(a, b);

	return v ? atou(v) : 0;
}

bool say(const char *a, const char *b, u32 value)
{
	const char *digits = decimal(value);

	return xs_ask_path(XS_WRITE, join(a, b), digits, strlen(digits)) >= 0;
}

void close_device(const char *back, const char *why)
{
	xs_ask_path(XS_WRITE, join(back, "error"), why, strlen(why));
	say(back, "state", DEVICE_CLOSED);
}

void await_back(const char *back)
{
	u32 state;

	if (xs_ask_path(XS_WATCH, join(back, "state"), "back", 5) < 0)
		die("the back end cannot be watched");
	while ((state = number_of(back, "state")) != DEVICE_CONNECTED) {
		if (state == DEVICE_CLOSED) {
			const char *why = value_of(back, "error");

			printf("the back end refuses: %s\n", why ? why : "it does not say why");
			exit(1);
		}
		xs_event();
	}
}

u32 list_of(const char *path, char names[512])
{
	s32 n = xs_ask_path(XS_DIRECTORY, path, NULL, 0);

	n = n < 0 ? 0 : n > 511 ? 511 : n;
	memcpy(names, xs_answer(), (u32)n);
	names[n] = 0;
	return (u32)n;
}
