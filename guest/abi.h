/*
 * abi.h: what Finch's kernel and its applications agree on: system calls, errors, signals.
 *
 * A system call is `int $0x80` with its number in EAX and its arguments in EBX ECX EDX ESI EDI;
 * the result comes back in EAX, errors as a negative number. The numbers are Linux's where Linux
 * has the call.
 */
#ifndef FINCH_ABI_H
#define FINCH_ABI_H

#define SYS_exit	1
#define SYS_fork	2
#define SYS_read	3
#define SYS_write	4
#define SYS_open	5
#define SYS_close	6
#define SYS_creat	8
#define SYS_unlink	10
#define SYS_waitpid	7
#define SYS_exec	11
#define SYS_lseek	19 /* to a place from the beginning */
#define SYS_getpid	20
#define SYS_mount	21 /* (name of a disk): its files are disk/NAME */
#define SYS_umount	22
#define SYS_sync	36
#define SYS_kill	37
#define SYS_pipe	42
#define SYS_brk		45
#define SYS_signal	48
#define SYS_dup2	63
#define SYS_getppid	64
#define SYS_swapon	87 /* (name of a disk, or part of one) */
#define SYS_mmap	90
#define SYS_munmap	91
#define SYS_sysinfo	116 /* (struct sysinfo *) */
#define SYS_sigreturn	119
#define SYS_mprotect	125
#define SYS_yield	158
#define SYS_sleep	200 /* ticks */
#define SYS_ticks	201 /* since boot */
#define SYS_psinfo	202 /* (index, struct psinfo *) */
#define SYS_list	203 /* (index, struct listing *, 0: the initrd's, 1: the disk's) */
#define SYS_meminfo	204 /* free frames */
#define SYS_hypercall	205 /* (struct hyper_call *): in Domain 0, as are the next */
#define SYS_foreign	206 /* (struct foreign_copy *) */
#define SYS_map_foreign 207 /* (va, domid, frame): a page of another domain, there */
#define SYS_listen	208 /* name: open() finds it from now on, read() gives who came */
#define SYS_poll	209 /* descriptors, a bit each: POLL_* */
#define SYS_mkfs	210 /* (name of a disk) */
#define SYS_room	211 /* (struct room *) */
#define NR_SYSCALLS	212

#define HZ 100 /* ticks in a second */

#define EPERM	1
#define ESRCH	3
#define EINTR	4
#define ENOENT	2
#define EIO	5
#define E2BIG	7
#define ENOEXEC 8
#define EBADF	9
#define ECHILD	10
#define EAGAIN	11
#define ENOMEM	12
#define EFAULT	14
#define EBUSY	16
#define EEXIST	17
#define ENODEV	19
#define EINVAL	22
#define EMFILE	24
#define EFBIG	27
#define ENOSPC	28
#define EROFS	30
#define EPIPE	32
#define ENOSYS	38

#define ENETUNREACH  101
#define EHOSTUNREACH 113

#define SIGINT	2
#define SIGILL	4
#define SIGTRAP 5
#define SIGFPE	8
#define SIGKILL 9
#define SIGUSR1 10
#define SIGSEGV 11
#define SIGUSR2 12
#define SIGPIPE 13
#define SIGTERM 15
#define NSIG	16
#define SIG_DFL 0
#define SIG_IGN 1
/* waitpid's status: the exit code, or 128 + the signal that ended the process. */
#define STATUS_SIGNAL 128

#define NR_FDS 16 /* descriptors of a process */

/* poll: wait until one of these can be read or written, or is at its end; the answer says which. */
#define POLL_READ(fd)  (1u << (fd))
#define POLL_WRITE(fd) (1u << ((fd) + 16))

/* To dev/xen/evtchn are written the numbers of ports, to take; with this bit, to close. */
#define EVTCHN_CLOSE 0x80000000u

#define WNOHANG 1 /* waitpid: return 0 if no child has ended yet */

#define PROT_READ	 1
#define PROT_WRITE	 2
#define MAP_FIXED	 0x10	     /* exactly there, in place of what was mapped */
#define MAP_FOREIGN	 0x20	     /* nothing but a place for map_foreign */
#define NO_FOREIGN_FRAME 0xFFFFFFFFu /* map_foreign: what is there goes */

#ifndef __ASSEMBLER__
#include <trapline/types.h>

struct psinfo {
	u32 pid, ppid, ticks, pages;
	char state; /* R runnable, S sleeping, Z zombie */
	char name[15];
};

/** A hypercall. Pointers among its arguments are to memory that has been written before. */
struct hyper_call {
	u32 nr, args[5];
};

/** Copy `len` bytes between buf and a page of another domain, from `offset` on. */
struct foreign_copy {
	u32 domid, frame, offset, len;
	void *buf;
	u32 write; /* into that page, else out of it */
};

/** To dev/xen/gntdev: map a page that another domain grants at va, or unmap it. */
struct grant_request {
	u32 va, domid, ref, flags;
	s32 status; /* out: 0 or an error */
};
#define GRANT_READ_ONLY 1
#define GRANT_UNMAP	2 /* what is at va */

/** From dev/xen/blkfront: where the front end of the virtual disk is to be found. */
struct vbd_front {
	u32 ring_ref, port;
};

/*
 * The network's files. A datagram is one read() or write(), and begins with whom it is from or to;
 * reading waits a second at most, and gives 0 if nothing came.
 *
 * dev/net/udp/PORT: that port's datagrams; 0: any port that is free.
 *
 * dev/net/ping: writing asks for an echo, reading gives the answers.
 *
 * dev/net/raw/NAME: a device's frames, instead of the kernel. This and the next never wait:
 * -EAGAIN.
 *
 * dev/net/tap: a device, tap0, whose other end this file is: what the kernel sends there is read.
 *
 * dev/net/config: read a struct net_info for each device; write one to set its addresses.
 */
struct net_peer {
	u32 addr;
	u16 port; /* of an echo: its number in the sequence */
	u16 own;  /* from reading: our own port */
};

struct net_counts {
	u32 rx, rx_bytes, rx_dropped; /* dropped: bad, for nobody, or no room for it */
	u32 tx, tx_bytes, tx_dropped; /* dropped: no room, and nobody waits for it */
};

struct net_info {
	char name[8];
	u32 addr, mask, gateway; /* gateway: the kernel's only one */
	u8 mac[6];
	struct net_counts counts;
};
#define NET_DATA 1472 /* bytes in a datagram, at most */

/**
 * To dev/xen/gntmove: copy bytes from a page that another domain grants, at `offset`, to va, which
 * lie in one page each; or the other way; or let it have the page at va, for which it has granted a
 * place.
 */
struct grant_move {
	u32 va;
	u16 domid, offset, len, flags;
	u32 ref;
	s32 status; /* out: 0 or an error */
};
#define MOVE_TO	  1u /* from va */
#define MOVE_PAGE 2u /* what is at va afterwards is anything */

/** From dev/xen/netfront: where the front end of the network is to be found. To it: its address;
 * then there is a device vif0. */
struct vif_front {
	u32 tx_ref, rx_ref, port;
};
struct vif_address {
	u8 mac[6];
	u16 flip; /* frames come in pages that change hands; else they are copied */
};

/** Of a file system, in blocks of 4 KB. */
struct room {
	u32 blocks, left;
};

/** Memory, in pages of 4 KB; and what happened since boot. */
struct sysinfo {
	u32 total;	  /* the machine was started with */
	u32 free, cached; /* cached: of files */
	u32 balloon;	  /* given back for now */
	u32 swap, swap_used;
	u32 faults;	  /* page faults that were served */
	u32 ins, outs;	  /* pages read from swap, and written */
	u32 hits, misses; /* of files: were in the cache, or not */
	u32 dropped;	  /* pages given up of the cache */
};

/** From dev/balloon: pages that it holds, and that the domain is to have. */
struct balloon_state {
	u32 held, target;
};

struct listing {
	u32 size;
	char name[28];
};
#endif
#endif
