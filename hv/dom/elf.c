/*[H22] elf.c: reading an ELF file that may be anything. */
#include "dom/elf.h"
#include "lib/string.h"

/* The file's bytes [offset, offset + size), or NULL if they are not all there. */
static const void *at(const struct elf *e, u32 offset, u32 size)
{
	if (offset > e->len || size > e->len - offset)
		return NULL;
	return e->file + offset;
}

bool elf_open(struct elf *e, const void *file, u32 len)
{
	static const u8 ident[7] = {0x7F, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little endian */, 1};
	const void *header;

	*e = (struct elf){.file = file, .len = len};
	header = at(e, 0, sizeof(e->header));
	if (!header || memcmp(header, ident, sizeof(ident)) != 0)
		return false;
	memcpy(&e->header, header, sizeof(e->header));
	return e->header.machine == EM_386 && e->header.phentsize == sizeof(struct elf_phdr) &&
	       at(e, e->header.phoff, e->header.phnum * sizeof(struct elf_phdr));
}

int elf_next_load(const struct elf *e, u32 *i, struct elf_phdr *ph)
{
	while (*i < e->header.phnum) {
		memcpy(ph, e->file + e->header.phoff + (*i)++ * sizeof(*ph), sizeof(*ph));
		if (ph->type != PT_LOAD || ph->memsz == 0)
			continue;
		if (ph->filesz > ph->memsz || !at(e, ph->offset, ph->filesz) ||
		    ph->vaddr + ph->memsz < ph->vaddr || ph->paddr + ph->memsz < ph->paddr)
			return -1;
		return 1;
	}
	return 0;
}

bool elf_next_section(const struct elf *e, u32 *i, struct elf_shdr *sh)
{
	if (e->header.shentsize != sizeof(*sh) ||
	    !at(e, e->header.shoff, e->header.shnum * sizeof(*sh)))
		return false;
	while (*i < e->header.shnum) {
		memcpy(sh, e->file + e->header.shoff + (*i)++ * sizeof(*sh), sizeof(*sh));
		if (sh->type != SHT_NOBITS && at(e, sh->offset, sh->size))
			return true;
	}
	return false;
}

const char *elf_section_name(const struct elf *e, const struct elf_shdr *sh)
{
	struct elf_shdr names;
	u32 i = e->header.shstrndx;
	const char *table;

	if (i >= e->header.shnum || !elf_next_section(e, &i, &names) ||
	    i != e->header.shstrndx + 1u || sh->name >= names.size)
		return "";
	table = (const char *)e->file + names.offset;
	/* It must end within the table. */
	for (u32 n = sh->name; n < names.size; n++)
		if (table[n] == '\0')
			return table + sh->name;
	return "";
}
