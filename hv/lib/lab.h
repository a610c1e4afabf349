/* lab.h: where a stage of a lab has not been written yet. */
#ifndef HV_LAB_H
#define HV_LAB_H

/**
 * Stop the machine and say which stage is missing, what it should do and where to read about it.
 * @param id of the marked region: "02.3", or "02.3a" where a stage has more than one
 */
void lab_todo(const char *id) __attribute__((noreturn));
/** The same, but go on: for a stage without which the guest runs, only not rightly. Said once. */
void lab_without(const char *id);

#endif
