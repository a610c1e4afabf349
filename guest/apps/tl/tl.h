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

/** What a domain is to be made of. */
struct plan {
	const char *name, *kernel, *initrd; /* files */
	bool shadow, paused;
	u32 nr_pages;
	u32 mcu_advance; /* 0: as all have it at first */
	char cmdline[1024];
};

/** A file in memory. */
struct file {
	const u8 *at;
	u32 len;
};

/* hyper.c: the hypercalls. Each returns 0 or a negative error, like the hypervisor. */
s32 domctl(struct xen_domctl *op, u32 cmd, u32 domid);
s32 sysctl(struct xen_sysctl *op, u32 cmd);
/** Give the domain pages with these numbers; in[] becomes their machine frames. @return how many */
s32 populate(u32 domid, u32 *frames, u32 n);
s32 pin_directory(u32 domid, u32 mfn);
/** A channel of that domain's, on which Domain 0 may listen. @return the port; 0: none */
u32 channel_for_us(u32 domid);
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

/* direct.c, shadow.c: fill a domain that has been made, and get its vcpu ready to run. */
void build_direct(const struct plan *p, u32 domid);
void build_shadow(const struct plan *p, u32 domid);

/* domains.c */
/** By number or by name; ends with an error if there is none. */
void find_domain(const char *word, struct xen_domctl_getdomaininfo *info);
/** The one with the least id from *id on, which becomes the next; false: there is none. */
bool next_domain(u32 *id, struct xen_domctl_getdomaininfo *info);
const char *name_of(const struct xen_domctl_getdomaininfo *info);

/* show.c: verbs that only look. */
int show_list(void);
int show_info(const char *domain);
int show_top(u32 rounds);
int show_log(const char *domain);

#endif
