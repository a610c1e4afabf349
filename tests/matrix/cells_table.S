/* cells_table.S: the registers of descriptor tables, and looking at descriptors. */
#include "cell.h"
	.text

	.data
/* What lgdt and lidt load: a shorter table, or the same by other addresses. */
	.globl	high_gdt
short_gdt:	.word SEL_UDATA + 4; .long gdt; .word 0xEEEE
high_gdt:	.word 8 * NR_GDT - 1; .long gdt + 0xC0000000; .word 0xEEEE
dirty_gdt:	.word 8 * NR_GDT - 1; .long gdt + 0x42000000; .word 0xEEEE
short_idt:	.word 8 * 0x20 - 1; .long idt; .word 0xEEEE
high_idt:	.word 8 * NR_GATES - 1; .long idt + 0xC0000000; .word 0xEEEE
dirty_idt:	.word 8 * NR_GATES - 1; .long idt + 0x42000000; .word 0xEEEE
	.text

CELL("lgdt", 0, 0, lgdt short_gdt)
CELL("lgdt", 0, 0, mov $short_gdt,%esi; lgdt (%esi); mov $SEL_UDATA,%eax; mov %eax,%fs)
CELL("lgdt", 0, 0, mov $short_gdt-64,%ebp; lgdt %ds:64(%ebp); mov $SEL_TSS,%eax; mov %eax,%fs)
CELL("lgdt", 0, 0, lgdt %cs:short_gdt; mov $SEL_KDATA2,%eax; mov %eax,%fs)
CELL("lgdt", 0, 0, lgdt high_gdt; mov $SEL_KDATA2,%eax; mov %eax,%gs)
CELL("lgdt", 0, 0, lgdtw dirty_gdt /* a base of 24 bits */; mov $SEL_KDATA2,%eax; mov %eax,%gs)
CELL("lgdt", 0, 0, mov short_gdt,%eax; mov %eax,PAD+0x40; mov short_gdt+4,%eax; mov %eax,PAD+0x44; addr16 lgdt PAD+0x40)
CELL("lgdt", 0, 0, lgdt PAGE_NONE)
CELL("lgdt", 0, 0, lgdt PAGE_NONE-2)
CELL("lgdt", 0, 0, lgdt PAGE_NONE-5)
CELL("lidt", 0, 0, lidt short_idt; int $0x20)
CELL("lidt", 0, 0, lea short_idt,%eax; lidt (%eax); int $0x1F)
CELL("lidt", 0, 0, lidt high_idt; int $0x20)
CELL("lidt", 0, 0, lidtw dirty_idt; int $0x20)
CELL("lidt", 0, 0, lidt %es:short_idt)
CELL("lidt", 0, 0, lidt PAGE_NONE-4)

/* With a 16-bit operand size the manual stores 24 bits of the base and a zero, many processors all
 * 32 bits. These bases have 24. */
CELL("sgdt", 0, 0, sgdt (%ebx))
CELL("sgdt", 0, 0, sgdt mem+9)
CELL("sgdt", 0, 0, sgdtw 16(%ebx))
CELL("sgdt", 0, 0, lgdt short_gdt; sgdt %ss:2(%ebx))
CELL("sgdt", 0, 0, lgdt high_gdt; sgdt (%ebx))
CELL("sgdt", 0, 0, sgdt PAGE_NONE)
CELL("sgdt", 0, 0, sgdt PAGE_READ_ONLY)
CELL("sidt", 0, 0, sidt (%ebx))
CELL("sidt", 0, 0, mov $-8,%ecx; sidt 40(%ebx,%ecx))
CELL("sidt", 0, 0, sidtw 16(%ebx))
CELL("sidt", 0, 0, lidt high_idt; sidt (%ebx))
CELL("sidt", 0, 0, addr16 sidt PAD+0x40; mov PAD+0x40,%eax; mov PAD+0x44,%ecx; movzx %cx,%ecx)
CELL("sidt", 0, 0, sidt PAGE_NONE)
CELL("sidt", 0, 0, sidt PAGE_READ_ONLY)

CELL("lldt", 0, selectors, lldt %cx)
CELL("lldt", 0, few_selectors, mov %ecx,6(%ebx); lldt 6(%ebx))
CELL("lldt", 0, 0, lldt PAGE_NONE)
CELL("sldt", 0, 0, sldt %eax)
CELL("sldt", 0, 0, sldt %ax; sldt %ecx)
CELL("sldt", 0, 0, sldt 2(%ebx); data16 sldt 8(%ebx))
CELL("sldt", 0, 0, xor %eax,%eax; lldt %ax; sldt %edi)
CELL("sldt", 0, 0, sldt PAGE_NONE)
CELL("sldt", 0, 0, sldt PAGE_READ_ONLY)

CELL("ltr", 0, selectors, ltr %cx)
CELL("ltr", 0, few_selectors, mov %ecx,(%ebx); ltr (%ebx))
CELL("ltr", 0, 0, andb $~2,gdt+SEL_TSS+5 /* no longer busy */; mov $SEL_TSS,%eax; ltr %ax)
CELL("ltr", 0, 0, andb $~2,gdt+SEL_TSS+5; mov $SEL_TSS,%eax; mov %ax,4(%ebx); ltr 4(%ebx))
CELL("ltr", 0, 0, mov $SEL_TSS16,%ecx; ltr %cx; str %eax)
CELL("ltr", 0, 0, ltr PAGE_NONE)
CELL("str", 0, 0, str %eax)
CELL("str", 0, 0, str %ax; str %ecx)
CELL("str", 0, 0, str 2(%ebx); data16 str 8(%ebx))
CELL("str", 0, 0, str PAGE_NONE)
CELL("str", 0, 0, str PAGE_READ_ONLY)

/* Where they answer no, the destination stays as it is. */
CELL("lar", 0, selectors, lar %ecx,%eax)
CELL("lar", 0, few_selectors, lar %cx,%ax)
CELL("lar", 0, few_selectors, mov %ecx,(%ebx); lar (%ebx),%edi)
CELL("lar", 0, few_selectors, mov %cx,6(%ebx); lar 6(%ebx),%di)
CELL("lar", 0, 0, mov $SEL_KDATA,%edx; lar %edx,%edx)
CELL("lar", 0, 0, lar PAGE_NONE,%eax)
CELL("lsl", 0, selectors, lsl %ecx,%eax)
CELL("lsl", 0, few_selectors, lsl %cx,%ax)
CELL("lsl", 0, few_selectors, mov %ecx,(%ebx); lsl (%ebx),%edi)
CELL("lsl", 0, few_selectors, mov %cx,6(%ebx); lsl 6(%ebx),%di)
CELL("lsl", 0, 0, lsl PAGE_NONE-1,%eax)
CELL("verr", 0, selectors, verr %cx)
CELL("verr", 0, few_selectors, mov %ecx,2(%ebx); verr 2(%ebx))
CELL("verr", 0, 0, verr PAGE_NONE)
CELL("verw", 0, selectors, verw %cx)
CELL("verw", 0, few_selectors, mov %ecx,2(%ebx); verw 2(%ebx))
CELL("verw", 0, 0, verw PAGE_NONE)
/* The tables as they are now: a descriptor that the kernel has just written. */
CELL("lar", 0, 0, movl $0x00CF9200,gdt+SEL_RESERVED+4; mov $SEL_RESERVED,%ecx; lar %ecx,%eax; lsl %ecx,%edx)
CELL("verw", 0, 0, movl $0x00CF9000,gdt+SEL_KDATA2+4; mov $SEL_KDATA2,%ecx; verw %cx)
CELL("lsl", 0, 0, xor %eax,%eax; lldt %ax; mov $LDT_DATA,%ecx; lsl %ecx,%edx)
