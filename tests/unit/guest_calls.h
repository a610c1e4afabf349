/*
 * guest_calls.h: a program of Finch in a test on the host: what it calls is the test's, under the
 * name guest_*, and what the host has of the same name is host_*. To be included before what it
 * is made of.
 */
#ifndef GUEST_CALLS_H
#define GUEST_CALLS_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int (*const host_close)(int) = close;
static void *(*const host_mmap)(void *, size_t, int, int, int, off_t) = mmap;
static int (*const host_munmap)(void *, size_t) = munmap;
#define HOST_NONE    PROT_NONE
#define HOST_READ    PROT_READ
#define HOST_WRITE   (PROT_READ | PROT_WRITE)
#define HOST_PAGES   (MAP_SHARED | MAP_FIXED)
#define HOST_PLACE   (MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT)
#define HOST_NOTHING (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#undef PROT_READ
#undef PROT_WRITE
#undef MAP_FIXED

/* What a program of Finch calls is ours. */
#define read	    guest_read
#define write	    guest_write
#define lseek	    guest_lseek
#define open	    guest_open
#define close	    guest_close
#define mmap	    guest_mmap
#define munmap	    guest_munmap
#define poll	    guest_poll
#define exit	    guest_exit
#define fork	    guest_fork
#define exec	    guest_exec
#define getpid	    guest_getpid
#define getppid	    guest_getppid
#define kill	    guest_kill
#define pipe	    guest_pipe
#define dup2	    guest_dup2
#define brk	    guest_brk
#define sleep	    guest_sleep
#define creat	    guest_creat
#define unlink	    guest_unlink
#define mount	    guest_mount
#define umount	    guest_umount
#define sync	    guest_sync
#define signal	    guest_signal
#define printf(...) guest_printf(__VA_ARGS__)
#define mprotect    guest_mprotect
#define connect	    guest_connect
#define listen	    guest_listen
#define yield	    guest_yield
#define main	    guest_main
#undef fail	   /* cmocka's; tl.h has its own */
#ifndef GUEST_MAIN /* what its main() takes */
#define GUEST_MAIN void
#endif
int guest_main(GUEST_MAIN);

#endif
