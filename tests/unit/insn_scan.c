/* insn_scan.c: the scanner: on real code its boundaries are Capstone's; its table follows writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#undef PF_W /* the hypervisor has that name for something else */
#include "find/scan.h"
#include "insn_oracle.h"
#include "insn_scale.h"

#define BASE 0x100000u
#define CODE (5 * PAGE_SIZE)

static u8 memory[CODE];	  /* as the processor sees it, with traps */
static u8 original[CODE]; /* as the guest wrote it */
static u8 table_memory[sizeof(struct patch_table) + 4096 * sizeof(struct patch)]
    __attribute__((aligned(8)));

static bool read_code(void *ctx, u32 pa, u8 *dst, u32 n)
{
	(void)ctx;
	assert_true(pa >= BASE && pa + n <= BASE + CODE);
	memcpy(dst, memory + pa - BASE, n);
	return true;
}

static void write_code(void *ctx, u32 pa, u8 byte, u8 op)
{
	(void)ctx;
	(void)op;
	memory[pa - BASE] = byte;
}

static const struct code_memory access_code = {NULL, read_code, write_code};

/* Code as compilers and operating systems make it: ordinary and sensitive instructions. */
static void make_code(u8 *code, u32 n, u32 *seed)
{
	static const char *const insns[] = {
	    "\x02\x89\xE5", /* the first byte is its length */
	    "\x03\x83\xEC\x10",
	    "\x07\xC7\x44\x24\x04\x9C\x9D\xCF" /* bytes of popf and iret as data */,
	    "\x01\x9C",
	    "\x01\x9D",
	    "\x01\xCF",
	    "\x02\x8C\xC8",
	    "\x01\x1E",
	    "\x05\xE8\x10\x20\x30\x40",
	    "\x01\xC3",
	    "\x03\x0F\x20\xD0",
	    "\x05\xB8\x9C\x0F\x00\xC0" /* starts a str inside */,
	    "\x06\x66\x0F\x1F\x44\x00\x9C" /* nopw */,
	    "\x02\x0F\x0B",
	};
	u32 k = 0;

	while (k < n) {
		const char *i = insns[test_random(seed) % ARRAY_SIZE(insns)];
		u32 len = i[0];

		if (k + len > n)
			len = n - k;
		memcpy(code + k, i + 1, len);
		k += len;
	}
}

/* What a fresh sweep over `original` says, by the oracle alone. */
static void assert_patched_as_a_fresh_sweep(const struct patch_table *t)
{
	u32 patched = 0;

	for (u32 k = 0; k < CODE;) {
		u8 bytes[INSN_MAX_LEN];
		u32 n = CODE - k < INSN_MAX_LEN ? CODE - k : INSN_MAX_LEN;
		struct insn i;
		const struct patch *p = patch_table_lookup(t, paddr(BASE + k));
		bool valid, needed;

		memcpy(bytes, original + k, n);
		valid = insn_decode(bytes, n, &i) == 0;
		needed = valid && insn_needs_patch(&i);
		assert_int_equal(p != NULL, needed);
		assert_int_equal(memory[k], needed ? PATCH_BYTE : original[k]);
		patched += needed;
		k += valid ? i.len : 1;
	}
	assert_int_equal(t->nr, patched);
}

static struct patch_table *fresh_scan(u32 *seed)
{
	struct patch_table *t = patch_table_init(table_memory, sizeof(table_memory));
	struct scan_result r;

	make_code(original, CODE, seed);
	memcpy(memory, original, CODE);
	assert_int_equal(patch_table_scan(t, paddr(BASE), paddr(BASE + CODE), &access_code, &r),
			 SCAN_OK);
	assert_int_equal(r.start, BASE);
	assert_int_equal(r.end, BASE + CODE);
	assert_int_equal(r.patched, t->nr);
	return t;
}

static void a_scan_patches_what_needs_it_and_nothing_else(void **state)
{
	u32 seed = test_seed();
	struct patch_table *t = fresh_scan(&seed);
	u8 bytes[CODE];

	(void)state;
	assert_true(t->nr > 100);
	assert_patched_as_a_fresh_sweep(t);
	/* All of memory, overlaid, is what the guest wrote. */
	memcpy(bytes, memory, CODE);
	patch_table_overlay(t, paddr(BASE), bytes, CODE);
	assert_memory_equal(bytes, original, CODE);
}

static void a_fetch_window_shows_the_original_bytes(void **state)
{
	u32 seed = test_seed();
	struct patch_table *t = fresh_scan(&seed);

	(void)state;
	for (u32 k = 0; k + INSN_MAX_LEN <= CODE; k += 7) {
		u8 bytes[INSN_MAX_LEN];

		memcpy(bytes, memory + k, sizeof(bytes));
		patch_table_overlay(t, paddr(BASE + k), bytes, sizeof(bytes));
		assert_memory_equal(bytes, original + k, sizeof(bytes));
	}
}

static void the_guests_write_takes_effect_and_is_scanned_again(void **state)
{
	u32 seed = test_seed();

	(void)state;
	for (u32 round = 0; round < 4 * test_scale(); round++) {
		struct patch_table *t = fresh_scan(&seed);

		for (u32 n = 0; n < 50; n++) {
			u32 len = 1 + test_random(&seed) % 40,
			    at = test_random(&seed) % (CODE - len);
			struct scan_result r;

			make_code(original + at, len, &seed);
			memcpy(memory + at, original + at, len);
			assert_int_equal(
			    patch_table_written(t, paddr(BASE + at), len, &access_code, &r),
			    SCAN_OK);
			assert_true(r.insns > 0);
			/* It must not sweep all the rest for a write near the start. */
			assert_true(r.insns < 4 * PAGE_SIZE);
			assert_patched_as_a_fresh_sweep(t);
		}
	}
}

/* 0F 04 is none, and so one byte; then 04 C8, behind the border of a page, is add. */
static void what_was_none_may_become_one_by_the_byte_behind_it(void **state)
{
	struct patch_table *t = patch_table_init(table_memory, sizeof(table_memory));
	struct scan_result r;

	(void)state;
	memset(original, 0x90, CODE);
	memcpy(original + PAGE_SIZE - 1, "\x0F\x04\xC8", 3);
	memcpy(memory, original, CODE);
	assert_int_equal(patch_table_scan(t, paddr(BASE), paddr(BASE + CODE), &access_code, &r),
			 SCAN_OK);
	assert_int_equal(t->nr, 0);
	memory[PAGE_SIZE] = original[PAGE_SIZE] = 0; /* str %eax */
	assert_int_equal(patch_table_written(t, paddr(BASE + PAGE_SIZE), 1, &access_code, &r),
			 SCAN_OK);
	assert_int_equal(t->nr, 1);
	assert_patched_as_a_fresh_sweep(t);
}

static void a_write_outside_scanned_code_changes_nothing(void **state)
{
	u32 seed = test_seed(), before;
	struct patch_table *t = fresh_scan(&seed);
	struct scan_result r;

	(void)state;
	before = t->nr;
	assert_int_equal(patch_table_written(t, paddr(BASE - 64), 64, &access_code, &r), SCAN_OK);
	assert_int_equal(r.insns, 0);
	assert_int_equal(patch_table_written(t, paddr(BASE + CODE), 64, &access_code, &r), SCAN_OK);
	assert_int_equal(r.insns, 0);
	assert_int_equal(t->nr, before);
}

static void a_table_that_is_too_small_says_so(void **state)
{
	struct patch_table *t = patch_table_init(table_memory, sizeof(struct patch_table) + 3 * 8);
	struct scan_result r;

	(void)state;
	memset(memory, 0x9C, 16);
	assert_int_equal(t->max, 3);
	assert_int_equal(patch_table_scan(t, paddr(BASE), paddr(BASE + 16), &access_code, &r),
			 SCAN_TABLE_FULL);
	assert_int_equal(t->nr, 3);
	assert_null(patch_table_init(table_memory, 100));
	t = patch_table_init(table_memory, sizeof(table_memory));
	for (u32 k = 0; k < MAX_CODE_REGIONS; k++)
		assert_int_equal(
		    patch_table_scan(t, paddr(BASE), paddr(BASE + 1), &access_code, &r), SCAN_OK);
	assert_int_equal(patch_table_scan(t, paddr(BASE), paddr(BASE + 1), &access_code, &r),
			 SCAN_TOO_MUCH_CODE);
}

/* The executable sections of a 32-bit ELF file: the decoder's linear sweep and the oracle's. */
static u32 sweep_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	u32 boundaries = 0;
	Elf32_Ehdr *eh;
	Elf32_Shdr *sh;
	long size;
	u8 *file;

	if (!f)
		return 0;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	file = malloc(size);
	assert_int_equal(fread(file, 1, size, f), size);
	fclose(f);
	eh = (Elf32_Ehdr *)file;
	assert_int_equal(eh->e_machine, EM_386);
	sh = (Elf32_Shdr *)(file + eh->e_shoff);
	for (u32 s = 0; s < eh->e_shnum; s++) {
		const u8 *code = file + sh[s].sh_offset;

		if (!(sh[s].sh_flags & SHF_EXECINSTR) || sh[s].sh_type != SHT_PROGBITS)
			continue;
		for (u32 k = 0; k < sh[s].sh_size;) {
			u32 room = sh[s].sh_size - k, n = room < INSN_MAX_LEN ? room : INSN_MAX_LEN;
			const struct oracle_insn *o = oracle_decode(code + k, n);
			struct insn i;
			u32 len = insn_decode(code + k, n, &i) ? 0 : i.len;

			if (len != o->len || (len && i.op != o->op))
				fail_msg("%s: offset %x of section %u: %u bytes, Capstone %u (%s)",
					 path, k, s, len, o->len, o->text);
			k += len ? len : 1;
			boundaries++;
		}
	}
	free(file);
	return boundaries;
}

/* Set by the makefile: this test's own code for the 386, then guest kernels where built. */
static const char *const *files;

static void boundaries_in_real_code_are_capstones(void **state)
{
	u32 total = 0;

	(void)state;
	for (const char *const *f = files; *f; f++)
		total += sweep_file(*f);
	print_message("%u instructions\n", total);
	assert_true(total > 1000);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_scan_patches_what_needs_it_and_nothing_else),
	    cmocka_unit_test(a_fetch_window_shows_the_original_bytes),
	    cmocka_unit_test(the_guests_write_takes_effect_and_is_scanned_again),
	    cmocka_unit_test(what_was_none_may_become_one_by_the_byte_behind_it),
	    cmocka_unit_test(a_write_outside_scanned_code_changes_nothing),
	    cmocka_unit_test(a_table_that_is_too_small_says_so),
	    cmocka_unit_test(boundaries_in_real_code_are_capstones),
	};
	static const char *defaults[] = {SCAN_FILES NULL};

	files = argc > 1 ? (const char *const *)argv + 1 : defaults;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
