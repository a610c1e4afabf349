/* text.h: strings, files and names. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* text.c */

/** A list of strings, each on the heap. */
struct list {
	char **at;
	size_t nr;
};
void list_add(struct list *l, const char *s);
void list_split(struct list *l, const char *words);
bool list_has(const struct list *l, const char *s);
void list_free(struct list *l);
/** A printf that allocates. */
char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *copy(const char *s);
/** Without white space at its ends; `s` is cut. */
char *trim(char *s);
/** Stop with status 2. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
/** What a student's program printed, for a terminal or a report: only ASCII, and no control
 * characters but tabs and line ends; '?' for the others. */
void clean_text(char *s, size_t n);
/** A whole file, at most `max` bytes of it, or NULL; cleaned if `clean`. */
char *read_file(const char *path, size_t max, bool clean);
/** The last `max` bytes of a file, or all, cleaned; or NULL. */
char *read_end(const char *path, size_t max);
bool write_file(const char *path, const void *bytes, size_t n);
/** NULL, or why not all that was printed there has been written. */
const char *not_written_whole(FILE *f);
/** Close a file that was written; if not all of it is there, remove it and die. */
void close_written(FILE *f, const char *path);
/** mkdir -p, or die. */
void make_dirs(const char *path);
/** rm -rf. */
void remove_tree(const char *path);
/** Room below which nothing is graded, and what a job needs that writes all that it may. */
#define ROOM_LEFT (64ll << 20)
#define ROOM_JOB  (1ll << 30)
/** NULL, or what to say if there is less `room`, in bytes, where `dir` is. */
char *no_room(const char *dir, long long room);
/** 64 bits of FNV-1a; start with HASH_START. */
#define HASH_START 14695981039346656037ull
uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n);
uint64_t hash_file(uint64_t h, const char *path);
const char *base_name(const char *path);
/** A whole number from 0 to `max`: digits, and nothing else. @return false if it is none */
bool whole(const char *s, int max, int *n);
/** Copy into a fixed buffer, cut if need be. */
void put_text(char *to, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
double now(void);

/* names.c */

/** A name that a student chose, in one line of a terminal: ASCII, and letters of any script; '?'
 * for the others. */
char *clean_name(const char *s);
/** With each letter and its marks as one character, as all but a Mac write them. */
char *composed(const char *s);
/** Name and id, for a terminal; to be freed. Two may have one name; who has no id has only that. */
char *shown_name(const char *name, const char *account);
/** As much of it as there are columns for. @return how many are left */
int put_cut(const char *shown, int columns, FILE *f);
/** Is it an archive, by the end of its name? */
bool is_archive(const char *name);
/** home/alice.tar.gz -> alice; to be freed. */
char *student_name(const char *path);

#endif
