/*
 * Stage 05.2a of the lab:
 * More than nr_pages is all of them. A new target is tried at once, so the wait
 * begins anew; the same one said again changes nothing.
 */
lab_todo("05.2a");
