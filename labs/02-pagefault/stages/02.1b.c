/*
 * Stage 02.1b of the lab:
 * Two levels, or one where the directory maps 4 MB (SDM 3A 4.3, figure 4-3).
 * guest_word() reads the guest's memory; shadow.h says what each member of struct
 * walk means. For a 4 MB page make up the entry that a table would have: what comes
 * behind treats both alike.
 */
lab_todo("02.1b");
