/*
 * Stage 05.1c of the lab:
 * Take up to n pages, as many as there are; take them out; release all at once. The
 * hypervisor takes the first so many of the list, or none and says an error. What it
 * has taken is held (set_held()), what it has not is put in again as it was.
 */
lab_todo("05.1c");
