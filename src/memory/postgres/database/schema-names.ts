/** Where everything of ours lives: the database of an existing installation has the original's tables in `public`. */
export const SCHEMA = 'wisdom_memory';

/** What every tenant transaction becomes, so that row-level security holds whoever logged in. */
export const APP_ROLE = 'wm_app';

/** Owns the functions that read around the policies, and nothing else. */
export const DEFINER_ROLE = 'wm_definer';
