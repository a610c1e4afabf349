/* sys_file.c: system calls about files. */
#include "sys/sys.h"
#include "fs/fs.h"
#include "lib/lib.h"

s32 sys_read(u32 fd, u32 va, u32 n)
{
	if (!user_range(&current->space, va, n, PROT_WRITE))
		return -EFAULT;
	return file_read(fd, (u8 *)va, n);
}

s32 sys_write(u32 fd, u32 va, u32 n)
{
	if (!user_range(&current->space, va, n, PROT_READ))
		return -EFAULT;
	return file_write(fd, (const u8 *)va, n);
}

s32 sys_open(u32 path_va, UNUSED_ARG b, UNUSED_ARG c)
{
	char path[32];
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

s32 sys_list(u32 index, u32 va, UNUSED_ARG c)
{
	struct initrd_file f;
	struct listing l = {0};

	if (!user_range(&current->space, va, sizeof(l), PROT_WRITE))
		return -EFAULT;
	if (!initrd_nth(index, &f))
		return -ENOENT;
	l.size = f.size;
	strlcpy(l.name, f.name, sizeof(l.name));
	memcpy((void *)va, &l, sizeof(l));
	return 0;
}
