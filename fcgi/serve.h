/* One request from first byte to last: the order of checks is here. */
#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "app.h"

struct transport;

/* Answers the request that transport_accept() took, and logs one line. */
void	 serve_request(struct app *, struct transport *);

#endif /* !FCGI_SERVE_H */
