/*
 * draw_render.c: SVG on paper: librsvg paints, cairo writes PDF and PNG.
 */
#include "draw/draw_file.h"

#include "read/output.h"

#include <cairo-pdf.h>
#include <librsvg/rsvg.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

struct canvas {
	struct output out;
	int trouble; /* errno of the first write that failed */
	cairo_surface_t *surface;
	cairo_t *cr;
	const char *path;
	int pages, parent;
	bool open; /* the page before is not finished */
};

static int failed(const char *path, cairo_status_t status, struct err *err)
{
	return err_set(err, "%s: %s", path, cairo_status_to_string(status));
}

static int paint(cairo_t *cr, const struct sb *svg, double w, double h, const char *path,
		 struct err *err)
{
	RsvgRectangle all = {0, 0, w, h};
	GError *why = NULL;
	RsvgHandle *handle = rsvg_handle_new_from_data((const guint8 *)svg->s, svg->len, &why);
	bool ok = handle && rsvg_handle_render_document(handle, cr, &all, &why);

	if (!ok)
		err_set(err, "%s: librsvg: %s", path, why ? why->message : "no reason is given");
	g_clear_error(&why);
	g_clear_object(&handle);
	return ok ? 0 : -1;
}

/* Of what it writes at the end cairo does not tell whether there was room. */
static cairo_status_t keep(void *to, const unsigned char *data, unsigned int n)
{
	struct canvas *c = to;

	if (fwrite(data, 1, n, c->out.f) == n)
		return CAIRO_STATUS_SUCCESS;
	if (!c->trouble)
		c->trouble = errno;
	return CAIRO_STATUS_WRITE_ERROR;
}

static int end_file(struct canvas *c, bool whole, cairo_status_t status, struct err *err)
{
	/* Whatever went wrong because of that. */
	if (c->trouble)
		err_set(err, "%s: %s", c->path, strerror(c->trouble));
	else if (whole && status)
		failed(c->path, status, err);
	cairo_destroy(c->cr);
	cairo_surface_destroy(c->surface);
	return output_end(&c->out, whole && !c->trouble && !status, err);
}

struct canvas *canvas_begin(const char *path, const char *title, struct err *err)
{
	struct canvas *c = xcalloc(1, sizeof(*c));

	if (output_begin(&c->out, path, err)) {
		free(c);
		return NULL;
	}
	c->path = path;
	c->surface = cairo_pdf_surface_create_for_stream(keep, c, 1, 1);
	c->cr = cairo_create(c->surface);
	if (cairo_surface_status(c->surface)) {
		failed(path, cairo_surface_status(c->surface), err);
		canvas_end(c, false, err);
		return NULL;
	}
	cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_TITLE,
				       title ? title : "Trapline");
	cairo_pdf_surface_set_metadata(c->surface, CAIRO_PDF_METADATA_CREATOR, "tltrace draw");
	return c;
}

int canvas_page(struct canvas *c, const struct sb *svg, double w, double h, struct err *err)
{
	if (c->open)
		cairo_show_page(c->cr);
	cairo_pdf_surface_set_size(c->surface, w, h);
	c->open = true;
	c->pages++;
	return paint(c->cr, svg, w, h, c->path, err);
}

void canvas_outline(struct canvas *c, int level, const char *text)
{
	char where[48];
	int id;

	snprintf(where, sizeof(where), "page=%d pos=[0 0]", c->pages + 1);
	id = cairo_pdf_surface_add_outline(c->surface, level ? c->parent : CAIRO_PDF_OUTLINE_ROOT,
					   text, where, level ? 0 : CAIRO_PDF_OUTLINE_FLAG_OPEN);
	if (!level)
		c->parent = id;
}

int canvas_end(struct canvas *c, bool whole, struct err *err)
{
	int rc;

	if (c->open)
		cairo_show_page(c->cr);
	cairo_surface_finish(c->surface);
	rc = end_file(c, whole, cairo_surface_status(c->surface), err);
	free(c);
	return rc;
}

int draw_png(const struct sb *svg, double w, double h, double scale, const char *path,
	     struct err *err)
{
	struct canvas c = {.path = path};
	cairo_status_t status;
	int rc;

	if (output_begin(&c.out, path, err))
		return -1;
	c.surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(w * scale + 0.5),
					       (int)(h * scale + 0.5));
	c.cr = cairo_create(c.surface);
	cairo_scale(c.cr, scale, scale);
	status = cairo_surface_status(c.surface);
	rc = status ? failed(path, status, err) : paint(c.cr, svg, w, h, path, err);
	status = rc ? status : cairo_surface_write_to_png_stream(c.surface, keep, &c);
	return end_file(&c, !rc, status, err);
}
