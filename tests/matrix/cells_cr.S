/* cells_cr.S: control registers, caches, model-specific registers. */
#include "cell.h"
	.text

/* Of the ModRM byte's mod bits these instructions take no notice; operands are always 32 bits. */
CELL("mov_from_cr0", 0, 0, mov %cr0,%eax)
CELL("mov_from_cr0", 0, 0, mov %cr0,%edi; mov %cr0,%ebp; mov %cr0,%ecx)
CELL("mov_from_cr0", 0, 0, .byte 0x0F,0x20,0x03 /* mov %cr0,%ebx, mod 0 */)
CELL("mov_from_cr0", 0, 0, data16 mov %cr0,%edx)
CELL("mov_from_cr2", 0, 0, mov %cr2,%eax)
CELL("mov_from_cr2", 0, words, mov %ecx,%cr2; mov %cr2,%esi)
CELL("mov_from_cr3", 0, 0, mov %cr3,%eax; mov %cr3,%ebx)
CELL("mov_from_cr4", 0, 0, mov %cr4,%eax; mov %cr4,%ebx)

/* Not here: bits that no register has. What reads back then is not defined. */
CELL("mov_to_cr0", 0, 0, mov %cr0,%eax; mov %eax,%cr0)
CELL("mov_to_cr0", 0, cr0_bits, mov %cr0,%eax; or %ecx,%eax; mov %eax,%cr0; mov %cr0,%esi)
CELL("mov_to_cr0", 0, cr0_bits, mov %cr0,%eax; not %ecx; and %ecx,%eax; mov %eax,%cr0; mov %cr0,%esi)
CELL("mov_to_cr0", 0, 0, mov %cr0,%eax; or $0x20000000,%eax; mov %eax,%cr0 /* NW without CD */)
/* What a bit is for: write protection in ring 0; paging. */
CELL("mov_to_cr0", 0, 0, mov %eax,PAGE_READ_ONLY)
CELL("mov_to_cr0", 0, 0, mov %cr0,%eax; and $~0x10000,%eax; mov %eax,%cr0; mov %eax,PAGE_READ_ONLY)
CELL("mov_to_cr0", 0, 0, mov PAGE_NONE,%eax)
CELL("mov_to_cr0", 0, 0, mov %cr0,%eax; and $0x7FFFFFFF,%eax; mov %eax,%cr0; movl $5,PAGE_NONE;
	mov PAGE_NONE,%ecx; mov %cr0,%esi; movl $0,PAGE_NONE)
CELL("mov_to_cr0", 0, 0, mov %cr0,%eax; btr $31,%eax; mov %eax,%cr0; bts $31,%eax; mov %eax,%cr0;
	mov PAGE_NONE,%ecx)

CELL("mov_to_cr2", 0, words, mov %ecx,%cr2)
CELL("mov_to_cr3", 0, 0, mov %cr3,%eax; mov %eax,%cr3)
CELL("mov_to_cr3", 0, 0, mov %cr3,%eax; or $0x18,%eax; mov %eax,%cr3; mov %cr3,%esi)
/* It flushes the TLB. */
CELL("mov_to_cr3", 0, 0, mov PAGE_ALIAS,%eax; mov alias_pte,%esi; movl $PAD+0x67,(%esi);
	mov %cr3,%edx; mov %edx,%cr3; mov PAGE_ALIAS,%ecx)
CELL("mov_to_cr3", 0, 0, mov PAGE_ALIAS,%eax; mov alias_pte,%esi; movl $0,(%esi);
	mov %cr3,%edx; mov %edx,%cr3; mov PAGE_ALIAS,%ecx)
/* Not here: PAE, which would need other page tables. */
CELL("mov_to_cr4", 0, cr4_bits, mov %ecx,%cr4; mov %cr4,%esi)
/* Bits that are none are #GP. Bare QEMU 7.2 hangs there, never reaching the next instruction. */
/* VME and PVI, which this processor does not have. */
CELL("mov_to_cr4", 0, 0, mov $1,%eax; mov %eax,%cr4)
CELL("mov_to_cr4", 0, 0, mov $2,%eax; mov %eax,%cr4)
CELL("mov_to_cr4", HANGS, cr4_none, mov %ecx,%cr4)
CELL("mov_to_cr4", MASKED, 0, mov $4,%eax; mov %eax,%cr4; rdtsc /* TSD means ring 3 only */)
BEFORE(set_tsd, mov $4,%eax; mov %eax,%cr4)
USER_WITH("mov_to_cr4", MASKED, 2, set_tsd, rdtsc)
USER_WITH("mov_to_cr4", MASKED, 2, 0, rdtsc)

CELL("clts", 0, 0, clts)
CELL("clts", 0, 0, mov %cr0,%eax; or $8,%eax; mov %eax,%cr0; mov %cr0,%esi; clts; mov %cr0,%edi)

CELL("lmsw", 0, 0, mov $8,%ax; lmsw %ax)
CELL("lmsw", 0, 0, mov $0xF,%ecx; lmsw %cx)
CELL("lmsw", 0, 0, xor %edi,%edi; lmsw %di /* does not clear PE */)
CELL("lmsw", 0, 0, mov $0xFFF1,%eax; lmsw %ax /* only the low four bits */)
CELL("lmsw", 0, 0, movl $0xFFFF0006,(%ebx); lmsw (%ebx))
CELL("lmsw", 0, 0, movl $0x000A0006,4(%ebx); lmsw 6(%ebx))
CELL("lmsw", 0, 0, lmsw PAGE_NONE)
CELL("lmsw", 0, 0, lmsw PAGE_NONE-1)

CELL("smsw", 0, 0, smsw %ax)
CELL("smsw", 0, 0, smsw %eax)
CELL("smsw", 0, 0, smsw %edi; smsw %bp)
CELL("smsw", 0, 0, smsw 2(%ebx))
CELL("smsw", 0, 0, data16 smsw 4(%ebx))
CELL("smsw", 0, 0, smsw mem+8; mov $4,%eax; smsw mem+4(,%eax,8))
CELL("smsw", 0, 0, mov $9,%eax; lmsw %ax; smsw %ecx)
CELL("smsw", 0, 0, smsw PAGE_NONE)
CELL("smsw", 0, 0, smsw PAGE_READ_ONLY)

/* invlpg PAGE: a changed entry holds from then on. */
CELL("invlpg", 0, 0, mov PAGE_ALIAS,%eax; mov alias_pte,%esi; movl $PAD+0x67,(%esi);
	invlpg PAGE_ALIAS; mov PAGE_ALIAS,%ecx)
CELL("invlpg", 0, 0, mov PAGE_ALIAS,%eax; mov alias_pte,%esi; movl $0,(%esi);
	mov $PAGE_ALIAS+5,%edi; invlpg (%edi); mov PAGE_ALIAS,%ecx)
CELL("invlpg", 0, 0, mov PAGE_ALIAS,%eax; mov alias_pte,%esi; movl $PAGE_ALIAS+5,(%esi);
	mov $PAGE_ALIAS>>2,%edi; invlpg 8(,%edi,4); mov %eax,PAGE_ALIAS)
CELL("invlpg", 0, 0, invlpg PAGE_NONE)
CELL("invlpg", 0, 0, invlpg 0xFFFFFFFF)
CELL("invlpg", 0, 0, mov $SEL_DATA_BASE,%eax; mov %eax,%fs; invlpg %fs:0x12345678)
CELL("invlpg", 0, 0, addr16 invlpg 0x7000)

CELL("wbinvd", 0, 0, wbinvd)
CELL("invd", 0, 0, invd)

/* The counter is not compared, only that there is one. */
CELL("rdmsr", MASKED, 0, mov $0x10,%ecx; rdmsr)
CELL("rdmsr", 0, 0, mov $0x10,%ecx; rdmsr; mov %eax,%esi; rdmsr; cmp %esi,%eax; setae %al; movzx %al,%eax;
	xor %esi,%esi; xor %edx,%edx)
CELL("rdmsr", 0, 0, mov $0x12345678,%ecx; rdmsr)
CELL("rdmsr", 0, 0, mov $0x1B,%ecx; rdmsr /* of a local APIC, which there is none */)
CELL("wrmsr", 0, 0, mov $0x1B,%ecx; wrmsr)
CELL("wrmsr", MASKED, 0, mov $0x10,%ecx; rdmsr; wrmsr)
CELL("wrmsr", 0, 0, mov $0x12345678,%ecx; wrmsr)
CELL("rdtsc", MASKED, 0, rdtsc)
