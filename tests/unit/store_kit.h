/* store_kit.h: a store, and domains that speak with it through their pages. */
#ifndef STORE_KIT_H
#define STORE_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "connection.h"

#define KIT_DOMAINS 6
#define KIT_ARENA   (8u << 20)

/** A message that a domain has got. */
struct mail {
	struct xsd_sockmsg header;
	u8 payload[XENSTORE_PAYLOAD_MAX];
};

struct kit {
	struct store store;
	struct xenstore_domain_interface
	    page[KIT_DOMAINS]; /* INTRODUCE names them by number: the mfn */
	u32 notified[KIT_DOMAINS], mapped[KIT_DOMAINS];
	u32 last_req_id;
	struct mail mail; /* the last one that was received */
};

extern struct kit kit;

/** An empty store, and Domain 0 connected. */
void kit_start(u32 arena);
/** Everybody is released, and no account has anything left but Domain 0's. */
void kit_end(void);
/** Let Domain 0 introduce a domain. */
void kit_introduce(u16 domid);
/** Let the store work until nothing is left to do. */
void kit_settle(void);
/** Put a message into the domain's ring, however many rounds that takes. */
void kit_send(u16 domid, u32 type, u32 tx, const void *payload, u32 length);
/** The next message for a domain, in kit.mail. @return whether there was one */
bool kit_receive(u16 domid);
/** Send, and expect one answer of the same type, which is returned (with a NUL behind). */
const char *kit_ask(u16 domid, u32 type, u32 tx, const void *payload, u32 length);
/** Send, and expect an answer: "" or an error's name. */
void kit_expect(u16 domid, u32 type, u32 tx, const void *payload, u32 length, const char *error);
/** The next message for a domain is that event; or, if path is NULL, there is none. */
void kit_expect_event(u16 domid, const char *path, const char *token);

/* A string with its NULs: the one at the end too. */
#define S(text) text, sizeof(text)
/* Without the last. */
#define B(text) text, sizeof(text) - 1

#endif
