/*
 * Stage 05.1b of the lab:
 * The other way, for a page that has memory again, or keeps it: p2m and m2p first
 * (a shadow-mode guest has neither), then the map, then the kernel (give). Who maps
 * a page by p2m, or asks m2p what a frame is, must find the right answer.
 */
lab_todo("05.1b");
