/*
 * Stage 04.3c of the lab:
 * An empty ring, both ends of which ask to be told of index 1, and in it all that
 * is unanswered, once more. Only then is answered_generation what the back end has
 * made of generation: it waits for that.
 */
lab_todo("04.3c");
