/* commands.c: what of tltrace the page has. */
#include "cmd/cmd.h"

const struct command *const commands[] = {&cmd_extract, &cmd_info, &cmd_stats, &cmd_play, NULL};
