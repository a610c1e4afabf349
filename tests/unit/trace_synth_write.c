/* trace_synth_write.c: writes the invented traces as directories, to try tltrace by hand. */
#include "trace_synth.h"

#include <stdio.h>

static int write_one(struct synth *s, const char *base, const char *name)
{
	struct sb path = {0};
	struct err err;
	int rc;

	sb_add(&path, "%s/%s", base, name);
	rc = synth_write(s, path.s, &err);
	if (rc)
		fprintf(stderr, "%s\n", err.text);
	sb_free(&path);
	synth_free(s);
	return rc;
}

int main(int argc, char **argv)
{
	struct synth s;

	if (argc != 2) {
		fprintf(stderr, "usage: trace_synth_write DIR\n");
		return 2;
	}
	synth_begin(&s, 1);
	synth_noise(&s, 3);
	synth_esx_walk(&s, 1, SYNTH_VA);
	if (write_one(&s, argv[1], "esx.ctf"))
		return 1;
	synth_begin(&s, 2);
	synth_noise(&s, 1);
	synth_xen_walk(&s, 1, SYNTH_VA);
	if (write_one(&s, argv[1], "xen.ctf"))
		return 1;
	synth_begin(&s, 1);
	synth_noise(&s, 37);
	for (u32 i = 0; i < 4; i++)
		synth_esx_walk(&s, i + 1, SYNTH_VA + i * 0x1000);
	synth_lose(&s, 12);
	synth_noise(&s, 5);
	synth_esx_walk(&s, 9, SYNTH_VA);
	return write_one(&s, argv[1], "long.ctf") != 0;
}
