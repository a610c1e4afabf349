/* file.c: files of the initrd, whole in memory. */
#include "tl/tl.h"

void *memory(u32 n)
{
	s32 at = mmap(0, n ? n : 1, PROT_READ | PROT_WRITE);

	/* An address below 3 GB may look negative, an error is small. */
	if ((u32)at > 0xFFFFF000u)
		fail("Domain 0 has not enough memory for this: give it more (MEM=)");
	return (void *)at;
}

static bool size_of(const char *name, u32 *size)
{
	struct listing l;

	for (u32 i = 0; !list(i, &l, false); i++)
		if (!strcmp(l.name, name)) {
			*size = l.size;
			return true;
		}
	return false;
}

struct file load_file(const char *name)
{
	struct file f = {NULL, 0};
	u32 done = 0;
	u8 *to;
	s32 fd = open(name), n;

	if (fd < 0 || !size_of(name, &f.len))
		fail("there is no file %s: `ls` shows which there are", name);
	to = memory(f.len);
	while (done < f.len && (n = read((u32)fd, to + done, f.len - done)) > 0)
		done += (u32)n;
	close((u32)fd);
	f.at = to;
	return f;
}
