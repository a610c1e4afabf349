/*
 * random_code.c: code that is written over while it is in use: any bytes, by any instruction, that
 * begin and end anywhere, as long as the whole can still be read from its beginning and run.
 */
#include "random.h"

#define FIRST_BYTES  640 /* of the first section, */
#define ARENA_BYTES  768 /* and of both: the last is a ret */
#define BEFORE_BYTES 32
#define EDITS	     250
#define MAX_LEN	     20
#define FULL_BYTES   3500 /* of pushf, to begin with */

extern u8 arena[], nearly_full[], rest[];
static u8 want[BEFORE_BYTES + ARENA_BYTES], draft[BEFORE_BYTES + ARENA_BYTES];

/* What code is made of: no jump but over a byte, and nothing that faults. Three of four add to EDX
 * what EAX shows.
 */
static const struct piece {
	u8 len, bytes[3], immediate;
} pieces[] = {
    {2, {0x01, 0xC2}, 0}, /* add %eax,%edx */
    {2, {0x31, 0xC2}, 0}, /* xor %eax,%edx */
    {2, {0xD1, 0xC2}, 0}, /* rol %edx */
    {1, {0x90}, 0},
    {3, {0x0F, 0x00, 0xC8}, 0}, /* str %eax */
    {3, {0x0F, 0x00, 0xC0}, 0}, /* sldt %eax */
    {3, {0x0F, 0x01, 0xE0}, 0}, /* smsw %eax */
    {3, {0x0F, 0x02, 0xC1}, 0}, /* lar %ecx,%eax */
    {3, {0x0F, 0x20, 0xC0}, 0}, /* mov %cr0,%eax */
    {2, {0x8C, 0xC8}, 0},	/* mov %cs,%eax */
    {2, {0x8C, 0xD0}, 0},	/* mov %ss,%eax */
    {2, {0x8C, 0xD8}, 0},	/* mov %ds,%eax */
    {2, {0x9C, 0x58}, 0},	/* pushf; pop %eax */
    {2, {0x0E, 0x58}, 0},	/* push %cs; pop %eax */
    {2, {0x9C, 0x9D}, 0},	/* pushf; popf */
    {1, {0xFA}, 0},		/* cli */
    {1, {0xB8}, 4},		/* mov $...,%eax */
    {1, {0x05}, 4},		/* add $...,%eax */
    {1, {0x35}, 4},		/* xor $...,%eax */
    {1, {0xA9}, 4},		/* test $...,%eax */
    {1, {0xB0}, 1},		/* mov $...,%al */
    {1, {0x04}, 1},		/* add $...,%al */
    /* A jump over what is none, whatever follows: these cannot be locked. */
    {3, {0xEB, 0x01, 0xF0}, 0},
};

/* How long is what stands here, and what does it do to the stack? 0: leave that alone. */
static u32 length(const u8 *p, s32 *depth)
{
	switch (p[0]) {
	case 0x90:
	case 0xFA:
		return 1;
	case 0x9C:
	case 0x0E:
	case 0x16:
		++*depth;
		return 1;
	case 0x58:
	case 0x9D:
		--*depth;
		return 1;
	case 0x05:
	case 0x35:
	case 0xA9:
	case 0xB8:
		return 5;
	case 0x04:
	case 0xB0:
		return 2;
	case 0xEB:
		return p[1] == 1 && p[2] == 0xF0 ? 3 : 0;
	case 0x00:
		return p[1] == 0xC8 || p[1] == 0xC0 ? 2 : 0; /* add %cl,%al; add %al,%al */
	case 0x01:
	case 0x31:
		return p[1] == 0xC2 ? 2 : 0;
	case 0x02:
		return p[1] == 0xC1 ? 2 : 0; /* add %cl,%al */
	case 0x20:
		return p[1] == 0xC0 ? 2 : 0;
	case 0xD1:
		return p[1] == 0xC2 ? 2 : 0;
	case 0x8C:
		return p[1] == 0xC8 || p[1] == 0xD0 || p[1] == 0xD8 ? 2 : 0;
	case 0x0F:
		if (p[1] == 0x00)
			return p[2] == 0xC8 || p[2] == 0xC0 ? 3 : 0;
		if (p[1] == 0x01)
			return p[2] == 0xE0 ? 3 : 0;
		return (p[1] == 0x02 && p[2] == 0xC1) || (p[1] == 0x20 && p[2] == 0xC0) ? 3 : 0;
	}
	return 0;
}

/* Can the draft be read from its beginning, each section by itself? */
static bool runs(void)
{
	const u8 *start = draft + BEFORE_BYTES, *p = start;
	s32 depth = 0;

	while (p < start + ARENA_BYTES - 1) {
		u32 len = length(p, &depth);

		if (!len || depth < 0 || (p < start + FIRST_BYTES && p + len > start + FIRST_BYTES))
			return false;
		p += len;
	}
	return p == start + ARENA_BYTES - 1 && depth == 0;
}

/* Bytes of a few pieces, from the middle of the first to the middle of the last. */
static void draw_bytes(u8 *to, u32 len)
{
	u8 stream[MAX_LEN + 16];
	u32 n = 0, skip = one_in(2) ? 0 : pick(3);

	while (n < len + skip) {
		const struct piece *p = &pieces[one_in(3) ? pick(4) : pick(ARRAY_SIZE(pieces))];

		for (u32 i = 0; i < p->len; i++)
			stream[n++] = p->bytes[i];
		/* An immediate looks like code, too. */
		for (u32 i = 0; i < p->immediate; i++)
			stream[n++] = pieces[pick(ARRAY_SIZE(pieces))].bytes[pick(2)];
	}
	for (u32 i = 0; i < len; i++)
		to[i] = stream[skip + i]; /* cppcheck-suppress uninitvar; all of it is written */
}

/* Anywhere; and more often at the end of a page, where the sections meet, and at either end of all:
 * what is patched there last is the last in the hypervisor's table, too. */
static u32 draw_place(void)
{
	switch (pick(10)) {
	case 0:
	case 1:
		return BEFORE_BYTES + 256 - pick(MAX_LEN);
	case 2:
	case 3:
		return BEFORE_BYTES + FIRST_BYTES - pick(MAX_LEN);
	case 4:
	case 5:
		return sizeof(draft) - 2 - pick(6);
	case 6:
		return BEFORE_BYTES - 1 - pick(4);
	default:
		return pick(sizeof(draft) - 1);
	}
}

/* Another operand for an instruction that stands there: its first byte stays. @return where that
 * is, or 0: there is none */
static u32 draw_operand(void)
{
	static const u8 of_mov[] = {0xC8, 0xD0, 0xD8}, of_group[] = {0xC0, 0xC8};

	for (u32 i = BEFORE_BYTES + pick(ARENA_BYTES / 2); i < sizeof(draft) - 3; i++) {
		if (draft[i] == 0x8C) {
			draft[i + 1] = of_mov[pick(3)];
			return i + 1;
		}
		if (draft[i] == 0x0F && draft[i + 1] == 0) {
			draft[i + 2] = of_group[pick(2)];
			return i + 2;
		}
	}
	return 0;
}

/* What stands before a trapped instruction takes its first byte, which is not written, for the last
 * of its own. @return where that is, or 0: there is none */
static u32 draw_longer(void)
{
	for (u32 i = BEFORE_BYTES + 1 + pick(ARENA_BYTES / 2); i < sizeof(draft) - 3; i++) {
		if (draft[i] == 0x0F && (draft[i + 1] == 0 || draft[i + 1] == 2) &&
		    (draft[i - 1] == 0x90 || draft[i - 1] == 0xFA)) {
			draft[i - 1] = one_in(2) ? 0xB0 : 0x04; /* mov or add $...,%al */
			return i - 1;
		}
	}
	return 0;
}

/* A str, as the first instruction of a page, written in one piece. */
static u32 edit_page_start(u32 *len)
{
	static const u8 str[] = {0x0F, 0x00, 0xC8, 0x90};
	u32 at = BEFORE_BYTES + 256;

	for (u32 i = 0; i < sizeof(draft); i++)
		draft[i] = want[i];
	*len = sizeof(str);
	for (u32 i = 0; i < sizeof(str); i++)
		draft[at + i] = str[i];
	return at;
}

static u32 draw_edit(u32 *len)
{
	for (;;) {
		u32 at = draw_place();

		*len = one_in(2) ? 1 + pick(3) : 1 + pick(MAX_LEN);
		if (at + *len > sizeof(draft) - 1)
			*len = sizeof(draft) - 1 - at;
		for (u32 i = 0; i < sizeof(draft); i++)
			draft[i] = want[i];
		if (one_in(4)) {
			at = one_in(2) ? draw_operand() : draw_longer();
			*len = 1;
			if (!at)
				continue;
		} else {
			draw_bytes(draft + at, *len);
		}
		if (runs())
			return at;
	}
}

/* By one of several instructions, and in more or fewer steps. */
static void write_code(u8 *to, const u8 *from, u32 len, u32 how)
{
	u32 step = how == 2 ? 4 : how == 3 ? 2 : 1;

	if (how == 0) {
		asm volatile("rep movsb" : "+S"(from), "+D"(to), "+c"(len) : : "memory");
		return;
	}
	if (how == 1) {
		while (len--)
			*(volatile u8 *)(to + len) = from[len];
		return;
	}
	for (; len >= step && step > 1; len -= step, to += step, from += step)
		if (step == 4)
			*(volatile u32 *)to = *(const u32 *)from;
		else
			*(volatile u16 *)to = *(const u16 *)from;
	for (; len; len--, to++, from++)
		if (how == 4)
			asm volatile("xchgb %b0, (%1)" : : "q"((u32)*from), "r"(to) : "memory");
		else
			*(volatile u8 *)to = *from;
}

static void run(void)
{
	u32 eax = 0, edx = 1;

	asm volatile("call *%2"
		     : "+a"(eax), "+d"(edx)
		     : "r"(arena), "c"(SEL_DATA)
		     : "memory", "cc");
	hex(eax);
	hex(edx);
}

void random_code(void)
{
	for (u32 i = 0; i < sizeof(want); i++)
		want[i] = i < BEFORE_BYTES ? 0x9C : 0x90;
	want[sizeof(want) - 1] = 0xC3;
	for (u32 n = 0; n < EDITS; n++) {
		u32 len, at = n ? draw_edit(&len) : edit_page_start(&len), how = n ? pick(6) : 2;

		text("code how, at, len:");
		hex(how);
		hex((u32)arena - BEFORE_BYTES + at);
		hex(len);
		text(" bytes:");
		for (u32 i = 0; i < len; i += 4)
			hex(draft[at + i] << 24 | draft[at + i + 1] << 16 | draft[at + i + 2] << 8 |
			    draft[at + i + 3]);
		for (u32 i = 0; i < sizeof(want); i++)
			want[i] = draft[i];
		write_code((u8 *)((u32)arena - BEFORE_BYTES + at), want + at, len, how);
		text(" came eax, edx:");
		run();
		text("\n");
		end_line();
	}
	finish(0);
}

/* More sensitive instructions than the hypervisor can keep account of: some 3800. The write that is
 * one too many goes on into the next section, where there is nothing to keep account of. */
void full_code(void)
{
	u8 *at = nearly_full + 4000 - 240; /* of 4000 in the section */
	u32 n = 240;

	say("full arena=%x nearly=%x rest=%x\n", (u32)arena, (u32)nearly_full, (u32)rest);
	for (u32 i = FULL_BYTES; i < FULL_BYTES + 40; i += 4)
		*(volatile u32 *)(nearly_full + i) = 0x9C9C9C9C;
	for (u32 i = 0; i < n; i++)
		draft[i] = 0x9C;
	for (u32 i = 0; i < 8; i++)
		draft[n++] = 0x90;
	asm volatile("rep movsb" : "+D"(at), "+c"(n) : "S"(draft) : "memory");
	say("full all=1\n");
	finish(0);
}
