/* crt0.S: where a program starts. ESP: argc argv[0] ... NULL (System V ABI). */
	.text
	.globl	_start
_start:
	movl	(%esp), %eax
	leal	4(%esp), %edx
	xorl	%ebp, %ebp
	andl	$~15, %esp
	subl	$8, %esp
	pushl	%edx
	pushl	%eax
	call	main
	pushl	%eax
	call	exit
