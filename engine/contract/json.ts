/** Plain data: survives JSON, a log file and another thread. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
