/* draw_file.h: from pages of shapes to files. */
#ifndef TLTRACE_DRAW_FILE_H
#define TLTRACE_DRAW_FILE_H

#include "draw/draw.h"

/** A page as SVG: each shape has a class, each step its words. */
void draw_svg(const struct page *p, enum theme theme, struct sb *out);
/** The page as a dot graph for `neato -n2`; @dpi 0 leaves the resolution alone. */
void draw_dot(const struct page *p, int dpi, struct sb *out);
/** All rows as text for Mermaid, or for PlantUML. */
struct layout;
void draw_script(const struct layout *l, bool mermaid, struct sb *out);
/** What of @p is there after @row (from 1) of its rows, which stands out; @spent, of each side: the
 * VMM's instructions up to there. It is numbered as one of @slides; of the last the footer says
 * all. */
void draw_reveal(const struct page *p, u32 row, const u64 spent[2], size_t slide, size_t slides,
		 struct page *out);

/** draw_render.c: SVG on paper, by librsvg and cairo. */
struct canvas;
/** A PDF file at @path. NULL, with @err filled */
struct canvas *canvas_begin(const char *path, const char *title, struct err *err);
/** Paint @svg, of @w times @h points, as the next page. 0, or -1 */
int canvas_page(struct canvas *c, const struct sb *svg, double w, double h, struct err *err);
/** An entry of the outline, which leads to the page that is painted next; @level 0 or 1 */
void canvas_outline(struct canvas *c, int level, const char *text);
int canvas_end(struct canvas *c, bool whole, struct err *err);
/** Paint @svg as PNG, with @scale pixels a point. 0, or -1 */
int draw_png(const struct sb *svg, double w, double h, double scale, const char *path,
	     struct err *err);

/** draw_fonts.c: which letters were painted, and for which there was no font. */
struct fonts;
struct fonts *fonts_begin(void);
/** Those of @svg, which is UTF-8. */
void fonts_note(struct fonts *f, const struct sb *svg);
/** Tell on stderr what was painted as boxes, and what to install; frees @f. */
void fonts_end(struct fonts *f);

/** An entry of a PDF's outline: a step that tells of event @event, or a later one, is on its page.
 */
struct bookmark {
	size_t event;
	char text[96];
};
struct bookmarks {
	struct bookmark *v;
	size_t count;
};

/** Does the name of @out end in one of DRAW_FORMATS? */
#define DRAW_FORMATS ".svg, .pdf, .png, .dot, .mmd or .puml"
bool draw_format_known(const char *out);
/** Draw one side, or two (@b may be NULL), on @paper; the name of @out says in which format. A PDF
 * has all pages, and the bookmarks that @marks has (NULL: its phases); else each is a file of its
 * own, X.png, X-2.png and so on, or as a %d in the name says. Text for other tools (.mmd, .puml) is
 * one file. @pages, if not NULL, gets how many pages there are. What takes long is told on stderr.
 * 0, or -1 */
int draw_file(const struct paper *paper, const struct side *a, const struct side *b,
	      const struct bookmarks *marks, const char *out, size_t *pages, struct err *err);

#endif
