/* main.c: the guest of random instructions, from its command line to its sums. */
#include "cells.h"

#define BLOCK 100u /* instructions to a sum */

struct multiboot {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline;
};

void insns_main(const struct multiboot *mb) __attribute__((noreturn));

static void set_debug(u32 dr0, u32 dr7)
{
	asm volatile("movl %0, %%dr0\n\tmovl %1, %%dr6\n\tmovl %2, %%dr7"
		     :
		     : "r"(dr0), "r"(0), "r"(dr7));
}

static bool has_error(u32 vec)
{
	return vec == VEC_DF || (vec >= VEC_TS && vec <= VEC_PF) || vec == VEC_AC;
}

/* Bits of breakpoints that are not enabled mean nothing. */
u32 take_debug(u32 dr7)
{
	u32 dr6, enabled = 0;

	asm volatile("movl %1, %%dr7\n\tmovl %%dr6, %0" : "=r"(dr6) : "r"(0x400));
	for (u32 n = 0; n < 4; n++)
		enabled |= (dr7 >> 2 * n & 2) >> 1 << n;
	return dr6 & (0xE000 | enabled);
}

void settle_out(void)
{
	/* A fault's frame has RF set, by the manual; in QEMU it has what the code had. */
	out.eflags &= ~EFL_RF;
	if (!has_error(out.vec))
		out.err = 0;
}

static void tell(u32 n, const struct trial *t)
{
	const u32 *r = (const u32 *)&in;

	print("%u: ring %u %s code", n, t->user ? 3 : 0,
	      in.cs == SEL_KCODE16 || in.cs == SEL_UCODE16 ? "16" : "32");
	for (u32 i = 0; i < t->len; i++)
		print(" %x", t->bytes[i]);
	print(" dr0=%x dr7=%x\n  in ", t->dr0, t->dr7);
	for (u32 i = 0; i < 16; i++)
		print(" %x", r[i]);
	print("\n  out");
}

/* Where each begins from: registers that hold something, no exception unmasked. */
static u8 fpu[512] __attribute__((aligned(16)));

static void fill_fpu(void)
{
	const u16 control = 0x037F;
	const u32 mxcsr = 0x1F80;

	for (u32 i = 32; i < 288; i++)
		fpu[i] = random32();
	memcpy(fpu, &control, 2);
	memcpy(fpu + 24, &mxcsr, 4);
}

/* One instruction. @return a sum over what it did */
static u32 one(u32 n, bool told)
{
	struct trial t;
	u32 sum = 2166136261u, dr6, at;
	const u32 *r = (const u32 *)&out;

	generate(&t);
	if (told)
		tell(n, &t);
	/* No old code may lead into the middle of the new: the hypervisor follows it. */
	if (t.code - data_code < (s32)PAGE && t.code >= data_code)
		memset(data_code, 0xCC, PAGE);
	memset(t.code, 0xCC, sizeof(t.bytes));
	memcpy(t.code, t.bytes, t.len);
	memset(stack_page + 2048 - 64, 0, 512);
	asm volatile("fxrstor %0\n\tmovl %1, %%cr2" : : "m"(fpu), "r"(0));
	set_debug(t.dr0, t.dr7);
	run();
	dr6 = take_debug(t.dr7);
	settle_out();
	at = out.cs & SEL_RPL ? 0 : out.at;
	out.at = out.vec == VEC_PF ? read_cr2() : 0;
	for (u32 i = 0; i < sizeof(out) / 4; i++)
		sum = (sum ^ (r[i] + i)) * 16777619;
	sum = (sum ^ dr6) * 16777619;
	if (told) {
		for (u32 i = 0; i < sizeof(out) / 4; i++)
			print(" %x", r[i]);
		print(" dr6=%x", dr6);
	}
	/* vector, error code and the frame */
	sum ^= windows_settle(at, at ? 20 : 0, told);
	if (told)
		print("\n");
	return sum;
}

static u32 option(const char *line, const char *key, u32 otherwise)
{
	for (; *line; line++) {
		u32 i = 0, n = 0;

		while (key[i] && line[i] == key[i])
			i++;
		if (key[i])
			continue;
		for (line += i; *line >= '0' && *line <= '9'; line++)
			n = n * 10 + *line - '0';
		return n;
	}
	return otherwise;
}

/* Single instructions: each has numbers of its own, so that any can be had alone. */
static u32 single(u32 n, bool told, u32 seed)
{
	random_seed(seed * 1000003 + n);
	return one(n, told);
}

void insns_main(const struct multiboot *mb)
{
	const char *line = (const char *)mb->cmdline;
	u32 cells = option(line, "scenario=cells-", 0);
	u32 count = cells ? cells : option(line, "scenario=insns-", 0), sum = 0;
	u32 from = option(line, "from=", count), to = option(line, "to=", count);
	u32 seed = option(line, "seed=", 1);
	bool low = option(line, "-low", 1) != 1, free = option(line, "-free", 1) != 1;

	if (low)
		lbased_base = 0x8000;
	random_seed(seed);
	console_init();
	machine_init();
	fill_fpu();
	if (cells)
		cells_begin(low, free);
	for (u32 n = 0; n < count && n < to; n++) {
		bool told = n >= from;

		/* What one program has left is another's beginning. */
		if (!cells && !told && from < count)
			continue;
		sum = (sum ^ (cells ? cell(n, told) : single(n, told, seed))) * 16777619;
		if (told || (n % BLOCK != BLOCK - 1 && n != count - 1))
			continue;
		print("%s %u %x\n", cells ? "cells" : "insns", n - n % BLOCK, sum);
		sum = 0;
	}
	print("%s: seed=%u count=%u\n", cells ? "cells" : "insns", seed, count);
	power_off(true);
}
