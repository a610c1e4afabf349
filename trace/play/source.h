/* source.h: from an ELF file's DWARF: which lines record an event, and which line an address is of.
 */
#ifndef TLTRACE_SOURCE_H
#define TLTRACE_SOURCE_H

#include "read/err.h"
#include "trapline/types.h"

#include <jansson.h>

struct source;

/** Open the ELF file @path, which must have DWARF; NULL with @err filled if not. */
struct source *source_open(const char *path, struct err *err);
/** By event number, the places that record it, each [file, line, function, text or null]: what the
 * compiler has inlined of the emitters in hv/trace/trace.h. A new object; empty if it records none.
 */
json_t *source_recorders(struct source *s);
/** The line that the code at @address is of, in the same form; null if none. */
json_t *source_line(struct source *s, u32 address);
/** Is what the file has as code at @address, as far as it has any, another than these @n bytes? The
 * byte of a patch (hlt or int3), which a hypervisor may have written, is none to go by. */
bool source_differs(struct source *s, u32 address, const u8 *bytes, u32 n);
void source_close(struct source *s);

#endif
