/* commands.c: tltrace's commands, in the order of its help. The page of web/ has a table of its
 * own, of fewer. */
#include "cmd/cmd.h"

const struct command *const commands[] = {
    &cmd_extract,  &cmd_info,	&cmd_dump, &cmd_stats,	&cmd_faults,	 &cmd_check,
    &cmd_witness,  &cmd_spoken, &cmd_draw, &cmd_play,	&cmd_loop,	 &cmd_diff,
    &cmd_timeline, &cmd_ring,	&cmd_map,  &cmd_export, &cmd_events_doc, NULL};
