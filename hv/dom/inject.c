/*[H48]
 * inject.c: queueing exceptions for a shadow-mode guest; two that meet are a double fault, and
 * three are the end (SDM 3A 6.15).
 */
#include "dom/inject.h"
#include "trace/trace.h"

static bool pushes_error(u8 vec)
{
	return vec == VEC_DF || (vec >= VEC_TS && vec <= VEC_PF) || vec == VEC_AC;
}

/* Contributory exceptions (SDM 3A table 6-4): two of them make a double fault. */
static bool contributory(u8 vec)
{
	return vec == VEC_DE || (vec >= VEC_TS && vec <= VEC_GP);
}

void inject_exception(struct vcpu *v, u8 vec, u32 err)
{
	struct pending_exception *e = &v->exc;

	/* LAB 02.2b BEGIN */
	if (e->valid && !e->software && e->vec == VEC_DF) {
		domain_kill(v->domain, END_triple_fault, vec,
			    "triple fault: an exception while delivering a double fault");
		return;
	}
	if (e->valid && !e->software &&
	    ((contributory(e->vec) && contributory(vec)) ||
	     (e->vec == VEC_PF && (contributory(vec) || vec == VEC_PF)))) {
		vec = VEC_DF;
		err = 0;
	}
	/* LAB 02.2b END */
	*e = (struct pending_exception){
	    .valid = 1, .vec = vec, .has_err = pushes_error(vec), .err = err};
}

void inject_page_fault(struct vcpu *v, const struct guest_fault *pf)
{
	/* LAB 02.2a BEGIN */
	v->virt.cr2 = pf->va;
	inject_exception(v, VEC_PF, pf->err);
	/* LAB 02.2a END */
}
