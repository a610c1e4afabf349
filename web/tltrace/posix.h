/* posix.h: what tltrace takes from POSIX and wasi-libc has not; included before all else. */
#ifndef WEB_POSIX_H
#define WEB_POSIX_H

#include <sys/types.h>

/** As POSIX has it; the name is new in this program's files, not a secret. */
char *mkdtemp(char *template);
/** Files here belong to nobody: nothing to be done. */
int chmod(const char *path, mode_t mode);

#endif
