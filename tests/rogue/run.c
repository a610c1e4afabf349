/* run.c: choosing the cases that the command line names, running them, telling the verdicts. */
#include "rogue.h"

extern const struct rogue_case __start_rogue_cases[], __stop_rogue_cases[];

struct trap last_trap;

/* The verdict so far. */
static const char *how; /* NULL: none yet */
static s32 how_number;
static const char *accepted; /* NULL: not so far */

static void refused(const char *word, s32 number)
{
	if (how)
		return;
	how = word;
	how_number = number;
}

static void accept(const char *why)
{
	if (!accepted)
		accepted = why;
}

void verdict_errno(s32 ret)
{
	if (ret < 0 && ret > -4096)
		refused("errno-", -ret);
	else
		accept("returned");
}

void verdict_trap(u32 vec)
{
	if (vec != NO_TRAP)
		refused("vector-", vec);
	else
		accept("no-exception");
}

void verdict_vector(u32 vec, u32 want)
{
	if (vec == want)
		refused("vector-", vec);
	else
		accept(vec == NO_TRAP ? "no-exception" : "another-vector");
}

void verdict_silent(bool held)
{
	if (held)
		refused("silent", -1);
	else
		accept("took-effect");
}

void must(bool holds, const char *what)
{
	if (!holds)
		accept(what);
}

static bool run(const struct rogue_case *c)
{
	const char *left;

	how = accepted = NULL;
	if (c->flags & (FATAL | MAY_END))
		print("case=%s xsa=%u begins\n", c->name, c->xsa);
	if (c->flags & (FATAL | MAY_END)) {
		u32 vec = attempt(c->run, c->arg);

		if (vec != NO_TRAP)
			verdict_trap(vec);
	} else {
		c->run(c->arg);
	}
	if (c->flags & FATAL)
		accept("still-alive");
	left = aftermath();
	if (left)
		accept(left);
	if (!how && !accepted)
		accept("no-verdict");
	if (accepted)
		print("case=%s xsa=%u result=ACCEPTED how=%s\n", c->name, c->xsa, accepted);
	else if (how_number < 0)
		print("case=%s xsa=%u result=refused how=%s\n", c->name, c->xsa, how);
	else
		print("case=%s xsa=%u result=refused how=%s%d\n", c->name, c->xsa, how, how_number);
	return !accepted;
}

/* Each scenario and the cases that it leaves out. */
static const struct {
	const char *name;
	u8 without;
} groups[] = {
    {"all", FATAL | MAY_END},
    {"all-paging", FATAL | MAY_END | LIMITS_ALWAYS},
    {"all-nolimits", FATAL | MAY_END | LIMITS | LIMITS_ALWAYS},
};

static void list(void)
{
	for (const struct rogue_case *c = __start_rogue_cases; c < __stop_rogue_cases; c++)
		if (c->name)
			print("list=%s xsa=%u%s%s%s%s\n", c->name, c->xsa,
			      c->flags & FATAL ? " fatal" : "",
			      c->flags & MAY_END ? " may-end" : "",
			      c->flags & LIMITS ? " limits" : "",
			      c->flags & LIMITS_ALWAYS ? " limits-always" : "");
}

/* Copy the value of scenario= out of the command line. */
static void find_scenario(const char *line, char *out, u32 size)
{
	static const char key[] = "scenario=";
	u32 n = 0, i;

	for (; *line; line++) {
		for (i = 0; key[i] && line[i] == key[i]; i++)
			;
		if (key[i])
			continue;
		for (line += i; *line && *line != ' ' && n < size - 1; line++)
			out[n++] = *line;
		break;
	}
	out[n] = '\0';
}

/* "partial-" stands for all cases that begin so, but those that must run alone. */
static bool begins(const struct rogue_case *c, const char *scenario)
{
	u32 n = 0;

	while (scenario[n] && scenario[n] == c->name[n])
		n++;
	return n && !scenario[n] && scenario[n - 1] == '-' && !(c->flags & (FATAL | MAY_END));
}

bool rogue_main(const char *command_line)
{
	u32 count = 0, good = 0;
	char scenario[64];

	find_scenario(command_line, scenario, sizeof(scenario));
	if (!strcmp(scenario, "list")) {
		list();
		return true;
	}
	for (const struct rogue_case *c = __start_rogue_cases; c < __stop_rogue_cases; c++) {
		bool chosen = false;

		/* The linker may leave gaps between the files' arrays. */
		if (!c->name)
			continue;
		for (u32 i = 0; i < ARRAY_SIZE(groups); i++)
			if (!strcmp(scenario, groups[i].name))
				chosen = !(c->flags & groups[i].without);
		if (!strcmp(scenario, c->name) || begins(c, scenario))
			chosen = true;
		if (!chosen)
			continue;
		count++;
		good += run(c);
	}
	print("rogue: cases=%u refused=%u accepted=%u\n", count, good, count - good);
	return count && count == good;
}
