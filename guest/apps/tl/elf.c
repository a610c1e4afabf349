/* elf.c: reading kernels. What lies outside of the file is as if it were not there. */
#include "tl/tl.h"

static bool within(struct file f, u32 offset, u32 len)
{
	return offset <= f.len && len <= f.len - offset;
}

const struct elf_header *elf_open(const struct plan *p, struct file f)
{
	const struct elf_header *h = (const void *)f.at;

	if (f.len < sizeof(*h) || memcmp(h->ident, "\177ELF\1\1", 6) || h->machine != 3 ||
	    h->phentsize != sizeof(struct elf_segment) ||
	    !within(f, h->phoff, h->phnum * sizeof(struct elf_segment)))
		fail("%s is no 32-bit x86 ELF file", p->kernel);
	if (h->shnum && !within(f, h->shoff, h->shnum * sizeof(struct elf_section)))
		fail("%s is cut off: its section table lies behind its end", p->kernel);
	return h;
}

const struct elf_segment *elf_next(struct file f, u32 *i)
{
	const struct elf_header *h = (const void *)f.at;
	const struct elf_segment *s;

	while (*i < h->phnum) {
		s = (const struct elf_segment *)(f.at + h->phoff) + (*i)++;
		if (s->type != ELF_LOAD || !s->memsz)
			continue;
		if (!within(f, s->offset, s->filesz) || s->filesz > s->memsz ||
		    s->paddr + s->memsz < s->paddr || s->vaddr + s->memsz < s->vaddr)
			fail("the kernel's ELF file is damaged");
		return s;
	}
	return NULL;
}

const struct elf_section *elf_section(struct file f, u32 i)
{
	const struct elf_header *h = (const void *)f.at;

	if (i >= h->shnum || h->shentsize != sizeof(struct elf_section) ||
	    !within(f, h->shoff, h->shnum * sizeof(struct elf_section)))
		return NULL;
	return (const struct elf_section *)(f.at + h->shoff) + i;
}

const char *elf_text(struct file f, const char *name, u32 *len)
{
	const struct elf_header *h = (const void *)f.at;
	const struct elf_section *names = elf_section(f, h->shstrndx), *s;
	u32 n = strlen(name) + 1;

	for (u32 i = 0; names && (s = elf_section(f, i)); i++)
		if (within(f, names->offset, s->name) && within(f, names->offset + s->name, n) &&
		    !memcmp(f.at + names->offset + s->name, name, n) &&
		    within(f, s->offset, s->size)) {
			*len = s->size;
			return (const char *)f.at + s->offset;
		}
	return NULL;
}
