/*
 * balloon.h: the balloon device of the virtual PC (Trapline's own; it talks as VMware's does).
 *
 * A shadow-mode guest asks by one `in` of 32 bits from BALLOON_PORT, with EAX = BALLOON_MAGIC,
 * ECX = a command and EBX = its argument. EAX is the answer: BALLOON_OK or an error; EBX what the
 * command says, and on an error as it was. All other registers stay. Where there is no such device
 * (the bare machine, another magic number, 8 or 16 bits) EAX is all ones, as of any port where
 * nobody is.
 *
 * A page is 4096 bytes, by the guest's own number: its physical address / 4096. A guest that was
 * made with N pages has the numbers 0 to N - 1 for good; those that it has given away are places
 * where there is no memory: reads give zeroes, and writes are lost.
 */
#ifndef TRAPLINE_BALLOON_H
#define TRAPLINE_BALLOON_H

#define BALLOON_PORT  0x5670
#define BALLOON_MAGIC 0x456C6D6Fu

/*
 * Commands.
 *
 * START   EBX out: how many pages the guest was made with (N)
 * TARGET  EBX out: how many it is to have; N: all. The guest follows when it can
 * GIVE    EBX in: a page that the guest does without; out: how many it has then
 * TAKE    EBX in: a page that it had given; it has it again, full of zeroes; out: how many it has
 *         then
 * SHARE   EBX out: of so many of its pages at most the machine's memory holds the contents; N: of
 *         all. Of what it has above that the hypervisor keeps some on a disk of its own, and says
 *         nothing
 */
#define BALLOON_START  0
#define BALLOON_TARGET 1
#define BALLOON_GIVE   2
#define BALLOON_TAKE   3
#define BALLOON_SHARE  4

/* Answers. */
#define BALLOON_OK	  0
#define BALLOON_COMMAND	  1 /* there is no such command */
#define BALLOON_RANGE	  2 /* GIVE, TAKE: it never had a page of that number */
#define BALLOON_GIVEN	  3 /* GIVE: it has given it already */
#define BALLOON_NOT_GIVEN 4 /* TAKE: it has it */
#define BALLOON_IN_USE                                                                              \
	5		    /* GIVE: a page table or directory that is in use, a descriptor table,  \
			     * code with patches in it, or it is being read or written: another one \
			     */
#define BALLOON_LIMIT	  6 /* TAKE: it has as many as it may have (tl mem-max) */
#define BALLOON_NO_MEMORY 7 /* TAKE: the machine has none left; later perhaps */
#define BALLOON_NOBODY	  0xFFFFFFFFu /* there is no balloon device */

#endif
