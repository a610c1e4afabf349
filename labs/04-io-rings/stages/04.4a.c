/*
 * Stage 04.4a of the lab:
 * How many sectors the segments have together, each 0 to 7 of its page; 0 if one
 * makes no sense.
 */
lab_todo("04.4a");
