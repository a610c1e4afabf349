/*
 * grade.h: tlgrade's parts among themselves.
 *
 * A lab (conf.c) has stages and tests. A session grades one submission: it builds a hypervisor
 * (build.c), runs each test in an emulator (command.c, run.c) and judges what came of it from
 * outside (judge.c): the emulator's log, and what it confirms of the trace and the console. No word
 * of the student's own code is a verdict.
 */
#ifndef GRADE_H
#define GRADE_H

#include "gradebook.h"

/* batch.c: a class, each submission a job (job.c). */
struct class
{
	struct lab *lab;
	char *kit, *work, *bare;
	unsigned seed;
	int jobs;    /* at a time; 0: as many as there can be */
	bool again;  /* what is graded already, too */
	bool failed; /* but only what lacks points */
	struct sqlite3 *book;
	struct submissions all;
	size_t skipped, done, lost;
	long long disk; /* bytes that those done take */
	double start;
};
struct job {
	pid_t pid;
	size_t number; /* of the submission */
	uint64_t hash;
	size_t found, doubts;  /* of the lab's files; of those to be looked at */
	char *notes, *results; /* a file */
	char *name;	       /* slurm.c: of its directory; NULL: nothing to do any more */
	char *trouble;	       /* why it is not graded, or NULL */
	struct session s;
};
/** Collect submission `number` into the class's work directory. @return false if it is graded, or
 * there is no room to do so */
bool job_prepare(struct class *c, struct job *j, size_t number);
/** Grade, and leave what came of it in a file, which is whole from the moment that it is there. */
bool job_grade(struct session *s, const char *results);
/** Put that file into the gradebook, and say so. @return false if it is not there, not whole, or no
 * grade */
bool job_merge(struct class *c, struct job *j);
void job_lost(struct class *c, const struct job *j);
void job_free(struct job *j);

/* slurm.c: the jobs as tasks of a Slurm job array. */
void engine_slurm(struct class *c);

/* The commands: each gets its own name and what follows. */
int batch(int argc, char **argv);
/** tlgrade task INDEX N: one of them, on whatever machine Slurm chose */
int task(int argc, char **argv);
int grade(int argc, char **argv);
int report(int argc, char **argv);
int show(int argc, char **argv);
int marks(int argc, char **argv);
int copies(int argc, char **argv);

#endif
