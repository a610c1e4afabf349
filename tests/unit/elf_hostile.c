/* elf_hostile.c: the ELF reader on good files, and on files made to break it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "build/xen_image.h"
#include "insn_scale.h"

#define GUEST_TEXT "GUEST_OS=Finch,XEN_VER=xen-3.0,VIRT_BASE=0xC0000000,HYPERCALL_PAGE=0x101,PAE=no"

static const char names[] = "\0.text\0__xen_guest\0.note\0.strtab";
static const struct {
	u32 name_size, desc_size, type;
	char name[4];
	u32 desc;
} note = {4, 4, 1, "Xen", 0xC0200000};

/* A kernel with one segment, and the four sections named above. */
struct file {
	struct elf_header header;
	struct elf_phdr ph[2];
	struct elf_shdr sh[5];
	char names[sizeof(names)];
	char text[sizeof(GUEST_TEXT)];
	u8 note[sizeof(note)];
	u8 code[64];
};

#define AT(member) ((u32)offsetof(struct file, member))

static struct file good(void)
{
	struct file f = {
	    .header = {.ident = {0x7F, 'E', 'L', 'F', 1, 1, 1},
		       .type = 2,
		       .machine = EM_386,
		       .version = 1,
		       .entry = 0xC0100000,
		       .phoff = AT(ph),
		       .shoff = AT(sh),
		       .ehsize = 52,
		       .phentsize = 32,
		       .phnum = 2,
		       .shentsize = 40,
		       .shnum = 5,
		       .shstrndx = 4},
	    .ph = {{.type = PT_NOTE},
		   {.type = PT_LOAD,
		    .offset = AT(code),
		    .vaddr = 0xC0100000,
		    .paddr = 0x100000,
		    .filesz = 64,
		    .memsz = 4096}},
	    .sh = {{.name = 0},
		   {.name = 1,
		    .type = 1,
		    .flags = SHF_ALLOC | SHF_EXECINSTR,
		    .addr = 0xC0100000,
		    .offset = AT(code),
		    .size = 64},
		   {.name = 7, .type = 1, .offset = AT(text), .size = sizeof(GUEST_TEXT)},
		   {.name = 19, .type = SHT_NOTE, .offset = AT(note), .size = sizeof(note)},
		   {.name = 25, .type = 3, .offset = AT(names), .size = sizeof(names)}},
	};

	memcpy(f.names, names, sizeof(names));
	memcpy(f.text, GUEST_TEXT, sizeof(f.text));
	return f;
}

/* Read all that there is to read. Every byte that is promised is touched, for ASan to see. */
static u32 read_all(const void *file, u32 len)
{
	struct xen_image x;
	struct elf_phdr ph;
	struct elf_shdr sh;
	struct elf e;
	u32 sum = 0;

	if (!elf_open(&e, file, len))
		return 0;
	for (u32 i = 0; elf_next_load(&e, &i, &ph) > 0;)
		for (u32 n = 0; n < ph.filesz; n++)
			sum += e.file[ph.offset + n];
	for (u32 i = 0; elf_next_section(&e, &i, &sh);) {
		sum += strlen(elf_section_name(&e, &sh));
		for (u32 n = 0; n < sh.size; n++)
			sum += e.file[sh.offset + n];
	}
	xen_image_read(&x, &e);
	return sum + strlen(x.guest_os) + 1;
}

static void a_kernel_says_what_it_wants(void **s)
{
	struct file f = good();
	struct xen_image x;
	struct elf_phdr ph;
	struct elf e;
	u32 i = 0;

	(void)s;
	assert_true(elf_open(&e, &f, sizeof(f)));
	assert_int_equal(elf_next_load(&e, &i, &ph), 1);
	assert_int_equal(ph.vaddr, 0xC0100000);
	assert_int_equal(elf_next_load(&e, &i, &ph), 0);
	xen_image_read(&x, &e);
	assert_true(x.found);
	assert_false(x.pae || x.wrong_version);
	assert_string_equal(x.guest_os, "Finch");
	assert_int_equal(x.virt_base, 0xC0000000);
	assert_int_equal(x.hypercall_page, NO_ADDRESS);
	assert_int_equal(x.hypercall_pfn, 0x101);
	assert_int_equal(x.entry, 0xC0100000);
}

static void elf_notes_count_too(void **s)
{
	struct file f = good();
	struct xen_image x;
	struct elf e;

	(void)s;
	memcpy(f.note, &note, sizeof(note));
	assert_true(elf_open(&e, &f, sizeof(f)));
	xen_image_read(&x, &e);
	assert_int_equal(x.entry, 0xC0200000);
}

static void another_interface_is_seen(void **s)
{
	struct file f = good();
	struct xen_image x;
	struct elf e;

	(void)s;
	memcpy(f.text, "XEN_VER=xen-2.0,PAE=yes,GUEST_OS=an operating system with a long name", 70);
	assert_true(elf_open(&e, &f, sizeof(f)));
	xen_image_read(&x, &e);
	assert_true(x.wrong_version);
	assert_true(x.pae);
	assert_int_equal(strlen(x.guest_os), sizeof(x.guest_os) - 1);
	assert_int_equal(x.virt_base, NO_ADDRESS);
}

static void a_segment_that_does_not_fit_is_an_error(void **s)
{
	static const struct {
		u32 offset, filesz, memsz, vaddr;
	} bad[] = {
	    {sizeof(struct file) - 64, 65, 4096, 0},
	    {0xFFFFFFF0, 0x20, 4096, 0},
	    {AT(code), 64, 63, 0},
	    {AT(code), 0xFFFFFFFF, 0xFFFFFFFF, 0},
	    {AT(code), 64, 4096, 0xFFFFF001},
	};

	(void)s;
	for (u32 n = 0; n < ARRAY_SIZE(bad); n++) {
		struct file f = good();
		struct elf_phdr ph;
		struct elf e;
		u32 i = 0;

		f.ph[1].offset = bad[n].offset;
		f.ph[1].filesz = bad[n].filesz;
		f.ph[1].memsz = bad[n].memsz;
		f.ph[1].vaddr = bad[n].vaddr;
		assert_true(elf_open(&e, &f, sizeof(f)));
		assert_int_equal(elf_next_load(&e, &i, &ph), -1);
	}
}

static void a_name_that_never_ends_is_no_name(void **s)
{
	struct file f = good();
	struct elf e;

	(void)s;
	memset(f.names, 'x', sizeof(f.names));
	assert_true(elf_open(&e, &f, sizeof(f)));
	assert_string_equal(elf_section_name(&e, &f.sh[1]), "");
	f.header.shstrndx = 0xFFFF;
	assert_true(elf_open(&e, &f, sizeof(f)));
	assert_string_equal(elf_section_name(&e, &f.sh[1]), "");
}

static void a_truncated_file_is_read_within_its_bounds(void **s)
{
	struct file f = good();

	(void)s;
	memcpy(f.note, &note, sizeof(note));
	for (u32 len = 0; len <= sizeof(f); len++) {
		/* On the heap, so that ASan sees one byte too many. */
		void *copy = malloc(len ? len : 1);

		memcpy(copy, &f, len);
		read_all(copy, len);
		free(copy);
	}
}

static void a_corrupted_file_is_read_within_its_bounds(void **s)
{
	static const u32 nasty[] = {0, 1, 3, 4, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFC, 0xFFFFFFFF};
	u32 x = test_seed(), opened = 0;

	(void)s;
	for (u32 n = 0; n < 20000 * test_scale(); n++) {
		struct file f = good();
		void *copy = malloc(sizeof(f));

		memcpy(f.note, &note, sizeof(note));
		for (u32 changes = 1 + test_random(&x) % 4; changes; changes--) {
			/* Behind the magic, or nothing else would be looked at. */
			u32 at = 16 + test_random(&x) % (sizeof(f) - 20);

			if (test_random(&x) % 2)
				((u8 *)&f)[at] = test_random(&x);
			else
				memcpy((u8 *)&f + (at & ~3u), &nasty[test_random(&x) % 8], 4);
		}
		memcpy(copy, &f, sizeof(f));
		opened += read_all(copy, sizeof(f)) != 0;
		free(copy);
	}
	assert_true(opened > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_kernel_says_what_it_wants),
	    cmocka_unit_test(elf_notes_count_too),
	    cmocka_unit_test(another_interface_is_seen),
	    cmocka_unit_test(a_segment_that_does_not_fit_is_an_error),
	    cmocka_unit_test(a_name_that_never_ends_is_no_name),
	    cmocka_unit_test(a_truncated_file_is_read_within_its_bounds),
	    cmocka_unit_test(a_corrupted_file_is_read_within_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
