/*[H62] xen_image.c: what a kernel made for Xen says of itself in its ELF file. */
#include "build/xen_image.h"
#include "lib/string.h"

/* Note types of the vendor "Xen" (Xen's public elfnote.h). */
enum {
	NOTE_ENTRY = 1,
	NOTE_HYPERCALL_PAGE = 2,
	NOTE_VIRT_BASE = 3,
	NOTE_XEN_VERSION = 5,
	NOTE_GUEST_OS = 6,
	NOTE_PAE_MODE = 9,
};

struct note {
	u32 name_size, desc_size, type;
};

/* Find KEY in "KEY=value,KEY=value,...". @return the value and its length, or NULL */
static const char *value_of(const char *text, u32 size, const char *key, u32 *len)
{
	u32 key_len = strlen(key), start = 0;

	while (start < size && text[start]) {
		u32 end = start;

		while (end < size && text[end] && text[end] != ',')
			end++;
		if (end - start > key_len && text[start + key_len] == '=' &&
		    strncmp(text + start, key, key_len) == 0) {
			*len = end - start - key_len - 1;
			return text + start + key_len + 1;
		}
		start = end + 1;
	}
	return NULL;
}

static void copy_text(char *dst, u32 max, const char *src, u32 len)
{
	if (len > max - 1)
		len = max - 1;
	memcpy(dst, src, len);
	dst[len] = '\0';
}

/* A hexadecimal number, with or without 0x. */
static u32 hex(const char *s, u32 len)
{
	u32 n = 0, i = len > 1 && s[0] == '0' && (s[1] | 0x20) == 'x' ? 2 : 0;

	for (; i < len; i++) {
		u32 digit = s[i] - '0', letter = (s[i] | 0x20) - 'a';

		if (digit > 9 && letter > 5)
			break;
		n = n << 4 | (digit <= 9 ? digit : letter + 10);
	}
	return n;
}

static bool is(const char *s, u32 len, const char *what)
{
	return len == strlen(what) && strncmp(s, what, len) == 0;
}

static void read_string(struct xen_image *x, const char *text, u32 size)
{
	const char *s;
	u32 len;

	x->found = true;
	s = value_of(text, size, "GUEST_OS", &len);
	if (s)
		copy_text(x->guest_os, sizeof(x->guest_os), s, len);
	s = value_of(text, size, "XEN_VER", &len);
	if (s)
		x->wrong_version = !is(s, len, "xen-3.0") && !is(s, len, "3.0");
	s = value_of(text, size, "VIRT_BASE", &len);
	if (s)
		x->virt_base = hex(s, len);
	s = value_of(text, size, "VIRT_ENTRY", &len);
	if (s)
		x->entry = hex(s, len);
	s = value_of(text, size, "PAE", &len);
	if (s)
		x->pae = !is(s, len, "no");
	s = value_of(text, size, "HYPERCALL_PAGE", &len);
	if (s)
		x->hypercall_pfn = hex(s, len);
}

static void read_note(struct xen_image *x, u32 type, const u8 *desc, u32 size)
{
	u32 word = 0;

	/* Text comes as bytes, numbers as one 32-bit or 64-bit word. */
	if (size >= sizeof(word))
		memcpy(&word, desc, sizeof(word));
	switch (type) {
	case NOTE_ENTRY:
		x->entry = word;
		break;
	case NOTE_HYPERCALL_PAGE:
		x->hypercall_page = word;
		break;
	case NOTE_VIRT_BASE:
		x->virt_base = word;
		break;
	case NOTE_XEN_VERSION:
		x->wrong_version = size < 7 || memcmp(desc, "xen-3.0", 7) != 0;
		break;
	case NOTE_GUEST_OS:
		copy_text(x->guest_os, sizeof(x->guest_os), (const char *)desc, size);
		break;
	case NOTE_PAE_MODE:
		x->pae = size >= 3 && memcmp(desc, "yes", 3) == 0;
		break;
	}
}

static u32 round4(u32 n)
{
	return (n + 3) & ~3u;
}

/* All notes of one section or segment that are Xen's. */
static void read_notes(struct xen_image *x, const u8 *p, u32 size)
{
	struct note n;

	while (size >= sizeof(n)) {
		memcpy(&n, p, sizeof(n));
		p += sizeof(n);
		size -= sizeof(n);
		/* Each on its own, since their rounded sum may wrap around. */
		if (n.name_size > size || round4(n.name_size) > size)
			return;
		if (n.desc_size > size - round4(n.name_size))
			return;
		if (n.name_size == 4 && memcmp(p, "Xen", 4) == 0) {
			x->found = true;
			read_note(x, n.type, p + 4, n.desc_size);
		}
		p += round4(n.name_size);
		size -= round4(n.name_size);
		if (round4(n.desc_size) > size)
			return;
		p += round4(n.desc_size);
		size -= round4(n.desc_size);
	}
}

void xen_image_read(struct xen_image *x, const struct elf *e)
{
	struct elf_shdr sh;

	*x = (struct xen_image){
	    .virt_base = NO_ADDRESS,
	    .entry = e->header.entry,
	    .hypercall_page = NO_ADDRESS,
	    .hypercall_pfn = NO_ADDRESS,
	};
	for (u32 i = 0; elf_next_section(e, &i, &sh);)
		if (strcmp(elf_section_name(e, &sh), "__xen_guest") == 0)
			read_string(x, (const char *)e->file + sh.offset, sh.size);
	for (u32 i = 0; elf_next_section(e, &i, &sh);)
		if (sh.type == SHT_NOTE)
			read_notes(x, e->file + sh.offset, sh.size);
}
