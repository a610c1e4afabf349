/* main.c: tlgrade's commands. */
#include "grade.h"

#include <locale.h>
#include <string.h>

static const char usage[] =
    "usage: tlgrade COMMAND ...       (tlgrade COMMAND --help tells more)\n"
    "\n"
    "  grade LAB              the working tree, or in a handout one submission\n"
    "  batch LAB DIR...       a class\n"
    "  regrade LAB DIR...     the same, also what is graded already\n"
    "  report LAB --csv...    a class's results, in many formats\n"
    "  show LAB STUDENT       one student's results, with the evidence of each failure\n"
    "  marks LAB FILE.csv     take points for answers.md, and late days, from a table\n"
    "  copies LAB             who has written the same\n"
    "  confined               nothing, if commands can be confined here; else why they cannot\n"
    "\n"
    "Exit codes: 0 done (for grade: all points), 1 points are missing, 2 trouble.\n"
    "docs/instructors.md tells more.\n";

static const char grade_help[] =
    "usage: tlgrade grade LAB [--seed N] [--stage ID|TEST] [-j N] [--emu qemu|bochs] [--out DIR]\n"
    "           [--submission DIR|FILE [--unconfined]] [--built] [--cpu SECONDS]\n"
    "           [--gradescope FILE] [--tap FILE] [--junit FILE] [--autolab]\n"
    "\n"
    "Grade the working tree, or in a handout one submission: a line a test, in their order.\n"
    "  --built   DIR/hv.elf as it is, nothing is compiled\n"
    "  --cpu     when a test counts as hung\n";
static const char batch_help[] =
    "usage: tlgrade batch LAB DIR|FILE... [--book FILE] [--seed N] [-j N] [--kit DIR]\n"
    "           [--engine local|slurm]\n"
    "       tlgrade regrade LAB DIR|FILE... [--failed] [...]\n"
    "\n"
    "Grade a class: each submission is built and run in confinement. DIR: the unpacked download "
    "of\n"
    "Moodle, Canvas, Blackboard or Gradescope, or archives and folders that bear the students' "
    "names.\n"
    "Interrupted, it goes on where it was; all gradings are kept in the gradebook.\n"
    "  regrade    also what is graded already; --failed: of that only what lacks points\n"
    "  --book     the gradebook; else build/gradebook.db\n";
static const char report_help[] =
    "usage: tlgrade report LAB [--book FILE] --csv|--html|--junit\n"
    "       tlgrade report LAB [--book FILE] --moodle|--canvas|--blackboard [--column NAME]\n"
    "       tlgrade report LAB [--book FILE] --tap|--gradescope|--autolab --student NAME|--out "
    "DIR\n"
    "\n"
    "The class's results to the standard output. --out DIR: a file for each student.\n"
    "  --html        one page that needs nothing else\n"
    "  --column      what the platform's gradebook calls the lab: \"Lab 2 (4711)\"\n";
static const char show_help[] = "usage: tlgrade show LAB STUDENT [--grading N] [--book FILE]\n"
				"\n"
				"One student, by id or name (behind -- if it begins with one). "
				"--grading: not the one that counts.\n";
static const char marks_help[] =
    "usage: tlgrade marks LAB FILE.csv [--book FILE]\n"
    "\n"
    "A header, then a row for each student; columns: student (or id, or name), points (for\n"
    "answers.md), late (days, instead of those that time stamps tell). All of it, or nothing.\n";
static const char copies_help[] =
    "usage: tlgrade copies LAB [--book FILE] [--percent N] [--kit DIR]\n"
    "\n"
    "Pairs of submissions that have at least so much in common, 40 % if not said.\n";

static int confined(int argc, char **argv)
{
	(void)argc, (void)argv;
	confinement_check();
	return 0;
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
    {"grade", grade, grade_help},    {"batch", batch, batch_help}, {"regrade", batch, batch_help},
    {"report", report, report_help}, {"show", show, show_help},	   {"marks", marks, marks_help},
    {"copies", copies, copies_help}, {"task", task, NULL},	   {"confined", confined, usage}};

static int run(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		if (argc > 2 && commands[i].help && !strcmp(argv[2], "--help")) {
			fputs(commands[i].help, stdout);
			return 0;
		}
		return commands[i].run(argc - 1, argv + 1);
	}
	fputs(usage, argc > 1 && !strcmp(argv[1], "--help") ? stdout : stderr);
	return argc > 1 && !strcmp(argv[1], "--help") ? 0 : 2;
}

int main(int argc, char **argv)
{
	const char *why;
	int status;

	unsetenv("POSIXLY_CORRECT"); /* options may stand behind names, everywhere */
	/* For the names in archives: without it, what is not ASCII in them cannot be read. */
	setlocale(LC_CTYPE, "C.UTF-8");
	status = run(argc, argv);
	why = not_written_whole(stdout);
	if (why)
		die("cannot write: %s", why);
	return status;
}
