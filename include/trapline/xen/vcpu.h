/* vcpu.h: vcpu_op(cmd, vcpu, void *arg): a vcpu's beginning, state and timers, as in Xen 3.1. */
#ifndef TRAPLINE_XEN_VCPU_H
#define TRAPLINE_XEN_VCPU_H

#include <trapline/types.h>

#define VCPUOP_initialise	     0 /* struct vcpu_guest_context * */
#define VCPUOP_up		     1
#define VCPUOP_down		     2
#define VCPUOP_is_up		     3
#define VCPUOP_get_runstate_info     4
#define VCPUOP_set_periodic_timer    6
#define VCPUOP_stop_periodic_timer   7
#define VCPUOP_set_singleshot_timer  8
#define VCPUOP_stop_singleshot_timer 9

#define RUNSTATE_running  0
#define RUNSTATE_runnable 1 /* another runs */
#define RUNSTATE_blocked  2
#define RUNSTATE_offline  3 /* paused, down, or ended */
struct vcpu_runstate_info {
	s32 state;
	u64 state_entry_time; /* system time, ns */
	u64 time[4];	      /* ns in each state */
} __attribute__((packed, aligned(4)));

struct vcpu_set_periodic_timer {
	u64 period_ns; /* at least a millisecond */
};

#define VCPU_SSHOTTMR_future 1u /* -ETIME if that time has passed */
struct vcpu_set_singleshot_timer {
	u64 timeout_abs_ns;
	u32 flags;
} __attribute__((packed, aligned(4)));

_Static_assert(sizeof(struct vcpu_runstate_info) == 44, "vcpu_runstate_info");
_Static_assert(sizeof(struct vcpu_set_singleshot_timer) == 12, "vcpu_set_singleshot_timer");

#endif
