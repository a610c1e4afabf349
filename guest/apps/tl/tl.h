/*
 * tl.h: what the files of `tl` share. Domain 0 makes other domains by itself; the hypervisor gives
 * it memory, checks page tables, and otherwise only does what it is told.
 */
#ifndef TL_H
#define TL_H

#include <trapline/xen/domctl.h>
#include <trapline/xen/memory.h>
#include "lib/lib.h"

#define PAGE 4096u

static inline u64 rdtsc(void)
{
	u64 tsc;

	asm volatile("rdtsc" : "=A"(tsc));
	return tsc;
}

/* Exit codes. */
#define TL_FAILED 1 /* it was tried, and did not work */
#define TL_USAGE  2 /* it cannot be meant so */

/** Print "tl: ..." and end with TL_FAILED, or with another code. */
#define fail(...)      fail_with(TL_FAILED, __VA_ARGS__)
#define bad_usage(...) fail_with(TL_USAGE, __VA_ARGS__)
#define fail_with(code, ...)                                                                       \
	do {                                                                                       \
		printf("tl: " __VA_ARGS__);                                                        \
		printf("\n");                                                                      \
		exit(code);                                                                        \
	} while (0)

/** A file in memory. */
struct file {
	const u8 *at;
	u32 len;
};

/** How Domain 0 asks a domain whether it is alive (trapline/answer.h). */
struct contact {
	u32 domid, port; /* of the domain */
	u32 frame;	 /* where its answers are */
};

/** What a domain is to be made of. */
struct plan {
	const char *name, *kernel, *initrd;
	const char *vif;      /* NULL: it gets no interface */
	char ip[20], mac[20]; /* of the interface; "": one of its own */
	const char *vbd;      /* hda:START+SECTORS,...; NULL: it gets no disk */
	struct file kernel_file, initrd_file;
	bool shadow, paused;
	u32 isolation; /* XEN_DOMCTL_CDF_tl_; 0: as is usual there */
	u32 nr_pages, nr_vcpus;
	u32 resident_kb; /* mmu=shadow: so much of it is in the machine's memory; 0: all */
	bool random;	 /* and what is not, is chosen at random */
	u32 mcu_advance; /* 0: as all have it at first */
	u32 not_traced;	 /* classes of events that are not recorded of it */
	char cmdline[1024];
	struct contact *contact; /* out; NULL: it is not to be asked. In direct mode only */
};

/** Instructions that the calls below have taken, by what they were for. */
enum purpose { FOR_memory, FOR_contents, FOR_checks, FOR_others, NR_PURPOSES };
extern u64 spent[NR_PURPOSES];

/* hyper.c: the hypercalls. Each returns 0 or a negative error, like the hypervisor. */
/** Pointers among the arguments are to memory that has been written before. */
s32 hyper(u32 nr, u32 a, u32 b, u32 c, u32 d);
s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid);
s32 sysctl(struct xen_sysctl *op, u32 cmd);
/** Give the domain pages with these numbers; in[] becomes their machine frames. @return how many */
s32 populate(u32 domid, u32 *frames, u32 n);
s32 pin_directory(u32 domid, u32 mfn);
/** A channel of that domain's, on which Domain 0 may listen. @return the port; 0: none */
u32 channel_for_us(u32 domid);
/** Bind a channel that a domain has for us. @return our port; 0: none */
u32 connect(u32 domid, u32 port);
void notify(u32 port);
void disconnect(u32 port);
/** Let another domain run, if one can. */
void give_way(void);
/** Memory of another domain's: `frame` as the hypervisor's foreign mappings call it. */
s32 poke(u32 domid, u32 frame, u32 offset, const void *from, u32 len);
s32 set_context(u32 domid, const struct vcpu_guest_context *c);
/** In words, with what may help. */
const char *error_text(s32 err);

/* file.c */
/** The file's contents; ends with an error if it is not there. */
struct file load_file(const char *name);
/** Memory of n bytes, zero. */
void *memory(u32 n);

/* elf.c */
struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};
struct elf_segment {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};
struct elf_section {
	u32 name, type, flags, addr, offset, size, link, info, align, entsize;
};
#define ELF_LOAD       1
#define ELF_EXECUTABLE 1u /* elf_segment.flags */
#define ELF_EXECINSTR  4u /* elf_section.flags */
/** Ends with an error if it is no ELF file for the 386. */
const struct elf_header *elf_open(const struct plan *p, struct file f);
/** The i-th part to load, its bounds checked, from *i on; NULL at the end. */
const struct elf_segment *elf_next(struct file f, u32 *i);
const struct elf_section *elf_section(struct file f, u32 i); /* NULL at the end */
/** The text of the section with this name, or NULL. */
const char *elf_text(struct file f, const char *name, u32 *len);

/* create.c */
/** What `tl create` was told. Ends with an error if it makes no sense. */
void read_plan(struct plan *p, int argc, char **argv);
/** A domain without memory, under its name. @return its id; ends with an error */
u32 make(const struct plan *p);
/** Get it ready to run; it stays paused. Ends with an error. */
void build(const struct plan *p, u32 id);
void destroy_id(u32 id);
/** "WORD=..."? @return what follows, or NULL */
const char *value(const char *arg, const char *word);
/** Ends with an error if the word of argv[last] is among those before: which was meant? */
void refuse_twice(char **argv, int last);
/** A number in decimal; ends with an error if it is none, or not from min to max. */
u32 number(const char *what, const char *word, u32 min, u32 max);

/* device.c: what vbd= and vif= say. Each ends with an error if that makes no sense. */
void read_disk(struct plan *p, const char *words);
void read_interface(struct plan *p, const char *words);

/* tl.c */
void set_share(u32 id, u32 mcu_advance);
/** @param cmd XEN_DOMCTL_pausedomain or XEN_DOMCTL_unpausedomain */
void pause_or_not(u32 cmd, u32 id);

/* direct.c, shadow.c: fill a domain that has been made, and get its vcpu ready to run. */
void build_direct(const struct plan *p, u32 domid);
void build_shadow(const struct plan *p, u32 domid);

/* record.c: what the store says of a domain. Without a store nothing is written. */
/** Find the store, or start it: from now on, what is made is written down. */
void record_open(void);
/** How a direct-mode domain finds the store and the console. */
struct rings {
	u32 store_mfn, store_port, console_mfn, console_port;
};
/** Write down a new domain. @param r NULL: it has no way to the store */
void record_domain(const struct plan *p, u32 domid, const struct rings *r);
/** What it is to have, in KB: the domain may watch that. */
void record_target(u32 domid, u32 kb);
/** 0: nothing is written down, or there is no store. */
u32 recorded_target(u32 domid);
/** Nothing of it stays. */
void record_forget(u32 domid);

/* domains.c */
/** By number or by name; ends with an error if there is none. */
void find_domain(const char *word, struct xen_domctl_getdomaininfo *info);
/** The one with the least id from *id on, which becomes the next; false: there is none. */
bool next_domain(u32 *id, struct xen_domctl_getdomaininfo *info);
const char *name_of(const struct xen_domctl_getdomaininfo *info);

/* ask.c */
/** Ask n domains for the time. @return how many have answered, and rightly */
u32 ask_all(const struct contact *c, u32 n);

/* many.c */
/** n domains at once, which share the processor for `wait` ms; then so many one after another. */
int many(u32 n, u32 cycles, u32 wait);

/* console.c */
int attach_console(const char *domain);

/* memory.c */
int memory_max(const char *domain, const char *mb);
int memory_set(const char *domain, const char *mb);
/** How much of it the machine's memory holds, from now on (mmu=shadow). */
int memory_resident(const char *domain, u32 kb);
/** Until it has as much as it is to have. Ends with an error if that does not come to be. */
int memory_wait(const char *domain, u32 seconds);
/** Of a shadow-mode domain. @return 0 or a negative error, like the hypervisor */
s32 memory_op(u32 domid, struct xen_domctl_tl_memory *m);
/** What a domain is to have, in KB; if nobody has said so, what it may have. */
u32 memory_target(const struct xen_domctl_getdomaininfo *d);
/** A line on where a shadow-mode domain's memory is. */
void memory_show(u32 domid);

/* trace.c */
/** "all", "off" or a list of classes; ends with an error. @return a bit for each */
u32 classes_named(const char *list);
/** Record only these of the domain. */
void set_filter(u32 domid, u32 classes);
int trace(int argc, char **argv);

/* net.c */
/** Ask the router something: `show` without words. */
int net(int argc, char **argv);
/** @param file NULL: onto the console */
int capture_frames(const char *frames, const char *file);

/* show.c: verbs that only look. */
int show_list(void);
int show_info(const char *domain);
int show_top(u32 rounds);
int show_log(const char *domain);

#endif
