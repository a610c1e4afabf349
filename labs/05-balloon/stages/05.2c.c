/*
 * Stage 05.2c of the lab:
 * How many pages are to be held (wanted), how many are: up, down or nothing, at most
 * BALLOON_BATCH at once. All done, or another target meanwhile: the next step comes
 * at once, and nothing was in vain. Else back_off().
 */
lab_todo("05.2c");
