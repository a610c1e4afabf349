/* io.h: ports that lead to a model (ne2k_model.c), in place of guest/finch/dev/io.h. */
#ifndef MODEL_IO_H
#define MODEL_IO_H

#include <trapline/types.h>

u8 inb(u16 port);
void outb(u16 port, u8 v);
void insw(u16 port, void *to, u32 words);
void outsw(u16 port, const void *from, u32 words);

#endif
