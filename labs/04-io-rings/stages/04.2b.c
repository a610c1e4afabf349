/*
 * Stage 04.2b of the lab:
 * Something may come between the look that found nothing and the sleep. The next
 * one moves the index to at + 1.
 */
lab_todo("04.2b");
