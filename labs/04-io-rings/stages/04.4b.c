/*
 * Stage 04.4b of the lab:
 * Operation, number of segments, each segment, the end of the disk, and whether
 * it may be written. A barrier may have no segments, nothing else may; then it
 * writes nothing and its sector means nothing. Numbers of the front end are any
 * numbers.
 */
lab_todo("04.4b");
