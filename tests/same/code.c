/* code.c: code that is in no executable section, and ring 3 in the kernel's. */
#include "same.h"

static u8 ram[4096] PAGE_ALIGNED;

/* Go there by an iret, as to any thread that was interrupted; it comes back by a ret. */
static u32 go(u32 at, u32 flags)
{
	u32 result;

	asm volatile("pushl $1f\n\tpushl %2\n\tpushl $0x08\n\tpushl %1\n\tiret\n1:\tcli"
		     : "=a"(result)
		     : "r"(at), "r"(flags)
		     : "ecx", "edx", "memory", "cc");
	return result & (EFL_IF | EFL_IOPL);
}

static void generated(void)
{
	static const u8 get[] = {0x9C, 0x58, 0xC3}, save[] = {0x9C, 0xFA, 0x9D, 0x9C, 0x58, 0xC3};

	memcpy(ram + 16, get, sizeof(get));
	memcpy(ram + 64, save, sizeof(save));
	/* Data beside the code stays what it is. */
	memset(ram + 128, 0x9C, 64);
	print("code: generated: %x %x", go((u32)ram + 16, EFL_FIXED),
	      go((u32)ram + 16, EFL_FIXED | EFL_IF));
	print(" %x %x", go((u32)ram + 64, EFL_FIXED), go((u32)ram + 64, EFL_FIXED | EFL_IF));
	/* Other code in its place. */
	memcpy(ram + 16, save, sizeof(save));
	print(" %x", go((u32)ram + 16, EFL_FIXED | EFL_IF));
	memset(ram + 16, 0x90, 16);
	memcpy(ram + 20, get, sizeof(get));
	print(" %x", go((u32)ram + 16, EFL_FIXED));
	for (u32 i = 128; i < 192; i++)
		if (ram[i] != 0x9C)
			print(" data+%u=%x", i, ram[i]);
	print("\n");
}

static void ring_3(void)
{
	extern u8 user_functions[], user_functions_end[];

	for (u8 *f = user_functions; f < user_functions_end; f += 32) {
		u32 vec;

		user_eax = 0;
		vec = user((u32)f, EFL_FIXED);
		print("code: ring 3 in the kernel's text +%x: vector %x error %x at +%x eax %x\n",
		      f - user_functions, vec, trap_err, trap_eip - (u32)f, user_eax & ~EFL_RF);
	}
}

void code(void)
{
	generated();
	ring_3();
}
