/*
 * draw_file.c: pages to files, in the format that their name says.
 *
 * A child process paints: the font libraries keep caches that nobody can free, and what a library
 * does to a picture should not end the command.
 */
#include "draw/draw_file.h"

#include "draw/draw_layout.h"
#include "draw/text.h"
#include "read/output.h"
#include "read/progress.h"
#include "trapline/ring.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PNG_SCALE  2 /* pixels a point: 144 dpi */
#define MOST_FILES 500
#define MOST_PAGES 5000 /* of a PDF */

bool draw_format_known(const char *out)
{
	static const char *const formats[] = {".svg", ".pdf", ".png", ".dot", ".mmd", ".puml"};
	const char *dot = strrchr(out, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(formats); i++)
		if (!strcmp(dot, formats[i]))
			return true;
	return false;
}

struct job {
	const struct paper *paper;
	const struct bookmarks *marks;
	const char *out, *format;
	struct canvas *canvas; /* of a PDF */
	struct fonts *fonts;   /* of what is painted */
	size_t done, total;    /* pages, or files */
	size_t marked;	       /* bookmarks that have been set */
	int phase;	       /* the last that has one; -1: none */
	u64 spent[2];
	struct progress progress;
};

/* Where a file's name, folders aside, has its page's number: "%d", "%02d". @n gets how long that
 * is. NULL: nowhere */
static const char *number_in(const char *name, size_t *n, int *digits)
{
	const char *slash = strrchr(name, '/');

	for (const char *s = strchr(slash ? slash : name, '%'); s; s = strchr(s + 1, '%')) {
		size_t k = 1 + (s[1] == '0');

		int wanted = s[k] >= '1' && s[k] <= '9' ? s[k++] - '0' : 1;

		*n = k + 1;
		if (s[k] == 'd') {
			*digits = wanted;
			return s;
		}
	}
	return NULL;
}

/* The file of page @n; without a place for it in the name, a slide's number has so many digits. */
static void add_path(const struct job *j, size_t n, int digits, struct sb *path)
{
	const char *dot = strrchr(j->out, '.'), *number;
	size_t length;

	number = number_in(j->out, &length, &digits);
	if (number) {
		sb_add(path, "%.*s%0*zu%s", (int)(number - j->out), j->out, digits, n,
		       number + length);
		return;
	}
	sb_put(path, j->out, (size_t)(dot - j->out));
	if (j->paper->steps)
		sb_add(path, "-%0*zu", digits, n);
	else if (n > 1)
		sb_add(path, "-%zu", n);
	sb_add(path, "%s", dot);
}

static int digits_of(size_t total)
{
	return total > 99 ? 3 : 2;
}

/* Files from page @n on that are there, and not from this run: @first gets the name of the first.
 */
static size_t count_older(const struct job *j, size_t n, int digits, struct sb *first)
{
	size_t count = 0;

	for (;; n++) {
		struct sb path = {0};
		bool there;

		add_path(j, n, digits, &path);
		there = !access(path.s, F_OK);
		if (there && !count++ && !first->len)
			sb_add(first, "%s", path.s);
		sb_free(&path);
		if (!there || count > MOST_FILES)
			return count;
	}
}

/* What an earlier run has left, which had more pages, would be taken for pages of this one. */
static void tell_of_older(const struct job *j)
{
	struct sb first = {0};
	size_t n, count = count_older(j, j->total + 1, digits_of(j->total), &first);

	if (j->paper->steps && !number_in(j->out, &n, &(int){0}))
		count += count_older(j, 1, 5 - digits_of(j->total), &first);
	if (count == 1)
		fprintf(stderr, "tltrace draw: %s is not of these pages: it was there before\n",
			first.s);
	else if (count)
		fprintf(stderr,
			"tltrace draw: %s and %zu more are not of these pages: they were there "
			"before\n",
			first.s, count - 1);
	sb_free(&first);
}

static int paint_page(const struct job *j, const struct page *p, struct err *err)
{
	struct sb text = {0}, path = {0};
	int rc;

	add_path(j, j->done + 1, digits_of(j->total), &path);
	if (!strcmp(j->format, "dot"))
		draw_dot(p, 0, &text);
	else
		draw_svg(p, j->paper->theme, &text);
	if (j->fonts)
		fonts_note(j->fonts, &text);
	if (!strcmp(j->format, "pdf"))
		rc = canvas_page(j->canvas, &text, p->w, p->h, err);
	else if (!strcmp(j->format, "png"))
		rc = draw_png(&text, p->w, p->h, PNG_SCALE, path.s, err);
	else
		rc = output_text(path.s, text.s, text.len, err);
	sb_free(&text);
	sb_free(&path);
	return rc;
}

/* The outline of a PDF: what @from to @to of this page's rows begin. */
static void add_outline(struct job *j, const struct page *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct step *s = p->rows[i].step[p->rows[i].step[0] ? 0 : 1];
		char text[STEP_TEXT + 24];

		while (j->marks && j->marked < j->marks->count &&
		       j->marks->v[j->marked].event <= s->event)
			canvas_outline(j->canvas, 0, j->marks->v[j->marked++].text);
		if (!j->marks && p->side[0]->steps.phased && (int)p->rows[i].phase != j->phase) {
			const char *more = draw_phase_name(p->rows[i].phase, 1);

			j->phase = p->rows[i].phase;
			snprintf(text, sizeof(text), "%s%s%s", draw_phase_name(p->rows[i].phase, 0),
				 more ? " " : "", more ? more : "");
			text_whole(text);
			canvas_outline(j->canvas, 0, text);
		}
		if (j->paper->steps) {
			snprintf(text, sizeof(text), "%u. %s", (u32)j->done + 1, s->title);
			canvas_outline(j->canvas, j->phase >= 0 || j->marked, text);
		}
	}
}

static int put(struct job *j, const struct page *p, size_t from, size_t to, struct err *err)
{
	if (j->canvas)
		add_outline(j, p, from, to);
	if (paint_page(j, p, err))
		return -1;
	j->done++;
	progress_tell(&j->progress, "page", j->done, j->total);
	return 0;
}

static int put_steps(struct job *j, const struct page *p, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < p->nrows && !rc; i++) {
		struct page shown;

		for (int c = 0; c < 2; c++)
			if (p->rows[i].step[c])
				j->spent[c] = p->rows[i].step[c]->spent;
		draw_reveal(p, (u32)i + 1, j->spent, j->done + 1, j->total, &shown);
		rc = put(j, &shown, i, i + 1, err);
		draw_page_free(&shown);
	}
	return rc;
}

static int put_all(struct job *j, struct layout *l, struct err *err)
{
	int rc = 0;

	if (!strcmp(j->format, "pdf") && !(j->canvas = canvas_begin(j->out, j->paper->title, err)))
		return -1;
	if (j->canvas || !strcmp(j->format, "png"))
		j->fonts = fonts_begin();
	for (size_t i = 0; i < l->npages && !rc; i++) {
		struct page p;

		layout_page(l, i, &p);
		rc = j->paper->steps ? put_steps(j, &p, err) : put(j, &p, 0, p.nrows, err);
		draw_page_free(&p);
	}
	if (j->canvas && canvas_end(j->canvas, !rc, err))
		rc = -1;
	if (j->fonts)
		fonts_end(j->fonts);
	return rc;
}

/* Paint in a child, which leaves what went wrong in memory that both have. */
static int paint_all(struct job *j, struct layout *l, struct err *err)
{
	struct err *said =
	    mmap(NULL, sizeof(*said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	if (said == MAP_FAILED)
		return err_set(err, "%s: %s", j->out, strerror(errno));
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		_exit(put_all(j, l, said) ? 1 : 0);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err_set(err, "%s: cannot start a process to draw in", j->out);
	else if (!WIFEXITED(status) || (WEXITSTATUS(status) && !said->text[0]))
		err_set(err, "%s: the process that draws failed; -o FILE.dot may tell more",
			j->out);
	else if (WEXITSTATUS(status))
		*err = *said;
	else
		pid = 0;
	munmap(said, sizeof(*said));
	return pid ? -1 : 0;
}

static size_t fewest_pages(const struct paper *paper, const struct side *a, const struct side *b)
{
	size_t rows = b && b->steps.count > a->steps.count ? b->steps.count : a->steps.count;

	return paper->steps ? rows : rows / (paper->w > 0 ? 2 * ROWS_PER_PAGE : ROWS_PER_PAGE);
}

static int too_many(const struct job *j, size_t pages, struct err *err)
{
	if (pages <= (strcmp(j->format, "pdf") ? MOST_FILES : MOST_PAGES))
		return 0;
	return err_set(err,
		       "this would be %zu pages; choose a part with --from and --to, or an "
		       "episode with --fault%s",
		       pages, pages <= MOST_PAGES ? "; a PDF may have so many" : "");
}

static bool is_script(const char *format)
{
	return !strcmp(format, "mmd") || !strcmp(format, "puml");
}

/* It has no pages, nor places; how much fits on one is the other tool's affair. */
static int write_script(const struct job *j, const struct side *a, const struct side *b,
			struct err *err)
{
	struct paper paper = paper_fit;
	struct sb text = {0};
	struct layout l;
	int rc;

	paper.title = j->paper->title;
	if (layout_begin(&paper, a, b, &l, err))
		return -1;
	draw_script(&l, !strcmp(j->format, "mmd"), &text);
	layout_end(&l);
	rc = output_text(j->out, text.s, text.len, err);
	sb_free(&text);
	return rc;
}

int draw_file(const struct paper *paper, const struct side *a, const struct side *b,
	      const struct bookmarks *marks, const char *out, size_t *pages, struct err *err)
{
	struct job j = {.paper = paper,
			.marks = marks,
			.out = out,
			.phase = -1,
			.progress = progress_begin("draw")};
	struct layout l;
	int rc;

	j.format = strrchr(out, '.') + 1;
	if (is_script(j.format)) {
		if (pages)
			*pages = 1;
		return write_script(&j, a, b, err);
	}
	/* Laying out takes long, and this does not. */
	if (too_many(&j, fewest_pages(paper, a, b), err) || layout_begin(paper, a, b, &l, err))
		return -1;
	j.total = paper->steps ? l.nrows : l.npages;
	if (pages)
		*pages = j.total;
	rc = too_many(&j, j.total, err) ? -1 : paint_all(&j, &l, err);
	layout_end(&l);
	if (!rc && strcmp(j.format, "pdf"))
		tell_of_older(&j);
	return rc;
}
