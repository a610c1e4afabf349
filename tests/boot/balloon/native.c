/* native.c: the race by the balloon device of the virtual PC. */
#include <trapline/balloon.h>
#include "../domains/pc.h"
#include "race.h"

#define PAGE_ALIGNED __attribute__((aligned(4096)))
#define BEYOND	     0x100000u

u32 pool[PAGES][1024] PAGE_ALIGNED;
static u32 directory[1024] PAGE_ALIGNED, table[1024] PAGE_ALIGNED;

static u32 ask(u32 command, u32 page)
{
	u32 answer;

	asm volatile("inl %%dx, %%eax"
		     : "=a"(answer), "+b"(page)
		     : "a"(BALLOON_MAGIC), "c"(command), "d"(BALLOON_PORT)
		     : "memory");
	return answer;
}

static u32 page_of(const void *at)
{
	return (u32)at / 4096;
}

/* Each page is mapped twice, 4 MB apart. */
static u32 other_word(u32 i, u32 k)
{
	return *(volatile u32 *)((u32)&pool[i][k] + 0x400000);
}

bool give_page(u32 i)
{
	u32 before = other_word(i, 5);

	if (before != pool[i][5] || ask(BALLOON_GIVE, page_of(pool[i])) != BALLOON_OK)
		return false;
	met_twice++;
	return pool[i][5] == 0 && other_word(i, 5) == 0;
}

bool take_page(u32 i)
{
	return ask(BALLOON_TAKE, page_of(pool[i])) == BALLOON_OK;
}

/* Away and back: zeroes. */
bool change_page(u32 i)
{
	return ask(BALLOON_GIVE, page_of(pool[i])) == BALLOON_OK &&
	       ask(BALLOON_TAKE, page_of(pool[i])) == BALLOON_OK && pool[i][1023] == 0;
}

bool hostile(u32 i, u32 random)
{
	switch (random % 5) {
	case 0:
		met_tables++;
		return ask(BALLOON_GIVE, page_of(directory)) == BALLOON_IN_USE;
	case 1:
		met_tables++;
		return ask(BALLOON_GIVE, page_of(table)) == BALLOON_IN_USE;
	case 2:
		return ask(BALLOON_GIVE, BEYOND + random) == BALLOON_RANGE;
	case 3:
		return ask(BALLOON_TAKE, page_of(directory)) == BALLOON_NOT_GIVEN;
	default:
		return ask(5 + random / 2, page_of(pool[i])) == BALLOON_COMMAND;
	}
}

void give_way(void)
{
	/* Whoever takes long is interrupted. */
	for (volatile u32 n = 0; n < 2000; n++)
		;
}

void main(const char *cmdline)
{
	u32 n = 0;

	console_init();
	load_tables();
	for (u32 i = 0; i < 1024; i++)
		table[i] = i << 12 | 0x63;
	directory[0] = directory[1] = (u32)table | 0x63;
	asm volatile("movl %0, %%cr3\n\tmovl %1, %%cr0" : : "r"(directory), "r"(0x80010011));
	/* Without the magic number nobody answers. */
	asm volatile("inl %%dx, %%eax" : "+a"(n) : "d"(BALLOON_PORT) : "memory");
	power_off(n == BALLOON_NOBODY && race(cmdline));
}
