/*
 * source.c: places in the source, by libdw.
 *
 * A trace does not hold which lines of the hypervisor ran; but each event is recorded by a function
 * of its own, trace_NAME(), which is always inlined, and DWARF says where.
 */
#include "play/source.h"

#include "play/play.h"
#include "read/file.h"
#include "read/sb.h"
#include "read/schema.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST	  64	     /* DIEs within each other */
#define MAX_FILE  (4u << 20) /* of source whose lines are shown */
#define MOST_TEXT 160	     /* of one line */

struct source {
	int fd;
	time_t made; /* when the ELF file was */
	Dwarf *dw;
	json_t *lines; /* by address: what source_line() has said */
};

struct source *source_open(const char *path, struct err *err)
{
	struct source *s = xcalloc(1, sizeof(*s));
	Dwarf_Off next;
	size_t header;
	struct stat st;

	s->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (s->fd < 0) {
		err_set(err, "%s: %s", path, strerror(errno));
		free(s);
		return NULL;
	}
	s->made = fstat(s->fd, &st) ? 0 : st.st_mtime;
	s->dw = dwarf_begin(s->fd, DWARF_C_READ);
	if (!s->dw || dwarf_nextcu(s->dw, 0, &next, &header, NULL, NULL, NULL)) {
		err_set(err, "%s: no ELF file with DWARF in it; is it built with -g?", path);
		source_close(s);
		return NULL;
	}
	s->lines = json_object();
	return s;
}

void source_close(struct source *s)
{
	if (!s)
		return;
	dwarf_end(s->dw);
	close(s->fd);
	json_decref(s->lines);
	free(s);
}

/* Line @n of @file, without what surrounds it; null if it cannot be read, or has been changed since
 * the ELF file was made. Only what lies below here is: the name is the ELF file's word. */
static json_t *text_of(const struct source *s, const char *file, int n)
{
	struct blob all;
	struct stat st;
	struct err err;
	char *line;
	json_t *j;

	if (file[0] == '/' || strstr(file, "..") || n < 1 || stat(file, &st) ||
	    st.st_mtime > s->made || file_read(file, MAX_FILE, &all, &err))
		return json_null();
	line = (char *)all.data;
	for (int i = 1; line && i < n; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (line)
		line += strspn(line, " \t");
	j = line ? json_stringn(line,
				strnlen(line, strcspn(line, "\n") < MOST_TEXT ? strcspn(line, "\n")
									      : MOST_TEXT))
		 : NULL;
	free(all.data);
	return j ? j : json_null();
}

/* As it was given to the compiler: relative to where that ran. */
static const char *relative(Dwarf_Die *cu, const char *file)
{
	Dwarf_Attribute a;
	const char *dir = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &a));
	size_t n = dir ? strlen(dir) : 0;

	return n && !strncmp(file, dir, n) && file[n] == '/' ? file + n + 1 : file;
}

static json_t *place(const struct source *s, Dwarf_Die *cu, const char *file, int line,
		     const char *function)
{
	file = relative(cu, file);
	return json_pack("[oioo]", play_text(file), line, play_text(function ? function : ""),
			 text_of(s, file, line));
}

/* The number of the event that the emitter called @name records; 0: it is none. */
static u32 event_of(const char *name)
{
	const struct schema_event *e;
	char event[64];
	size_t n;

	if (!name || strncmp(name, "trace_", 6))
		return 0;
	snprintf(event, sizeof(event), "%s", name + 6);
	n = strlen(event);
	if (n > 3 && !strcmp(event + n - 3, "_at"))
		event[n - 3] = 0;
	e = schema_by_name(event);
	return e ? e->id : 0;
}

static void add_place(json_t *all, u32 event, json_t *at)
{
	char key[8];
	json_t *places, *old;
	size_t i;

	snprintf(key, sizeof(key), "%u", event);
	places = json_object_get(all, key);
	if (!places) {
		places = json_array();
		json_object_set_new(all, key, places);
	}
	json_array_foreach(places, i, old) if (json_equal(old, at))
	{
		json_decref(at);
		return;
	}
	json_array_append_new(places, at);
}

struct search {
	const struct source *of;
	Dwarf_Die *cu;
	Dwarf_Files *files;
	json_t *out;
};

/* Look among the children of @die, which are in @function; @within is the event of the emitter that
 * they are in, if any: the one emitter is made of the other. */
static void look(const struct search *s, Dwarf_Die *die, const char *function, u32 within,
		 int depth)
{
	Dwarf_Die child;

	if (depth == DEEPEST || dwarf_child(die, &child))
		return;
	do {
		int tag = dwarf_tag(&child);
		const char *name = dwarf_diename(&child), *file;
		bool inlined = tag == DW_TAG_inlined_subroutine;
		u32 event = inlined ? event_of(name) : 0;
		Dwarf_Word number, line;
		Dwarf_Attribute a;

		if (event && event != within &&
		    !dwarf_formudata(dwarf_attr(&child, DW_AT_call_file, &a), &number) &&
		    !dwarf_formudata(dwarf_attr(&child, DW_AT_call_line, &a), &line)) {
			file = dwarf_filesrc(s->files, number, NULL, NULL);
			if (file)
				add_place(s->out, event,
					  place(s->of, s->cu, file, (int)line, function));
		}
		if (inlined || tag == DW_TAG_subprogram)
			look(s, &child, name, event ? event : within, depth + 1);
		else if (tag == DW_TAG_lexical_block)
			look(s, &child, function, within, depth + 1);
	} while (dwarf_siblingof(&child, &child) == 0);
}

json_t *source_recorders(struct source *s)
{
	struct search search = {.of = s, .out = json_object()};
	Dwarf_Off at = 0, next;
	size_t header, n;

	for (; dwarf_nextcu(s->dw, at, &next, &header, NULL, NULL, NULL) == 0 && next > at;
	     at = next) {
		Dwarf_Die cu;

		if (!dwarf_offdie(s->dw, at + header, &cu) ||
		    dwarf_getsrcfiles(&cu, &search.files, &n))
			continue;
		search.cu = &cu;
		look(&search, &cu, NULL, 0, 0);
	}
	return search.out;
}

static json_t *find_line(struct source *s, u32 address)
{
	Dwarf_Die cu, *scopes;
	Dwarf_Line *line;
	const char *file, *function = NULL;
	int number, n;

	if (!dwarf_addrdie(s->dw, address, &cu))
		return json_null();
	line = dwarf_getsrc_die(&cu, address);
	file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
	if (!file || dwarf_lineno(line, &number))
		return json_null();
	n = dwarf_getscopes(&cu, address, &scopes);
	for (int i = 0; i < n && !function; i++)
		if (dwarf_tag(&scopes[i]) != DW_TAG_lexical_block &&
		    dwarf_tag(&scopes[i]) != DW_TAG_compile_unit)
			function = dwarf_diename(&scopes[i]);
	if (n > 0)
		free(scopes);
	return place(s, &cu, file, number, function);
}

bool source_differs(struct source *s, u32 address, const u8 *bytes, u32 n)
{
	Elf *elf = dwarf_getelf(s->dw);
	size_t size, headers = 0;
	const u8 *file = (const u8 *)elf_rawfile(elf, &size);
	GElf_Phdr p;

	elf_getphdrnum(elf, &headers);
	for (size_t i = 0; file && i < headers && gelf_getphdr(elf, (int)i, &p); i++) {
		u64 at = address - p.p_vaddr;

		if (p.p_type != PT_LOAD || address < p.p_vaddr || p.p_offset > size)
			continue;
		for (u32 k = 0; k < n && at + k < p.p_filesz && at + k < size - p.p_offset; k++)
			if (file[p.p_offset + at + k] != bytes[k] && bytes[k] != 0xF4 &&
			    bytes[k] != 0xCC)
				return true;
	}
	return false;
}

json_t *source_line(struct source *s, u32 address)
{
	char key[16];
	json_t *j;

	snprintf(key, sizeof(key), "%x", address);
	j = json_object_get(s->lines, key);
	if (!j) {
		j = find_line(s, address);
		json_object_set_new(s->lines, key, j);
	}
	return json_incref(j);
}
