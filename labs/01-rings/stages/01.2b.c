/*
 * Stage 01.2b of the lab:
 * May the CPU go straight to this handler, through a trap gate that ring 3 can use?
 * If there is one, if the guest lets ring 3 raise this vector (its DPL is in the
 * flags), and if it does not want its events masked on entry (TI_MASK_EVENTS), which
 * no gate does. gate_set_fast() installs it; with cs 0 and address 0 it takes the
 * gate away. Tell the trace of either:
 * trace_fast_gate(v, LANE_VMM, LANE_VMM, vector, cs, address).
 */
lab_todo("01.2b");
