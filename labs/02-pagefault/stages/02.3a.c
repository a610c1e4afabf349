/*
 * Stage 02.3a of the lab:
 * l1 is the shadow of the table that the guest wrote, if there is one. Whatever it
 * says of entry i is out of date. Is there a page behind the new entry that will be
 * used at once, or may its machine memory wait for the first touch? The guest has
 * told you, in the entry; README.md, section 3, wants no second fault for it.
 */
lab_todo("02.3a");
