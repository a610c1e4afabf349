/* blocks.c: read the first COUNT blocks (4 KB) of a disk, so many at a time, and say what they add
 * up to. */
#include "lib/lib.h"

#define BLOCK	4096u
#define AT_ONCE 32u

static u8 buf[AT_ONCE * BLOCK] __attribute__((aligned(BLOCK)));

static u32 sum_of(const u8 *at, u32 n)
{
	u32 sum = 0;

	for (u32 i = 0; i < n / 4; i++)
		sum = (sum << 1 | sum >> 31) + ((const u32 *)at)[i];
	return sum;
}

int main(int argc, char **argv)
{
	u32 count, at_once = 0, sum = 0;
	char name[16] = "dev/";
	s32 fd, got;

	if (argc != 4 || !whole_number(argv[2], UINT32_MAX, &count) ||
	    !whole_number(argv[3], AT_ONCE, &at_once) || !at_once) {
		printf("usage: blocks DISK COUNT AT_A_TIME (1 to %u)\n", AT_ONCE);
		return 2;
	}
	strlcpy(name + 4, argv[1], sizeof(name) - 4);
	fd = open(name);
	if (fd < 0) {
		printf("blocks: %s: %s\n", argv[1], why(fd));
		return 1;
	}
	for (u32 done = 0, k; done < count; done += k) {
		k = count - done < at_once ? count - done : at_once;
		got = read((u32)fd, buf, k * BLOCK);
		if (got != (s32)(k * BLOCK)) {
			printf("blocks: %s: %s\n", argv[1], got < 0 ? why(got) : "it ends before");
			return 1;
		}
		sum += sum_of(buf, k * BLOCK);
	}
	printf("blocks: %u of %s, %u at a time: %x\n", count, argv[1], at_once, sum);
	return 0;
}
