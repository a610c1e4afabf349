/*
 * amid.S: a kernel whose data lie amid its code: what the scanner of sensitive=patch takes for
 * instructions, and writes over. It prints what it finds, so that a domain can be held against the
 * bare machine. One case each:
 *   TABLES   descriptor tables, a TSS and page tables in .text, which the processor reads
 *   COPY     an instruction that is copied over others, COPY bytes, by string moves or (BYTES) not;
 *            then the kernel halts in it, if what it copied is a hlt; with IF interrupts are on
 *   MISREAD  a constant in front of code, which a linear sweep takes for its beginning
 */
	.macro	print c
	movw	$0x3F8, %dx
	movb	$\c, %al
	outb	%al, %dx
	.endm
	/* A page table that maps the first 4 MB: P, RW, US, which are also the code of pop %es. */
	.macro	identity_map
	page = 0
	.rept	1024
	.long	page * 4096 + 7
	page = page + 1
	.endr
	.endm

	.text
start:	.long	0x1BADB002, 0, -0x1BADB002
	.balign	32, 0x90			/* nops: here the sweep falls in */
	.globl	_start
_start:	movl	$stack, %esp
	cld
	lgdt	gdtr
	ljmp	$0x08, $1f
1:	movw	$0x10, %ax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	print	'A'

#ifdef TABLES
	lidt	idtr
	ltr	tr
	int	$0x20				/* a gate in the text */
	print	'B'
	movl	$directory, %eax
	movl	%eax, %cr3
	movl	%cr0, %eax
	orl	$0x80010000, %eax
	movl	%eax, %cr0
	movl	$0x5A, 0x200000			/* a first write: A and D are set amid the code */
	movl	0x200000, %eax
	outb	%al, %dx
	movl	$0x201007, table + 4 * 0x300	/* and an entry is written, word by word */
	movl	$0x59, 0x201000
	invlpg	0x300000
	movl	0x300000, %eax
	outb	%al, %dx
	orb	$1, table + 4 * 0x301		/* byte by byte */
	movb	$0x20, table + 4 * 0x301 + 1	/* frame 0x302 */
	movb	$0x58, 0x302000
	invlpg	0x301000
	movb	0x301000, %al
	outb	%al, %dx
	/* Ring 3, and back by the stack that the TSS names. */
	pushl	$0x33
	pushl	$stack - 256
	pushl	$2
	pushl	$0x2B
	pushl	$user
	iret
user:	int	$0x21
	ud2
back:	movl	$0x10, %eax
	movl	%eax, %ds
	cmpl	$stack - 20, %esp
	jne	wrong
	print	'U'
	jmp	done
gate:	print	'g'
	iret
wrong:	print	'?'
	jmp	done
	.balign	8
gdt:	.quad	0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
tss_descriptor:
	.word	103, tss - start, 0x8910, 0	/* at 0x10xxxx */
	.quad	0, 0x00CFFA000000FFFF, 0x00CFF2000000FFFF
idt:	.fill	32, 8, 0
	.word	gate - start, 0x08, 0x8E00, 0x10
	.word	back - start, 0x08, 0xEE00, 0x10
	.byte	0
tss:	.long	0, stack, 0x10
	.fill	23, 4, 0
	.balign	4096
directory:
	.long	table + 7
	.fill	1023, 4, 0
table:	identity_map
	.balign	4096
	.data
gdtr:	.word	tss_descriptor + 31 - gdt
	.long	gdt
idtr:	.word	34 * 8 - 1
	.long	idt
tr:	.word	0x18
#else
#ifdef COPY
	movl	$copied, %esi
	movl	$here, %edi
	movl	$COPY, %ecx
#ifdef BYTES
2:	lodsb
	stosb
	loop	2b
#else
	rep movsb
#endif
#ifdef IF
	movb	$0xFF, %al			/* no interrupt will come */
	outb	%al, $0x21
	outb	%al, $0xA1
	sti
#endif
here:	nop
	nop
	nop
	nop
	cli
	print	'B'
	jmp	done
copied:	pushfl
	popl	%eax
	nop
	nop
#endif
#ifdef MISREAD
	cli
	movl	$1, %ecx
	jmp	*ways(, %ecx, 4)
ways:	.long	0, hidden
	.byte	0xB8				/* mov $imm, %eax, if it were code */
hidden:	pushfl
	popl	%ebx
	nop
	nop
	nop
	shrl	$9, %ebx
	andb	$1, %bl
	addb	$'0', %bl
	movb	%bl, %al
	movw	$0x3F8, %dx
	outb	%al, %dx
	jmp	done
#endif
	.data
	.balign	8
gdt:	.quad	0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
gdtr:	.word	. - gdt - 1
	.long	gdt
#endif
	.text
done:	print	'\n'
	xorl	%eax, %eax
	movw	$0xF4, %dx
	outl	%eax, %dx			/* the machine's end */
	hlt
	.bss
	.space	4096
stack:
