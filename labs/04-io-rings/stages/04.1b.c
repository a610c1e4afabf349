/*
 * Stage 04.1b of the lab:
 * How many are there, if the other end has said `there`? It may say anything.
 */
lab_todo("04.1b");
