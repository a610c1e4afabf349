/*
 * Stage 05.1d of the lab:
 * Fill in pfns: pages that are held (balloon_holds()), n or as many as there are.
 * Return how many.
 */
lab_todo("05.1d");
