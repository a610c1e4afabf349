/* path.c: the names of nodes (docs/misc/xenstore.txt of Xen has the rules). */
#include "path.h"
#include "string.h"

static bool allowed(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '/' || c == '_' || c == '@';
}

bool path_valid(const char *path)
{
	u32 n = strlen(path);

	if (path[0] != '/' || n > XENSTORE_ABS_PATH_MAX)
		return false;
	for (u32 i = 1; i < n; i++) {
		if (!allowed(path[i]) || (path[i] == '/' && path[i - 1] == '/'))
			return false;
	}
	return n == 1 || path[n - 1] != '/';
}

u32 put_decimal(char *to, u32 n)
{
	char digits[10];
	u32 count = 0;

	do {
		digits[count++] = '0' + n % 10;
		n /= 10;
	} while (n);
	for (u32 i = 0; i < count; i++)
		to[i] = digits[count - 1 - i];
	to[count] = 0;
	return count;
}

u32 path_of_domain(char *path, u16 domid)
{
	static const char home[] = "/local/domain/";

	memcpy(path, home, sizeof(home) - 1);
	return sizeof(home) - 1 + put_decimal(path + sizeof(home) - 1, domid);
}

bool path_absolute(char *path, const char *name, u16 domid)
{
	u32 n = strlen(name), at = 0;

	if (name[0] != '/') {
		if (n > XENSTORE_REL_PATH_MAX || name[0] == '@')
			return false;
		at = path_of_domain(path, domid);
		path[at++] = '/';
	}
	if (at + n > XENSTORE_ABS_PATH_MAX)
		return false;
	memcpy(path + at, name, n + 1);
	return path_valid(path);
}

u32 path_base(const char *path)
{
	u32 n = strlen(path);

	while (n && path[n - 1] != '/')
		n--;
	return n;
}

void path_up(char *path)
{
	u32 base = path_base(path);

	path[base > 1 ? base - 1 : 1] = 0;
}

void path_down(char *path, const char *name)
{
	u32 n = strlen(path);

	if (n > 1)
		path[n++] = '/';
	memcpy(path + n, name, strlen(name) + 1);
}

bool path_within(const char *path, const char *above)
{
	u32 n = strlen(above);

	if (n == 1 && above[0] == '/')
		return path[0] == '/';
	return strncmp(path, above, n) == 0 && (path[n] == 0 || path[n] == '/');
}
