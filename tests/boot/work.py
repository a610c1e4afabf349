#!/usr/bin/env python3
"""work.py: the sum that guest/apps/work.c has to come to: work.py SEED PAGES ROUNDS [FILE-PAGES]"""
import sys

seed, pages, rounds, files = ([int(a) for a in sys.argv[1:]] + [0])[:4]
M, WORDS = 0xFFFFFFFF, 1024
state = (seed * 2654435761 + 1) & M or 1


def draw():
    global state
    state ^= state << 13 & M
    state ^= state >> 17
    state ^= state << 5 & M
    return state


total = 0


def take(word):
    global total
    total = ((total << 5 | total >> 27) ^ word) & M


data = [[draw() for _ in range(WORDS)] for _ in range(files)]
memory = {}
for p in range(pages):
    for i in range(0, WORDS, 64):
        memory[p, i] = draw()
for n in range(1, rounds + 1):
    window = pages // 4 + 1
    first = n * window % pages
    for _ in range(window * 32):
        r = draw()
        at = (first + r % window) % pages, (r >> 12) % WORDS
        take(memory.get(at, 0))
        if not r >> 24 & 3:
            memory[at] = r
    for page in data:
        for i in range(0, WORDS, 64):
            take(page[i])
for p in range(pages):
    take(memory[p, 0])
print(f"work: seed={seed} pages={pages} rounds={rounds} files={files} sum={total:08x}")
