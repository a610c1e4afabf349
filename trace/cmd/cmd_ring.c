/* cmd_ring.c: tltrace ring: a ring between two domains, as a picture. */
#include "cmd/cmd.h"

#include "draw/draw_ring.h"
#include "draw/svg.h"
#include "trapline/ring.h"

#include <stdint.h>
#include <stdio.h>

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {
	    {"domain", required_argument, NULL, 'd'}, {"at", required_argument, NULL, 'a'}, {0}};
	u64 domain = TRACE_NO_DOMAIN, at = 0;
	const char *path = NULL;
	struct err err = {""};
	struct sb svg = {0};
	struct trace t;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 'o')
			path = optarg;
		else if (!cmd_number(self, optarg, c == 'd' ? TRACE_NO_DOMAIN - 1 : UINT32_MAX,
				     c == 'd' ? "domain" : "event number",
				     c == 'd' ? &domain : &at))
			return EXIT_TROUBLE;
	}
	if (!cmd_args(self, argc, 1) || !cmd_open(self, &t, argv[optind]) ||
	    !cmd_has_domain(self, &t, (u32)domain))
		return EXIT_TROUBLE;
	rc = path ? draw_ring(&t, (u32)domain, at, &svg, &err)
		  : err_set(&err, "say where to draw with -o FILE.svg");
	if (!rc)
		rc = svg_write(&svg, path, &err);
	sb_free(&svg);
	trace_close(&t);
	return rc ? cmd_fail(self, &err) : EXIT_OK;
}

const struct command cmd_ring = {
    "ring",
    "DIR [--domain N] [--at N] -o FILE.svg",
    "draw a block ring as the four regions that its indices make",
    "  -o FILE.svg    what the largest batch does to it, state by state\n"
    "  --domain N     the ring of this front end\n"
    "  --at N         only as it is after event N\n"
    "Needs the notes of both ends: a front end with notes=1, `blkback notes`, and TRACE=dom.\n",
    run,
};
