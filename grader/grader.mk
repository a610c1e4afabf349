# grader/grader.mk
