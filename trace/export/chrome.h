/*
 * chrome.h: a trace in Chrome's trace-event format, which Perfetto and chrome://tracing open.
 *
 * Each vcpu is a process, its lanes are threads. Where the CPU ran is a slice, each event an
 * instant with its fields, each crossing an arrow from lane to lane, each episode a slice of its
 * own track.
 */
#ifndef TLTRACE_CHROME_H
#define TLTRACE_CHROME_H

#include "read/trace.h"

#include <stdio.h>

/** Write @t to @f. Whether that has worked, ferror() says. */
void chrome_write(const struct trace *t, FILE *f);

#endif
