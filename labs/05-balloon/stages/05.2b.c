/*
 * Stage 05.2b of the lab:
 * Wait a tick, then two, four, and so on up to BALLOON_WAIT_MOST: b->wait is what
 * was waited for last, 0 nothing.
 */
lab_todo("05.2b");
