/* draw_words.h: what the steps of a picture say. */
#ifndef TLTRACE_DRAW_WORDS_H
#define TLTRACE_DRAW_WORDS_H

#include "draw/draw.h"

/* Values of event.def. */
enum op {
#define V(number, name) OP_##name = number,
	TRACE_VALUES_op(V)
#undef V
};

enum how {
#define V(number, name) HOW_##name = number,
	TRACE_VALUES_how(V)
#undef V
};

/** One stay in the VMM and the notes of it that explain its crossings; NULL where there is none. */
struct stay {
	const struct event *entry, *exit, *insn, *emulate, *walk, *pte_write, *p2m, *spte, *update;
	size_t nptes, np2m, nsptes, nupdates;
	char code[STEP_TEXT];	   /* the instruction that trapped, or empty */
	const struct event *table; /* the shadow table that was made last */
	bool apart;		   /* between the p2m and the entry that is told: what it lies in */
};

/** The step that an event becomes; each may add none, one or several. */
void draw_entry(struct steps *out, const struct stay *s);
/** @s may be NULL. @retry, if not empty, is what to say of the instruction that runs again. */
void draw_exit(struct steps *out, const struct stay *s, const struct event *e, const char *retry);
void draw_native(struct steps *out, const struct event *e);
/** A note; those about one mapping become one. */
void draw_note(struct steps *out, struct stay *s, const struct event *e);
/** Say in @n what happened to a domain; @many: its number, too. */
void draw_note_dom(struct step *n, const struct event *e, bool many);
/** Events without words of their own show their fields. */
void draw_note_plain(struct step *n, const struct event *e);

#endif
