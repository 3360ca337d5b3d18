#include "worker/audit_local.h"

#include <pwd.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

void
audit_local_actor(char out[static AUDIT_LOCAL_SIZE])
{
	const struct passwd	*pw = getpwuid(getuid());

	if (pw != NULL)
		snprintf(out, AUDIT_LOCAL_SIZE, "local:%s", pw->pw_name);
	else
		snprintf(out, AUDIT_LOCAL_SIZE, "local:%lld",
		    (long long)getuid());
}

enum err
audit_local_in(struct db *db, struct audit_event *ev)
{
	char	 who[AUDIT_LOCAL_SIZE];
	enum err e;

	audit_local_actor(who);
	ev->actor = who;
	ev->status = "success";
	ev->identity_type = "local";
	ev->known = true;
	e = audit_append_in(db, ev);
	ev->actor = NULL;
	return e;
}
