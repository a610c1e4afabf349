/*
 * elf.h: reading an ELF file for the 386 (System V ABI, 4) that lies in memory and may be anything.
 *
 * Whoever made the file is not trusted: every offset is checked against the file's length before it
 * is followed, and what does not fit is as if it were not there.
 */
#ifndef HV_ELF_H
#define HV_ELF_H

#include <trapline/types.h>

#define EM_386	      3
#define PT_LOAD	      1
#define PT_NOTE	      4
#define SHT_NOTE      7
#define SHT_NOBITS    8
#define SHF_ALLOC     0x2
#define SHF_EXECINSTR 0x4

struct elf_header {
	u8 ident[16];
	u16 type, machine;
	u32 version, entry, phoff, shoff, flags;
	u16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

#define ELF_PF_X 1u /* elf_phdr.flags: executable */
struct elf_phdr {
	u32 type, offset, vaddr, paddr, filesz, memsz, flags, align;
};

struct elf_shdr {
	u32 name, type, flags, addr, offset, size, link, info, addralign, entsize;
};

/** An ELF file whose header was found to be sound. */
struct elf {
	const u8 *file;
	u32 len;
	struct elf_header header;
};

/** @return false if this is no ELF file for the 386 with program headers. */
bool elf_open(struct elf *e, const void *file, u32 len);
/**
 * The segments to load, in order. *i starts at 0 and is moved on.
 * @return 1 with *ph set; 0 at the end; -1 for one whose file part is not in the file, which is
 * longer in the file than in memory, or which wraps around
 */
int elf_next_load(const struct elf *e, u32 *i, struct elf_phdr *ph);
/** The sections, in order, likewise. Those whose contents are not in the file are left out.
 * @return false at the end */
bool elf_next_section(const struct elf *e, u32 *i, struct elf_shdr *sh);
/** A section's name, or "" if it has none that ends within the file. */
const char *elf_section_name(const struct elf *e, const struct elf_shdr *sh);

#endif
