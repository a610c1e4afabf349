/* spin.h: where the kernel that looks at the time leaves what it saw. */
#ifndef SPIN_H
#define SPIN_H

#define SPIN_STAMPS 0x200000u /* guest-physical, SPIN_NR words: the latest times */
#define SPIN_NR	    16u
#define SPIN_GAP    100u /* instructions that its loop cannot take */

#endif
