/* beyond.c: physical addresses at which there is no memory. */
#include "same.h"

#define END  (32u << 20) /* of the memory that there is */
#define SLOT 16u	 /* of the address space, where it is looked at */

static const u32 places[] = {END, END + 0x1000, 0x04000000, 0x20000000, 0x7FFFF000, 0xD0000000};

static u32 table[1024] PAGE_ALIGNED;

/* By instructions of several kinds: what is read, before and after it was written. */
static void look(volatile u8 *at)
{
	volatile u32 *word = (volatile u32 *)at;
	u8 copy[16];
	u32 sum = 1, old = 5;
	u16 control = 0;

	print(" %x %x %x", at[0], *(volatile u16 *)(at + 1), word[1]);
	word[1] = 0x12345678;
	at[9] = 3;
	print(" %x", word[1]);
	asm volatile("addl %1, %0\n\tadcl %2, %1" : "+r"(sum), "+m"(word[1]) : "r"(7) : "cc");
	asm volatile("xchgl %0, %1" : "+r"(old), "+m"(word[2]));
	print(" %x %x %x", sum, old, word[1]);
	memset((void *)at, 0x33, 64);
	memcpy(copy, (const void *)at, sizeof(copy));
	print(" %x", *(u32 *)(copy + 4));
	asm volatile("pushl %1\n\tpopl %0" : "=r"(sum) : "m"(word[3]));
	print(" %x", sum);
	asm volatile("fninit\n\tfnstcw %0" : "=m"(*word));
	asm volatile("fldcw %1\n\tfnstcw %0" : "=m"(control) : "m"(*word));
	print(" %x %x", *word, control);
}

static void as_a_stack(u32 top)
{
	u32 got;

	asm volatile(
	    "movl %%esp, %%ebx\n\tmovl %1, %%esp\n\tpushl $77\n\tpopl %0\n\tmovl %%ebx, %%esp"
	    : "=&r"(got)
	    : "r"(top)
	    : "ebx", "memory");
	print(" stack %x", got);
}

void beyond_unpaged(void)
{
	print("beyond: unpaged:");
	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		look((u8 *)places[i]);
		print(i + 1 < ARRAY_SIZE(places) ? "," : "\n");
	}
}

void beyond(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(places); i++)
		table[i] = places[i] | PTE_P | PTE_RW;
	table[ARRAY_SIZE(places)] = (END - 0x1000) | PTE_P | PTE_RW;
	table[ARRAY_SIZE(places) + 1] = END | PTE_P | PTE_RW;
	directory[SLOT] = (u32)table | RIGHTS;
	directory[SLOT + 1] = (END + 0x3000) | RIGHTS; /* a table where nothing is */
	for (u32 i = 0; i < ARRAY_SIZE(places); i++) {
		print("beyond: %x:", places[i]);
		look((u8 *)(SLOT << 22 | i << 12));
		as_a_stack(SLOT << 22 | i << 12 | 0x80);
		print(" entry %x\n", table[i]);
	}
	/* Across the end. */
	*(volatile u32 *)(SLOT << 22 | 6 << 12 | 0xFFE) = 0x11223344;
	print("beyond: across: %x %x\n", *(volatile u16 *)(SLOT << 22 | 6 << 12 | 0xFFE),
	      *(volatile u32 *)(SLOT << 22 | 6 << 12 | 0xFFE));
}

/* All of the address space is mapped, mostly to what is not there. */
void beyond_everywhere(void)
{
	static const u32 at[] = {0x02000000, 0x80000010, 0xE0000000, 0xF7FFF000, 0xFBC00000};
	u32 before[1024];

	memcpy(before, directory, sizeof(before));
	asm volatile("movl %%cr4, %%eax\n\torl $0x10, %%eax\n\tmovl %%eax, %%cr4" : : : "eax");
	for (u32 slot = 2; slot < 1024; slot++)
		directory[slot] = slot << 22 | 0x80 | PTE_P | PTE_RW;
	write_cr3((u32)directory);
	print("beyond: everywhere:");
	for (u32 i = 0; i < ARRAY_SIZE(at); i++) {
		u32 next = at[(i + 1) % ARRAY_SIZE(at)];

		*(volatile u32 *)(at[i] + 4) = 0x5555;
		asm volatile("cld\n\tmovsl" : : "S"(at[i]), "D"(next) : "memory");
		print(" %x=%x/%x", at[i], *(volatile u32 *)at[i], directory[at[i] >> 22] & 0xFFF);
	}
	print("\n");
	memcpy(directory, before, sizeof(before));
	write_cr3((u32)directory);
	asm volatile("movl %%cr4, %%eax\n\tandl $~0x10, %%eax\n\tmovl %%eax, %%cr4" : : : "eax");
}
