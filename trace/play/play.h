/*
 * play.h: a picture that can be stepped through: one HTML file that needs nothing else.
 *
 * What is drawn, and where, is what `tltrace draw` draws: the same steps, laid out by the same
 * draw_layout(). The page paints the shapes of a row when it comes to it, and tells beside it what
 * the events of that step say, by the words of event.def.
 */
#ifndef TLTRACE_PLAY_H
#define TLTRACE_PLAY_H

#include "draw/draw.h"
#include "play/source.h"
#include "read/episode.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#define PLAY_FROM_THE_START SIZE_MAX

struct play_request {
	const struct trace *t[2];
	int ntraces;
	const char
	    *fault[2]; /* what to begin with, as --fault has it; NULL: the last one that is whole */
	bool all;      /* every event, not only the episodes of applications' page faults */
	size_t from, to;   /* with all: from this event to that one, by index */
	size_t at;	   /* with all: the event to begin with, by index; or PLAY_FROM_THE_START */
	const char *note;  /* what is to be said of it, or NULL */
	u32 domain;	   /* with all: only what it does; TRACE_NO_DOMAIN: any */
	struct source *hv; /* the hypervisor's source, or NULL */
	struct source *guest[2]; /* that of each trace's guest kernel, or NULL */
	struct domains other[2]; /* which domains had another kernel than that */
};

/** What is in the file that was written. */
struct play_summary {
	size_t scenes, rows;
	size_t left_out; /* episodes of more vcpus than a picture has lanes for */
};

/** Write the page to @path. 0, or -1 with @err filled. */
int play_write(const struct play_request *r, const char *path, struct play_summary *out,
	       struct err *err);

/* One scene: an episode of one trace, of two side by side, or a whole run. */
struct scene {
	bool has[2];	      /* which traces are in it */
	struct episode of[2]; /* id 0: all events */
};

struct scenes {
	struct scene *v;
	size_t count, start, left_out;
};

/** play_scenes.c: which scenes the page has, and with which it begins. 0, or -1 with @err filled.
 */
int scenes_choose(const struct play_request *r, struct scenes *out, struct err *err);

/* What is known of a step beside its picture; the steps of a side are asked in order. */
struct facts {
	const struct trace *t;
	const struct steps *steps;
	struct source *guest;	     /* NULL: its source is not known */
	const struct domains *other; /* whose it is not */
	u64 episode;
	u32 domain;
	size_t first, last; /* events */
	size_t *told;	    /* which of them steps tell of, by step */
	size_t *from;	    /* for each step, where its own begin in @told; and the end */
	struct holds holds;
	size_t entered, left; /* holds that have been counted */
	struct tally tally;
};

/** play_facts.c: begin with events [@first, @last] of @episode (0: all), of which @steps tells. */
void facts_begin(struct facts *f, const struct trace *t, size_t first, size_t last, u64 episode,
		 u32 domain, const struct steps *steps, struct source *guest);
/** What step @i (in order, from 0) is, which events it tells of, and the cost up to it. */
json_t *facts_of(struct facts *f, size_t i);
void facts_end(struct facts *f);

/* Each string once. */
struct table {
	json_t *all, *index;
};
/** The number of @text in @t, where it is from now on. */
json_int_t table_number(struct table *t, const char *text);
void table_begin(struct table *t);
void table_free(struct table *t);

/** play_page.c: a page of shapes, in tenths of a point. Colours are numbers in @colours. */
json_t *play_page(const struct page *p, struct table *colours);
/** Sizes of letters and other constants of the picture. */
json_t *play_sizes(void);

/** play_schema.c: the names and explanations of event.def. */
json_t *play_schema(void);

/** play_file.c: what the page has before its pictures, between them and what is known of all, and
 * behind. */
void play_begin(FILE *f);
void play_middle(FILE *f);
void play_end(FILE *f);
/** @s as JSON, which must be UTF-8: if it is not, with '?' for what is no ASCII. */
json_t *play_text(const char *s);
/** Write @j on a line of its own, such that nothing in it can end a script element. */
void play_line(FILE *f, json_t *j);

#endif
