/*
 * Stage 04.2e of the lab:
 * Into the next slot of the ring; the id is the request's. back_publish() shows
 * it.
 */
lab_todo("04.2e");
