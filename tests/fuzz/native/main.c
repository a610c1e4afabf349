/* main.c: the random guest for shadow mode: from its command line to its verdict. */
#include "native.h"

#define FULL_CHECK 512 /* edits between two looks at all of memory */
#define ACCESSES   3   /* after each edit */

struct multiboot {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline;
};
#define MULTIBOOT_CMDLINE 4u

void native_main(const struct multiboot *mb) __attribute__((noreturn));
void unexpected_trap(u32 vec) __attribute__((noreturn));

void unexpected_trap(u32 vec)
{
	extern u32 trap_err, trap_eip;

	print("fuzz: DIFFERENCE: vector %u (error %x) at %x, cr2 %x, in the guest itself\n", vec,
	      trap_err, trap_eip, trap_cr2);
	power_off(false);
}

/* Paging off and on: the kernel lies where it is mapped. Linear addresses are physical meanwhile,
 * so the direct map is not where it was. */
static void unpaged(void)
{
	u32 pa = table_pa(random_below(NR_TABLES)) + random_of(index_set) * 4;
	u32 val = model_read(pa) ^ (PTE_RW | PTE_AVAIL);

	asm volatile("movl %[off], %%cr0\n\t"
		     "movl %[val], (%[pa])\n\t"
		     "movl %[on], %%cr0"
		     :
		     : [off] "r"(cpu.cr0 & ~CR0_PG), [on] "r"(cpu.cr0), [val] "r"(val), [pa] "r"(pa)
		     : "memory");
	tlb_flush_all();
	model_write(pa, val);
	edits++;
}

/* Now and then something else than an edit. */
static void change_mode(void)
{
	u32 what = random_below(256);

	if (what < 16)
		switch_directory(table_pa(random_below(one_in(4) ? NR_TABLES : NR_TABLES / 4)));
	else if (what < 20)
		set_cr0(cpu.cr0 ^ CR0_WP);
	else if (what == 20)
		set_cr4(cpu.cr4 ^ CR4_PSE);
	else if (what < 24)
		set_cr4(cpu.cr4 ^ CR4_PGE);
	else if (what == 24)
		unpaged();
	else if (what == 25)
		tlb_flush_all();
}

static bool step(u32 n)
{
	change_mode();
	if (!edit())
		return false;
	for (u32 i = 0; i < ACCESSES; i++)
		if (!access(random_va()))
			return false;
	return n % FULL_CHECK || model_agrees() || differs("memory that nobody touched");
}

void native_main(const struct multiboot *mb)
{
	struct fuzz_options o;
	bool same = true;

	console_init();
	if (!(mb->flags & MULTIBOOT_CMDLINE) || !fuzz_options((const char *)mb->cmdline, &o)) {
		print("fuzz: scenario=fuzz-COUNT seed=N is needed\n");
		power_off(false);
	}
	random_seed(o.seed);
	prefetches = o.prefetch;
	setup(&o);
	for (u32 n = 0; n < o.count && same; n++)
		same = step(n);
	same = same && (model_agrees() || differs("memory at the end"));
	print("fuzz: seed=%u edits=%u checks=%u differences=%u\n", o.seed, edits, checks, !same);
	power_off(same);
}
