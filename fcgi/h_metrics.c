/* /metrics: there only when the operator wants it. */
#include "handlers.h"
#include "metrics.h"

enum err
h_metrics(struct app *app, struct call *c)
{
	c->rp->type = "text/plain; version=0.0.4; charset=utf-8";
	return metrics_write(app, &c->rp->body);
}
