/*
 * day.S: a kernel for Xen that tells what it found: the hypercall page, named without VIRT_BASE, so
 * that it counts from where its program headers begin; and the pages that it shares with domain 0.
 */
#define BASE 0xC0000000
#define HYPERCALL(nr) call hypercall_page + nr * 32

	.section __xen_guest
	.ascii	"GUEST_OS=day,XEN_VER=xen-3.0,HYPERCALL_PAGE=0x101,PAE=no,LOADER=generic"
	.byte	0

	.text
	.globl _start
_start:	cld
	movl	$alone, %edx
	movl	44(%esi), %eax			/* store_mfn */
	orl	48(%esi), %eax			/* store_evtchn */
	orl	52(%esi), %eax			/* console_mfn */
	orl	56(%esi), %eax			/* console_evtchn */
	jz	say
	movl	$wrong, %edx
	movl	68(%esi), %edi			/* mfn_list */
	leal	4096 - BASE(%esi), %ecx		/* the page behind start_info, and the next */
	shrl	$12, %ecx
	movl	(%edi, %ecx, 4), %eax
	cmpl	%eax, 44(%esi)
	jne	say
	movl	4(%edi, %ecx, 4), %eax
	cmpl	%eax, 52(%esi)
	jne	say
	cmpl	$0, 48(%esi)
	je	say
	movl	56(%esi), %eax
	cmpl	%eax, 48(%esi)
	je	say
	movl	$shared, %edx
say:	xorl	%ebx, %ebx			/* write */
	movl	$7, %ecx
	HYPERCALL(18)				/* console_io */
	movl	$2, %ebx			/* shutdown */
	xorl	%ecx, %ecx			/* power off */
	HYPERCALL(6)				/* sched_op_compat */
	ud2
alone:	.ascii	"alone \n"
shared:	.ascii	"shared\n"
wrong:	.ascii	"wrong \n"

	.balign	4096
	.globl	hypercall_page
hypercall_page:
	.space	4096
