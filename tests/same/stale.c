/*
 * stale.c: translations, and code, that are others than a moment ago. Each is flushed where it must
 * be, and nowhere else.
 */
#include "same.h"

static u32 first_page[1024] PAGE_ALIGNED, second_page[1024] PAGE_ALIGNED;
static u32 table[1024] PAGE_ALIGNED, other_directory[1024] PAGE_ALIGNED;
/* What was written before has been written. */
#define AT(slot, entry)                                                                            \
	({                                                                                         \
		asm volatile("" : : : "memory");                                                   \
		(volatile u32 *)((slot) << 22 | (entry) << 12);                                    \
	})

static void begin(void)
{
	memset(table, 0, sizeof(table));
	for (u32 slot = 2; slot < 1024; slot++)
		directory[slot] = 0;
	write_cr3((u32)directory);
	first_page[0] = 0x1111;
	second_page[0] = 0x2222;
}

/* A table that is changed while no directory in use leads to it. */
static void linked_again(void)
{
	begin();
	memcpy(other_directory, directory, sizeof(other_directory));
	table[0] = table[1] = (u32)first_page | RIGHTS;
	other_directory[8] = (u32)table | RIGHTS;
	write_cr3((u32)other_directory);
	print("stale: linked again: %x", *AT(8, 0));
	write_cr3((u32)directory);
	*(volatile u32 *)&table[0] = (u32)second_page | RIGHTS;
	*(volatile u32 *)&directory[8] = (u32)table | RIGHTS;
	(void)*AT(8, 1);
	print(" %x", *AT(8, 0));
	*AT(8, 0) = 0x3333;
	print(" %x %x\n", first_page[0], second_page[0]);
}

/* A table that is linked at a second place, after a change that the first need not show. */
static void linked_twice(void)
{
	begin();
	table[5] = table[6] = (u32)first_page | RIGHTS;
	*(volatile u32 *)&directory[8] = (u32)table | RIGHTS;
	print("stale: linked twice: %x %x", *AT(8, 6), *AT(8, 5));
	*(volatile u32 *)&table[5] = (u32)second_page | RIGHTS;
	*(volatile u32 *)&table[6] = (u32)second_page | RIGHTS;
	*(volatile u32 *)&directory[9] = (u32)table | RIGHTS;
	print(" %x %x\n", *AT(9, 5), *AT(9, 6));
}

/* One page's translation is flushed by the place where the table was linked first. */
static void flushed_at_each(void)
{
	begin();
	table[5] = (u32)first_page | RIGHTS;
	directory[8] = directory[9] = (u32)table | RIGHTS;
	print("stale: flushed at each: %x %x", *AT(8, 5), *AT(9, 5));
	*(volatile u32 *)&table[5] = (u32)second_page | RIGHTS;
	invlpg(8 << 22 | 5 << 12);
	invlpg(9 << 22 | 5 << 12);
	print(" %x %x", *AT(8, 5), *AT(9, 5));
	*(volatile u32 *)&table[5] = 0;
	invlpg(8 << 22 | 5 << 12);
	invlpg(9 << 22 | 5 << 12);
	*(volatile u32 *)&table[5] = (u32)first_page | RIGHTS;
	print(" %x %x\n", *AT(9, 5), *AT(8, 5));
}

/* Code at one address, out of two pages by turns: one reads the flags, the other does not. */
static void remapped_code(void)
{
	static const u8 reads[] = {0x9C, 0x58, 0x90, 0xC3}, does_not[] = {0x6A, 0x07, 0x58, 0xC3};
	u32 flags;

	begin();
	memcpy(first_page, does_not, sizeof(does_not));
	memcpy(second_page, reads, sizeof(reads));
	directory[8] = (u32)table | RIGHTS;
	print("stale: remapped code:");
	for (u32 i = 0; i < 4; i++) {
		*(volatile u32 *)&table[0] = (u32)(i % 2 ? second_page : first_page) | RIGHTS;
		invlpg(8 << 22);
		/* By way of an iret: then the hypervisor sees where it goes. */
		asm volatile("cli\n\tmovl $1f, %%ecx\n\tpushl %%ecx\n\tpushfl\n\tpushl "
			     "$0x08\n\tpushl %1\n\tiret\n1:"
			     : "=a"(flags)
			     : "r"(8 << 22)
			     : "ecx", "memory");
		print(" %x", flags & (EFL_IF | EFL_IOPL | 7));
	}
	print("\n");
}

/* A descriptor table that lies on another page from now on, at the same address. */
static void remapped_gdt(bool reload)
{
	static struct desc other[512] PAGE_ALIGNED;
	u32 *pte = (u32 *)(directory[0] & PTE_FRAME) + (u32)gdt / PAGE_SIZE, before = *pte, read;

	begin();
	second_page[1] = 0x4444;
	gdt[10] = (struct desc){(u32)first_page << 16 | 0xFFF, (u32)first_page >> 16 | 0x00CF9300};
	memcpy(other, gdt, 256);
	other[10] = (struct desc){(u32)&second_page[1] << 16 | 0xFFF,
				  (u32)&second_page[1] >> 16 | 0x00CF9300};
	print("stale: remapped gdt:");
	for (u32 i = 0; i < 4; i++) {
		*(volatile u32 *)pte = i % 2 ? (u32)other | RIGHTS : before;
		if (reload)
			write_cr3((u32)directory);
		else
			invlpg((u32)gdt);
		asm volatile("movl %1, %%fs\n\tmovl %%fs:0, %0"
			     : "=r"(read)
			     : "r"(0x50)
			     : "memory");
		print(" %x", read);
	}
	asm volatile("movl %0, %%fs" : : "r"(0));
	*(volatile u32 *)pte = before;
	write_cr3((u32)directory);
	print("\n");
}

void stale(void)
{
	linked_again();
	linked_twice();
	flushed_at_each();
	remapped_code();
	remapped_gdt(false);
	remapped_gdt(true);
	begin();
}
