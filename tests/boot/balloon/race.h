/*
 * race.h: a domain that writes its own mark all over its memory, gives pages away and takes some
 * back, at random and beside others who do the same. Whatever a page holds when it comes, is zero
 * or its own mark; what it has written it reads, as long as the page is its own.
 */
#ifndef RACE_H
#define RACE_H

#include "../../kit/kit.h"

#define PAGES 160u
extern u32 pool[PAGES][1024];

/* What the two kernels have. Each: was it done? */
bool give_page(u32 i); /* it is not touched after that */
bool take_page(u32 i); /* it can be touched again */
/* Give it for another, if this design has that; what it held is gone. */
bool change_page(u32 i);
/* Each of these must be refused: what is in use, twice, another's, beyond the end. @return whether
 * it was */
bool hostile(u32 i, u32 random);
void give_way(void);
/* What they count: page tables that were to go, pages that went while they were mapped twice. */
extern u32 met_tables, met_twice;

/** @return whether all was as it should be */
bool race(const char *cmdline);

#endif
