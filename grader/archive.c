/* archive.c: what lies in a tar or a zip, and in one that lies in another, without unpacking it. */
#include "collect.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INNER (16 << 20) /* bytes of an archive in an archive */

static bool leads_out(const char *path)
{
	for (const char *p = path; *p; p++)
		if (!strncmp(p, "..", 2) && (p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return true;
	return *path == '/';
}

/* What was unpacked so far, of files and of headers. */
static bool too_much(const struct taking *k, struct archive *a)
{
	return k->total > MAX_TOTAL || archive_filter_bytes(a, 0) > MAX_TOTAL;
}

/* The bytes of one entry; NULL if there are more than `max`. `whole`: all of them could be read. */
static char *entry_bytes(struct taking *k, struct archive *a, size_t *n, size_t max, bool *whole)
{
	char *bytes = malloc(max + 1), spare[16384];
	bool fits = true;
	ssize_t got = 0;

	*n = 0;
	while (!too_much(k, a)) {
		if (fits)
			got = archive_read_data(a, bytes + *n, max + 1 - *n);
		else
			got = archive_read_data(a, spare, sizeof(spare));
		if (got <= 0)
			break;
		k->total += got;
		*n += (size_t)got;
		fits = *n <= max;
	}
	*whole = got >= 0;
	if (fits)
		return bytes;
	free(bytes);
	return NULL;
}

static void read_archive(struct taking *k, struct archive *a, const char *name);
static struct archive *new_archive(void);

/* Why something is read neither as a tar nor as a zip, by its first bytes. */
static const char *unreadable(const char *bytes, size_t n)
{
	static const struct {
		const char *magic, *what;
	} known[] = {{"Rar!", "is a rar archive, which is not read; ask for a zip"},
		     {"7z\xBC\xAF", "is a 7z archive, which is not read; ask for a zip"},
		     {"\x28\xB5\x2F\xFD", "is packed by zstd, which is not read; ask for a zip"},
		     {"\x1F\x8B", "is packed by gzip, but no tar archive; ask for a zip"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n > strlen(known[i].magic) &&
		    !memcmp(bytes, known[i].magic, strlen(known[i].magic)))
			return known[i].what;
	return n ? "is neither a tar nor a zip archive" : "is empty";
}

/* An archive in an archive: as if its files lay in a folder of its name. */
static void from_inner(struct taking *k, const char *path, const char *bytes, size_t n)
{
	struct archive *a = new_archive();

	const char *outer = k->prefix;

	k->prefix = path;
	k->inner++;
	if (archive_read_open_memory(a, bytes, n) != ARCHIVE_OK) {
		refuse(k, unreadable(bytes, n), path);
		k->unread = true;
	} else {
		read_archive(k, a, path);
	}
	k->inner--;
	k->prefix = outer;
	archive_read_free(a);
}

static void one_entry(struct taking *k, struct archive *a, struct archive_entry *e)
{
	const char *own = archive_entry_pathname(e);
	char *path = !own ? NULL : k->prefix ? text("%s/%s", k->prefix, own) : copy(own);
	bool far = path && far_fetched(k, path), inner = false;
	enum fit fit = NO_FIT;
	struct choice *c = path && !far ? wanted(k, path, &fit) : NULL;
	size_t n;
	char *bytes;
	bool whole;

	if (archive_entry_filetype(e) == AE_IFDIR) {
		free(path);
		return;
	}
	if (!path) {
		refuse(k, "its name cannot be read; refused", "a file");
	} else if (far) {
		/* It has been said. */
	} else if (leads_out(own)) {
		refuse(k, "leads out of its archive; refused", path);
		c = NULL;
	} else if (!c && is_archive(path) && archive_entry_filetype(e) == AE_IFREG) {
		inner = !k->inner;
		if (!inner)
			refuse(k, "is an archive in an archive in another; not looked into", path);
	} else if (!c) {
		pass_over(k, path);
	} else if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e)) {
		refuse(k, "is no regular file; refused", path);
		c = NULL;
	}
	if (path && !far && !k->inner && !k->class)
		look_for_class(k, own);
	/* What is not wanted is read as well, so that a bomb is noticed. */
	bytes = entry_bytes(k, a, &n, inner ? MAX_INNER : MAX_FILE, &whole);
	if ((c || inner) && (!whole || archive_entry_is_data_encrypted(e) > 0)) {
		refuse(k,
		       archive_entry_is_data_encrypted(e) > 0
			   ? "is encrypted; ask for an archive without a password"
			   : "is cut off or damaged; ask for it again",
		       path);
		k->unread = true;
	} else if (!bytes && (c || inner))
		refuse(k, inner ? "is bigger than 16 MB; refused" : "is bigger than 1 MB; refused",
		       path);
	else if (c)
		take(k, c, fit, path, bytes, n);
	else if (inner && !too_much(k, a))
		from_inner(k, path, bytes, n);
	free(bytes), free(path);
}

static struct archive *new_archive(void)
{
	struct archive *a = archive_read_new();

	archive_read_support_filter_gzip(a);
	archive_read_support_filter_bzip2(a);
	archive_read_support_filter_xz(a);
	archive_read_support_format_tar(a);
	archive_read_support_format_zip(a);
	return a;
}

static void read_archive(struct taking *k, struct archive *a, const char *name)
{
	struct archive_entry *e;
	int status;

	while ((status = archive_read_next_header(a, &e)) == ARCHIVE_OK || status == ARCHIVE_WARN) {
		one_entry(k, a, e);
		if (too_much(k, a)) {
			if (k->total <= MAX_TOTAL) /* headers: the archives around it end, too */
				k->total = MAX_TOTAL + 1;
			note(k, "expands to more than 64 MB; the rest of it is not looked at",
			     name);
			break;
		}
		if (k->entries > MAX_ENTRIES || too_many(k, ++k->entries))
			break;
	}
	if (status < ARCHIVE_WARN) {
		note(k, "is a damaged archive", name);
		k->unread = true;
	}
	/* Many archives with long headers are a bomb as well. */
	k->total += archive_filter_bytes(a, 0);
}

void from_archive(struct taking *k, const char *path, const char *name)
{
	struct archive *a = new_archive();
	char *head = NULL;

	if (archive_read_open_filename(a, path, 65536) == ARCHIVE_OK) {
		read_archive(k, a, name);
	} else {
		head = read_file(path, 16, false);
		note(k, head ? unreadable(head, strlen(head)) : "cannot be read", name);
		k->unread = true;
	}
	free(head);
	archive_read_free(a);
}
