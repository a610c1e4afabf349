/*
 * collect.h: collect.c and archive.c (what a submission holds) and choose.c (what of it counts)
 * among themselves.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "grade.h"

#define MAX_FILE    (1 << 20)	 /* a student's source has some 10 KB */
#define MAX_TOTAL   (64ll << 20) /* what an archive may expand to, headers and all */
#define MAX_ENTRIES 20000

/* How well a name fits one of the lab's files; the less the better. */
enum fit { EXACT, OTHER_CASE, NUMBERED, NO_FIT };

/* What is taken of each of the lab's files: the path that it had, and how many could have been. */
struct choice {
	char *path;
	char *rival; /* another with no better name, and other contents */
	enum fit fit;
	uint64_t hash;
	size_t size, nr;
	bool doubt; /* another, which differs, comes behind it by the alphabet alone; or it is empty
		     */
};
/* A collection under way. Its limits are of all parts and archives of a submission together. */
struct taking {
	const struct lab *lab;
	const char *to;
	struct list *notes;
	struct choice *choices; /* as lab->files */
	size_t refused, passed_over, doubts;
	char *passed;	    /* the first of those, by the alphabet */
	size_t root;	    /* of a directory: where in a path what lies below it begins */
	const char *prefix; /* of an archive in something: what its paths begin with */
	int inner;	    /* archives around the one that is read */
	char *other;	    /* the account of a student whom a platform has named in it */
	bool class;	    /* and of another one */
	bool unread;	    /* something that the lab asks for may be in it, and cannot be read */
	int entries;
	long long total; /* bytes that were unpacked */
};

/** Is the name longer, or deeper, than any that an honest submission has? Then that is said. */
bool far_fetched(struct taking *k, const char *path);
/** Has it more files than are looked at? */
bool too_many(struct taking *k, int entries);
/** A class's download is no submission, for of all its students one would be graded: is this of
 * one?
 */
void look_for_class(struct taking *k, const char *path);
/** What lies in the archive `path`, which the student called `name`. */
void from_archive(struct taking *k, const char *path, const char *name);
void note(struct taking *k, const char *what, const char *name);
/** A note, but not thousands of them. */
void refuse(struct taking *k, const char *what, const char *path);
void pass_over(struct taking *k, const char *path);
/** Which of the lab's files it could be, or NULL if the lab does not ask for it. */
struct choice *wanted(const struct taking *k, const char *path, enum fit *fit);
void take(struct taking *k, struct choice *c, enum fit fit, const char *path, const char *bytes,
	  size_t n);
int depth(const char *path);
/** What can be said only when all was looked at. @return how many were taken */
size_t conclude(struct taking *k);

#endif
