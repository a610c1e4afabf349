/*
 * Stage 04.4c of the lab:
 * The parts lie one behind the other; *left is how many sectors there are from
 * there to the part's end.
 */
lab_todo("04.4c");
