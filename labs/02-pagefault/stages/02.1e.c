/*
 * Stage 02.1e of the lab:
 * Where the guest has no memory it reads zeroes, and its writes are lost: access_hole()
 * sees to that. If it returns false the guest runs there, and that is the end of it
 * (domain_kill, END_forbidden). A write that you must know of is emulated:
 * emulate_traced_write() says whether that is all. One exception: shadow_unsync() may
 * let the guest write a page table of its own freely (sync.c; not where WP is off).
 */
lab_todo("02.1e");
