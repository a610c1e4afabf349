/*
 * Stage 01.1a of the lab:
 * A segment from 0 to the end of that many pages of 4 KB, for ring `dpl`: 32-bit code
 * that may be read, or data that may be written. SDM 3A 3.4.5 has the picture, and
 * cpu/x86.h the bits. The limit field says where the last page is. Set A, too: a
 * table that is read-only cannot have it set later.
 */
lab_todo("01.1a");
