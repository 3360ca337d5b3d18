#include "worker/guest_spec.h"

#include "worker/environment.h"

enum err
guest_spec(const struct conf *c, const char *cache_dir,
    const struct profile *p, const struct kernel *k, struct runner_spec *s,
    struct buf *cmdline)
{
	enum err	 e = environment_cmdline(p, cmdline);

	*s = (struct runner_spec){
		.run_id = "", .job_id = "", .profile_id = p->id,
		.target_dir = "", .artifact = "", .plan = "", .against = "",
		.attach_mode = "disabled",
		.kernel_dir = k->dir,
		.cache_dir = cache_dir,
		.memory_mb = c->vm_memory != 0 ? c->vm_memory : p->memory_mb,
		.cpus = p->cpus,
		.timeout_ms = c->boot_timeout,
		.boot_timeout_ms = c->boot_timeout,
		.accel = c->vm_accel,
		.cmdline = buf_str(cmdline),
	};
	return e;
}

bool
guest_saved(const struct conf *c)
{
	return c->template_mb > 0 && !c->vm_fresh_boot;
}
