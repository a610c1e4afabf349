/*
 * Stage 05.1a of the lab:
 * Nothing of ours may lead to the page's memory any more: not the kernel's map of
 * all memory (unmap), not p2m, if there is one.
 */
lab_todo("05.1a");
