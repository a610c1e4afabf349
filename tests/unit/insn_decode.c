/*
 * insn_decode.c: the decoder against Capstone: where does an instruction end, and which is it?
 *
 * Capstone knows every x86 processor, ours a Pentium III. Each difference that this makes is in a
 * list below, with its reason; any other one fails the test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <capstone/capstone.h>

#include "insn/insn.h"
#include "insn_oracle.h"
#include "insn_scale.h"

/* What Capstone takes for an instruction, and a Pentium III does not: opcodes (0F00: of the
 * two-byte map), and with which values of ModRM.reg, as bits, for operands in memory and in
 * registers. */
#define ALL 0xFF, 0xFF
static const struct {
	u16 first, last;
	u8 mem, reg;
	const char *reason;
} newer[] = {
    {0x62, 0x62, 0, 0xFF, "EVEX prefix (bound with a register)"},
    {0x8C, 0x8C, 0xC0, 0xC0, "segment registers 6 and 7"},
    {0x8E, 0x8E, 0xC2, 0xC2, "mov to cs, and to those"},
    {0x8F, 0x8F, 0xFE, 0xFE, "XOP prefix"},
    {0xC4, 0xC5, 0, 0xFF, "VEX prefix (les and lds with a register)"},
    {0xC6, 0xC7, 0, 0x80, "xabort, xbegin"},
    {0xDB, 0xDB, 0x02, 0, "fisttp (SSE3)"},
    {0xDD, 0xDD, 0x02, 0, "fisttp (SSE3)"},
    {0xDF, 0xDF, 0x02, 0, "fisttp (SSE3)"},
    {0x0F01, 0x0F01, 0, 0xAF, "VMX, SVM, SMAP, rdtscp"},
    {0x0F05, 0x0F05, ALL, "syscall (AMD)"},
    {0x0F07, 0x0F07, ALL, "sysret (AMD)"},
    {0x0F0D, 0x0F0F, ALL, "prefetchw, femms, 3DNow! (AMD)"},
    {0x0F20, 0x0F20, 0xE2, 0xE2, "mov from cr1, cr5, cr6, cr7"},
    {0x0F22, 0x0F22, 0xE2, 0xE2, "mov to them"},
    {0x0F37, 0x0F37, ALL, "getsec"},
    {0x0F38, 0x0F38, ALL, "SSSE3 and later"},
    {0x0F3A, 0x0F3A, ALL, "SSSE3 and later"},
    {0x0F5A, 0x0F5B, ALL, "SSE2"},
    {0x0F6C, 0x0F6D, ALL, "SSE2"},
    {0x0F73, 0x0F73, 0, 0x88, "psrldq, pslldq (SSE2)"},
    {0x0F78, 0x0F79, ALL, "vmread, vmwrite, SSE4a"},
    {0x0F7C, 0x0F7D, ALL, "SSE3"},
    {0x0FA6, 0x0FA7, ALL, "VIA PadLock"},
    {0x0FAE, 0x0FAE, 0xF0, 0x7F, "fences, clflush, xsave"},
    {0x0FB8, 0x0FB8, ALL, "popcnt"},
    {0x0FB9, 0x0FB9, ALL, "ud1: undefined by design"},
    {0x0FC3, 0x0FC3, ALL, "movnti (SSE2)"},
    {0x0FC7, 0x0FC7, 0xFD, 0xFF, "VMX, rdrand, rdseed, xsavec"},
    {0x0FD0, 0x0FD0, ALL, "SSE3"},
    {0x0FD4, 0x0FD4, ALL, "paddq (SSE2)"},
    {0x0FD6, 0x0FD6, ALL, "SSE2"},
    {0x0FE6, 0x0FE6, ALL, "SSE2"},
    {0x0FF0, 0x0FF0, ALL, "lddqu (SSE3)"},
    {0x0FF4, 0x0FF4, ALL, "pmuludq (SSE2)"},
    {0x0FFB, 0x0FFB, ALL, "psubq (SSE2)"},
    {0x0FFF, 0x0FFF, ALL, "ud0: undefined by design"},
};

/* How many bytes of prefixes there are, by the simplest means: the lists below must not lean on the
 * decoder. */
static u32 prefixes_of(const u8 *b)
{
	u32 k = 0;

	while (k < INSN_MAX_LEN - 3 && b[k] &&
	       strchr("\x26\x2E\x36\x3E\x64\x65\x66\x67\xF0\xF2\xF3", b[k]))
		k++;
	return k;
}

static u32 opcode_of(const u8 *b, u8 *modrm)
{
	b += prefixes_of(b);
	*modrm = b[0] == 0x0F ? b[2] : b[1];
	return b[0] == 0x0F ? 0x0F00 | b[1] : b[0];
}

/* LOCK is undefined wherever it makes no sense (SDM 2, LOCK); Capstone often lets it pass. */
static bool wrongly_locked(const u8 *bytes)
{
	u32 prefixes = prefixes_of(bytes);
	u8 unlocked[INSN_MAX_LEN];
	struct insn i;

	if (!memchr(bytes, 0xF0, prefixes))
		return false;
	memcpy(unlocked, bytes, sizeof(unlocked));
	for (u32 k = 0; k < prefixes; k++)
		if (unlocked[k] == 0xF0)
			unlocked[k] = 0x3E;
	return insn_decode(unlocked, sizeof(unlocked), &i) == 0;
}

static bool only_theirs(const u8 *bytes)
{
	u8 modrm;
	u32 opcode = opcode_of(bytes, &modrm);

	for (u32 k = 0; k < ARRAY_SIZE(newer); k++)
		if (newer[k].first <= opcode && opcode <= newer[k].last &&
		    (modrm < 0xC0 ? newer[k].mem : newer[k].reg) >> (modrm >> 3 & 7) & 1)
			return true;
	return wrongly_locked(bytes);
}

static bool only_ours(const u8 *bytes)
{
	u8 modrm;
	u32 opcode = opcode_of(bytes, &modrm);

	/* The hint space 0F 18-1F is a no-operation on all of family 6, with registers too. */
	if (opcode >= 0x0F18 && opcode <= 0x0F1F && modrm >= 0xC0)
		return true;
	/* SDM 2, SFENCE: the processor ignores ModRM.rm. */
	return opcode == 0x0FAE && modrm >= 0xF8;
}

/* Of a prefix that means nothing there Capstone 5 makes no instruction; the processor ignores it,
 * as Capstone 4 does. Then both must read the same without it. */
static bool needless_prefix(const u8 *bytes, bool two_bytes)
{
	u32 prefixes = prefixes_of(bytes);
	u8 once[INSN_MAX_LEN];
	const struct oracle_insn *o;
	struct insn i;

	memcpy(once, bytes, sizeof(once));
	for (u32 k = 0; k < prefixes; k++)
		if (once[k] == 0xF2 || once[k] == 0xF3 || (two_bytes && once[k] == 0x66))
			once[k] = 0x3E;
	o = oracle_decode(once, INSN_MAX_LEN);
	return memcmp(once, bytes, sizeof(once)) && !insn_decode(once, INSN_MAX_LEN, &i) &&
	       o->len == i.len && o->op == i.op;
}

/* What Capstone 5 has otherwise than 4. `theirs`: how long it takes the instruction to be. */
static bool only_capstone_5(const u8 *bytes, u32 theirs)
{
	u8 modrm;
	u32 opcode = opcode_of(bytes, &modrm);
	bool f3 = memchr(bytes, 0xF3, prefixes_of(bytes));

	if (cs_version(NULL, NULL) >> 8 < 5)
		return false;
	if (theirs) /* of later processors: wbnoinvd, rstorssp */
		return f3 && (opcode == 0x0F09 || (opcode == 0x0F01 && (modrm >> 3 & 7) == 5));
	/* The hint space of MPX with operands in memory; second names of x87 instructions. */
	return (opcode >= 0x0F1A && opcode <= 0x0F1C) ||
	       (opcode >= 0xDC && opcode <= 0xDF && modrm >= 0xC0) ||
	       needless_prefix(bytes, opcode >= 0x0F00);
}

/* With a repeat prefix, which means nothing here, Capstone loses sight of the operand size. */
static bool capstone_errs(const u8 *bytes)
{
	u8 modrm;
	u32 opcode = opcode_of(bytes, &modrm), prefixes = prefixes_of(bytes);
	bool repeat = memchr(bytes, 0xF2, prefixes) || memchr(bytes, 0xF3, prefixes);

	return repeat && memchr(bytes, 0x66, prefixes) &&
	       (opcode == 0xE8 || (opcode >= 0xA0 && opcode <= 0xA3));
}

static void compare(const u8 *bytes)
{
	struct insn i;
	const struct oracle_insn o = *oracle_decode(bytes, INSN_MAX_LEN);
	u32 ours = insn_decode(bytes, INSN_MAX_LEN, &i) ? 0 : i.len;
	bool same = o.len == ours && (!ours || o.op == i.op);

	if (same || (!ours && only_theirs(bytes)) || (!o.len && only_ours(bytes)) ||
	    capstone_errs(bytes) || only_capstone_5(bytes, o.len))
		return;
	print_error("ours: %u bytes, op %u; Capstone: %u bytes, op %u, %s:", ours, i.op, o.len,
		    o.op, o.text);
	for (u32 k = 0; k < INSN_MAX_LEN; k++)
		print_error(" %02x", bytes[k]);
	print_error("\n");
	fail();
}

static void every_opcode_and_modrm_decodes_as_capstone_has_it(void **state)
{
	static const u8 prefixes[][2] = {{0, 0},       {0x66, 0},   {0x67, 0}, {0xF3, 0},
					 {0xF0, 0},    {0x2E, 0},   {0xF2, 0}, {0x66, 0x67},
					 {0x66, 0xF3}, {0x65, 0x66}};
	u32 spread = test_scale() >= 10 ? ARRAY_SIZE(prefixes) : 4;
	u32 x = 1;
	u8 bytes[INSN_MAX_LEN];

	(void)state;
	for (u32 p = 0; p < spread; p++)
		for (u32 opcode = 0; opcode < 512; opcode++)
			for (u32 modrm = 0; modrm < 256; modrm++) {
				u32 n = 0;

				for (u32 k = 0; k < sizeof(bytes); k++)
					bytes[k] = test_random(&x);
				for (u32 k = 0; k < 2; k++)
					if (prefixes[p][k])
						bytes[n++] = prefixes[p][k];
				if (opcode >= 256)
					bytes[n++] = 0x0F;
				bytes[n++] = opcode;
				bytes[n] = modrm;
				compare(bytes);
			}
}

static void random_bytes_decode_as_capstone_has_them(void **state)
{
	u32 x = test_seed(), count = 100000 * test_scale();
	u8 bytes[INSN_MAX_LEN];

	(void)state;
	print_message("seed %u, %u strings\n", x, count);
	for (u32 n = 0; n < count; n++) {
		for (u32 k = 0; k < sizeof(bytes); k++)
			bytes[k] = test_random(&x);
		if (n % 4 == 0) /* two-byte opcodes would be rare */
			bytes[test_random(&x) % 3] = 0x0F;
		compare(bytes);
	}
}

static void a_truncated_instruction_is_too_short_not_wrong(void **state)
{
	u32 x = test_seed();
	u8 bytes[INSN_MAX_LEN];
	struct insn i, part;

	(void)state;
	for (u32 n = 0; n < 20000 * test_scale(); n++) {
		for (u32 k = 0; k < sizeof(bytes); k++)
			bytes[k] = test_random(&x);
		if (insn_decode(bytes, sizeof(bytes), &i))
			continue;
		for (u32 k = 0; k < i.len; k++)
			assert_int_equal(insn_decode(bytes, k, &part), -1);
		assert_int_equal(insn_decode(bytes, i.len, &part), 0);
		assert_memory_equal(&i, &part, sizeof(i));
	}
}

static void an_instruction_of_16_bytes_is_none(void **state)
{
	u8 bytes[16];
	struct insn i;

	(void)state;
	memset(bytes, 0x3E, sizeof(bytes));
	bytes[14] = 0x90;
	assert_int_equal(insn_decode(bytes, 15, &i), 0);
	bytes[14] = 0x3E;
	assert_int_equal(insn_decode(bytes, 15, &i), -2);
}

static void decode(struct insn *i, const char *bytes, u32 n)
{
	assert_int_equal(insn_decode((const u8 *)bytes, n, i), 0);
	assert_int_equal(i->len, n);
}
#define DECODE(i, bytes) decode(i, bytes, sizeof(bytes) - 1)

static void operands_come_apart(void **state)
{
	struct insn i;

	(void)state;
	DECODE(&i,
	       "\x26\xC7\x84\x9D\x00\xF0\xFF\xFF\x78\x56\x34\x12"); /* movl, es:[ebp+ebx*4-4096] */
	assert_int_equal(i.segment, SEG_ES);
	assert_true(i.has_sib && i.scale == 2 && i.index == 3 && i.base == 5);
	assert_int_equal(i.disp, -4096);
	assert_int_equal(i.imm, 0x12345678);
	DECODE(&i, "\x83\xC8\xFF"); /* or $-1, %eax */
	assert_int_equal(i.imm, 0xFF);
	assert_int_equal(insn_imm(&i), -1);
	DECODE(&i, "\xEA\x78\x56\x34\x12\x08\x00"); /* ljmp */
	assert_true(i.imm == 0x12345678 && i.imm2 == 8 && i.op == OP_jmp_far);
	DECODE(&i, "\x66\xEA\x34\x12\x08\x00");
	assert_true(i.imm == 0x1234 && i.imm2 == 8 && i.op_size == 2);
	DECODE(&i, "\xC8\x34\x12\x01"); /* enter */
	assert_true(i.imm == 0x1234 && i.imm2 == 1 && i.imm_size == 3);
	DECODE(&i, "\x67\xA3\x34\x12"); /* mov %eax, 0x1234 with 16-bit addressing */
	assert_true(i.disp == 0x1234 && i.disp_size == 2 && i.addr_size == 2);
	DECODE(&i, "\x0F\x22\x18"); /* mov %eax, %cr3, with ModRM.mod 0 */
	assert_true(i.mod == 3 && i.op == OP_mov_to_cr3);
}

/* DESIGN 4: what is privileged, what is sensitive, and what of it must be patched. */
static void every_system_instruction_is_classified(void **state)
{
	static const struct {
		const char *bytes;
		u8 len, kind, patch;
	} table[] = {
	    {"\x0F\x20\xC0", 3, INSN_PRIVILEGED, 0}, /* mov from cr0 */
	    {"\x0F\x22\xD8", 3, INSN_PRIVILEGED, 0}, /* mov to cr3 */
	    {"\x0F\x21\xC0", 3, INSN_PRIVILEGED, 0}, /* mov from dr0 */
	    {"\x0F\x23\xF8", 3, INSN_PRIVILEGED, 0}, /* mov to dr7 */
	    {"\x0F\x01\x10", 3, INSN_PRIVILEGED, 0}, /* lgdt */
	    {"\x0F\x01\x18", 3, INSN_PRIVILEGED, 0}, /* lidt */
	    {"\x0F\x00\xD0", 3, INSN_PRIVILEGED, 0}, /* lldt */
	    {"\x0F\x00\xD8", 3, INSN_PRIVILEGED, 0}, /* ltr */
	    {"\x0F\x01\x38", 3, INSN_PRIVILEGED, 0}, /* invlpg */
	    {"\x0F\x06", 2, INSN_PRIVILEGED, 0},     /* clts */
	    {"\x0F\x01\xF0", 3, INSN_PRIVILEGED, 0}, /* lmsw */
	    {"\xF4", 1, INSN_PRIVILEGED, 0},	     /* hlt */
	    {"\xFA", 1, INSN_PRIVILEGED, 0},	     /* cli */
	    {"\xFB", 1, INSN_PRIVILEGED, 0},	     /* sti */
	    {"\xE4\x60", 2, INSN_PRIVILEGED, 0},     /* in */
	    {"\xEF", 1, INSN_PRIVILEGED, 0},	     /* out */
	    {"\xF3\x6C", 2, INSN_PRIVILEGED, 0},     /* rep insb */
	    {"\x6F", 1, INSN_PRIVILEGED, 0},	     /* outsl */
	    {"\x0F\x32", 2, INSN_PRIVILEGED, 0},     /* rdmsr */
	    {"\x0F\x30", 2, INSN_PRIVILEGED, 0},     /* wrmsr */
	    {"\x0F\x33", 2, INSN_PRIVILEGED, 0},     /* rdpmc */
	    {"\x0F\x09", 2, INSN_PRIVILEGED, 0},     /* wbinvd */
	    {"\x0F\x08", 2, INSN_PRIVILEGED, 0},     /* invd */
	    {"\x0F\x35", 2, INSN_PRIVILEGED, 0},     /* sysexit */
	    {"\x9C", 1, INSN_SENSITIVE, 1},	     /* pushf */
	    {"\x9D", 1, INSN_SENSITIVE, 1},	     /* popf */
	    {"\x0F\x01\x00", 3, INSN_SENSITIVE, 1},  /* sgdt */
	    {"\x0F\x01\x08", 3, INSN_SENSITIVE, 1},  /* sidt */
	    {"\x0F\x00\xC0", 3, INSN_SENSITIVE, 1},  /* sldt */
	    {"\x0F\x01\xE0", 3, INSN_SENSITIVE, 1},  /* smsw */
	    {"\x0F\x00\xC8", 3, INSN_SENSITIVE, 1},  /* str */
	    {"\x0F\x02\xC0", 3, INSN_SENSITIVE, 1},  /* lar */
	    {"\x0F\x03\xC0", 3, INSN_SENSITIVE, 1},  /* lsl */
	    {"\x0F\x00\xE0", 3, INSN_SENSITIVE, 1},  /* verr */
	    {"\x0F\x00\xE8", 3, INSN_SENSITIVE, 1},  /* verw */
	    {"\x8C\xC8", 2, INSN_SENSITIVE, 1},	     /* mov from cs */
	    {"\x8C\xD0", 2, INSN_SENSITIVE, 1},	     /* mov from ss */
	    {"\x8C\xD8", 2, INSN_SENSITIVE, 0},	     /* mov from ds */
	    {"\x0E", 1, INSN_SENSITIVE, 1},	     /* push cs */
	    {"\x16", 1, INSN_SENSITIVE, 1},	     /* push ss */
	    {"\x1E", 1, INSN_SENSITIVE, 0},	     /* push ds */
	    {"\x0F\xA0", 2, INSN_SENSITIVE, 0},	     /* push fs */
	    {"\x8E\xD0", 2, INSN_SENSITIVE, 1},	     /* mov to ss */
	    {"\x8E\xD8", 2, INSN_SENSITIVE, 1},	     /* mov to ds */
	    {"\x1F", 1, INSN_SENSITIVE, 1},	     /* pop ds */
	    {"\x0F\xB2\x00", 3, INSN_SENSITIVE, 1},  /* lss */
	    {"\xC5\x00", 2, INSN_SENSITIVE, 1},	     /* lds */
	    {"\x9A\0\0\0\0\x08\0", 7, INSN_SENSITIVE, 1},
	    {"\xFF\x18", 2, INSN_SENSITIVE, 1}, /* lcall *mem */
	    {"\xEA\0\0\0\0\x08\0", 7, INSN_SENSITIVE, 1},
	    {"\xFF\x28", 2, INSN_SENSITIVE, 1}, /* ljmp *mem */
	    {"\xCB", 1, INSN_SENSITIVE, 1},	/* lret */
	    {"\xCF", 1, INSN_SENSITIVE, 1},	/* iret */
	    {"\xCD\x80", 2, INSN_SENSITIVE, 0}, /* int: #GP by the gate's DPL */
	    {"\xCC", 1, INSN_SENSITIVE, 0},
	    {"\x0F\xA2", 2, INSN_HARMLESS, 0}, /* cpuid */
	    {"\x0F\x31", 2, INSN_HARMLESS, 0}, /* rdtsc */
	    {"\x89\x08", 2, INSN_HARMLESS, 0}, /* mov */
	    {"\xFF\x10", 2, INSN_HARMLESS, 0}, /* near call */
	};
	struct insn i;

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(table); k++) {
		decode(&i, table[k].bytes, table[k].len);
		if (insn_kind(&i) != table[k].kind || insn_needs_patch(&i) != table[k].patch)
			fail_msg("%02x %02x: kind %u, patch %u", i.opcode, (u8)table[k].bytes[1],
				 insn_kind(&i), insn_needs_patch(&i));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_opcode_and_modrm_decodes_as_capstone_has_it),
	    cmocka_unit_test(random_bytes_decode_as_capstone_has_them),
	    cmocka_unit_test(a_truncated_instruction_is_too_short_not_wrong),
	    cmocka_unit_test(an_instruction_of_16_bytes_is_none),
	    cmocka_unit_test(operands_come_apart),
	    cmocka_unit_test(every_system_instruction_is_classified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
