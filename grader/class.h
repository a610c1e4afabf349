/* class.h: whose submissions there are, and what in them is the lab's. */
#ifndef CLASS_H
#define CLASS_H

#include "lab.h"

/* collect.c */

/* A file or folder of a submission, and the name that the student gave it. */
struct part {
	char *path, *as;
};
/**
 * Take the lab's files, and nothing else, out of the parts of a submission (directories, tars,
 * zips, files) into directory `to`; archives in them are looked into, those in these are not. Of
 * several files for one of the lab's that counts which has its very name, else which lies in
 * labs/NAME, else the one nearest to the top, and of those the first by the alphabet. @return how
 * many; `doubts`: of so many a person should look, by what the notes say; `notes` says what was
 * missing, refused or passed over
 */
size_t collect(const struct lab *lab, const struct part *parts, size_t nr, const char *to,
	       struct list *notes, size_t *doubts);
/** notice.c: what a person should look at in what was collected, compared with the handout `tree`.
 */
void notice(const struct lab *lab, const char *tree, const char *sources, struct list *notes);
/** What is missing there is the starter's, out of the handout `tree`. */
void add_starters(const struct lab *lab, const char *tree, const char *to);
/** A hash of what was collected. */
uint64_t collected_hash(const struct lab *lab, const char *dir);

/* lms.c */

/* What a platform says of a file in its download. */
struct sent {
	const char *lms;
	char *name, *account; /* the student's */
	char *as;	      /* the name that the student gave it, or NULL */
	time_t when;	      /* 0: it does not say */
	long long order;      /* the greater the later, of one student */
	bool late;	      /* it says that much */
	bool beside;	      /* no file of the student's, */
	bool typed;	      /* but what he has typed into a form */
};
/** By the name of a file or folder. @return false if no platform makes such names */
bool lms_name(const char *file, struct sent *s);
/** The same, where such a name need be no platform's: Canvas's pattern fits other files, too. */
bool lms_student(const char *file, struct sent *s);
/** Blackboard's .txt beside a submission: the student's name, and the whole user name. @return does
 * it tell them? */
bool blackboard_text(const char *path, struct sent *s);
/** gradescope.c: who is named in a submission_metadata.yml; `as` is then the folder, which those of
 * a group have in common, and are side by side. @return how many */
size_t gradescope_metadata(const char *path, struct sent **out);
void sent_free(struct sent *s);

/* class.c: whose submissions there are. */
struct submission {
	struct part *parts;
	size_t nr_parts;
	char *student;	      /* by what the gradebook knows him: the account, if there is one */
	char *name, *account; /* "" without a platform */
	char *shown;	      /* both, for a terminal */
	const char *lms;      /* "" */
	time_t when;	      /* handed in; for files of no platform, last changed */
	long long order;
	bool late;   /* says the platform, but not when */
	char *typed; /* what holds a text that he typed into a form, or NULL */
	struct submission
	    *others; /* of a group: for whom it counts as well; they have names only */
	size_t nr_others;
};
struct submissions {
	struct submission *at;
	size_t nr;
};
/** late.c: days_late(); if the platform says no more than that it is late, 1. */
int submission_late(const struct policy *p, const struct submission *sub);
struct submission *new_submission(struct submissions *all, const struct sent *s);
void add_part(struct submission *sub, const char *path, const char *as);
/** Another of those who have handed it in together. */
void add_other(struct submission *sub, const struct sent *s);
/** One by the name that a file of no platform bears. */
void add_plain(struct submissions *all, const char *path);
/** A file or folder that a platform has named; those from `first` on may be the same student's.
 * What the platform adds itself makes nobody a student twice. */
void add_sent(struct submissions *all, struct sent *s, const char *path, size_t first);
/** folder.c: add those in a directory, or that one. */
void add_submissions(struct submissions *all, const struct lab *lab, const char *arg);
/** Of each student only the last; says which. */
void only_the_last(struct submissions *all);
void submissions_free(struct submissions *all);

#endif
