/* json.h: events as JSON objects. */
#ifndef TLTRACE_JSON_H
#define TLTRACE_JSON_H

#include "read/event.h"

#include <jansson.h>

/** A new object with the common fields and the event's own, enumerations by name. */
json_t *json_event(const struct event *e);
/** Print @j on one line of stdout and free it. */
void json_print(json_t *j);

#endif
