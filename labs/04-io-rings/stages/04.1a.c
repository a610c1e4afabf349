/*
 * Stage 04.1a of the lab:
 * The indices run freely and wrap at 2^32; what does their difference say?
 */
lab_todo("04.1a");
