/*
 * insn_write.c: emulated data instructions against the processor that the test runs on: the same
 * bytes, registers, flags and memory must give the same result.
 */
#include "hv_mock.h"
#include "insn_scale.h"
#include <sys/mman.h>

#define ARITHMETIC (EFL_CF | EFL_PF | EFL_AF | EFL_ZF | EFL_SF | EFL_OF)
#define WINDOW	   64 /* bytes of memory around the operand */

u32 vdev_ready(const struct vdev *d, u16 port)
{
	(void)d, (void)port;
	return 0; /* no disk's data */
}
u32 vdev_move(struct vdev *d, void *data, u32 n, bool out)
{
	(void)d, (void)data, (void)n, (void)out;
	return 0;
}
u32 vdev_in(struct vcpu *v, u16 port, u8 size)
{
	(void)v, (void)port, (void)size;
	return 0;
}
void vdev_out(struct vcpu *v, u16 port, u8 size, u32 val)
{
	(void)v, (void)port, (void)size, (void)val;
}

struct state {
	u64 ax, cx, dx, bx, si, di, flags;
};

static u8 *code;

/* Run one instruction for real. It must encode the same in 64-bit mode. */
static void run_native(const u8 *insn, u32 n, struct state *s)
{
	memcpy(code, insn, n);
	code[n] = 0xC3;
	asm volatile("subq $128, %%rsp\n\t" /* the red zone */
		     "pushq %[flags]\n\t"
		     "popfq\n\t"
		     "call *%[code]\n\t"
		     "pushfq\n\t"
		     "popq %[flags]\n\t"
		     "cld\n\t"
		     "addq $128, %%rsp"
		     : "+a"(s->ax), "+c"(s->cx), "+d"(s->dx), "+b"(s->bx), "+S"(s->si),
		       "+D"(s->di), [flags] "+r"(s->flags)
		     : [code] "r"(code)
		     : "memory", "cc");
}

/* Instructions with their memory operand at (%ebx), or for movs and stos at (%esi) and (%edi). */
static const struct {
	const char *bytes;
	u8 n;
	bool imm8, immz; /* followed by a random immediate */
	bool wild;	 /* leaves flags other than CF and ZF undefined */
} forms[] = {
#define F(bytes)                                                                                   \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 0, 0, 0                                                  \
	}
#define FI8(bytes)                                                                                 \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 1, 0, 0                                                  \
	}
#define FIZ(bytes)                                                                                 \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 0, 1, 0                                                  \
	}
#define FB(bytes)                                                                                  \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 0, 0, 1                                                  \
	}
#define FBI(bytes)                                                                                 \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 1, 0, 1                                                  \
	}
    F("\x00\x0B"),
    F("\x01\x0B"),
    F("\x00\x23"),
    F("\x01\x13"), /* add; 23: ah */
    F("\x08\x0B"),
    F("\x09\x0B"),
    F("\x10\x0B"),
    F("\x11\x0B"),
    F("\x18\x0B"),
    F("\x19\x0B"),
    F("\x20\x0B"),
    F("\x21\x0B"),
    F("\x28\x0B"),
    F("\x29\x0B"),
    F("\x30\x2B"),
    F("\x31\x0B"),
    FI8("\x80\x03"),
    FIZ("\x81\x03"),
    FI8("\x83\x03"),
    FI8("\x80\x0B"),
    FIZ("\x81\x0B"),
    FI8("\x83\x0B"),
    FIZ("\x81\x13"),
    FI8("\x83\x13"),
    FIZ("\x81\x1B"),
    FI8("\x83\x1B"),
    FIZ("\x81\x23"),
    FI8("\x83\x23"),
    FI8("\x80\x2B"),
    FIZ("\x81\x2B"),
    FI8("\x83\x33"),
    F("\x86\x0B"),
    F("\x87\x0B"),
    F("\x88\x33"),
    F("\x89\x13"),
    FI8("\xC6\x03"),
    FIZ("\xC7\x03"),
    F("\xF6\x13"),
    F("\xF7\x13"),
    F("\xF6\x1B"),
    F("\xF7\x1B"),
    F("\xFE\x03"),
    F("\xFF\x03"),
    F("\xFE\x0B"),
    F("\xFF\x0B"),
    F("\xF0\xFF\x03"),
    F("\xF0\x09\x13"),
    F("\xD0\x03"),
    F("\xD1\x0B"),
    F("\xD2\x13"),
    F("\xD3\x1B"),
    F("\xD3\x23"),
    F("\xD2\x2B"),
    F("\xD3\x3B"),
    FI8("\xC0\x23"),
    FI8("\xC1\x2B"),
    FI8("\xC1\x3B"),
    FI8("\xC1\x0B"),
    FI8("\xC1\x13"),
    F("\x0F\xB0\x0B"),
    F("\x0F\xB1\x0B"),
    F("\xF0\x0F\xB1\x13"),
    F("\x0F\xC0\x0B"),
    F("\x0F\xC1\x13"),
    F("\xF0\x0F\xC1\x0B"),
    FBI("\x0F\xBA\x2B"),
    FBI("\x0F\xBA\x33"),
    FBI("\x0F\xBA\x3B"),
    FB("\x0F\xAB\x0B"),
    FB("\x0F\xB3\x0B"),
    FB("\x0F\xBB\x0B"),
    FB("\xF0\x0F\xB3\x0B"),
    F("\x0F\x90\x03"),
    F("\x0F\x91\x03"),
    F("\x0F\x92\x03"),
    F("\x0F\x93\x03"),
    F("\x0F\x94\x03"),
    F("\x0F\x95\x03"),
    F("\x0F\x96\x03"),
    F("\x0F\x97\x03"),
    F("\x0F\x98\x03"),
    F("\x0F\x99\x03"),
    F("\x0F\x9A\x03"),
    F("\x0F\x9B\x03"),
    F("\x0F\x9C\x03"),
    F("\x0F\x9D\x03"),
    F("\x0F\x9E\x03"),
    F("\x0F\x9F\x03"),
    F("\xAA"),
    F("\xAB"),
    F("\xA4"),
    F("\xA5"),
    F("\xF3\xAA"),
    F("\xF3\xAB"),
    F("\xF3\xA4"),
    F("\xF3\xA5"),
    F("\xF2\xA4"),
};

static u8 memory[2 * WINDOW + 8];

/* Both worlds get the same bytes; pointers lie in the middle. */
static void once(u32 form, bool word, u32 *seed)
{
	u32 middle = MOCK_DATA + WINDOW, n = 0, mask;
	u8 insn[INSN_MAX_LEN], before[sizeof(memory)];
	bool string, bit_index;
	struct state s;

	if (word)
		insn[n++] = 0x66;
	memcpy(insn + n, forms[form].bytes, forms[form].n);
	n += forms[form].n;
	for (u32 k = forms[form].immz ? (word ? 2 : 4) : forms[form].imm8; k; k--)
		insn[n++] = test_random(seed);
	string = (u8)forms[form].bytes[forms[form].n - 1] >= 0xA4 && forms[form].n <= 2 &&
		 (u8)forms[form].bytes[forms[form].n - 1] <= 0xAB;
	bit_index = forms[form].wild && !forms[form].imm8;

	for (u32 k = 0; k < sizeof(memory); k++)
		memory[k] = before[k] = test_random(seed) & 1 ? test_random(seed) : 0xFF;
	s.ax = test_random(seed) << 8 ^ test_random(seed);
	s.dx = test_random(seed) << 8 ^ test_random(seed);
	s.cx = test_random(seed) << 8 ^ test_random(seed);
	if (string)
		s.cx = test_random(seed) % 9;
	if (bit_index) /* sometimes behind, sometimes before the operand; 16 bits count */
		s.cx = (u32)((s32)(test_random(seed) % 400) - 200);
	if (test_random(seed) % 4 == 0) /* so that cmpxchg finds what it expects */
		memcpy(&s.ax, memory + WINDOW, 4);
	s.flags = EFL_FIXED | (test_random(seed) & ARITHMETIC) |
		  (string && test_random(seed) & 1 ? EFL_DF : 0);

	mock_start();
	mock_put(MOCK_DATA, memory, sizeof(memory));
	mock.regs.eax = s.ax;
	mock.regs.ecx = s.cx;
	mock.regs.edx = s.dx;
	mock.regs.ebx = mock.regs.edi = middle;
	mock.regs.esi = middle + 16;
	mock.regs.eflags = s.flags | EFL_IF;
	assert_int_equal(mock_run(emulate_write, (char *)insn, n), EMUL_DONE);
	assert_int_equal(mock.injected, 0);
	assert_int_equal(mock.regs.eip, MOCK_CODE + n);

	s.cx = bit_index && !word ? (u64)(s64)(s32)s.cx : s.cx;
	s.bx = s.di = (uintptr_t)memory + WINDOW;
	s.si = s.di + 16;
	run_native(insn, n, &s);
	mask = forms[form].wild ? EFL_CF | EFL_ZF : ARITHMETIC | EFL_DF;
	if (memcmp(mock.mem + MOCK_DATA, memory, sizeof(memory)) || mock.regs.eax != (u32)s.ax ||
	    mock.regs.ecx != (u32)s.cx || mock.regs.edx != (u32)s.dx || mock.regs.ebx != middle ||
	    mock.regs.edi - middle != (u32)(s.di - (uintptr_t)memory - WINDOW) ||
	    mock.regs.esi - middle != (u32)(s.si - (uintptr_t)memory - WINDOW) ||
	    (mock.regs.eflags & mask) != (s.flags & mask)) {
		for (u32 k = 0; k < n; k++)
			print_error("%02x ", insn[k]);
		print_error(
		    "\n eax %x, real %x; ecx %x, real %x; edx %x, real %x; flags %x, real %x\n",
		    mock.regs.eax, (u32)s.ax, mock.regs.ecx, (u32)s.cx, mock.regs.edx, (u32)s.dx,
		    mock.regs.eflags & mask, (u32)s.flags & mask);
		for (u32 k = 0; k < sizeof(memory); k++)
			if (mock.mem[MOCK_DATA + k] != memory[k])
				print_error(" %d: was %02x, is %02x, really %02x\n",
					    (int)k - WINDOW, before[k], mock.mem[MOCK_DATA + k],
					    memory[k]);
		fail();
	}
}

static void every_form_gives_what_the_processor_gives(void **state)
{
	u32 seed = test_seed();

	(void)state;
	code = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	for (u32 form = 0; form < ARRAY_SIZE(forms); form++)
		for (u32 n = 0; n < 100 * test_scale(); n++)
			once(form, n & 1, &seed);
}

static void cmpxchg8b_compares_edx_eax(void **state)
{
	(void)state;
	mock_start();
	mock.regs.ebx = 0x11111111;
	mock.regs.ecx = 0x22222222;
	mock.regs.esi = MOCK_DATA;
	mock_put(MOCK_DATA, "\1\0\0\0\2\0\0\0", 8);
	DONE(emulate_write, "\xF0\x0F\xC7\x0E");
	assert_false(mock.regs.eflags & EFL_ZF);
	assert_true(mock.regs.eax == 1 && mock.regs.edx == 2);
	assert_int_equal(mock_word(MOCK_DATA), 1);
	DONE(emulate_write, "\x0F\xC7\x0E");
	assert_true(mock.regs.eflags & EFL_ZF);
	assert_int_equal(mock_word(MOCK_DATA), 0x11111111);
	assert_int_equal(mock_word(MOCK_DATA + 4), 0x22222222);
}

static void addresses_are_computed_as_the_manual_says(void **state)
{
	(void)state;
	mock_start();
	mock.regs.eax = 0xAA;
	mock.regs.ebp = MOCK_DATA;
	mock.regs.esi = 3;
	DONE(emulate_write, "\x88\x44\xB5\x04"); /* mov %al, 4(%ebp,%esi,4) */
	assert_int_equal(mock.mem[MOCK_DATA + 16], 0xAA);
	DONE(emulate_write, "\x88\x05\x40\x00\x03\x00"); /* mov %al, 0x30040 */
	assert_int_equal(mock.mem[0x30040], 0xAA);
	DONE(emulate_write, "\xA2\x41\x00\x03\x00"); /* the same by A2 */
	assert_int_equal(mock.mem[0x30041], 0xAA);
	DONE(emulate_write, "\x88\x04\x75\x00\x00\x03\x00"); /* mov %al, 0x30000(,%esi,2) */
	assert_int_equal(mock.mem[0x30006], 0xAA);
	mock.regs.ebx = 0xFFFF7000;
	DONE(emulate_write, "\x67\x88\x80\x10\x80"); /* mov %al, -0x7ff0(%bx,%si): wraps at 64 K */
	assert_int_equal(mock.mem[0xF013], 0xAA);
	first_use(vcpu, BASED_DS);
	mock.regs.es = BASED_DS;
	DONE(emulate_write, "\x26\x88\x46\x05"); /* mov %al, %es:5(%esi) */
	assert_int_equal(mock.mem[0x1008], 0xAA);
	/* Beyond the limit, and through a null selector. */
	mock.regs.esi = 0x1000;
	assert_int_equal(WRITE("\x26\x88\x06"), EMUL_EXCEPTION);
	assert_true(mock.vec == VEC_GP && mock.err == 0);
	mock.regs.es = 0;
	mock.regs.esi = 0;
	assert_int_equal(WRITE("\x26\x88\x06"), EMUL_EXCEPTION);
	assert_true(mock.vec == VEC_GP && mock.err == 0);
}

static void bp_and_sp_address_the_stack_segment(void **state)
{
	(void)state;
	mock_start();
	mock.regs.ds = 0; /* null: using it faults */
	mock.regs.eax = 0xAA;
	mock.regs.ebp = 0xF000;
	mock.regs.esi = 1;
	mock.regs.ebx = MOCK_DATA;
	DONE(emulate_write, "\x88\x45\x00"); /* mov %al, 0(%ebp) */
	assert_int_equal(mock.mem[0xF000], 0xAA);
	DONE(emulate_write, "\x88\x44\x24\x04"); /* 4(%esp) */
	assert_int_equal(mock.mem[MOCK_STACK + 4], 0xAA);
	DONE(emulate_write, "\x67\x88\x02"); /* (%bp,%si) */
	assert_int_equal(mock.mem[0xF001], 0xAA);
	DONE(emulate_write, "\x67\x88\x46\x02"); /* 2(%bp) */
	assert_int_equal(mock.mem[0xF002], 0xAA);
	DONE(emulate_write, "\x36\x88\x03"); /* %ss:(%ebx) */
	assert_int_equal(WRITE("\x88\x03"), EMUL_EXCEPTION);
	assert_int_equal(WRITE("\x88\x44\x6D\x00"), EMUL_DONE); /* (%ebp,%ebp,2): base counts */
	assert_int_equal(WRITE("\x88\x04\x6D\x00\x00\x01\x00"), EMUL_EXCEPTION); /* no base */
	assert_int_equal(WRITE("\x67\x88\x06\x00\x10"), EMUL_EXCEPTION); /* 16-bit, no base */
}

static void a_write_that_faults_leaves_everything_as_it_was(void **state)
{
	static const struct {
		const char *bytes;
		u8 n;
	} insns[] = {{"\x01\x0B", 2}, {"\x87\x0B", 2}, {"\x0F\xB1\x0B", 3}, {"\x89\x0B", 2},
		     {"\xAB", 1},     {"\xA5", 1},     {"\x8F\x03", 2},	    {"\x0F\xC1\x0B", 3}};

	(void)state;
	for (u32 k = 0; k < ARRAY_SIZE(insns); k++) {
		struct cpu_regs before;

		mock_start();
		mock.regs.ebx = mock.regs.edi = MOCK_DATA + PAGE_SIZE - 2; /* crosses */
		mock.regs.esi = MOCK_DATA;
		mock.regs.eax = 5;
		mock.rights[(MOCK_DATA >> PAGE_SHIFT) + 1] = PTE_P;
		before = mock.regs;
		assert_int_equal(mock_run(emulate_write, insns[k].bytes, insns[k].n),
				 EMUL_EXCEPTION);
		assert_int_equal(mock.vec, VEC_PF);
		assert_int_equal(mock.err, PF_W | PF_P);
		assert_int_equal(vcpu->virt.cr2, MOCK_DATA + PAGE_SIZE);
		assert_memory_equal(&before, &mock.regs, sizeof(before));
		assert_int_equal(mock.writes, 0);
	}
}

static void an_application_writes_with_its_own_rights(void **state)
{
	(void)state;
	mock_start();
	first_use(vcpu, U_CS & ~SEL_RPL);
	first_use(vcpu, U_DS & ~SEL_RPL);
	mock.regs.cs = U_CS;
	mock.regs.ss = mock.regs.ds = mock.regs.es = U_DS;
	mock.regs.ebx = MOCK_DATA;
	DONE(emulate_write, "\x89\x03");
	mock.rights[MOCK_DATA >> PAGE_SHIFT] = PTE_P | PTE_RW;
	assert_int_equal(WRITE("\x89\x03"), EMUL_EXCEPTION);
	assert_true(mock.vec == VEC_PF && mock.err == (PF_P | PF_W | PF_US));
}

static void a_long_rep_stos_goes_on_page_by_page(void **state)
{
	u32 rounds = 0;

	(void)state;
	mock_start();
	mock.regs.edi = MOCK_DATA + 0x10;
	mock.regs.ecx = 3 * 1024;
	mock.regs.eax = 0x55AA55AA;
	while (mock.regs.eip == MOCK_CODE) {
		u32 page = mock.regs.edi >> PAGE_SHIFT;

		assert_int_equal(WRITE("\xF3\xAB"), EMUL_DONE);
		assert_true(mock.regs.edi >> PAGE_SHIFT == page + 1 || mock.regs.ecx == 0);
		rounds++;
	}
	assert_int_equal(rounds, 4);
	assert_int_equal(mock.regs.ecx, 0);
	assert_int_equal(mock.regs.edi, MOCK_DATA + 0x10 + 3 * 4096);
	for (u32 k = 0; k < 3 * 1024; k++)
		assert_int_equal(mock_word(MOCK_DATA + 0x10 + k * 4), 0x55AA55AA);
	assert_int_equal(mock_word(MOCK_DATA + 0x10 + 3 * 4096), 0);
}

static void rep_movs_stops_where_it_faults_and_can_go_on(void **state)
{
	(void)state;
	mock_start();
	for (u32 k = 0; k < 64; k++)
		mock.mem[MOCK_DATA + k] = k;
	mock.regs.esi = MOCK_DATA;
	mock.regs.edi = MOCK_DATA + 2 * PAGE_SIZE - 8;
	mock.regs.ecx = 16;
	mock.rights[(MOCK_DATA >> PAGE_SHIFT) + 2] = 0;
	assert_int_equal(WRITE("\xF3\xA4"), EMUL_DONE); /* to the end of the page */
	assert_true(mock.regs.ecx == 8 && mock.regs.eip == MOCK_CODE);
	assert_int_equal(WRITE("\xF3\xA4"), EMUL_EXCEPTION);
	assert_true(mock.vec == VEC_PF && mock.regs.ecx == 8);
	mock.rights[(MOCK_DATA >> PAGE_SHIFT) + 2] = PTE_P | PTE_RW;
	mock.injected = 0;
	DONE(emulate_write, "\xF3\xA4");
	for (u32 k = 0; k < 16; k++)
		assert_int_equal(mock.mem[MOCK_DATA + 2 * PAGE_SIZE - 8 + k], k);
	/* Onto itself one byte ahead: fills. */
	mock.regs.eip = MOCK_CODE;
	mock.mem[MOCK_DATA] = 0x77;
	mock.regs.esi = MOCK_DATA;
	mock.regs.edi = MOCK_DATA + 1;
	mock.regs.ecx = 300;
	DONE(emulate_write, "\xF3\xA4");
	for (u32 k = 0; k <= 300; k++)
		assert_int_equal(mock.mem[MOCK_DATA + k], 0x77);
}

static void pushes_and_calls_write_the_stack(void **state)
{
	(void)state;
	mock_start();
	mock.regs.ebp = 0x12345678;
	DONE(emulate_write, "\x55"); /* push %ebp */
	assert_int_equal(mock.regs.esp, MOCK_STACK - 4);
	assert_int_equal(mock_word(MOCK_STACK - 4), 0x12345678);
	DONE(emulate_write, "\x54"); /* push %esp: as it was before */
	assert_int_equal(mock_word(MOCK_STACK - 8), MOCK_STACK - 4);
	DONE(emulate_write, "\x6A\xFE"); /* push $-2 */
	assert_int_equal(mock_word(MOCK_STACK - 12), 0xFFFFFFFE);
	DONE(emulate_write, "\x66\x6A\xFE");
	assert_int_equal(mock.regs.esp, MOCK_STACK - 14);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_write, "\xFF\xF5"); /* push %ebp, the long form */
	assert_int_equal(mock_word(MOCK_STACK - 4), 0x12345678);
	mock_put(MOCK_DATA, "\x00\x90\x02\x00", 4);
	mock.regs.ebx = MOCK_DATA;
	DONE(emulate_write, "\xFF\x33"); /* push (%ebx) */
	assert_int_equal(mock_word(MOCK_STACK - 8), 0x29000);
	DONE(emulate_write, "\x8F\x44\x24\x08"); /* pop 8(%esp): counted after the pop */
	assert_int_equal(mock_word(MOCK_STACK + 4), 0x29000);
	assert_int_equal(WRITE("\xFF\x13"), EMUL_DONE); /* call *(%ebx) */
	assert_int_equal(mock.regs.eip, 0x29000);
	assert_true(mock_word(mock.regs.esp) > MOCK_CODE &&
		    mock_word(mock.regs.esp) < MOCK_CODE + 64);
	assert_int_equal(WRITE("\xE8\xFB\xFF\xFF\xFF"), EMUL_DONE); /* call itself */
	assert_int_equal(mock.regs.eip, 0x29000);
	assert_int_equal(mock_word(mock.regs.esp), 0x29005);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_write, "\xC8\x20\x00\x00"); /* enter $32, $0 */
	assert_int_equal(mock.regs.ebp, MOCK_STACK - 4);
	assert_int_equal(mock.regs.esp, MOCK_STACK - 36);
	assert_int_equal(mock_word(MOCK_STACK - 4), 0x12345678);
	mock.regs.esp = MOCK_STACK;
	DONE(emulate_write, "\x60"); /* pusha */
	assert_int_equal(mock_word(MOCK_STACK - 20), MOCK_STACK);
	assert_int_equal(mock_word(MOCK_STACK - 24), mock.regs.ebp);
}

static void what_does_not_write_memory_is_unknown(void **state)
{
	(void)state;
	mock_start();
	assert_int_equal(WRITE("\x01\xC3"), EMUL_UNKNOWN);	   /* add %eax, %ebx */
	assert_int_equal(WRITE("\x03\x03"), EMUL_UNKNOWN);	   /* add (%ebx), %eax */
	assert_int_equal(WRITE("\x83\x3B\x01"), EMUL_UNKNOWN);	   /* cmp $1, (%ebx) */
	assert_int_equal(WRITE("\xFF\xC0"), EMUL_UNKNOWN);	   /* inc %eax */
	assert_int_equal(WRITE("\xF7\x23"), EMUL_UNKNOWN);	   /* mul (%ebx) */
	assert_int_equal(WRITE("\x0F\xBA\x23\x01"), EMUL_UNKNOWN); /* bt $1, (%ebx) */
	assert_int_equal(WRITE("\xDD\x1B"), EMUL_UNKNOWN);	   /* fstp (%ebx) */
	assert_int_equal(WRITE("\x0F\x0B"), EMUL_UNKNOWN);	   /* ud2 */
	assert_true(mock.writes == 0 && mock.injected == 0 && mock.regs.eip == MOCK_CODE);
}

static void code_that_changes_itself_does_not_find_our_traps(void **state)
{
	(void)state;
	mock_start();
	mock_patched_at = MOCK_DATA;
	mock_patched_byte = 0x9C;
	mock.mem[MOCK_DATA] = PATCH_BYTE;
	mock.regs.ebx = MOCK_DATA;
	DONE(emulate_write, "\x80\x0B\x01"); /* orb $1, (%ebx): pushf becomes popf */
	assert_int_equal(mock.mem[MOCK_DATA], 0x9D);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_gives_what_the_processor_gives),
	    cmocka_unit_test(cmpxchg8b_compares_edx_eax),
	    cmocka_unit_test(addresses_are_computed_as_the_manual_says),
	    cmocka_unit_test(bp_and_sp_address_the_stack_segment),
	    cmocka_unit_test(a_write_that_faults_leaves_everything_as_it_was),
	    cmocka_unit_test(an_application_writes_with_its_own_rights),
	    cmocka_unit_test(a_long_rep_stos_goes_on_page_by_page),
	    cmocka_unit_test(rep_movs_stops_where_it_faults_and_can_go_on),
	    cmocka_unit_test(pushes_and_calls_write_the_stack),
	    cmocka_unit_test(what_does_not_write_memory_is_unknown),
	    cmocka_unit_test(code_that_changes_itself_does_not_find_our_traps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
