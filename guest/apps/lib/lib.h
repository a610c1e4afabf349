/* lib.h: the C library of Finch's applications, as much as they need. */
#ifndef APPS_LIB_H
#define APPS_LIB_H

#include "abi.h"
#include "string.h"

/* syscall.S: one function for each call; a negative result is an error of abi.h. */
void exit(u32 code) __attribute__((noreturn));
s32 fork(void);
s32 read(u32 fd, void *buf, u32 n);
s32 write(u32 fd, const void *buf, u32 n);
s32 open(const char *name);
s32 close(u32 fd);
s32 waitpid(s32 pid, u32 *status, u32 options);
s32 exec(const char *path, char *const argv[]);
s32 getpid(void);
s32 getppid(void);
s32 kill(u32 pid, u32 sig);
s32 pipe(u32 fds[2]);
s32 brk(u32 end);
s32 dup2(u32 from, u32 to);
s32 mmap(u32 va, u32 len, u32 prot_and_flags);
s32 munmap(u32 va, u32 len);
s32 mprotect(u32 va, u32 len, u32 prot);
s32 yield(void);
s32 sleep(u32 ticks);
s32 ticks(void);
s32 psinfo(u32 index, struct psinfo *info);
s32 list(u32 index, struct listing *l, bool disk);
s32 creat(const char *name);
s32 unlink(const char *name);
s32 lseek(u32 fd, u32 pos);
s32 mount(const char *disk);
s32 umount(void);
s32 sync(void);
s32 mkfs(const char *disk);
s32 room(struct room *r);
s32 meminfo(void);
s32 swapon(const char *disk);
s32 sysinfo(struct sysinfo *i);
s32 hypercall(const struct hyper_call *c);
s32 foreign(const struct foreign_copy *c);
s32 map_foreign(const void *va, u32 domid, u32 frame);
s32 listen(const char *name);
s32 poll(u32 descriptors);

/* signal.c */
typedef void (*handler_t)(u32 sig, u32 address);
s32 signal(u32 sig, handler_t handler);

/* printf.c: %s %c %d %u %x, with width, '-' and '0'. One write for each call. */
void printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** The same into `size` bytes of memory, without a 0 at its end. @return how many */
u32 print_to(char *to, u32 size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* util.c */
/** A number in decimal. It stands until the next call. */
const char *decimal(u32 n);
/** The decimal number at the beginning of a string; 0 if there is none. */
u32 atou(const char *s);
/** Run a program. @return its pid or a negative error */
s32 spawn(const char *path, char *const argv[]);
/** Run a program and wait for it. @return its status */
u32 run(const char *path, char *const argv[]);
/** What an error means, in words. */
const char *why(s32 err);
/** Print a message and exit with code 1. */
void die(const char *what) __attribute__((noreturn));
/** The next number of a generator that `state` belongs to (xorshift; state must not be 0). */
u32 next_random(u32 *state);
/** The value of name=value among the arguments, or NULL. */
const char *arg_value(int argc, char **argv, const char *name);

#endif
