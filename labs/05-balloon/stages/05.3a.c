/*
 * Stage 05.3a of the lab:
 * The hand goes on from the last victim, page by page (ops->next()); behind the last
 * one comes the first one. A page that was used (ops->used(), which takes its mark
 * away) stays; the first that was not is the victim, and there the hand stands. Once
 * round, no further: the last page that is looked at is where the hand stood.
 */
lab_todo("05.3a");
