/*
 * Stage 04.6b of the lab:
 * Requests of one place stay in the order in which they were asked.
 */
lab_todo("04.6b");
