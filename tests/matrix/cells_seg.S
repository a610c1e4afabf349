/* cells_seg.S: moving segment registers. */
#include "cell.h"
	.text

/* A 32-bit register gets zeroes above the selector, memory always 16 bits. */
CELL("mov_from_seg", 0, 0, mov %cs,%eax; mov %ss,%ecx; mov %ds,%edx; mov %es,%ebp; mov %fs,%esi; mov %gs,%edi)
CELL("mov_from_seg", 0, 0, movw %cs,%ax; movw %ss,%dx; movw %ds,%bp; movw %es,%si; movw %fs,%di)
CELL("mov_from_seg", 0, 0, mov %cs,(%ebx); mov %ss,4(%ebx); mov %ds,8(%ebx); mov %es,12(%ebx))
CELL("mov_from_seg", 0, 0, data16 mov %cs,2(%ebx); data16 mov %ss,6(%ebx); data16 mov %gs,10(%ebx))
CELL("mov_from_seg", 0, 0, mov %cs,PAGE_NONE)
CELL("mov_from_seg", 0, 0, mov %ss,PAGE_NONE-1)
CELL("mov_from_seg", 0, 0, mov %cs,PAGE_READ_ONLY)
CELL("mov_from_seg", 0, data_selectors, mov %ecx,%es; mov %es,%eax)

CELL("mov_to_seg", 0, data_selectors, mov %ecx,%ds)
CELL("mov_to_seg", 0, data_selectors, mov %ecx,%es)
CELL("mov_to_seg", 0, few_data_selectors, mov %ecx,%fs)
CELL("mov_to_seg", 0, few_data_selectors, mov %ecx,%gs)
CELL("mov_to_seg", 0, few_data_selectors, movw %cx,%ds)
CELL("mov_to_seg", 0, few_data_selectors, mov %ecx,(%ebx); mov (%ebx),%es)
CELL("mov_to_seg", 0, 0, mov PAGE_NONE,%ds)
CELL("mov_to_seg", 0, 0, mov $SEL_DATA_BASE,%eax; movl $7,4(%ebx); mov %eax,%fs; mov %fs:4,%edx)
CELL("mov_to_seg", 0, 0, movl $0x00CF9300,gdt+SEL_RESERVED+4; mov $SEL_RESERVED,%eax; mov %eax,%fs)
/* RPL 1 and 2 would do for a segment of DPL 1 or 2: refused. The accessed bit. Null by other names. */
CELL("mov_to_seg", 0, rpl1_selectors, mov %ecx,%es)
CELL("mov_to_seg", 0, fresh_selectors, mov %ecx,%es)
CELL("mov_to_seg", 0, fresh_selectors, mov %ecx,(%ebx); mov (%ebx),%gs)
CELL("mov_to_seg", 0, null_selectors, mov %ecx,%es)
CELL("mov_to_seg", 0, null_selectors, mov %ecx,%fs; mov %ecx,%ds; mov %fs,%eax; mov %cr0,%edx; mov %ds,%ecx; push %fs)
CELL("mov_to_seg", 0, null_selectors, mov %ecx,%gs; mov $SEL_KDATA,%eax; mov %eax,%gs; xor %eax,%eax; mov %eax,%gs; push %gs)

CELL("mov_to_seg", 0, stack_selectors, mov %ecx,%ss)
CELL("mov_to_seg", 0, stack_rpl1_selectors, mov %ecx,%ss)
CELL("mov_to_seg", 0, few_stack_selectors, mov %ecx,(%ebx); mov (%ebx),%ss)
CELL("mov_to_seg", 0, few_stack_selectors, mov %ecx,%ss; mov %ss,%eax; push %ss)
CELL("mov_to_seg", 0, 0, mov PAGE_NONE,%ss)

CELL("push_seg", 0, 0, push %cs; push %ss; push %ds; push %es; push %fs; push %gs)
CELL("push_seg", 0, 0, pushw %cs; pushw %ss; pushw %ds; pushw %es; pushw %fs; pushw %gs)
CELL("push_seg", 0, 0, mov $SEL_KDATA+3,%eax; mov $SEL_UDATA,%eax; mov %eax,%fs; push %fs; mov %eax,%es; push %es)

CELL("pop_seg", 0, data_selectors, push %ecx; pop %ds)
CELL("pop_seg", 0, data_selectors, push %ecx; pop %es)
CELL("pop_seg", 0, few_data_selectors, push %ecx; pop %fs)
CELL("pop_seg", 0, few_data_selectors, push %ecx; pop %gs)
CELL("pop_seg", 0, few_data_selectors, pushw %cx; popw %ds)
CELL("pop_seg", 0, few_data_selectors, pushw %cx; popw %gs)
CELL("pop_seg", 0, stack_selectors, push %ecx; pop %ss)
CELL("pop_seg", 0, few_stack_selectors, pushw %cx; popw %ss)
CELL("pop_seg", 0, rpl1_selectors, push %ecx; pop %ds)
CELL("pop_seg", 0, fresh_selectors, push %ecx; pop %ds)
CELL("pop_seg", 0, null_selectors, push %ecx; pop %es; push %es)
CELL("pop_seg", 0, 0, movb $0x92,gdt+SEL_KDATA2+5; push $SEL_KDATA2; pop %ss /* not accessed */)
CELL("pop_seg", 0, 0, mov $PAGE_NONE,%esp; pop %ds)
CELL("pop_seg", 0, 0, mov $PAGE_NONE,%esp; pop %ss)

/* The far pointers: an offset of 16 or 32 bits, then the selector. */
CELL("lds", 0, data_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,4(%ebx); lds (%ebx),%eax)
CELL("lds", 0, few_data_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,2(%ebx); lds (%ebx),%ax)
CELL("lds", 0, 0, lds PAGE_NONE-4,%eax)
CELL("les", 0, data_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,4(%ebx); les (%ebx),%edi)
CELL("les", 0, rpl1_selectors, mov %ecx,4(%ebx); les (%ebx),%edi)
CELL("les", 0, fresh_selectors, mov %ecx,4(%ebx); les (%ebx),%edi)
CELL("les", 0, null_selectors, mov %ecx,4(%ebx); les (%ebx),%edi)
CELL("les", 0, few_data_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,2(%ebx); les (%ebx),%di)
CELL("lfs", 0, few_data_selectors, mov %ecx,4(%ebx); lfs (%ebx),%edx)
CELL("lfs", 0, few_data_selectors, mov %ecx,2(%ebx); lfs (%ebx),%dx)
CELL("lgs", 0, few_data_selectors, mov %ecx,4(%ebx); lgs (%ebx),%ebx)
CELL("lgs", 0, few_data_selectors, mov %ecx,2(%ebx); lgs (%ebx),%bp)
CELL("lss", 0, stack_selectors, mov %esp,%eax; sub $64,%eax; mov %eax,(%ebx); mov %ecx,4(%ebx); lss (%ebx),%esp)
CELL("lss", 0, few_stack_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,4(%ebx); lss (%ebx),%eax)
CELL("lss", 0, few_stack_selectors, movl $0x89ABCDEF,(%ebx); mov %ecx,2(%ebx); lss (%ebx),%ax)
CELL("lss", 0, 0, lss PAGE_NONE-2,%eax)

/* A stack with a 16-bit pointer: the upper half of ESP is not part of it, and stays. */
	.macro stack16
	mov	%esp, %esi
	mov	$SEL_DATA16, %ecx
	mov	%ecx, %ss
	.endm
	.macro flat_stack
	mov	%esp, %edi
	mov	$SEL_KDATA, %ecx
	mov	%ecx, %ss
	mov	%esi, %esp
	.endm
CELL("stack16", 0, 0, stack16; flat_stack)
CELL("stack16", 0, 0, stack16; mov %cr0,%eax; flat_stack)
CELL("stack16", 0, 0, stack16; or $0xABCD0000,%esp; mov %cr0,%eax; push %esp; pop %edx; flat_stack)
CELL("stack16", 0, 0, stack16; pushf; pop %eax; push %cs; pushw %ss; pop %edx; flat_stack)
CELL("stack16", 0, 0, stack16; or $0x55550000,%esp; push $0x897; push %cs; push $1f; iret; 1: flat_stack)
CELL("stack16", 0, 0, stack16; mov $0x12340008,%esp; mov %cr3,%eax; sub $4,%esp; mov %cr0,%edx; flat_stack)
CELL("stack16", 0, 0, stack16; int $VEC_INTR3; mov %esp,%edx; int3; flat_stack)
CELL("stack16", 0, 0, stack16; mov PAGE_NONE,%eax)
CELL("stack16", 0, 0, stack16; push $SEL_KDATA; push $cell_stack+64; push $SEL_KCODE; push $1f; lret; 1: flat_stack)
BEFORE(user_stack16, orb $0x60,gdt+SEL_DATA16+5)
USER_WITH("stack16", 0, 2, user_stack16, mov $SEL_DATA16+3,%ecx; mov %ecx,%ss; or $0x66660000,%esp; int $VEC_INTR3;
	mov %esp,%edi; push %edi)
USER_WITH("stack16", 0, 2, user_stack16, mov $SEL_DATA16+3,%ecx; mov %ecx,%ss; mov PAGE_NONE,%eax)
BEFORE(tss_stack16, movl $SEL_DATA16,tss+8)
USER_WITH("stack16", 0, 2, tss_stack16, int $VEC_INTR3; nop)
