/* lab.h: where a stage of a lab that is about the guest has not been written yet. */
#ifndef GUEST_LAB_H
#define GUEST_LAB_H

#include <trapline/types.h>

/**
 * Say which stage is missing, and end: whatever this is part of says how (kernel, application,
 * probe).
 * @param id of the marked region: "04.3a" @param file its name, without directory @param line in it
 */
void lab_todo_at(const char *id, const char *file, u32 line) __attribute__((noreturn));

#define lab_todo(id) lab_todo_at(id, __FILE_NAME__, __LINE__)

#endif
