/* xs.c: looking into the store and changing it, from any domain. */
#include "xs/client.h"

#define MAX_DEPTH 24

static const char help[] =
    "xs ls [PATH]                all there is at PATH and below it\n"
    "xs read PATH                its value\n"
    "xs write PATH VALUE         set it; what is missing above it is made\n"
    "xs mkdir PATH\n"
    "xs rm [-f] PATH             and all below it; -f: also what a domain, or all, need\n"
    "xs perms PATH [PERM ...]    who may use it, or set that: nN rN wN bN (none, read, write,\n"
    "                            both) for domain N; the first is the owner, and what all may\n"
    "xs watch PATH [N]           print what changes there, N times and then end\n"
    "xs wait PATH VALUE          until it has that value\n"
    "xs check                    does everything add up? (Domain 0)\n"
    "A PATH without / is below the domain's own, /local/domain/N. Exit codes: 0 done, 1 failed,\n"
    "2 wrongly asked.\n";

static void put(const char *text, u32 n)
{
	if (n)
		write(1, text, n);
}

static void put_line(const char *text, u32 n)
{
	put(text, n);
	put("\n", 1);
}

static void failed(const char *verb, const char *path)
{
	printf("xs: %s ", verb);
	put(path, strlen(path));
	printf(": %s\n", xs_error());
	exit(1);
}

static u32 ask(const char *verb, u32 type, const char *path, const void *more, u32 len)
{
	s32 n = xs_ask_path(type, path, more, len);

	if (n < 0)
		failed(verb, path);
	return (u32)n;
}

/* A node's line. What may not be read, or has gone meanwhile, has no value to show. */
static void show(const char *path, const char *name, u32 depth)
{
	s32 n = xs_ask_path(XS_READ, path, NULL, 0);

	for (u32 i = 0; i < depth; i++)
		put(" ", 1);
	put(name, strlen(name));
	if (n < 0) {
		put_line(" ?", 2);
		return;
	}
	put(" = \"", 4);
	put(xs_answer(), (u32)n);
	put_line("\"", 1);
}

typedef void (*visit_t)(const char *path, const char *name, u32 depth);

static void walk_below(char *path, u32 len, u32 depth, visit_t visit)
{
	char names[XENSTORE_PAYLOAD_MAX];
	s32 n = depth < MAX_DEPTH ? xs_ask_path(XS_DIRECTORY, path, NULL, 0) : -1;
	u32 size;

	if (n <= 0)
		return;
	memcpy(names, xs_answer(), (u32)n);
	for (const char *name = names; name < names + n; name += size) {
		u32 slash = len > 1 || (len && path[0] != '/');

		size = strlen(name) + 1;
		if (len + slash + size > XENSTORE_ABS_PATH_MAX)
			continue;
		if (slash)
			path[len] = '/';
		memcpy(path + len + slash, name, size);
		visit(path, name, depth);
		walk_below(path, len + slash + size - 1, depth + 1, visit);
		path[len] = 0;
	}
}

static int ls(const char *top)
{
	static char path[XENSTORE_ABS_PATH_MAX + 1];

	ask("ls", XS_DIRECTORY, top, NULL, 0);
	strlcpy(path, top, sizeof(path));
	walk_below(path, strlen(path), 0, show);
	return 0;
}

static int perms(const char *path, int n, char **words)
{
	static char list[XENSTORE_PAYLOAD_MAX];
	u32 len = 0;

	if (!n) {
		len = ask("perms", XS_GET_PERMS, path, NULL, 0);
		for (const char *p = xs_answer(); p < xs_answer() + len; p += strlen(p) + 1)
			printf("%s%s", p, p + strlen(p) + 1 < xs_answer() + len ? " " : "\n");
		return 0;
	}
	for (int i = 0; i < n; i++) {
		u32 size = strlen(words[i]) + 1;

		if (len + size > sizeof(list))
			return 2;
		memcpy(list + len, words[i], size);
		len += size;
	}
	ask("perms", XS_SET_PERMS, path, list, len);
	return 0;
}

/* The first event comes at once, and only says that there is a watch. */
static void watch(const char *path)
{
	ask("watch", XS_WATCH, path, "xs", 3);
	xs_event();
}

static int print_events(const char *path, u32 times)
{
	watch(path);
	for (u32 i = 0; !times || i < times; i++) {
		const char *changed = xs_event();

		put_line(changed, strlen(changed));
	}
	return 0;
}

static int wait_for(const char *path, const char *value)
{
	u32 len = strlen(value);

	for (watch(path);; xs_event()) {
		s32 n = xs_ask_path(XS_READ, path, NULL, 0);

		if (n == (s32)len && !memcmp(xs_answer(), value, len))
			return 0;
	}
}

static bool met_needed;

/* What tools write for domains: which one it is, where its rings are, both ends of a device. */
static void meet(const char *path, const char *name, u32 depth)
{
	static const char *const needed[] = {"domid", "ring-ref", "backend", "frontend"};

	(void)path, (void)depth;
	for (u32 i = 0; i < ARRAY_SIZE(needed); i++)
		met_needed |= !strcmp(name, needed[i]);
}

/* Is something that a domain needs at the path, or below it? */
static bool domains_need(const char *top)
{
	static const char all[] = "/local/domain";
	static char path[XENSTORE_ABS_PATH_MAX + 1];
	const char *last = top;
	u32 n = strlen(top);

	/* Those who will come need that, too. */
	if (*top == '/' && !strncmp(top, all, n) && (n == 1 || !all[n] || all[n] == '/'))
		return true;
	if (n > XENSTORE_ABS_PATH_MAX)
		return false; /* and the store refuses it */
	for (const char *s = top; *s; s++)
		last = *s == '/' ? s + 1 : last;
	strlcpy(path, top, sizeof(path));
	meet(path, last, 0);
	walk_below(path, n, 0, meet);
	return met_needed;
}

static int rm(const char *path)
{
	if (domains_need(path)) {
		printf("xs: rm %s: a domain needs what is there. `xs rm -f %s` removes it all the "
		       "same\n",
		       path, path);
		return 1;
	}
	return ask("rm", XS_RM, path, NULL, 0), 0;
}

static void connect(void)
{
	s32 err = xs_open();

	if (!err)
		return;
	if (err == -EBUSY)
		printf(
		    "xs: another program of this domain has the way to the store: end it first\n");
	else
		printf(
		    "xs: there is no store: in Domain 0, `tl create` starts it, or xenstored &\n");
	exit(1);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "help", *path = argc > 2 ? argv[2] : "";
	int n = argc - 3; /* words behind the path */
	u32 times = 0;

	if (!strcmp(verb, "help")) {
		put(help, sizeof(help) - 1);
		return 0;
	}
	connect();
	if (!strcmp(verb, "ls") && n <= 0)
		return ls(*path ? path : "/");
	if (!strcmp(verb, "check") && n < 0)
		return ask(verb, XS_DEBUG, "check", NULL, 0), 0;
	if (!strcmp(verb, "read") && n == 0) {
		u32 len = ask(verb, XS_READ, path, NULL, 0);

		return put_line(xs_answer(), len), 0;
	}
	if (!strcmp(verb, "write") && n == 1)
		return ask(verb, XS_WRITE, path, argv[3], strlen(argv[3])), 0;
	if (!strcmp(verb, "mkdir") && n == 0)
		return ask(verb, XS_MKDIR, path, NULL, 0), 0;
	if (!strcmp(verb, "rm") && n == 0)
		return rm(path);
	if (!strcmp(verb, "rm") && n == 1 && !strcmp(path, "-f"))
		return ask(verb, XS_RM, argv[3], NULL, 0), 0;
	if (!strcmp(verb, "perms") && n >= 0)
		return perms(path, n, argv + 3);
	if (!strcmp(verb, "watch") &&
	    (n == 0 || (n == 1 && whole_number(argv[3], UINT32_MAX, &times) && times)))
		return print_events(path, times);
	if (!strcmp(verb, "wait") && n == 1)
		return wait_for(path, argv[3]);
	printf("xs: what is `%s`, with %d words? `xs help` says what there is\n", verb, argc - 2);
	return 2;
}
