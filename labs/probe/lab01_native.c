/* lab01_native.c: what lab 01 is judged by in shadow mode. */
#include "native.h"

void lab01_native(void)
{
}
