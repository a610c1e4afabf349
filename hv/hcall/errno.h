/* errno.h: the error numbers that a hypercall returns, negative, in EAX (Linux's numbers, as in
 * Xen). */
#ifndef HV_ERRNO_H
#define HV_ERRNO_H

#ifdef TRAPLINE_HOST_TEST
#include <errno.h>
#else
#define EPERM  1
#define ENOENT 2
#define ESRCH  3
#define ENXIO  6
#define E2BIG  7
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EBUSY  16
#define EEXIST 17
#define EINVAL 22
#define ENOSPC 28
#define ENOSYS 38
#define ETIME  62
#endif

/** Not an error: the call is not finished; the guest makes it again with the arguments as changed.
 * It never reaches the guest. */
#define HCALL_AGAIN (-512)

#endif
