/**
 * What a key may do. None implies another: a key that only writes cannot read what others of the same user stored.
 *
 * - `read`: search, list and read memories, sessions and projects, and count them.
 * - `write`: store, change and delete memories.
 * - `admin`: watch the service: its metrics and the details of its health. It opens no memory.
 */
export const SCOPES = ['read', 'write', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];
