/* emit.c: what all pieces of a program are made of. */
#include "emit.h"

#define POINTER_BYTES 8u

void byte(u32 b)
{
	*now.at++ = b;
}

void word(u32 w, u32 bytes)
{
	for (; bytes; bytes--, w >>= 8)
		byte(w);
}

void operand_size(u32 bytes)
{
	if (bytes != now.size)
		byte(0x66);
}

void address_size(u32 bytes)
{
	if (bytes != now.size)
		byte(0x67);
}

void absolute(u32 reg, u32 at)
{
	byte(reg << 3 | 5);
	word(at, 4);
}

u32 any_register(void)
{
	static const u8 registers[] = {0, 1, 2, 3, 5, 6, 7};

	return random_of(registers);
}

void pop_register(u32 size)
{
	operand_size(size);
	byte(0x58 | any_register());
}

void push_word(u32 w)
{
	operand_size(4);
	byte(0x68);
	word(w, 4);
}

void move_immediate(u32 reg, u32 w)
{
	operand_size(4);
	byte(0xB8 | reg);
	word(w, 4);
}

void store_word(u32 at, u32 w)
{
	byte(0x36);
	operand_size(4);
	address_size(4);
	byte(0xC7);
	absolute(0, at);
	word(w, 4);
}

u32 pointer_to(u32 sel, u32 offset)
{
	u8 *at = stack_page + now.pointers++ % 32 * POINTER_BYTES;

	memcpy(at, &offset, 4);
	memcpy(at + 4, &sel, 2);
	return (u32)at;
}

void set_data_segments(void)
{
	move_immediate(0, SEL_UDATA);
	byte(0x8E);
	byte(0xD8);
	byte(0x8E);
	byte(0xC0);
	now.segments[0] = now.segments[1] = SEL_UDATA;
}

u32 here(void)
{
	return now.va + (now.at - now.start);
}
