/* cmd_extract.c: tltrace extract: from guest RAM or a serial stream to a CTF directory. */
#include "cmd/cmd.h"

#include "read/ring.h"
#include "read/tsdl.h"

#include <stdio.h>
#include <stdlib.h>

static int run(const struct command *self, int argc, char **argv)
{
	static const struct option opts[] = {{"stream", no_argument, NULL, 's'},
					     {"command-line", required_argument, NULL, 'c'},
					     {0}};
	static const struct err unfit = {
	    "--command-line takes at most 1023 printable characters, none of them \" or \\"};
	const char *started = "";
	struct raw_trace raw;
	struct sb meta = {0};
	struct blob metadata;
	struct err err;
	bool stream = false;
	int c, code, rc;

	while ((c = cmd_getopt(self, argc, argv, opts, &code)) != -1) {
		if (c == '?')
			return code;
		if (c == 's')
			stream = true;
		else if (tsdl_words_fit(optarg))
			started = optarg;
		else
			return cmd_fail(self, &unfit);
	}
	if (!cmd_args(self, argc, 2))
		return EXIT_TROUBLE;
	rc = stream ? ring_from_stream(argv[optind], &raw, &err)
		    : ring_from_ram(argv[optind], &raw, &err);
	if (rc)
		return cmd_fail(self, &err);
	if (raw.warning[0])
		fprintf(stderr, "tltrace extract: warning: %s\n", raw.warning);
	/* Under icount one tick is one instruction and one nanosecond: the best guess if the
	 * hypervisor could not measure. */
	tsdl_metadata(&meta, raw.tsc_khz ? (u64)raw.tsc_khz * 1000 : 1000000000u, started);
	metadata = (struct blob){(u8 *)meta.s, meta.len};
	rc = ctfdir_write(argv[optind + 1], &metadata, &raw.stream, &err);
	if (rc == 0 && raw.discarded)
		fprintf(stderr, "tltrace extract: warning: %llu events found the ring full\n",
			(unsigned long long)raw.discarded);
	sb_free(&meta);
	free(raw.stream.data);
	return rc ? cmd_fail(self, &err) : EXIT_OK;
}

const struct command cmd_extract = {
    "extract",
    "RAMFILE OUT.ctf [--stream] [--command-line WORDS]",
    "write the trace found in a machine's memory as a CTF directory",
    "  RAMFILE    the file behind the guest's memory (memory-backend-file,share=on)\n"
    "  OUT.ctf    replaced if it is a trace directory already\n"
    "  --stream   the input is packets as they came through a serial port\n"
    "  --command-line WORDS  what the machine was started with; the trace keeps it, titles tell "
    "scenario and seed\n",
    run,
};
