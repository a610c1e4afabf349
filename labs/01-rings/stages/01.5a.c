/*
 * Stage 01.5a of the lab:
 * s->t is the table of traps: patch_find(), patch_insert(), patch_delete() (patch.c).
 * There may be one at s->pa already: then only its op may be another now. If not, and
 * one is wanted: note which byte really is there (s->bytes holds the code from
 * s->base on, as the guest wrote it), write PATCH_BYTE by s->m->write() with op,
 * and count it in s->result->patched. No room in the table: SCAN_TABLE_FULL. At the
 * end no other trap may be left within these `len` bytes: put the byte back (its op
 * is OP_other then), and delete the entry.
 */
lab_todo("01.5a");
