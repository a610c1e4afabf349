/* draw_request.h: what is to be drawn, and what that is called. */
#ifndef TLTRACE_DRAW_REQUEST_H
#define TLTRACE_DRAW_REQUEST_H

#include "draw/draw_file.h"
#include "read/episode.h"

struct request {
	const char *dir[2];
	int ndirs;
	const char *fault[2];
	int nfaults;
	const char *io[2]; /* requests of a disk */
	int nio;
	bool all, ranged;
	u64 from, to;
	u64 domain; /* TRACE_NO_DOMAIN: any */
	const char *out, *title, *labels;
	bool sized, scaled; /* the user says how large a page is, or letters are */
	struct paper paper;
};

/** The episode to draw if nobody named one: the last page fault that the guest got to see. 0, or
 * -1. */
int request_episode(const struct trace *t, struct episode *out, struct err *err);
/** What a title says if nobody chose one: what ran (of two traces, if both know), and what of it is
 * drawn. @return @buf, or NULL if nothing can be said. */
const char *request_title(const struct trace *t, const struct request *r, char *buf, size_t size);
/** The outline of a PDF of many episodes; free out->v. */
void request_outline(const struct trace *t, const struct request *r, struct bookmarks *out);

#endif
