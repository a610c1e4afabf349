# trace/trace.mk
