/* sys_mem.c: system calls about memory. */
#include "sys/sys.h"
#include "dev/balloon.h"
#include "lib/lib.h"

#define ROUND_UP(x) (((x) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))

/* Is [va, va + len) a range of whole pages that a process may have? */
static bool good_range(u32 va, u32 len)
{
	return !(va & (PAGE_SIZE - 1)) && len && va >= USER_BASE && va + len > va &&
	       va + len <= KERNEL_BASE;
}

s32 sys_mmap(u32 va, u32 len, u32 prot_and_flags)
{
	struct space *s = &current->space;
	u32 prot = prot_and_flags & (PROT_READ | PROT_WRITE);
	struct region *r;
	s32 err;

	len = ROUND_UP(len);
	if (!prot)
		return -EINVAL;
	if (prot_and_flags & MAP_FIXED) {
		if (!good_range(va, len))
			return -EINVAL;
		err = space_unmap(s, va, va + len);
		if (err)
			return err;
	} else {
		va = space_room(s, len);
		if (!va || !len)
			return -ENOMEM;
	}
	r = region_add(s, va, va + len, prot);
	if (!r)
		return -ENOMEM;
	r->foreign = prot_and_flags & MAP_FOREIGN;
	region_tidy(s);
	return (s32)va;
}

s32 sys_munmap(u32 va, u32 len, UNUSED_ARG c)
{
	len = ROUND_UP(len);
	if (!good_range(va, len))
		return -EINVAL;
	return space_unmap(&current->space, va, va + len);
}

s32 sys_mprotect(u32 va, u32 len, u32 prot)
{
	len = ROUND_UP(len);
	/* Without PROT_READ nothing is refused: a page that is present can be read on x86. */
	if (!good_range(va, len) || !(prot & PROT_READ))
		return -EINVAL;
	if (!user_range(&current->space, va, len, 0))
		return -ENOMEM;
	return space_protect(&current->space, va, va + len, prot & (PROT_READ | PROT_WRITE));
}

/* brk(0) tells the end of the heap; any other value moves it. The heap follows the program. */
s32 sys_brk(u32 end, UNUSED_ARG b, UNUSED_ARG c)
{
	struct space *s = &current->space;
	u32 old = s->brk;
	s32 err = 0;

	end = ROUND_UP(end);
	if (end < s->heap || end == old)
		return (s32)old;
	if (end < old)
		err = space_unmap(s, end, old);
	else if (end > USER_MMAP || region_overlaps(s, old, end) ||
		 !region_add(s, old, end, PROT_READ | PROT_WRITE))
		err = -ENOMEM;
	if (err)
		return err;
	region_tidy(s);
	s->brk = end;
	return (s32)end;
}

s32 sys_meminfo(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return (s32)frames_free();
}

s32 sys_sysinfo(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	const struct memory_counts *m = &memory_counts;
	struct sysinfo i = {.total = frames_all(),
			    .free = frames_free(),
			    .cached = m->cached,
			    .balloon = balloon_held(),
			    .swap = m->slots,
			    .swap_used = m->used,
			    .faults = m->faults,
			    .ins = m->ins,
			    .outs = m->outs,
			    .hits = m->hits,
			    .misses = m->misses,
			    .dropped = m->dropped};

	if (!user_range(&current->space, va, sizeof(i), PROT_WRITE))
		return -EFAULT;
	memcpy((void *)va, &i, sizeof(i));
	return 0;
}

s32 sys_swapon(u32 name_va, UNUSED_ARG b, UNUSED_ARG c)
{
	char name[40];
	s32 n = fetch_string(name_va, name, sizeof(name));

	if (n < 0)
		return n;
	return arch_pages_stay() ? -EPERM : disk_swap_on(name);
}
