# hv/hv.mk
