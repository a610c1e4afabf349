# guest/guest.mk
