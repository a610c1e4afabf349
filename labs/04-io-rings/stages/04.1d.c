/*
 * Stage 04.1d of the lab:
 * A request that is taken and not yet answered has its slot still: so there can
 * be fewer than slots.
 */
lab_todo("04.1d");
