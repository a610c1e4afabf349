/*
 * Stage 05.5 of the lab:
 * b->share is what we go by. A smaller share than that counts at once. A larger one
 * when there was a larger one BALLOON_CALM times in a row (b->calm counts): then the
 * last one counts, and the counting begins anew. The target is that, or what is told,
 * whichever is less.
 */
lab_todo("05.5");
