/*
 * Stage 04.3a of the lab:
 * What a response says is read once. It may name an id that is none, or one that
 * was not asked for.
 */
lab_todo("04.3a");
