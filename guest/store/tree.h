/*
 * tree.h: what can be done with the tree, by the rules of who may.
 *
 * Paths are valid absolute ones. Domain 0 may everything, the owner of a node everything with that
 * node, others what its permissions say. Who may not use a node's nearest existing ancestor either
 * is not told whether the node exists: EACCES instead of ENOENT. All functions return 0 or a
 * negative error, and have then changed nothing; -ENOMEM, -EACCES besides what each names.
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include "view.h"

/** @return what a domain may do with a node: ACCESS_* */
u32 tree_access(const struct node *n, u16 domid);
/** Find a node for a use of it (ACCESS_*). @return 0, -ENOENT */
int tree_open(struct view *v, const char *path, u32 access, struct node **n);
/** Set a value. What does not exist is created, ancestors included. @return 0, -ENOSPC */
int tree_write(struct view *v, const char *path, const void *value, u32 length);
/** Make a node exist, ancestors included; one that does stays as it is. @return 0, -ENOSPC */
int tree_mkdir(struct view *v, const char *path);
/**
 * Remove a node and all below it. To remove what does not exist is no error if its parent does.
 * @return 0, -EINVAL (the root), -ENOENT
 */
int tree_remove(struct view *v, const char *path);
/**
 * Replace all permissions; the first names the owner. Only Domain 0 may give a node away.
 * @return 0, -ENOENT, -ENOSPC, -EPERM
 */
int tree_set_permissions(struct view *v, const char *path, const struct permission *p, u32 count);
/** Gather a node and all below it as a list (node.link), parents before their children. */
int tree_gather(struct view *v, struct node *top);

#endif
