/*
 * Stage 04.1c of the lab:
 * None if the ring is full, whatever the slots' states say. Which ids are free
 * says slots[].state.
 */
lab_todo("04.1c");
