/*
 * lines.c: writes down what DWARF says of an ELF file, for source_table.c.
 *
 *   lines hv FILE       which lines record an event
 *   lines guest FILE    which line each address of its code is of
 */
#include "play/source.h"
#include "read/file.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST (64u << 20)

/* The lines of the code from @at to @end; each is told once, where it begins. */
static void add_lines(struct source *s, u32 at, u32 end, json_t *out)
{
	json_t *last = json_null();

	for (; at < end; at++) {
		json_t *line = source_line(s, at);

		if (!json_equal(line, last))
			json_array_append_new(out, json_pack("[IO]", (json_int_t)at, line));
		json_decref(last);
		last = line;
	}
	json_array_append_new(out, json_pack("[In]", (json_int_t)end));
	json_decref(last);
}

static int add_code(const char *path, struct source *s, json_t *out, struct err *err)
{
	struct blob file;
	Elf32_Ehdr h;
	u32 from = 0;

	if (file_read(path, LARGEST, &file, err))
		return -1;
	memcpy(&h, file.data, file.size < sizeof(h) ? file.size : sizeof(h));
	for (u32 i = 0; file.size >= sizeof(h) && i < h.e_shnum; i++) {
		Elf32_Shdr sh;

		if (h.e_shoff + (i + 1) * sizeof(sh) > file.size)
			break;
		memcpy(&sh, file.data + h.e_shoff + i * sizeof(sh), sizeof(sh));
		if (!(sh.sh_flags & SHF_EXECINSTR) || sh.sh_size > file.size || sh.sh_addr < from)
			continue;
		from = sh.sh_addr + sh.sh_size;
		add_lines(s, sh.sh_addr, from, out);
	}
	free(file.data);
	return json_array_size(out)
		   ? 0
		   : err_set(err, "%s: no code of 32 bits in it, in rising order", path);
}

int main(int argc, char **argv)
{
	json_t *lines = json_array(), *j;
	struct source *s = NULL;
	bool guest = argc == 3 && !strcmp(argv[1], "guest");
	struct err err;
	int rc = 2;

	if (!guest && (argc != 3 || strcmp(argv[1], "hv")))
		fprintf(stderr, "usage: lines hv|guest FILE\n");
	else if (!(s = source_open(argv[2], &err)) || (guest && add_code(argv[2], s, lines, &err)))
		fprintf(stderr, "lines: %s\n", err.text);
	else
		rc = 0;
	if (!rc) {
		j = json_pack("{so sO}", "recorders", guest ? json_object() : source_recorders(s),
			      "lines", lines);
		rc = json_dumpf(j, stdout, JSON_COMPACT) ? 2 : 0;
		json_decref(j);
	}
	json_decref(lines);
	source_close(s);
	return rc;
}
