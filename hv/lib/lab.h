/* lab.h: where a stage of a lab has not been written yet. */
#ifndef HV_LAB_H
#define HV_LAB_H

#include <trapline/types.h>

/**
 * Stop the machine and say which stage is missing, where, what it should do and where to read about
 * it.
 * @param id of the marked region: "02.3", or "02.3a" where a stage has more than one
 * @param file its name, without directory
 * @param line in it
 */
void lab_todo_at(const char *id, const char *file, u32 line) __attribute__((noreturn));
/** The same, but go on: for a stage without which the guest runs, only not rightly. Said once. */
void lab_without_at(const char *id, const char *file, u32 line);

#define lab_todo(id)	lab_todo_at(id, __FILE_NAME__, __LINE__)
#define lab_without(id) lab_without_at(id, __FILE_NAME__, __LINE__)

#endif
