/*
 * Stage 05.1e of the lab:
 * Claim frames for all that were found, at once. In a direct-mode domain the list
 * comes back with frames, any ones; in a shadow-mode one it says which pages are to
 * have memory. The first so many have come, or none and an error: these are not held
 * any more, and are put in.
 */
lab_todo("05.1e");
