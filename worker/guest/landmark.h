/* What user-space probes of test objects attach to; landmark.c says why. */
#ifndef GUEST_LANDMARK_H
#define GUEST_LANDMARK_H

/* Returns n + 1; called when a user-space probe was attached. */
int	 bpfcompat_landmark(int n) __attribute__((noinline));

#endif /* !GUEST_LANDMARK_H */
