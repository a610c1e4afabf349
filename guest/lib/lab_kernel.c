/* lab_kernel.c: a stage that is not written, met by the kernel. */
#include "finch/lib/lib.h"
#include "lib/lab.h"

void lab_todo_at(const char *id, const char *file, u32 line)
{
	panic("lab stage %s is not written yet (%s:%u)", id, file, line);
}
