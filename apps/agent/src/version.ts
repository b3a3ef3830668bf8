/** Told to the control plane at enrolment and at every attach. */
export const version = '0.1.0'
