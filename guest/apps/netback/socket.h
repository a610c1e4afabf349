/* socket.h: where `tl` finds the router. It writes a line, and reads the answer to its end. */
#ifndef NETBACK_SOCKET_H
#define NETBACK_SOCKET_H

#define NETBACK_SOCKET "/var/run/netback"

/*
 *	show			interfaces, rules and counters
 *	add RULE		the last one
 *	insert N RULE		before the N-th
 *	del N
 *	policy in|out accept|drop
 *	capture N		the next N frames, as a file of tcpdump's (pcap)
 *
 * A line that cannot be carried out is answered by one that begins with this.
 */
#define NETBACK_REFUSES "refused: "

#endif
