/*
 * Stage 04.6c of the lab:
 * The direction, the interface, the protocol, both addresses, and the ports; a
 * rule that names ports matches nothing but TCP and UDP. INTERFACE_ANY and
 * protocol 0 stand for any.
 */
lab_todo("04.6c");
