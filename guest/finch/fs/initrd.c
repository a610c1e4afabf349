/* initrd.c: a read-only file system: the cpio archive (format newc) that the boot loader loaded. */
#include "fs/fs.h"
#include "lib/lib.h"

/* 110 characters of hexadecimal numbers, then the name and the data, each padded to 4 bytes. */
#define HEADER_SIZE    110
#define FIELD_FILESIZE 54
#define FIELD_NAMESIZE 94

static const u8 *archive;
static u32 archive_size;

void initrd_init(const struct boot *boot)
{
	archive = boot->initrd;
	archive_size = boot->initrd_size;
}

static u32 hex_field(const u8 *s)
{
	u32 n = 0;

	for (u32 i = 0; i < 8; i++) {
		u8 c = s[i];

		n = n * 16 + (u32)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return n;
}

static const char *plain_name(const char *s)
{
	if (s[0] == '.' && s[1] == '/')
		s++;
	while (*s == '/')
		s++;
	return s;
}

/* Read the entry at *pos and step over it. @return false at the end, or where it makes no sense */
static bool next_entry(u32 *pos, struct initrd_file *f)
{
	const u8 *h = archive + *pos;
	u32 name_size, data_at;

	if (*pos > archive_size || archive_size - *pos < HEADER_SIZE || memcmp(h, "070701", 6))
		return false;
	name_size = hex_field(h + FIELD_NAMESIZE);
	f->size = hex_field(h + FIELD_FILESIZE);
	if (name_size > archive_size - *pos - HEADER_SIZE)
		return false;
	data_at = (*pos + HEADER_SIZE + name_size + 3) & ~3u;
	if (data_at > archive_size || f->size > archive_size - data_at)
		return false;
	strlcpy(f->name, plain_name((const char *)h + HEADER_SIZE), sizeof(f->name));
	f->data = archive + data_at;
	*pos = (data_at + f->size + 3) & ~3u;
	return strcmp(f->name, "TRAILER!!!") != 0;
}

bool initrd_find(const char *name, struct initrd_file *f)
{
	u32 pos = 0;

	name = plain_name(name);
	while (next_entry(&pos, f)) {
		if (!strcmp(f->name, name))
			return true;
	}
	return false;
}

bool initrd_nth(u32 index, struct initrd_file *f)
{
	u32 pos = 0;

	do {
		if (!next_entry(&pos, f))
			return false;
	} while (index--);
	return true;
}
