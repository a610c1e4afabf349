/* sys_file.c: system calls about files. */
#include "sys/sys.h"
#include "fs/fs.h"
#include "lib/lib.h"

#define HELD_MOST (32 * PAGE_SIZE)

/*
 * Whoever moves data does not want to wait for a page of it, or to lose one to the swap area, or to
 * another domain that has it only lent: the pages are brought in before, and held until it is done.
 * While there is memory enough they come by themselves.
 */
static s32 hold(vaddr_t va, u32 len, bool write)
{
	struct proc *p = current;

	p->held = va & ~(PAGE_SIZE - 1);
	p->held_end = (va + len + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	if (!swap_is_on() && frames_free() >= FRAMES_KEPT + HELD_MOST / PAGE_SIZE)
		return 0;
	for (va = p->held; va < p->held_end; va += PAGE_SIZE) {
		pte_t *slot = table_find(&p->space, va);

		if (slot && slot->v & PTE_P && (!write || slot->v & PTE_RW))
			continue;
		memory_make(FRAMES_KEPT);
		if (space_fault(&p->space, va, write) != FAULT_DONE)
			return -ENOMEM;
	}
	return 0;
}

static void let_go(void)
{
	current->held = current->held_end = 0;
}

/* Piece by piece, until one comes back short. */
static s32 transfer(u32 fd, u32 va, u32 n, bool write_out)
{
	u32 done = 0, k;
	s32 got;

	do {
		k = n - done < HELD_MOST ? n - done : HELD_MOST;
		got = hold(va + done, k, !write_out);
		if (!got)
			got = write_out ? file_write(fd, (const u8 *)va + done, k)
					: file_read(fd, (u8 *)va + done, k);
		let_go();
		if (got < 0)
			return done ? (s32)done : got;
		done += (u32)got;
	} while (done < n && (u32)got == k);
	return (s32)done;
}

s32 sys_read(u32 fd, u32 va, u32 n)
{
	if (!user_range(&current->space, va, n, PROT_WRITE))
		return -EFAULT;
	return transfer(fd, va, n, false);
}

s32 sys_write(u32 fd, u32 va, u32 n)
{
	if (!user_range(&current->space, va, n, PROT_READ))
		return -EFAULT;
	return transfer(fd, va, n, true);
}

s32 sys_open(u32 path_va, UNUSED_ARG b, UNUSED_ARG c)
{
	char path[40];
	s32 n = fetch_string(path_va, path, sizeof(path));

	return n < 0 ? n : file_open(path);
}

s32 sys_listen(u32 name_va, UNUSED_ARG b, UNUSED_ARG c)
{
	char name[32];
	s32 n = fetch_string(name_va, name, sizeof(name));

	return n < 0 ? n : service_listen(name);
}

s32 sys_poll(u32 descriptors, UNUSED_ARG b, UNUSED_ARG c)
{
	return file_poll(descriptors);
}

s32 sys_close(u32 fd, UNUSED_ARG b, UNUSED_ARG c)
{
	return file_close(fd);
}

s32 sys_dup2(u32 from, u32 to, UNUSED_ARG c)
{
	return file_dup2(from, to);
}

s32 sys_pipe(u32 fds_va, UNUSED_ARG b, UNUSED_ARG c)
{
	u32 fds[2];
	s32 err;

	if (!user_range(&current->space, fds_va, sizeof(fds), PROT_WRITE))
		return -EFAULT;
	err = file_pipe(fds);
	if (!err)
		memcpy((void *)fds_va, fds, sizeof(fds));
	return err;
}

s32 sys_list(u32 index, u32 va, u32 disk)
{
	struct initrd_file f;
	struct listing l = {0};
	s32 err = 0;

	if (!user_range(&current->space, va, sizeof(l), PROT_WRITE))
		return -EFAULT;
	if (disk) {
		err = disk_nth(index, &l);
	} else if (initrd_nth(index, &f)) {
		l.size = f.size;
		strlcpy(l.name, f.name, sizeof(l.name));
	} else {
		err = -ENOENT;
	}
	if (!err)
		memcpy((void *)va, &l, sizeof(l));
	return err;
}

/* A call whose only argument is a name. */
static s32 with_name(u32 va, s32 (*call)(const char *name))
{
	char name[40];
	s32 n = fetch_string(va, name, sizeof(name));

	return n < 0 ? n : call(name);
}

static s32 unlink(const char *name)
{
	return disk_name(name) ? disk_remove(disk_name(name)) : -EROFS;
}

s32 sys_creat(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	return with_name(va, file_create);
}

s32 sys_unlink(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	return with_name(va, unlink);
}

s32 sys_mount(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	return with_name(va, disk_mount);
}

s32 sys_mkfs(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	return with_name(va, disk_format);
}

s32 sys_umount(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return disk_unmount();
}

s32 sys_sync(UNUSED_ARG a, UNUSED_ARG b, UNUSED_ARG c)
{
	return disk_sync();
}

s32 sys_lseek(u32 fd, u32 pos, UNUSED_ARG c)
{
	return file_seek(fd, pos);
}

s32 sys_room(u32 va, UNUSED_ARG b, UNUSED_ARG c)
{
	struct room r;
	s32 err;

	if (!user_range(&current->space, va, sizeof(r), PROT_WRITE))
		return -EFAULT;
	err = disk_room(&r);
	if (!err)
		memcpy((void *)va, &r, sizeof(r));
	return err;
}
