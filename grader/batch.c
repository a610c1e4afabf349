/* batch.c: a class. */
#include "grade.h"
int batch(int argc, char **argv) { (void)argc, (void)argv; return 2; }
int report(int argc, char **argv) { (void)argc, (void)argv; return 2; }
int show(int argc, char **argv) { (void)argc, (void)argv; return 2; }
