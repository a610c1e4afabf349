/*
 * notice.c: what a person should look at in a submission: code that asks which test is running, and
 * changes to what the handout gave. It is noted, and costs no points: both may be honest.
 *
 * Of each file the handout has, in ref/given/, the lines that are not the student's to write, and a
 * line "@" for each place where they write.
 */
#include "grade.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SOURCE (1 << 20)
#define MAX_CELLS  (16 << 20) /* of the table that compares two files */

/* Who needs to know these in a lab's unit? */
static const char *const tell_tales[] = {"options.", "options->", "&options",  "boot/options.h",
					 "cmdline",  "cmd_line",  "multiboot", "scenario="};

/* Blank lines, comments, includes and braces are nobody's business. */
static bool matters(const char *s)
{
	return *s && strncmp(s, "/*", 2) && strncmp(s, "//", 2) && *s != '*' &&
	       strncmp(s, "#include", 8) && strspn(s, "{}();, \t") < strlen(s);
}

static void read_lines(const char *path, struct list *lines)
{
	char *all = read_file(path, MAX_SOURCE, false), *rest = NULL;

	for (char *s = all ? strtok_r(all, "\n", &rest) : NULL; s;
	     s = strtok_r(NULL, "\n", &rest)) {
		s = trim(s);
		if (matters(s))
			list_add(lines, s);
	}
	free(all);
}

static void told(struct list *notes, const char *fmt, const char *name, const char *what)
{
	char *s = text(fmt, name, what), *clean = clean_name(s);

	list_add(notes, clean);
	free(s), free(clean);
}

static void look_for_words(const char *name, const struct list *given, const struct list *lines,
			   struct list *notes)
{
	for (size_t i = 0; i < lines->nr; i++)
		for (size_t k = 0; k < sizeof(tell_tales) / sizeof(tell_tales[0]); k++) {
			if (!strstr(lines->at[i], tell_tales[k]) || list_has(given, lines->at[i]))
				continue;
			told(notes, "look at %s: it asks what it was started with: %.80s", name,
			     lines->at[i]);
			return;
		}
}

/* The longest common subsequence: in `same`, for each line of `lines`, 1 + which of `given` it is.
 */
static bool align(const struct list *given, const struct list *lines, size_t *same)
{
	size_t g = given->nr, n = lines->nr;
	unsigned short *longest;

	if ((g + 1) * (n + 1) > MAX_CELLS)
		return false;
	longest = calloc((g + 1) * (n + 1), sizeof(*longest));
#define AT(i, k) longest[(i) * (n + 1) + (k)]
	for (size_t i = g; i-- > 0;)
		for (size_t k = n; k-- > 0;)
			AT(i, k) = !strcmp(given->at[i], lines->at[k])
				       ? (unsigned short)(AT(i + 1, k + 1) + 1)
				   : AT(i + 1, k) > AT(i, k + 1) ? AT(i + 1, k)
								 : AT(i, k + 1);
	for (size_t i = 0, k = 0; i < g && k < n;) {
		if (!strcmp(given->at[i], lines->at[k]))
			same[k++] = ++i;
		else if (AT(i + 1, k) >= AT(i, k + 1))
			i++;
		else
			k++;
	}
#undef AT
	free(longest);
	return true;
}

/* Given lines that are gone, and lines that stand where nothing was to be written. */
static void look_for_changes(const char *name, const struct list *given, const struct list *lines,
			     struct list *notes)
{
	size_t *same = calloc(lines->nr + 1, sizeof(*same)), changed = 0, next = 0;
	const char *first = NULL;

	if (!align(given, lines, same)) {
		told(notes, "look at %s: it is too long to be compared with the handout's%s", name,
		     "");
		free(same);
		return;
	}
	for (size_t k = 0; k <= lines->nr; k++) {
		size_t until = k == lines->nr ? given->nr : same[k] ? same[k] - 1 : next;
		bool slot = next < given->nr && !strcmp(given->at[next], "@");

		for (; next < until; next++) {
			if (!strcmp(given->at[next], "@"))
				continue;
			first = changed++ ? first : given->at[next];
		}
		if (k == lines->nr)
			break;
		if (same[k])
			next = same[k];
		else if (!slot && !list_has(given, lines->at[k]))
			first = changed++ ? first : lines->at[k];
	}
	if (changed) {
		char *n = text("%zu lines, the first: %.80s", changed, first);

		told(notes, "look at %s: it differs from the handout outside its stages in %s",
		     name, n);
		free(n);
	}
	free(same);
}

void notice(const struct lab *lab, const char *tree, const char *sources, struct list *notes)
{
	for (size_t i = 0; i < lab->files.nr; i++) {
		const char *name = base_name(lab->files.at[i]);
		char *from = text("%s/ref/given/%s", tree, name),
		     *to = text("%s/%s", sources, name);
		struct list given = {0}, lines = {0};

		read_lines(from, &given);
		read_lines(to, &lines);
		if (given.nr && lines.nr) {
			look_for_words(name, &given, &lines, notes);
			look_for_changes(name, &given, &lines, notes);
		}
		list_free(&given), list_free(&lines);
		free(from), free(to);
	}
}
