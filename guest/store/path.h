/* path.h: the names of nodes. */
#ifndef STORE_PATH_H
#define STORE_PATH_H

#include <trapline/types.h>
#include <trapline/xen/io/xs_wire.h>

/** Room for any path and its NUL. */
#define PATH_ROOM (XENSTORE_ABS_PATH_MAX + 1)

/**
 * Is this an absolute path? It begins with '/', does not end with one (but for the root), has no
 * two in a row, consists of letters, digits and "-/_@", and is at most XENSTORE_ABS_PATH_MAX long.
 */
bool path_valid(const char *path);
/**
 * What `domid` means by `name`: a relative one lies below its own directory, /local/domain/ID.
 * @param path PATH_ROOM bytes
 * @return whether it is a valid path; at most XENSTORE_REL_PATH_MAX characters if relative
 */
bool path_absolute(char *path, const char *name, u16 domid);
/** Write the directory of a domain. @return its length */
u32 path_of_domain(char *path, u16 domid);
/** Where the last component of a path begins; of the root, its end. */
u32 path_base(const char *path);
/** Shorten a path to its parent's; the root stays. */
void path_up(char *path);
/** Lengthen a path by a component. It must fit: it names a node that there is, or was. */
void path_down(char *path, const char *name);
/** Is `path` the same as `above`, or anywhere below it? */
bool path_within(const char *path, const char *above);
/** Write a number in decimal, with a NUL. @param to 11 bytes @return its digits */
u32 put_decimal(char *to, u32 n);

#endif
