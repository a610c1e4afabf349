/*
 * Stage 03.2a of the lab:
 * Entry `index` becomes val. Take what the new entry holds (l1e_get), and if that is
 * refused, change nothing. Then write it, and only then drop what the old one held
 * (l1e_put): in the other order the frame could be gone in between. If only
 * L1E_HARMLESS bits differ, or neither is present, no reference moves.
 */
lab_todo("03.2a");
